"""When a model's text has left the answer: stop rules, and whether a rule holds inside a code fence."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class StopRule:
    text: str
    """Ends the answer where it begins; neither it nor what follows is shown. A leading newline also matches the
    very start of the answer."""
    inside_code: bool = False
    """True: holds inside an open code fence too."""

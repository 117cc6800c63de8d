"""What somebody has typed and not yet sent, in one conversation or in the new chat."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Draft:
    text: str = ""
    version: str = ""
    """Another one with every change; empty where nothing is kept."""

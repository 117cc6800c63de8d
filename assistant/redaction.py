"""What must not leave with a text: secrets and personal data of well-known shapes become placeholders.

Finds shapes, not meanings: a person's name, or a password in a sentence, is not found. Each different value has its own
number, so that the text can still be followed. A placeholder is a word that any language takes for a name: code with it
is as valid as before, in a string, a shell, a YAML file or an address.
"""

import hashlib
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from assistant.detection.finding import Kind
from assistant.detection.scan import scan

PLACEHOLDER = re.compile(rf"\bREDACTED_(?:{'|'.join(kind.name for kind in Kind)})_[0-9]+\b")


@dataclass(frozen=True, slots=True)
class Found:
    """A value that was found, in one text or in several."""

    placeholder: str
    kind: Kind
    value: str
    times: int

    @property
    def key(self) -> str:
        """Of the value itself: its placeholder is another value's as soon as one more is met before it."""
        return value_key(self.kind, self.value)


def value_key(kind: Kind, value: str) -> str:
    return hashlib.sha256(f"{kind.name} {value}".encode(errors="replace")).hexdigest()[:32]


class Redaction:
    """For texts that belong together: the same value has the same placeholder in all of them.

    `kept`: keys of values that stay as they are. The numbers follow the order in which values are met, so that the same
    texts always have the same ones.
    """

    def __init__(self, kept: Collection[str] = ()) -> None:
        self._kept = frozenset(kept)
        self._placeholders: dict[tuple[Kind, str], str] = {}
        self._numbers: dict[Kind, int] = {}
        self._times: dict[tuple[Kind, str], int] = {}

    def of(self, text: str) -> str:
        """The text with `REDACTED_EMAIL_1`, `REDACTED_TOKEN_2` … where something was found."""
        return "".join(self._pieces(text))

    @property
    def found(self) -> list[Found]:
        """In all texts so far, in the order in which they were met, kept ones too."""
        return [
            Found(placeholder, kind, value, self._times[kind, value])
            for (kind, value), placeholder in self._placeholders.items()
        ]

    def _pieces(self, text: str) -> Iterator[str]:
        at = 0
        for finding in scan(text):
            value = text[finding.start : finding.end]
            placeholder = self._placeholder(finding.kind, value)
            yield text[at : finding.start]
            yield value if self._kept and value_key(finding.kind, value) in self._kept else placeholder
            at = finding.end
        yield text[at:]

    def _placeholder(self, kind: Kind, value: str) -> str:
        key = (kind, value)
        self._times[key] = self._times.get(key, 0) + 1
        if key not in self._placeholders:
            self._numbers[kind] = self._numbers.get(kind, 0) + 1
            self._placeholders[key] = f"REDACTED_{kind.name}_{self._numbers[kind]}"
        return self._placeholders[key]

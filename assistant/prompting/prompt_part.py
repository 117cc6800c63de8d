"""A prompt in its parts: put together, their texts are the prompt."""

from dataclasses import dataclass
from enum import StrEnum


class PartKind(StrEnum):
    PREFIX = "prefix"
    FILE = "file"
    """Sent with the question that follows."""
    QUESTION = "question"
    ANSWER = "answer"
    REPLY = "reply"
    """The mark of the answer that is asked for, and its beginning where it is gone on with."""


@dataclass(frozen=True, slots=True)
class PromptPart:
    kind: PartKind
    text: str

"""A question with an answer to it that somebody rated."""

from dataclasses import dataclass

from assistant.conversation import Message


@dataclass(frozen=True, slots=True, kw_only=True)
class RatedTurn:
    question: Message
    answer: Message
    """With its `feedback`."""

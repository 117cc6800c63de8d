"""How the model's window is used, in its own tokens, and what is known of a conversation's earlier turns for that."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CountedHistory:
    """Counted once; it does not change, since conversations only grow."""

    tokens: tuple[int, ...]
    """Of each whole exchange, newest first, as far back as the window could ever hold them."""
    exchanges: int
    """All of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowUse:
    """What a question that is still being written would take."""

    window: int
    prefix: int
    history: int
    files: int
    question: int
    answer_room: int
    turns_dropped: int
    """Exchanges that would be left out."""
    is_too_long: bool
    """The question would be refused."""

    @property
    def used(self) -> int:
        """Without the room for the answer."""
        return self.prefix + self.history + self.files + self.question

"""What a fake engine is told to do with one request."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, auto


class Fault(Enum):
    DROPPED = auto()
    """The connection is closed before a word."""
    SILENT = auto()
    """Not a byte until `FakeEngine.release`."""
    HTML = auto()
    """A page of some proxy instead of the protocol, with status 200."""
    CUT = auto()
    """The connection is closed after the pieces."""
    CUT_IN_A_LINE = auto()
    """The same, in the middle of an event."""
    CUT_IN_A_CHARACTER = auto()
    """The same, in the middle of a character."""
    ENDLESS = auto()
    """The pieces again and again, whatever limit was asked for."""
    UNFINISHED = auto()
    """The stream ends in good order, but says neither how nor `[DONE]`."""
    BROKEN_UTF8 = auto()
    """Half a character after the pieces."""
    ERROR_EVENT = auto()
    """An error after the pieces, as llama.cpp's server sends it while streaming."""
    ONE_BYTE_CHUNKS = auto()
    """Every byte alone: not wrong, but characters and events arrive in parts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The script of one request; `HOLD` among the pieces waits for `FakeEngine.release`, a `Reading` is told."""

    pieces: tuple[object, ...] = ()
    pace: float = 0.0
    """Seconds before each piece."""
    finish_reason: str = "stop"
    cached_tokens: int = 0
    fault: Fault | None = None
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    error: Mapping[str, object] | None = None
    """With a status that is not 200; llama.cpp's wording by default."""
    event: str | None = None
    """Sent instead of the pieces' events: any text, JSON or not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """As llama.cpp's server tells how far it is with a prompt."""

    total: int
    cache: int
    processed: int
    time_ms: int = 1


HOLD = object()

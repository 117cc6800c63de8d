"""What a worker tells its parent: before a call what it tries, after the call what it was told.

They go through a pipe, so that what was told outlives the worker that is killed.
"""

from dataclasses import dataclass
from typing import Literal

from assistant.conversation import MessageStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """A request that is about to be made, for the first time or once more."""

    request: str
    how: Literal["send", "edit", "regenerate", "continue"]
    owner: str
    conversation_id: str | None
    at: str | None
    """send: the newest message that was seen; edit: the question; regenerate and continue: the answer."""
    text: str | None
    """No two requests have the same; None for regenerate and continue."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    request: str
    run_id: str
    conversation_id: str
    answer_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """Nothing of it may have been written."""

    request: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    answer_id: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Handed:
    """To the database, which may take its time."""

    run_id: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What the database was handed last."""

    run_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    answer_id: str
    status: MessageStatus
    text: str


What = Literal["title", "pinned", "archived", "deleted", "revoked", "leaf", "hidden", "comment"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Changing:
    """Until `Changed` says so, the old value may be there as well as the new one."""

    target: str
    """The id of a conversation, of a share, or of a message."""
    what: What
    value: object
    """None where only the call can tell."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    target: str
    what: What
    value: object


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    share_id: str
    conversation_id: str
    token_sha256: str
    snapshot: str
    """Its JSON, as whoever has the link reads it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Importing:
    """Until `Copied` says so of them, all of them may be there, or none."""

    conversation_ids: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Copied:
    """A conversation that was made at once, by a fork or an import."""

    conversation_id: str
    texts: dict[str, str]
    """By the ids of its messages."""


@dataclass(frozen=True, slots=True)
class Recovered:
    """The start is done; the worker waits for `Go`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Go:
    seed: str
    unanswered: list[Asking]
    """What the last worker took to its grave: asked again, as a page does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken:
    """The worker met what it should not have."""

    traceback: str


Record = (
    Asking
    | Asked
    | Refused
    | Shown
    | Handed
    | Kept
    | Ended
    | Changing
    | Changed
    | Shared
    | Importing
    | Copied
    | Recovered
    | Broken
)

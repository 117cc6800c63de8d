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
    how: Literal["send", "edit", "regenerate"]
    owner: str
    conversation_id: str | None
    at: str | None
    """send: the newest message that was seen; edit: the question; regenerate: the answer."""
    text: str | None
    """No two requests have the same; None for regenerate."""


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
class Ended:
    answer_id: str
    status: MessageStatus
    text: str


What = Literal["title", "pinned", "archived", "deleted", "revoked", "leaf"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Changing:
    """Until `Changed` says so, the old value may be there as well as the new one."""

    target: str
    """A conversation's id, or a share's."""
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


Record = Asking | Asked | Refused | Shown | Handed | Ended | Changing | Changed | Shared | Recovered | Broken

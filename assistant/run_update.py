"""What whoever watches a run is told."""

from dataclasses import dataclass
from enum import StrEnum

from assistant.conversation import MessageStatus, Provenance
from assistant.errors.root import ErrorReport


class RunStage(StrEnum):
    WAITING = "waiting"
    """For the model to be loaded."""
    QUEUED = "queued"
    """For a place at the engine."""
    READING = "reading"
    """The engine reads the prompt."""
    ANSWERING = "answering"
    SAVING = "saving"
    """The text is there, but storage does not take it yet."""
    ENDED = "ended"


@dataclass(frozen=True, slots=True, kw_only=True)
class RunUpdate:
    """A run as it is now: always the whole text, so that a watcher may skip any number of updates."""

    run_id: str
    answer_id: str
    stage: RunStage
    status: MessageStatus
    text: str
    place: int = 0
    """In the line, while `QUEUED`: 1 is next."""
    read: float | None = None
    """Of the prompt, 0 to 1, while `READING`, where the engine tells."""
    error: ErrorReport | None = None
    provenance: Provenance | None = None

"""What the assistant asks of storage. `storage` implements it; `tests/fakes` has its twin in memory.

Every method is one short transaction and blocks: call it in a worker thread. An owner who asks for what is not theirs
gets the same NotFoundError as for what never was. A database that cannot be used raises StorageError.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from assistant.conversation import (
    Attachment,
    Conversation,
    GenerationOptions,
    Message,
    MessageStatus,
    Provenance,
    Run,
    Shelf,
    TitleSource,
)
from assistant.errors import ErrorReport
from assistant.snapshot import Share, Snapshot


@dataclass(frozen=True, slots=True, kw_only=True)
class NewTurn:
    """Everything that begins one turn, written at once or not at all."""

    owner_id: str
    conversation_id: str
    new_conversation_title: str | None
    """Not None: the conversation is made in the same transaction."""
    parent_id: str | None
    """What the question follows; without a `question`, the question that is answered once more."""
    parent_must_be_leaf: bool
    """True: refuse when the conversation has gone on since the sender looked."""
    question_id: str | None
    question: str | None
    attachments: tuple[Attachment, ...] = ()
    """Sent with the question."""
    answer_id: str
    answer_beginning: str = ""
    """The text of the answer that this one goes on with."""
    run_id: str
    client_request_id: str
    """Chosen by the sender; the same one again is the same turn."""
    process_id: str
    options: GenerationOptions
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOutcome:
    """How a run ended; `status` is any but `STREAMING`."""

    status: MessageStatus
    text: str
    error: ErrorReport | None = None
    provenance: Provenance | None = None


class ConversationStore(Protocol):
    # Turns and runs

    def begin_turn(self, turn: NewTurn) -> Run:
        """Claim the conversation's run slot, write question and empty answer, and make the answer the leaf.

        A `client_request_id` that this owner used before gives the run that exists, whatever its status.
        Raises NotFoundError, ConversationBusyError, ConversationMovedError.
        """

    def checkpoint(self, run_id: str, text: str, now: datetime) -> bool:
        """Keep the text so far. False when the run has already ended (nothing is written)."""

    def finish(self, run_id: str, outcome: RunOutcome, now: datetime) -> bool:
        """End the run, once: a compare-and-set on `STREAMING`. False when another end came first."""

    def run(self, owner_id: str, run_id: str) -> Run: ...

    def active_run(self, owner_id: str, conversation_id: str) -> Run | None: ...

    def interrupt_lost_runs(self, process_id: str, now: datetime) -> int:
        """End every unfinished run of another process as `INTERRUPTED`, text kept; their number."""

    # Conversations

    def conversation(self, owner_id: str, conversation_id: str) -> Conversation: ...

    def messages(self, owner_id: str, conversation_id: str) -> list[Message]:
        """The whole tree but for hidden branches, oldest first."""

    def conversations(
        self, owner_id: str, limit: int, before: tuple[datetime, str] | None = None, shelf: Shelf = Shelf.MAIN
    ) -> list[Conversation]:
        """Newest first by `updated_at`, then id; `before` is the last one of the page before."""

    def add_conversation(self, conversation: Conversation, messages: Sequence[Message]) -> None:
        """A conversation that exists already elsewhere: a copy of a share. Idempotent on its id for one owner."""

    def rename(self, owner_id: str, conversation_id: str, title: str, source: TitleSource = TitleSource.PERSON) -> None:
        """A name of the model's replaces only one that was taken from the question."""

    def pin(self, owner_id: str, conversation_id: str, pinned: bool) -> None: ...

    def archive(self, owner_id: str, conversation_id: str, archived: bool) -> None: ...

    def set_options(self, owner_id: str, conversation_id: str, options: GenerationOptions) -> None: ...

    def select_leaf(self, owner_id: str, conversation_id: str, leaf_id: str) -> None: ...

    def delete_branch(self, owner_id: str, conversation_id: str, message_id: str, leaf_id: str, now: datetime) -> None:
        """Hide a message with all that follows it, and show the branch of `leaf_id` instead, in one transaction.

        Raises ConversationBusyError while an answer is being written, NotFoundError when `leaf_id` would be hidden too.
        """

    def restore_branch(self, owner_id: str, conversation_id: str, message_id: str) -> None:
        """Bring back what `delete_branch` of this message hid."""

    def delete(self, owner_id: str, conversation_id: str, now: datetime) -> None:
        """Hide it, and its shares with it; `restore` brings both back until `purge_deleted`."""

    def restore(self, owner_id: str, conversation_id: str) -> None: ...

    def purge_deleted(self, deleted_before: datetime) -> int:
        """Really delete what was hidden before that time, branches and conversations with their shares; the number of
        conversations."""

    # Shares

    def add_share(self, owner_id: str, share: Share, token_sha256: str, snapshot: Snapshot) -> None: ...

    def shares(self, owner_id: str, conversation_id: str) -> list[Share]:
        """Newest first, revoked ones included."""

    def revoke_share(self, owner_id: str, share_id: str, now: datetime) -> None: ...

    def snapshot(self, token_sha256: str) -> Snapshot:
        """For anybody who has the link. Raises NotFoundError when unknown, revoked, or its conversation deleted."""

    # Health

    def ping(self) -> None:
        """Raises StorageError when the database cannot be reached."""

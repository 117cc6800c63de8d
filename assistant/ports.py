"""What the assistant asks of storage. `storage` implements it; `tests/fakes` has its twin in memory.

Every method is one short transaction, `delete_owner` several, and blocks: call it in a worker thread. An owner who asks
for what is not theirs gets the same NotFoundError as for what never was. A database that cannot be used raises
StorageError.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from assistant.conversation import (
    Conversation,
    Feedback,
    GenerationOptions,
    Message,
    MessageStatus,
    Provenance,
    Run,
    Shelf,
    TitleSource,
)
from assistant.draft import Draft
from assistant.errors.root import ErrorReport
from assistant.new_turn import NewTurn
from assistant.prompt_choice import PromptChoice, PromptPreset
from assistant.rated_turn import RatedTurn
from assistant.search_query import SearchHit, SearchQuery
from assistant.snapshot import OpenShare, Share, ShareKeys, ShareVersion, Snapshot

MOST_PRESETS = 100
"""Of one owner."""
MESSAGES_AT_ONCE = 1000
"""Deleted in one transaction, some tenths of a second; one conversation goes whole, however many it has."""


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
        Raises NotFoundError, ConversationBusyError, ConversationMovedError, TooManyAnswersError.
        """

    def checkpoint(self, run_id: str, text: str, now: datetime) -> bool:
        """Keep the text so far. False when the run has already ended (nothing is written)."""

    def finish(self, run_id: str, outcome: RunOutcome, now: datetime) -> bool:
        """End the run, once: a compare-and-set on `STREAMING`. False when another end came first."""

    def requested_run(self, owner_id: str, client_request_id: str) -> Run | None:
        """The run that this owner's request began, whatever became of it."""

    def run(self, owner_id: str, run_id: str) -> Run: ...

    def active_run(self, owner_id: str, conversation_id: str) -> Run | None: ...

    def active_runs(self, owner_id: str) -> list[Run]:
        """In all conversations of one person, hidden ones too, oldest first."""

    def answer(self, owner_id: str, run_id: str) -> Message:
        """What a run has made so far, as of its last checkpoint."""

    def request_stop(self, run_id: str, now: datetime) -> bool:
        """Ask whichever process makes it to stop, which `beat` tells it. False when the run has already ended."""

    def beat(self, run_ids: Collection[str], now: datetime) -> set[str]:
        """A sign of life for each of these runs that is unfinished; those among them that somebody asked to stop."""

    def unfinished_runs(self) -> dict[str, datetime]:
        """Of whomever and in whatever process: id → when it last gave a sign of life, by the clock of its process."""

    def interrupt(self, run_id: str, last_beat: datetime, now: datetime) -> bool:
        """End the run as `INTERRUPTED`, text kept. False when it gave a sign of life since, or has ended."""

    def interrupt_lost_runs(self, process_id: str, now: datetime) -> int:
        """End every unfinished run of another process as `INTERRUPTED`, text kept; their number. For a process that has
        the database to itself."""

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

    def known_conversations(self, owner_id: str, ids: Collection[str]) -> set[str]:
        """Those of `ids` that are this owner's, hidden ones too."""

    def add_hidden(self, conversations: Sequence[tuple[Conversation, Sequence[Message]]], now: datetime) -> None:
        """Several conversations of one owner, each message after its parent: out of reach until they are revealed, and
        purged as if they were deleted `now`.

        A conversation whose id is known already is left as it is.
        """

    def reveal(self, owner_id: str, ids: Collection[str]) -> set[str]:
        """Show all of these that are hidden, deleted ones too, at once; their ids. Those of others are passed over."""

    def message_ids(self, owner_id: str, conversation_id: str) -> set[str]:
        """Of all that is kept of a conversation, hidden or not."""

    def extend(
        self,
        owner_id: str,
        conversation_id: str,
        messages: Sequence[Message],
        leaf_id: str | None,
        updated_at: datetime,
    ) -> int:
        """Add what is new of a later copy, each message after its parent, to a conversation that may be hidden; how
        many. Nothing that is there changes, and nothing is added to a branch that was deleted. `leaf_id` is shown where
        it only goes on from what is shown."""

    def rename(self, owner_id: str, conversation_id: str, title: str, source: TitleSource = TitleSource.PERSON) -> None:
        """A name of the model's replaces only one that was taken from the question."""

    def pin(self, owner_id: str, conversation_id: str, pinned: bool) -> None: ...

    def archive(self, owner_id: str, conversation_id: str, archived: bool) -> None: ...

    def set_options(self, owner_id: str, conversation_id: str, options: GenerationOptions) -> None: ...

    def set_prompt(self, owner_id: str, conversation_id: str, prompt: PromptChoice) -> None: ...

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

    def deleted_conversations(self, owner_id: str, limit: int) -> list[Conversation]:
        """What `restore` can bring back, the last deleted first."""

    def purge_deleted(self, deleted_before: datetime, limit: int = 100) -> int:
        """Really delete what was hidden before that time, branches and conversations with their shares: a batch of it,
        what was hidden first first, at most `limit` conversations, and no more than have `MESSAGES_AT_ONCE` messages
        together. The number of conversations."""

    def delete_unchanged(self, unchanged_since: datetime, limit: int) -> int:
        """Really delete conversations of visitors without an account that had their last turn before that time, hidden
        or not, with their shares: a batch as above, the oldest first, then by id. Their number.

        Drafts of that age go too."""

    def delete_owner(self, owner_id: str) -> int:
        """Really delete everything of one person, hidden or not; the number of conversations.

        All is out of reach at once, in one transaction; then it goes in batches. Where that is broken off,
        `purge_deleted` goes on with it."""

    # Shares

    def add_share(self, owner_id: str, share: Share, keys: ShareKeys, snapshot: Snapshot) -> None:
        """Once more with the same id changes nothing."""

    def share(self, owner_id: str, share_id: str) -> Share: ...

    def shares(self, owner_id: str, conversation_id: str | None = None) -> list[Share]:
        """Newest first, ended ones included; of all conversations, or of one."""

    def update_share(self, owner_id: str, share_id: str, snapshot: Snapshot) -> None:
        """Show this at the same link; what it showed before is kept as an earlier version. Nothing changes where it
        shows the same already."""

    def share_versions(self, owner_id: str, share_id: str) -> list[ShareVersion]:
        """The earlier ones, newest first."""

    def share_version(self, owner_id: str, share_id: str, number: int) -> Snapshot:
        """The current one too."""

    def set_share_expiry(self, owner_id: str, share_id: str, expires_at: datetime | None) -> None: ...

    def revoke_share(self, owner_id: str, share_id: str, now: datetime) -> None: ...

    def revoke_share_by(self, deletion_sha256: str, now: datetime) -> None:
        """For whoever has the deletion link. Raises NotFoundError when no share that is there has it."""

    def open_share(self, token_sha256: str, now: datetime) -> OpenShare:
        """For anybody who has the link. Raises NotFoundError when unknown, revoked, expired, or its conversation
        deleted; one whose views are used up is told by `views_left`."""

    def count_views(self, share_id: str, views: int) -> int:
        """How many of these views it still had: all, where there is no limit."""

    def snapshot(self, token_sha256: str) -> Snapshot:
        """For anybody who has the link. Raises NotFoundError when unknown, revoked, or its conversation deleted."""

    # Search

    def search(self, owner_id: str, query: SearchQuery, limit: int, before: int | None = None) -> list[SearchHit]:
        """Messages and titles in which every term of the query occurs, the newest first; `before` is the position of
        the last one of the page before. An answer is found when it has ended; what is hidden is not."""

    def index_missing(self, limit: int) -> int:
        """Make conversations that were kept before there was a search findable, at most `limit` at once; their
        number."""

    # Ratings

    def rate(self, owner_id: str, conversation_id: str, message_id: str, feedback: Feedback | None) -> None:
        """Of an answer; None takes it back. Raises NotFoundError for a question too."""

    def agreed_to_export(self, owner_id: str) -> datetime | None:
        """When; None: has not, or no longer."""

    def agree_to_export(self, owner_id: str, agreed_at: datetime | None) -> None: ...

    def rated_turns(self, limit: int, after: str = "") -> list[RatedTurn]:
        """Of all people who agreed, answers that were made here, by their ids; `after` is the last one of the page
        before."""

    # Licences

    def accept_licence(self, owner_id: str, licence: str, now: datetime) -> None:
        """`licence`: one version, by its name. Once more changes nothing."""

    def licence_accepted_at(self, owner_id: str, licence: str) -> datetime | None:
        """None: not, or not in this version."""

    # Saved prompts

    def save_preset(self, owner_id: str, preset: PromptPreset) -> None:
        """Where the owner has one of that name, its prompt is replaced. Raises TooManyPresetsError."""

    def presets(self, owner_id: str) -> list[PromptPreset]:
        """By name."""

    def rename_preset(self, owner_id: str, preset_id: str, name: str) -> None:
        """Raises PresetNameTakenError."""

    def delete_preset(self, owner_id: str, preset_id: str) -> None: ...

    # Drafts

    def draft(self, owner_id: str, conversation_id: str | None) -> Draft:
        """None is the new chat. It goes when it is sent, and with its conversation."""

    def keep_draft(
        self, owner_id: str, conversation_id: str | None, draft: Draft, *, seen: str, now: datetime
    ) -> Draft:
        """A blank one keeps nothing. What is kept now: where that was of another version than `seen`, it still is."""

    def forget_drafts(self, unchanged_since: datetime, limit: int) -> int:
        """Of anonymous visitors who have no conversation, at most `limit` at once; their number. Whoever has nothing
        else is as new."""

    # Health

    def ping(self) -> None:
        """Raises StorageError when the database cannot be reached."""

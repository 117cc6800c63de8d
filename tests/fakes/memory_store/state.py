"""What the parts of the store in memory share: the values, and the rule of whose they are."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from threading import RLock

from assistant.conversation import Conversation, Message, MessageStatus, Run, left_behind
from assistant.draft import Draft
from assistant.errors.app import NotFoundError
from assistant.errors.visitor import SignedOutError
from assistant.identity import Account
from assistant.prompt_choice import PromptPreset
from assistant.snapshot import Share, ShareKeys, Snapshot


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownToken:
    owner_id: str
    created_on: date
    seen_on: date
    revoked_on: date | None = None


@dataclass(slots=True)
class KeptShare:
    share: Share
    keys: ShareKeys
    versions: list[Snapshot]
    """The last one is what the link shows."""


class MemoryState:
    def __init__(self) -> None:
        self._lock = RLock()
        self._conversations: dict[str, Conversation] = {}
        self._messages: dict[str, Message] = {}
        self._runs: dict[str, Run] = {}
        self._beats: dict[str, datetime] = {}
        self._stops_requested: set[str] = set()
        self._asked_from: dict[str, str] = {}
        self._shares: dict[str, KeptShare] = {}
        self._deleted: dict[str, datetime] = {}
        self._importing: set[str] = set()
        """Of the deleted ones: those that were never shown."""
        self._agreed: dict[str, datetime] = {}
        """To the export of their ratings."""
        self._licences: dict[tuple[str, str], datetime] = {}
        """Owner and accepted licence."""
        self._hidden: dict[str, datetime] = {}
        """Messages of deleted branches."""
        self._documents: dict[tuple[str, str | None], int] = {}
        """What can be found, conversation and message (None is the title), with its position."""
        self._indexed = 0
        self._drafts: dict[tuple[str, str | None], tuple[Draft, datetime]] = {}
        """By owner and conversation; None is the new chat."""
        self._presets: dict[str, dict[str, PromptPreset]] = {}
        """Owner → id → preset."""
        self._tokens: dict[str, KnownToken] = {}
        self._accounts: dict[str, Account] = {}
        """By their owner ids."""
        self._account_number = 0
        self._steps: dict[str, tuple[dict[str, str], datetime]] = {}
        """Of sign-ins under way, with when they expire."""

    def _of(
        self, owner_id: str, conversation_id: str, *, deleted: bool = False, importing: bool = False
    ) -> Conversation:
        found = self._conversations.get(conversation_id)
        is_seen = importing if conversation_id in self._importing else deleted or conversation_id not in self._deleted
        if found is None or found.owner_id != owner_id or not is_seen:
            raise NotFoundError(kind="conversation")
        return found

    def _message(self, conversation_id: str, message_id: str, *, deleted: bool = False) -> Message:
        found = self._messages.get(message_id)
        hidden = message_id in self._hidden and not deleted
        if found is None or found.conversation_id != conversation_id or hidden:
            raise NotFoundError(kind="message")
        return found

    def _active(self, conversation_id: str) -> Run | None:
        return next(
            (
                run
                for run in self._runs.values()
                if run.conversation_id == conversation_id and run.status is MessageStatus.STREAMING
            ),
            None,
        )

    def _index(self, conversation_id: str, message_id: str | None) -> None:
        self._indexed += 1
        self._documents[conversation_id, message_id] = self._indexed

    def _change(self, conversation_id: str, **changes: object) -> None:
        self._conversations[conversation_id] = replace(self._conversations[conversation_id], **changes)  # type: ignore[arg-type]  # by name

    def _show(self, conversation_id: str, leaf_id: str) -> None:
        shown = self._conversations[conversation_id]
        left = left_behind(shown.left_leaves, shown.leaf_id, leaf_id)
        self._change(conversation_id, leaf_id=leaf_id, left_leaves=left)

    def _forget(self, message_ids: Iterable[str]) -> None:
        for message_id in list(message_ids):
            del self._messages[message_id]
            self._hidden.pop(message_id, None)
        self._runs = {key: run for key, run in self._runs.items() if run.answer_id in self._messages}

    def _remember(self, owner_id: str, today: date) -> None:
        known = self._tokens.get(owner_id)
        if known is not None and known.revoked_on:
            raise SignedOutError
        if known is None and owner_id not in self._accounts:
            self._tokens[owner_id] = KnownToken(owner_id=owner_id, created_on=today, seen_on=today)

    def _forget_identity(self, owner_id: str) -> None:
        had_account = self._accounts.pop(owner_id, None) is not None
        for token, known in list(self._tokens.items()):
            if known.owner_id == owner_id and had_account:
                self._tokens[token] = replace(known, revoked_on=known.seen_on)
            elif known.owner_id == owner_id:
                del self._tokens[token]

"""Conversations taken along: out as files, and in again from ours, ChatGPT's and HuggingChat's.

Knows the store, not where files come from and go to. What a file says is checked to its end before anything of it is
written; then new conversations are written hidden, and shown all at once. Those that are here grow one after the other.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import IO

from assistant.conversation import Conversation, Message, Shelf, branch
from assistant.errors.app import NotFoundError
from assistant.portable.document import document_of
from assistant.portable.file_names import file_name
from assistant.portable.imported import ImportedConversation, Source, adopted, newer_copy
from assistant.portable.markdown_file import to_markdown
from assistant.portable.reader import read_conversations
from assistant.portable.redacted import without_personal_data
from assistant.portable.zip_stream import zip_stream
from assistant.ports import ConversationStore
from assistant.wording import Wording

_PAGE = 1000
_BATCH_MESSAGES = 200
"""Some tens of milliseconds of writing: others write in between."""
_AT_ONCE = 2
"""Imports: each may have a conversation of the largest size in memory."""


class Form(StrEnum):
    MARKDOWN = "md"
    JSON = "json"


class Bundle(StrEnum):
    ZIP = "zip"
    JSONL = "jsonl"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportedFile:
    name: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportReport:
    """Numbers of conversations."""

    new: int
    grown: int = 0
    """They were here already; the file had more of them."""
    known: int
    """They were here already, and are as they were."""


Progress = Callable[[int, int | None], None]
"""Called in a worker thread: conversations so far, and of how many; None while the file is still being read."""


class Portability:
    def __init__(
        self,
        store: ConversationStore,
        wording: Wording,
        *,
        clock: Callable[[], datetime],
        retention: timedelta | None = None,
    ) -> None:
        """`retention`: how long a conversation is kept that nobody goes on with; None for ever."""
        self._store = store
        self._retention = retention
        self._wording = wording
        self._clock = clock
        self._importing = asyncio.Semaphore(_AT_ONCE)

    async def export(self, owner_id: str, conversation_id: str, form: Form, *, redacted: bool = False) -> ExportedFile:
        """`redacted`: without secrets and personal data of well-known shapes. Raises NotFoundError."""
        return await asyncio.to_thread(self._export, owner_id, conversation_id, form, redacted)

    async def export_all(self, owner_id: str, bundle: Bundle) -> AsyncIterator[bytes]:
        """All of a person's conversations, on every shelf, a few in memory at a time."""
        ids = await asyncio.to_thread(self._ids, owner_id)
        pieces = self._zip(owner_id, ids) if bundle is Bundle.ZIP else self._lines(owner_id, ids)
        while (piece := await asyncio.to_thread(next, pieces, None)) is not None:
            yield piece

    async def import_file(self, owner_id: str, file: IO[bytes], told: Progress = lambda done, of: None) -> ImportReport:
        """`file`: on the disk. Raises BrokenFileError with the place of the fault, and nothing is imported then."""
        async with self._importing:
            return await asyncio.to_thread(self._import, owner_id, file, told)

    # Out

    def _export(self, owner_id: str, conversation_id: str, form: Form, redacted: bool) -> ExportedFile:
        conversation, messages = self._read(owner_id, conversation_id)
        if redacted:
            conversation, messages = without_personal_data(conversation, messages)
        if form is Form.MARKDOWN:
            content = to_markdown(conversation, branch(messages, conversation.leaf_id), self._wording).encode()
        else:
            content = document_of(conversation, messages).model_dump_json(indent=1).encode()
        return ExportedFile(name=file_name(conversation.title, conversation.created_at, form), content=content)

    def _read(self, owner_id: str, conversation_id: str) -> tuple[Conversation, list[Message]]:
        messages: list[Message] = []
        for _ in range(3):
            conversation = self._store.conversation(owner_id, conversation_id)
            messages = self._store.messages(owner_id, conversation_id)
            if conversation.leaf_id is None or any(message.id == conversation.leaf_id for message in messages):
                return conversation, messages
            # The branch that was shown was deleted between the two: what is shown now?
        raise NotFoundError(kind="message")

    def _ids(self, owner_id: str) -> list[str]:
        # Read before anything is written: the order of the list changes with every turn that goes on meanwhile.
        ids: dict[str, None] = {}
        for shelf in Shelf:
            before: tuple[datetime, str] | None = None
            while page := self._store.conversations(owner_id, _PAGE, before, shelf):
                ids |= dict.fromkeys(conversation.id for conversation in page)
                before = (page[-1].updated_at, page[-1].id)
        return list(ids)

    def _all(self, owner_id: str, ids: list[str]) -> Iterator[tuple[Conversation, bytes]]:
        for each in ids:
            try:
                conversation, messages = self._read(owner_id, each)
            except NotFoundError:  # deleted meanwhile
                continue
            yield conversation, document_of(conversation, messages).model_dump_json().encode()

    def _lines(self, owner_id: str, ids: list[str]) -> Iterator[bytes]:
        return (document + b"\n" for _, document in self._all(owner_id, ids))

    def _zip(self, owner_id: str, ids: list[str]) -> Iterator[bytes]:
        return zip_stream(
            (
                file_name(conversation.title, conversation.created_at, "json", conversation.id),
                conversation.updated_at,
                document,
            )
            for conversation, document in self._all(owner_id, ids)
        )

    # In

    def _import(self, owner_id: str, file: IO[bytes], told: Progress) -> ImportReport:
        # Twice through the file rather than once with all of it in memory.
        ids: list[tuple[str, str]] = []
        for read in read_conversations(file):
            ids.append(_ids_here(read, owner_id))
            told(len(ids), None)
        known = self._store.known_conversations(owner_id, {each for both in ids for each in both})
        here = [original_id if original_id in known else own_id for original_id, own_id in ids]
        grown: set[str] = set()
        batch: list[tuple[Conversation, list[Message]]] = []
        for number, (read, conversation_id) in enumerate(zip(read_conversations(file), here, strict=True)):
            told(number, len(here))
            if conversation_id in known:
                if self._extend(owner_id, conversation_id, read):
                    grown.add(conversation_id)
                continue
            conversation, messages = adopted(read, owner_id)
            batch.append((self._kept(conversation), messages))
            if sum(1 + len(messages) for _, messages in batch) >= _BATCH_MESSAGES:
                self._store.add_hidden(batch, self._clock())
                batch = []
        self._store.add_hidden(batch, self._clock())
        new = self._store.reveal(owner_id, here)
        grown -= new
        return ImportReport(new=len(new), grown=len(grown), known=len(here) - len(new) - len(grown))

    def _extend(self, owner_id: str, conversation_id: str, read: ImportedConversation) -> bool:
        """With what is new in the file."""
        known = self._store.message_ids(owner_id, conversation_id)
        messages, leaf_id = newer_copy(read, conversation_id, known)
        if all(message.id in known for message in messages):
            return False
        updated_at = self._kept(read.conversation).updated_at
        return self._store.extend(owner_id, conversation_id, messages, leaf_id, updated_at) > 0

    def _kept(self, conversation: Conversation) -> Conversation:
        """Not deleted at once, where old conversations are: to import one is to go on with it."""
        now = self._clock()
        is_due = self._retention is not None and conversation.updated_at < now - self._retention
        return replace(conversation, updated_at=now) if is_due else conversation


def _ids_here(read: ImportedConversation, owner_id: str) -> tuple[str, str]:
    """The id that it has here when the owner exported it here, and the one that it has when it is imported."""
    own_id = read.id_for(owner_id)
    return (read.conversation.id if read.source is Source.OWN else own_id), own_id

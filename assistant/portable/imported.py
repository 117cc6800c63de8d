"""A conversation that was read from a file, and how it becomes one of somebody's here.

Ids come from the owner, the kind of file and the file's own ids: the same file again is the same conversation again,
and two people who import one file do not meet.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from assistant.conversation import Conversation, Message, MessageStatus, remapped
from assistant.derived_id import derived_id

_NUMBER = 5


class Source(StrEnum):
    """The kinds of files. Part of the ids: a name never changes."""

    OWN = "import"
    CHATGPT = "chatgpt"
    HUGGINGCHAT = "huggingchat"


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedConversation:
    source: Source
    conversation: Conversation
    """With the file's own ids, and of nobody."""
    messages: Sequence[Message]
    """Every message after its parent."""

    def id_for(self, owner_id: str) -> str:
        return derived_id(owner_id, self.source, self.conversation.id)


def adopted(imported: ImportedConversation, owner_id: str) -> tuple[Conversation, list[Message]]:
    """The owner's own, with ids that nobody else's can have. An answer that was being written stays as it was then."""
    conversation_id = imported.id_for(owner_id)
    messages, leaf_id = newer_copy(imported, conversation_id, ())
    conversation = replace(
        imported.conversation,
        id=conversation_id,
        owner_id=owner_id,
        leaf_id=leaf_id,
        origin=imported.conversation.origin or imported.source,
    )
    return conversation, messages


def newer_copy(
    imported: ImportedConversation, conversation_id: str, known: Collection[str]
) -> tuple[list[Message], str | None]:
    """Its messages and its leaf, as they are called in a conversation that has this id, and the `known` messages."""
    ids = _ids(imported, conversation_id, known)
    leaf_id = imported.conversation.leaf_id
    messages = [_adopted(message, conversation_id, ids) for message in imported.messages]
    return messages, ids[leaf_id] if leaf_id is not None else None


def _ids(imported: ImportedConversation, conversation_id: str, known: Collection[str]) -> dict[str, str]:
    # With their number in front: messages of one time are ordered by id, and stay in the file's order so. In a newer
    # file they may have other numbers: what follows those is what they are known by.
    numbered = {each[_NUMBER:]: each for each in known}
    is_original = imported.source is Source.OWN and imported.conversation.id == conversation_id
    ids: dict[str, str] = {}
    for number, message in enumerate(imported.messages):
        own = derived_id(conversation_id, message.id)[:-_NUMBER]
        is_known = is_original and message.id in known
        ids[message.id] = message.id if is_known else numbered.get(own, f"{number:0{_NUMBER}}{own}")
    return ids


def _adopted(message: Message, conversation_id: str, ids: dict[str, str]) -> Message:
    is_unfinished = message.status is MessageStatus.STREAMING
    return replace(
        message,
        id=ids[message.id],
        conversation_id=conversation_id,
        parent_id=ids[message.parent_id] if message.parent_id is not None else None,
        status=MessageStatus.INTERRUPTED if is_unfinished else message.status,
        provenance=remapped(message.provenance, ids),
    )

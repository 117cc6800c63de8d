"""The conversations in a file, whatever kind of file it is: ours, ChatGPT's, HuggingChat's, each alone or packed."""

from collections.abc import Iterator
from typing import IO

from assistant.portable.bounds import CONVERSATIONS
from assistant.portable.broken_file import at, broken
from assistant.portable.chatgpt import is_chatgpts, read_chatgpt
from assistant.portable.huggingchat import is_huggingchats, read_huggingchat
from assistant.portable.imported import ImportedConversation
from assistant.portable.json_values import json_objects
from assistant.portable.opened_file import json_files
from assistant.portable.own_file import is_ours, read_ours


def read_conversations(file: IO[bytes]) -> Iterator[ImportedConversation]:
    """One after another: what has been read does not stay in memory. Raises BrokenFileError, perhaps after many."""
    seen: set[tuple[str, str]] = set()
    for name, data in json_files(file):
        with at(name):
            for place, value in json_objects(data):
                with at(place):
                    conversations = list(_in(value))
                    for read in conversations:
                        _refuse_twice(read, seen)
                yield from conversations
    if not seen:
        raise broken("there are no conversations in it", "the file")


def _in(value: object) -> Iterator[ImportedConversation]:
    match value:
        case {"conversations": list(several)}:
            for number, each in enumerate(several, start=1):
                with at(f"number {number} in it"):
                    yield from _in_one(each)
        case _:
            yield from _in_one(value)


def _in_one(value: object) -> Iterator[ImportedConversation]:
    if not isinstance(value, dict):
        raise broken("it is not a JSON object")
    if is_ours(value):
        yield read_ours(value)
    elif is_chatgpts(value):
        yield from filter(None, [read_chatgpt(value)])
    elif is_huggingchats(value):
        yield from filter(None, [read_huggingchat(value)])
    else:
        raise broken("it is no conversation of this app, of ChatGPT or of HuggingChat")


def _refuse_twice(read: ImportedConversation, seen: set[tuple[str, str]]) -> None:
    key = (read.source, read.conversation.id)
    if key in seen:
        raise broken("its id is that of an earlier conversation")
    seen.add(key)
    if len(seen) > CONVERSATIONS:
        raise broken(f"there are more than {CONVERSATIONS} conversations")

"""A file's messages as a tree: every parent is there, nothing goes in circles, parents come before their children."""

from collections import defaultdict
from collections.abc import Mapping

from assistant.portable.bounds import MESSAGES
from assistant.portable.broken_file import broken


def parents_first(parents: Mapping[str, str | None]) -> list[str]:
    """The ids in an order in which each comes after its parent, else as they stood; several roots are allowed.

    `parents`: id → parent's id, in the order of the file. Raises BrokenFileError naming the message by its number.
    """
    children: defaultdict[str | None, list[str]] = defaultdict(list)
    for number, (message_id, parent_id) in enumerate(parents.items(), start=1):
        if parent_id is not None and parent_id not in parents:
            raise broken("its parent is not in the file", f"message {number}")
        children[parent_id].append(message_id)
    ordered = list(children[None])
    for message_id in ordered:  # grows while it is read
        ordered += children[message_id]
    if len(ordered) < len(parents):
        reached = set(ordered)
        lost = next(number for number, each in enumerate(parents, start=1) if each not in reached)
        raise broken("following its parents leads back to itself", f"message {lost}")
    return ordered


def refuse_too_many(messages: int) -> None:
    if messages > MESSAGES:
        raise broken(f"it has {messages} messages; at most {MESSAGES} are taken")

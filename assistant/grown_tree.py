"""What a tree of messages gets from a newer copy of it: what is new, never anything instead of what is there."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from assistant.conversation import Message


@dataclass(frozen=True, slots=True)
class GrownTree:
    new: list[Message]
    leaf_id: str | None
    """Of the branch to show."""


def grown_tree(
    parents: Mapping[str, str | None],
    hidden: Collection[str],
    leaf_id: str | None,
    copy: Sequence[Message],
    copys_leaf_id: str | None,
) -> GrownTree:
    """`parents`: of all messages that are there, also of the `hidden` ones, of which nothing is gone on with. `copy`:
    each message after its parent. Its leaf is shown where it only goes on from what is shown."""
    known, out_of_sight = dict(parents), set(hidden)
    new: dict[str, Message] = {}
    for message in copy:
        if message.id in known:
            continue
        known[message.id] = message.parent_id
        if message.parent_id in out_of_sight:
            out_of_sight.add(message.id)
        else:
            new[message.id] = message
    at = copys_leaf_id
    while at in new:
        at = known[at]
    goes_on = copys_leaf_id in new and at == leaf_id
    return GrownTree(list(new.values()), copys_leaf_id if goes_on else leaf_id)

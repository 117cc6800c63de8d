"""The tree of messages: branches, versions and newest ends, whatever its shape."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.conversation import Message, MessageStatus, Role, branch, last_leaf, newest_leaf, versions_of
from assistant.errors.app import NotFoundError


def message(number: int, parent: Message | None = None, *, second: int = 0, role: Role = Role.USER) -> Message:
    return Message(
        id=f"m{number:02}",
        conversation_id="c",
        parent_id=parent.id if parent else None,
        role=role,
        text="",
        status=MessageStatus.COMPLETE,
        created_at=datetime(2026, 11, 23, tzinfo=UTC) + timedelta(seconds=second),
    )


@st.composite
def trees(draw: st.DrawFn) -> list[Message]:
    """Several first messages, versions at any place, any roles, equal times, and in any order."""
    made: list[Message] = []
    for number in range(draw(st.integers(1, 20))):
        parent = draw(st.sampled_from([None, *made]))
        role = draw(st.sampled_from(Role))
        made.append(message(number, parent, second=draw(st.integers(0, 3)), role=role))
    return draw(st.permutations(made))


def age(message: Message) -> tuple[datetime, str]:
    return message.created_at, message.id


@given(trees())
def test_a_branch_goes_from_a_first_question_to_its_leaf_message_by_message(tree: list[Message]) -> None:
    for leaf in tree:
        path = branch(tree, leaf.id)
        assert path[-1] == leaf
        assert [m.parent_id for m in path] == [None, *(m.id for m in path[:-1])]


def test_a_conversation_without_a_leaf_shows_nothing() -> None:
    assert branch([message(1)], None) == []


@given(trees())
def test_a_branch_with_a_message_missing_is_not_found(tree: list[Message]) -> None:
    for leaf in tree:
        for gone in branch(tree, leaf.id):
            with pytest.raises(NotFoundError):
                branch([m for m in tree if m != gone], leaf.id)


def test_a_circle_is_not_found_instead_of_followed_for_ever() -> None:
    one, two = replace(message(1), parent_id="m02"), replace(message(2), parent_id="m01")
    with pytest.raises(NotFoundError):
        branch([one, two], "m01")


@given(trees())
def test_the_newest_end_is_reached_by_the_newest_child_at_each_step(tree: list[Message]) -> None:
    for start in tree:
        way = branch(tree, newest_leaf(tree, start.id))
        steps = way[way.index(start) + 1 :]
        assert way[-1].id not in {m.parent_id for m in tree}
        for step in steps:
            assert step == max((m for m in tree if m.parent_id == step.parent_id), key=age)


@given(trees())
def test_every_message_is_shown_on_the_branch_to_its_newest_end(tree: list[Message]) -> None:
    for wanted in tree:
        assert wanted in branch(tree, newest_leaf(tree, wanted.id))


@given(trees(), st.lists(st.sampled_from(["m01", "m03", "m05", "gone"])))
def test_of_the_branches_that_were_left_the_last_with_the_message_is_gone_on_with(
    tree: list[Message], left: list[str]
) -> None:
    there = [each for each in left if each in {message.id for message in tree}]
    for wanted in tree:
        through = [each for each in there if wanted in branch(tree, each)]
        leaf_id = newest_leaf(tree, through[0] if through else wanted.id)
        assert last_leaf(tree, wanted.id, left) == leaf_id
        assert wanted in branch(tree, leaf_id)


@given(trees())
def test_versions_share_parent_and_role_oldest_first_and_agree_with_each_other(tree: list[Message]) -> None:
    known = versions_of(tree)
    for one in tree:
        versions = known[one.id]
        assert one in versions
        assert {(m.parent_id, m.role) for m in versions} == {(one.parent_id, one.role)}
        assert versions == sorted(versions, key=age)
        assert all(known[other.id] == versions for other in versions)


@given(trees())
def test_every_message_is_a_version_of_one_thing(tree: list[Message]) -> None:
    groups = {tuple(m.id for m in versions) for versions in versions_of(tree).values()}
    assert sorted(m.id for m in tree) == sorted(message_id for group in groups for message_id in group)


@given(trees(), st.randoms(use_true_random=False))
def test_the_order_in_which_messages_come_changes_nothing(tree: list[Message], random: Random) -> None:
    shuffled = random.sample(tree, len(tree))
    for one in tree:
        assert branch(shuffled, one.id) == branch(tree, one.id)
        assert newest_leaf(shuffled, one.id) == newest_leaf(tree, one.id)
    assert versions_of(shuffled) == versions_of(tree)

"""The rules of conversations as things that are kept, on fakes."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from assistant.conversation import Conversation, GenerationOptions, Shelf
from assistant.errors.app import ConversationBusyError, NotFoundError
from assistant.errors.input import LastVersionError
from assistant.ui.conversation_list import read_list
from tests.fakes.desk import ANN, BOB, Desk, open_desk
from tests.fakes.scripted_model import HOLD

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


async def two_versions(desk: Desk) -> tuple[str, str, str]:
    """A conversation with two answers to its question: its id, the older answer's, the newer one's."""
    run = await desk.answered("Question?", "One.")
    desk.model.will_say(" Two.")
    again = await desk.service.regenerate(
        ANN, run.conversation_id, run.answer_id, client_request_id="again", options=GenerationOptions()
    )
    await desk.end_of(again)
    return run.conversation_id, run.answer_id, again.answer_id


async def test_deleting_a_version_shows_its_neighbour_and_undo_shows_it_again() -> None:
    async with open_desk() as desk:
        conversation_id, _, newer = await two_versions(desk)
        await desk.conversations.delete_branch(ANN, conversation_id, newer)
        assert await desk.texts(conversation_id) == ["Question?", "One."]
        await desk.conversations.restore_branch(ANN, conversation_id, newer)
        assert await desk.texts(conversation_id) == ["Question?", "Two."]


async def test_a_version_is_shown_as_it_was_left() -> None:
    async with open_desk() as desk:
        conversation_id, older, _ = await two_versions(desk)
        question = (await desk.shown(conversation_id))[0].id
        await desk.conversations.select_version(ANN, conversation_id, older)
        desk.model.will_say(" Three.")
        edited = await desk.service.edit(
            ANN, conversation_id, question, "Otherwise?", client_request_id="edit", options=GenerationOptions()
        )
        await desk.end_of(edited)
        assert await desk.texts(conversation_id) == ["Otherwise?", "Three."]
        await desk.conversations.select_version(ANN, conversation_id, question)
        assert await desk.texts(conversation_id) == ["Question?", "One."]


async def test_the_only_version_cannot_be_deleted() -> None:
    async with open_desk() as desk:
        run = await desk.answered("Question?", "One.")
        with pytest.raises(LastVersionError):
            await desk.conversations.delete_branch(ANN, run.conversation_id, run.answer_id)
        assert await desk.texts(run.conversation_id) == ["Question?", "One."]


async def test_no_version_is_deleted_while_an_answer_is_written() -> None:
    async with open_desk() as desk:
        conversation_id, _, newer = await two_versions(desk)
        desk.model.will_say(" Begin", HOLD)
        await desk.ask("And?", conversation_id)
        with pytest.raises(ConversationBusyError):
            await desk.conversations.delete_branch(ANN, conversation_id, newer)


async def test_a_fork_has_the_branch_down_to_the_message_and_its_own_life() -> None:
    async with open_desk() as desk:
        conversation_id, older, _ = await two_versions(desk)
        await desk.answered("More?", "Three.", conversation_id)
        fork_id = await desk.conversations.fork(ANN, conversation_id, older, client_request_id="fork")
        fork = (await desk.conversations.open(ANN, fork_id)).conversation
        assert (fork.origin, fork.pinned, await desk.texts(fork_id)) == ("fork", False, ["Question?", "One."])
        await desk.answered("Elsewhere?", "Four.", fork_id)
        assert await desk.texts(conversation_id) == ["Question?", "Two.", "More?", "Three."]


async def test_the_same_fork_asked_for_twice_is_one() -> None:
    async with open_desk() as desk:
        conversation_id, older, _ = await two_versions(desk)
        forks = {await desk.conversations.fork(ANN, conversation_id, older, client_request_id="fork") for _ in range(2)}
        assert len(forks) == 1
        assert len(await desk.conversations.conversations(ANN, 10)) == 2


async def test_an_answer_that_is_being_written_is_not_forked() -> None:
    async with open_desk() as desk:
        desk.model.will_say(" Begin", HOLD)
        run = await desk.ask("Question?")
        fork_id = await desk.conversations.fork(ANN, run.conversation_id, run.answer_id, client_request_id="fork")
        assert await desk.texts(fork_id) == ["Question?"]


async def test_nobody_else_can_order_fork_or_prune() -> None:
    async with open_desk() as desk:
        conversation_id, older, newer = await two_versions(desk)
        for attempt in (
            desk.conversations.pin(BOB, conversation_id, True),
            desk.conversations.archive(BOB, [conversation_id], True),
            desk.conversations.fork(BOB, conversation_id, older, client_request_id="fork"),
            desk.conversations.delete_branch(BOB, conversation_id, newer),
            desk.conversations.restore_branch(BOB, conversation_id, newer),
        ):
            with pytest.raises(NotFoundError):
                await attempt


def of_age(days: int, **changes: object) -> Conversation:
    when = NOW - timedelta(days=days)
    told = {"id": f"c{days}", "title": "", "created_at": when, "updated_at": when, "leaf_id": None, **changes}
    return Conversation(owner_id=ANN, options=GenerationOptions(), **told)  # type: ignore[arg-type]  # by name


async def test_the_list_is_grouped_by_age_below_what_is_pinned() -> None:
    async with open_desk() as desk:
        for conversation in (*map(of_age, (0, 1, 3, 20, 40, 41)), of_age(100, pinned=True), of_age(2, archived=True)):
            desk.store.add_conversation(conversation, [])
        shown = await read_list(desk.conversations, ANN, NOW)
        assert [(group.key, [c.id for c in group.conversations]) for group in shown.groups] == [
            ("pinned", ["c100"]),
            ("today", ["c0"]),
            ("yesterday", ["c1"]),
            ("last_7_days", ["c3"]),
            ("last_30_days", ["c20"]),
            ("month", ["c40", "c41"]),
        ]
        archive = await read_list(desk.conversations, ANN, NOW, Shelf.ARCHIVED)
        assert [c.id for group in archive.groups for c in group.conversations] == ["c2"]


async def test_days_begin_at_midnight_of_the_readers_clock() -> None:
    async with open_desk() as desk:
        desk.store.add_conversation(of_age(0, updated_at=NOW - timedelta(hours=13)), [])
        for hours, day in ((0, "yesterday"), (2, "today")):
            now = NOW.astimezone(timezone(timedelta(hours=hours)))
            shown = await read_list(desk.conversations, ANN, now)
            assert [group.key for group in shown.groups] == [day]


async def test_the_list_comes_by_pages() -> None:
    async with open_desk() as desk:
        for number in range(60):
            desk.store.add_conversation(of_age(0, id=f"c{number}"), [])
        first = await read_list(desk.conversations, ANN, NOW)
        assert (sum(len(group.conversations) for group in first.groups), first.next_length) == (50, 100)
        whole = await read_list(desk.conversations, ANN, NOW, length=first.next_length)
        assert (sum(len(group.conversations) for group in whole.groups), whole.next_length) == (60, None)


async def test_pinned_ones_are_all_there_and_however_many_they_are_come_by_pages() -> None:
    async with open_desk() as desk:
        for number in range(210):
            desk.store.add_conversation(of_age(0, id=f"c{number}", pinned=True), [])
        first = await read_list(desk.conversations, ANN, NOW)
        assert (len(first.groups[0].conversations), first.next_length) == (200, 100)
        whole = await read_list(desk.conversations, ANN, NOW, length=first.next_length)
        assert (len(whole.groups[0].conversations), whole.next_length) == (210, None)

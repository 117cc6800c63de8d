"""A person who wants to be forgotten is, at once, whatever is going on."""

import pytest

from assistant.errors.app import NotFoundError
from tests.fakes.desk import ANN, BOB, open_desk
from tests.fakes.scripted_model import HOLD


async def test_answers_in_the_making_are_stopped_and_then_everything_goes() -> None:
    async with open_desk() as desk:
        done = await desk.answered("Question?", "One.")
        desk.model.will_say(" It flows", HOLD)
        running = await desk.ask("And now?")
        await desk.model.held()
        assert await desk.conversations.delete_everything(ANN) == 2
        assert desk.model.closed == 2
        assert desk.runs.now(running.id) is None
        for gone in (done, running):
            with pytest.raises(NotFoundError):
                await desk.conversations.open(ANN, gone.conversation_id)


async def test_nobody_else_loses_anything_or_is_stopped() -> None:
    async with open_desk() as desk:
        desk.model.will_say(" It flows", HOLD, " down.")
        running = await desk.ask("Of Bob?", owner=BOB)
        await desk.model.held()
        await desk.conversations.delete_everything(ANN)
        desk.model.release()
        await desk.end_of(running)
        assert [m.text for m in await desk.shown(running.conversation_id, BOB)] == ["Of Bob?", "It flows down."]


async def test_a_conversation_that_was_deleted_while_undo_is_possible_goes_too() -> None:
    async with open_desk() as desk:
        run = await desk.answered("Question?", "One.")
        await desk.conversations.delete(ANN, [run.conversation_id])
        assert await desk.conversations.delete_everything(ANN) == 1
        with pytest.raises(NotFoundError):
            await desk.conversations.restore(ANN, [run.conversation_id])


async def test_whoever_has_nothing_deletes_nothing_and_can_begin() -> None:
    async with open_desk() as desk:
        assert await desk.conversations.delete_everything(ANN) == 0
        run = await desk.answered("Question?", "One.")
        assert await desk.texts(run.conversation_id) == ["Question?", "One."]

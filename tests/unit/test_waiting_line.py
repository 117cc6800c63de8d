"""So many are answered at a time; the others wait in order, know their place, and are not more than there may be."""

import asyncio
from contextlib import AsyncExitStack

import pytest

from assistant.conversation import MessageStatus
from assistant.errors.engine import EngineBusyError
from assistant.run_update import RunStage, RunUpdate
from assistant.waiting_line import WaitingLine
from tests.fakes.desk import BOB, Desk, open_desk
from tests.fakes.scripted_model import HOLD, ScriptedLoader, ScriptedModel


class Guest:
    """Somebody in the line: where they are, and whether it is their turn."""

    def __init__(self, line: WaitingLine, places: int = 1) -> None:
        self.places: list[int] = []
        self.has_turn = False
        self._done = asyncio.Event()
        self.task = asyncio.create_task(self._stay(line, places))

    async def _stay(self, line: WaitingLine, places: int) -> None:
        async with line.turn(places, self.places.append):
            self.has_turn = True
            await self._done.wait()
        self.has_turn = False

    async def leave(self) -> None:
        self._done.set()
        await self.task


async def settle() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def test_as_many_as_there_are_places_need_not_wait() -> None:
    line = WaitingLine(longest=5)
    guests = [Guest(line, places=2) for _ in range(3)]
    await settle()
    assert [guest.has_turn for guest in guests] == [True, True, False]
    for guest in guests:
        await guest.leave()


async def test_turns_come_in_the_order_of_arrival_and_everybody_knows_their_place() -> None:
    line = WaitingLine(longest=5)
    first, second, third = (Guest(line) for _ in range(3))
    await settle()
    assert (second.places, third.places) == ([1], [2])
    await first.leave()
    await settle()
    assert (second.has_turn, third.has_turn, third.places) == (True, False, [2, 1])
    await second.leave()
    await third.leave()


async def test_who_gives_up_makes_room_for_those_behind() -> None:
    line = WaitingLine(longest=5)
    first, second, third = (Guest(line) for _ in range(3))
    await settle()
    second.task.cancel()
    await settle()
    assert third.places == [2, 1]
    await first.leave()
    await third.leave()


async def test_who_gives_up_as_they_are_called_hands_the_turn_on() -> None:
    line = WaitingLine(longest=5)
    first, second, third = (Guest(line) for _ in range(3))
    await settle()
    await first.leave()
    second.task.cancel()
    await settle()
    assert third.has_turn
    await third.leave()
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(line.turn(1, [].append))


async def test_a_failure_during_a_turn_gives_the_place_back() -> None:
    line = WaitingLine(longest=5)
    with pytest.raises(ZeroDivisionError):
        async with line.turn(1, [].append):
            raise ZeroDivisionError
    async with asyncio.timeout(60), line.turn(1, [].append):
        pass


async def held(desk: Desk, text: str, owner: str = BOB) -> RunUpdate | None:
    desk.model.will_say(" Word", HOLD, ".")
    run = await desk.ask(text, owner=owner)
    await settle()
    return desk.runs.now(run.id)


async def test_a_person_who_waits_sees_their_place_and_is_answered_in_the_end() -> None:
    model = ScriptedModel()
    async with open_desk(model=model, loader=ScriptedLoader(model, concurrency=1)) as desk:
        await desk.engine.ready()
        await held(desk, "First?")
        await model.held()
        model.will_say(" Second.")
        waiting = await desk.ask("Second?")
        await settle()
        update = desk.runs.now(waiting.id)
        assert update is not None
        assert (update.stage, update.place) == (RunStage.QUEUED, 1)
        model.release()
        assert (await desk.end_of(waiting)).text == "Second."


async def test_a_line_that_is_full_refuses_before_anything_is_written() -> None:
    model = ScriptedModel()
    async with open_desk(model=model, loader=ScriptedLoader(model, concurrency=1), longest_line=1) as desk:
        await desk.engine.ready()
        await held(desk, "First?")
        await model.held()
        await held(desk, "Second?")
        with pytest.raises(EngineBusyError) as refused:
            await desk.ask("Third?", owner=BOB)
        seconds = refused.value.facts["retry_after"]
        assert isinstance(seconds, int)
        assert seconds >= 1
        assert [c.title for c in await desk.conversations.conversations(BOB, 10)] == ["Second?", "First?"]
        model.release()


async def test_a_question_that_was_taken_is_not_refused_when_it_is_sent_once_more() -> None:
    model = ScriptedModel()
    async with open_desk(model=model, loader=ScriptedLoader(model, concurrency=1), longest_line=1) as desk:
        await desk.engine.ready()
        await held(desk, "First?")
        await model.held()
        model.will_say(" Second.")
        taken = await desk.ask("Second?", request="second")
        assert (await desk.ask("Second?", request="second")).id == taken.id
        model.release()
        await desk.end_of(taken)
        await desk.runs.drain(5)
        assert (await desk.ask("Second?", request="second")).id == taken.id


async def test_who_stops_while_waiting_was_never_asked() -> None:
    model = ScriptedModel()
    async with open_desk(model=model, loader=ScriptedLoader(model, concurrency=1)) as desk:
        await desk.engine.ready()
        await held(desk, "First?")
        await model.held()
        waiting = await desk.ask("Second?")
        await settle()
        await desk.service.stop(waiting.owner_id, waiting.conversation_id)
        assert await desk.statuses(waiting.conversation_id) == [MessageStatus.COMPLETE, MessageStatus.STOPPED]
        assert len(model.prompts) == 1
        model.release()

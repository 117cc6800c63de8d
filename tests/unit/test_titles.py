"""Conversations are named by the model in quiet moments, and never at anybody's cost."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from langchain_core.outputs import GenerationChunk

from assistant.conversation import Conversation, Run, TitleSource
from assistant.errors.engine import EngineError
from assistant.ports import ConversationStore
from assistant.titles import Titles
from tests.contract.samples import chain, conversation_of
from tests.fakes.desk import ANN, Desk, open_desk
from tests.fakes.memory_store import MemoryConversationStore
from tests.fakes.scripted_model import HOLD, ScriptedLoader, ScriptedModel
from tests.fakes.stepped_loop import until

LONG = "Hello, how do I sort a list of numbers in Python, biggest first?"
TITLE = " Sort a list of numbers in Python\n\nQuestion: next"


@asynccontextmanager
async def naming_desk(
    *, concurrency: int = 2, model: ScriptedModel | None = None, store: ConversationStore | None = None
) -> AsyncIterator[Desk]:
    model = model or ScriptedModel()
    loader = ScriptedLoader(model, concurrency=concurrency)
    async with open_desk(model=model, loader=loader, store=store or MemoryConversationStore()) as desk:
        await desk.engine.ready()
        titles = Titles(desk.engine, desk.store, desk.runs.line)
        desk.runs.on_end = titles.run_ended
        yield desk
        await titles.close()


def conversation(desk: Desk, run: Run) -> Conversation:
    return desk.store.conversation(ANN, run.conversation_id)


def asked_for_titles(desk: Desk) -> list[str]:
    return [
        prompt for prompt in desk.model.prompts if prompt.startswith("Answer each question with nothing but a title")
    ]


async def considered(desk: Desk, run: Run) -> None:
    """Until the conversation has been named after this run, or not."""
    await until(lambda: desk.runs.now(run.id) is None)
    # Whatever is called at the end of a run is called now.
    await asyncio.sleep(0)
    await until(lambda: not any(task.get_name() == "titles" for task in asyncio.all_tasks()))


async def ask(desk: Desk, text: str = LONG, *, title: tuple[object, ...] = (TITLE,)) -> Run:
    """A whole turn; what the model says next is for the title."""
    desk.model.will_say(" Use sorted().")
    if title:
        desk.model.will_say(*title)
    run = await desk.ask(text)
    await desk.end_of(run)
    return run


async def test_who_waits_for_a_name_hears_when_it_is_there_and_when_there_will_be_none() -> None:
    async with naming_desk() as desk:
        titles = desk.runs.on_end.__self__  # type: ignore[attr-defined]  # the method of it that is called
        run = await ask(desk)
        await until(lambda: desk.runs.now(run.id) is None)
        await asyncio.wait_for(titles.settled(run.id), 5)
        assert conversation(desk, run).title_source is TitleSource.MODEL
        await asyncio.wait_for(titles.settled(run.id), 5)
        short = await ask(desk, "Hi!", title=())
        await asyncio.wait_for(titles.settled(short.id), 5)
        assert conversation(desk, short).title_source is TitleSource.QUESTION


async def test_a_conversation_is_named_after_its_first_exchange() -> None:
    async with naming_desk() as desk:
        run = await ask(desk)
        await until(lambda: conversation(desk, run).title_source is TitleSource.MODEL)
        assert conversation(desk, run).title == "Sort a list of numbers in Python"
        assert asked_for_titles(desk)[0].endswith(f"\n\nQuestion: {LONG}\nTitle:")
        assert desk.model.options[-1]["max_new_tokens"] == 24


async def test_a_later_exchange_changes_no_name() -> None:
    async with naming_desk() as desk:
        run = await ask(desk, title=(" Nonsense altogether",))
        await considered(desk, run)
        await desk.answered("And now, how do I sort it the other way round, please?", "Reversed.", run.conversation_id)
        other = await ask(desk)
        await until(lambda: conversation(desk, other).title_source is TitleSource.MODEL)
        assert len(asked_for_titles(desk)) == 2
        assert conversation(desk, run).title_source is TitleSource.QUESTION


async def test_a_name_that_a_person_gave_is_not_even_asked_for() -> None:
    async with naming_desk() as desk:
        desk.model.will_say(" Use", HOLD)
        run = await desk.ask(LONG)
        await desk.model.held()
        desk.store.rename(ANN, run.conversation_id, "Mine")
        desk.model.release()
        await desk.end_of(run)
        await desk.answered("Short?", "Yes.", run.conversation_id)
        assert asked_for_titles(desk) == []
        assert conversation(desk, run).title == "Mine"


async def test_a_person_who_gives_a_name_meanwhile_keeps_it() -> None:
    async with naming_desk() as desk:
        run = await ask(desk, title=(" Sort", HOLD, " numbers"))
        await desk.model.held()
        desk.store.rename(ANN, run.conversation_id, "Mine")
        desk.model.release()
        await considered(desk, run)
        assert conversation(desk, run).title == "Mine"


@pytest.mark.parametrize("text", ["What is a monad?", "  short  "])
async def test_a_short_question_is_its_own_title(text: str) -> None:
    async with naming_desk() as desk:
        await ask(desk, text, title=())
        await ask(desk)
        await until(lambda: len(asked_for_titles(desk)) == 1)
        assert LONG in asked_for_titles(desk)[0]


async def test_an_answer_that_was_stopped_or_failed_names_nothing() -> None:
    async with naming_desk() as desk:
        desk.model.will_say(EngineError(fault="broken"))
        failed = await desk.ask(LONG)
        await desk.end_of(failed)
        named = await ask(desk)
        await until(lambda: conversation(desk, named).title_source is TitleSource.MODEL)
        assert len(asked_for_titles(desk)) == 1
        assert conversation(desk, failed).title_source is TitleSource.QUESTION


async def test_a_conversation_whose_first_answer_was_stopped_is_named_after_the_first_whole_exchange() -> None:
    async with naming_desk() as desk:
        desk.model.will_say(" Use", HOLD)
        run = await desk.ask("What is the weather like on the far side of the moon?")
        await desk.model.held()
        await desk.service.stop(ANN, run.conversation_id)
        desk.model.will_say(" Use sorted().")
        desk.model.will_say(TITLE)
        await desk.end_of(await desk.ask(LONG, run.conversation_id))
        await until(lambda: conversation(desk, run).title == TITLE.strip().split("\n")[0])


async def test_a_conversation_whose_process_ended_before_it_was_named_is_named_after_a_later_exchange() -> None:
    async with open_desk(process_id="earlier") as desk:
        run = await desk.answered(LONG, "Use sorted().")
    async with naming_desk(store=desk.store) as later:
        later.model.will_say(" Reversed.")
        later.model.will_say(TITLE)
        await later.end_of(await later.ask("And the other way?", run.conversation_id, request="later"))
        await until(lambda: conversation(later, run).title_source is TitleSource.MODEL)
        assert LONG in asked_for_titles(later)[0]


async def test_a_title_that_came_with_a_copy_stays() -> None:
    async with naming_desk() as desk:
        messages = chain(2)
        desk.store.add_conversation(conversation_of(messages, owner=ANN), messages)
        run = await desk.ask(LONG, "copy")
        await considered(desk, run)
        assert asked_for_titles(desk) == []


async def test_whoever_asks_goes_first_and_the_name_is_made_later() -> None:
    async with naming_desk() as desk:
        run = await ask(desk, title=(" Sort", HOLD))
        await desk.model.held()
        desk.model.will_say(" Yes.")
        desk.model.will_say(TITLE)
        other = await desk.ask("Quick one?")
        # The answer comes although nobody has released the name: its stream was closed.
        await desk.end_of(other)
        await until(lambda: conversation(desk, run).title_source is TitleSource.MODEL)
        assert len(asked_for_titles(desk)) == 2


async def test_no_name_is_begun_while_somebody_is_answered() -> None:
    async with naming_desk() as desk:
        desk.model.will_say(" Long", HOLD)
        busy = await desk.ask("Busy?")
        await desk.model.held()
        run = await ask(desk)
        assert asked_for_titles(desk) == []
        desk.model.release()
        await desk.end_of(busy)
        await until(lambda: conversation(desk, run).title_source is TitleSource.MODEL)


async def test_an_engine_with_many_places_names_while_others_are_answered() -> None:
    async with naming_desk(concurrency=8) as desk:
        desk.model.will_say(" Long", HOLD)
        await desk.ask("Busy?")
        await desk.model.held()
        run = await ask(desk)
        await until(lambda: conversation(desk, run).title_source is TitleSource.MODEL)


async def test_a_failure_leaves_the_name_and_the_next_one_is_made() -> None:
    async with naming_desk() as desk:
        run = await ask(desk, title=(EngineError(fault="broken"),))
        await considered(desk, run)
        other = await ask(desk)
        await until(lambda: conversation(desk, other).title_source is TitleSource.MODEL)
        assert conversation(desk, run).title_source is TitleSource.QUESTION


class Chatty(ScriptedModel):
    """Tells with its last words that it was cut off."""

    async def _astream(self, *args: Any, **options: Any) -> AsyncIterator[GenerationChunk]:
        async for chunk in super()._astream(*args, **options):
            if chunk.generation_info:
                chunk.generation_info["finish_reason"] = "length"
            yield chunk


@pytest.mark.parametrize(
    ("said", "source"), [(TITLE, "model"), (" Sort numbers\nbecause", "model"), (" Sort a list of", "question")]
)
async def test_a_title_that_was_cut_off_in_its_line_is_none(said: str, source: str) -> None:
    model = Chatty()
    async with naming_desk(model=model) as desk:
        run = await ask(desk, title=(said,))
        await considered(desk, run)
        other = await ask(desk, title=(TITLE,))
        await until(lambda: conversation(desk, other).title_source is TitleSource.MODEL)
        assert conversation(desk, run).title_source == source


async def test_a_conversation_that_is_gone_is_passed_over() -> None:
    async with naming_desk() as desk:
        desk.model.will_say(" Use", HOLD)
        run = await desk.ask(LONG)
        await desk.model.held()
        desk.store.delete(ANN, run.conversation_id, desk.clock())
        desk.model.release()
        await until(lambda: desk.runs.now(run.id) is None)
        other = await ask(desk)
        await until(lambda: conversation(desk, other).title_source is TitleSource.MODEL)


async def test_closing_gives_up_the_name_that_is_being_made() -> None:
    async with naming_desk() as desk:
        await ask(desk, title=(" Sort", HOLD))
        await desk.model.held()
    assert desk.model.closed == 2

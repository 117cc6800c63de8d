"""What conversations refuse, what becomes of failures, and what only their owner can do, on fakes."""

import asyncio
import threading

import pytest

from assistant.conversation import GenerationOptions, MessageStatus, Run
from assistant.errors.app import NotFoundError
from assistant.errors.engine import DrainingError, EngineLoadError, EngineUnavailableError
from assistant.errors.input import BlankMessageError, MessageTooLongError
from assistant.new_turn import NewTurn
from assistant.run_update import RunStage
from tests.fakes.desk import ANN, BOB, open_desk
from tests.fakes.memory_store import MemoryConversationStore
from tests.fakes.scripted_model import HOLD, ScriptedLoader, ScriptedModel

OPTIONS = GenerationOptions()


@pytest.mark.parametrize("blank", ["", " ", "\n\t \n"])
async def test_a_blank_message_is_refused_and_nothing_is_written(blank: str) -> None:
    async with open_desk() as desk:
        with pytest.raises(BlankMessageError):
            await desk.ask(blank)
        assert await desk.conversations.conversations(ANN, 10) == []


async def test_too_many_characters_are_refused_with_the_count() -> None:
    async with open_desk(message_limit=10) as desk:
        with pytest.raises(MessageTooLongError) as refused:
            await desk.ask("x" * 11)
        assert refused.value.facts == {"size": 11, "limit": 10, "unit": "characters"}


async def test_a_question_that_the_window_cannot_hold_is_refused_before_anything_is_written() -> None:
    model = ScriptedModel()
    async with open_desk(model=model, loader=ScriptedLoader(model, window=500)) as desk:
        await desk.engine.ready()
        with pytest.raises(MessageTooLongError) as refused:
            await desk.ask("x" * 600)
        assert refused.value.facts["unit"] == "tokens"
        assert await desk.conversations.conversations(ANN, 10) == []


async def test_what_cannot_be_stored_is_replaced_visibly() -> None:
    async with open_desk() as desk:
        run = await desk.answered("a\x00b\ud800c", "Fine.")
        assert (await desk.texts(run.conversation_id))[0] == "a\N{REPLACEMENT CHARACTER}b\N{REPLACEMENT CHARACTER}c"


async def test_a_question_asked_while_the_model_loads_is_answered_when_it_is_there() -> None:
    model = ScriptedModel()
    loader = ScriptedLoader(model, held=True)
    async with open_desk(model=model, loader=loader) as desk:
        model.will_say(" Ready now.")
        run = await desk.ask("Early?")
        watching = desk.service.watch(ANN, run.id)
        assert (await anext(watching)).stage is RunStage.WAITING
        await watching.aclose()
        loader.release()
        assert (await desk.end_of(run)).text == "Ready now."


async def test_when_the_model_cannot_be_loaded_the_answer_says_why() -> None:
    model = ScriptedModel()
    loader = ScriptedLoader(model, error=EngineLoadError(model="m", fault="no such file"))
    async with open_desk(model=model, loader=loader) as desk:
        run = await desk.ask("Anybody?")
        end = await desk.end_of(run)
        assert end.status is MessageStatus.FAILED
        assert end.error is not None
        assert (end.error.code, end.error.facts["fault"]) == ("engine_load", "no such file")
        assert (await desk.texts(run.conversation_id))[0] == "Anybody?"


async def test_a_failure_before_the_first_word_is_a_failed_answer() -> None:
    async with open_desk() as desk:
        desk.model.will_say(EngineUnavailableError(fault="busy"))
        end = await desk.end_of(await desk.ask("Well?"))
        assert (end.status, end.text) == (MessageStatus.FAILED, "")
        assert end.error is not None
        assert end.error.retryable


async def test_a_failure_after_the_first_word_keeps_the_text_as_interrupted() -> None:
    async with open_desk() as desk:
        desk.model.will_say(" Half of", EngineUnavailableError(fault="connection lost"))
        end = await desk.end_of(await desk.ask("Well?"))
        assert (end.status, end.text) == (MessageStatus.INTERRUPTED, "Half of")


async def test_an_unforeseen_failure_is_a_failed_answer_too() -> None:
    async with open_desk() as desk:
        desk.model.will_say(RuntimeError("with a secret in it"))
        end = await desk.end_of(await desk.ask("Well?"))
        assert end.status is MessageStatus.FAILED
        assert end.error is not None
        assert "secret" not in str(end.error.facts)


@pytest.mark.parametrize("nothing", [(), (" ", "\n\n")])
async def test_an_answer_without_a_word_is_a_failure(nothing: tuple[str, ...]) -> None:
    async with open_desk() as desk:
        desk.model.will_say(*nothing)
        end = await desk.end_of(await desk.ask("Well?"))
        assert end.error is not None
        assert (end.status, end.error.code) == (MessageStatus.FAILED, "empty_answer")


async def test_somebody_elses_conversation_is_not_found_whatever_is_asked_of_it() -> None:
    async with open_desk() as desk:
        run = await desk.answered("Mine?", "Yours.")
        question, answer = await desk.shown(run.conversation_id)
        of = run.conversation_id
        fresh = {"client_request_id": "b", "options": OPTIONS}
        attempts = [
            desk.conversations.open(BOB, of),
            desk.service.send(BOB, of, "Hi", expected_leaf_id=answer.id, **fresh),
            desk.service.edit(BOB, of, question.id, "Hi", **fresh),
            desk.service.regenerate(BOB, of, answer.id, **fresh),
            desk.service.stop(BOB, of),
            anext(desk.service.watch(BOB, run.id)),
            desk.conversations.rename(BOB, of, "Hi"),
            desk.conversations.delete(BOB, [of]),
            desk.conversations.restore(BOB, [of]),
            desk.conversations.set_options(BOB, of, OPTIONS),
            desk.conversations.select_version(BOB, of, answer.id),
            desk.conversations.message(BOB, of, answer.id),
            desk.share(of, BOB),
        ]
        for attempt in attempts:
            with pytest.raises(NotFoundError):
                await attempt
        assert await desk.texts(of) == ["Mine?", "Yours."]


async def test_an_answer_cannot_be_edited() -> None:
    async with open_desk() as desk:
        run = await desk.answered("Mine?", "Yours.")
        with pytest.raises(NotFoundError):
            await desk.service.edit(
                ANN, run.conversation_id, run.answer_id, "Ours.", client_request_id="e", options=OPTIONS
            )
        assert await desk.texts(run.conversation_id) == ["Mine?", "Yours."]


async def test_a_message_of_another_conversation_is_not_found_in_this_one() -> None:
    async with open_desk() as desk:
        here = await desk.answered("Here?", "Here.")
        there = await desk.answered("There?", "There.")
        with pytest.raises(NotFoundError):
            await desk.service.regenerate(
                ANN, here.conversation_id, there.answer_id, client_request_id="z", options=OPTIONS
            )


async def test_deleted_is_gone_and_undo_brings_it_back() -> None:
    async with open_desk() as desk:
        run = await desk.answered("One?", "First.")
        await desk.conversations.delete(ANN, [run.conversation_id])
        assert await desk.conversations.conversations(ANN, 10) == []
        with pytest.raises(NotFoundError):
            await desk.conversations.open(ANN, run.conversation_id)
        await desk.conversations.restore(ANN, [run.conversation_id])
        assert await desk.texts(run.conversation_id) == ["One?", "First."]


async def test_deleting_while_an_answer_is_written_stops_it() -> None:
    async with open_desk() as desk:
        desk.model.will_say(" Begin", HOLD)
        run = await desk.ask("Long?")
        await desk.model.held()
        await desk.conversations.delete(ANN, [run.conversation_id])
        assert desk.model.closed == 1


async def test_a_new_name_stays_and_a_blank_one_changes_nothing() -> None:
    async with open_desk() as desk:
        run = await desk.answered("One?", "First.")
        await desk.conversations.rename(ANN, run.conversation_id, "  Sorting \n lists ")
        await desk.conversations.rename(ANN, run.conversation_id, "   ")
        assert (await desk.conversations.open(ANN, run.conversation_id)).conversation.title == "Sorting lists"


async def test_draining_ends_what_runs_as_interrupted_and_refuses_new_turns() -> None:
    async with open_desk() as desk:
        desk.model.will_say(" Some", HOLD)
        run = await desk.ask("Long?")
        await desk.model.held()
        await desk.runs.drain(0)
        answer = (await desk.shown(run.conversation_id))[-1]
        assert (answer.text, answer.status) == ("Some", MessageStatus.INTERRUPTED)
        with pytest.raises(DrainingError):
            await desk.ask("More?")


class HeldStore(MemoryConversationStore):
    """A turn that was let in waits in it until it is let go."""

    def __init__(self) -> None:
        super().__init__()
        self.reached, self.let_go = threading.Event(), threading.Event()

    def begin_turn(self, turn: NewTurn) -> Run:
        self.reached.set()
        self.let_go.wait(10)
        return super().begin_turn(turn)


@pytest.mark.parametrize("is_over", [False, True])
async def test_draining_waits_for_a_turn_that_was_let_in_just_before(is_over: bool) -> None:
    store = HeldStore()
    async with open_desk(store=store) as desk:
        desk.model.will_say(" Some", *([HOLD] if is_over else ()))
        asking = asyncio.create_task(desk.ask("Just now?"))
        await asyncio.to_thread(store.reached.wait, 10)
        draining = asyncio.create_task(desk.runs.drain(0 if is_over else 60))
        # Whoever asked has left: the turn is begun all the same.
        await asyncio.sleep(0)
        asking.cancel()
        for _ in range(10):
            await asyncio.sleep(0)
        assert not draining.done()
        store.let_go.set()
        await draining
        (conversation,) = store.conversations(ANN, 1)
        ended = MessageStatus.INTERRUPTED if is_over else MessageStatus.COMPLETE
        assert await desk.statuses(conversation.id) == [MessageStatus.COMPLETE, ended]


async def test_a_start_marks_the_answers_of_a_dead_process_and_keeps_their_text() -> None:
    async with open_desk(process_id="dead", checkpoint_seconds=0.001) as before:
        before.model.will_say(" Kept so far", HOLD)
        run = await before.ask("Long?")
        await before.model.held()
        async with asyncio.timeout(60):
            while before.store.messages(ANN, run.conversation_id)[-1].text != "Kept so far":
                await asyncio.sleep(0)
        async with open_desk(process_id="alive", store=before.store) as after:
            await after.service.begin()
            answer = (await after.shown(run.conversation_id))[-1]
            assert (answer.text, answer.status) == ("Kept so far", MessageStatus.INTERRUPTED)
            await after.answered("Again?", "Yes.", run.conversation_id)


async def test_settings_are_kept_with_the_conversation() -> None:
    async with open_desk() as desk:
        chosen = GenerationOptions(temperature=1.5, seed=7)
        desk.model.will_say(" Yes.")
        run = await desk.ask("One?", options=chosen)
        await desk.end_of(run)
        assert (await desk.conversations.open(ANN, run.conversation_id)).conversation.options == chosen
        warmer = GenerationOptions(temperature=1.9)
        await desk.conversations.set_options(ANN, run.conversation_id, warmer)
        assert (await desk.conversations.open(ANN, run.conversation_id)).conversation.options == warmer

"""What a run leaves with its answer: how it was made and ended, and how many tokens that took."""

import asyncio
import threading

from pydantic import PrivateAttr

from assistant.conversation import GenerationOptions, MessageStatus
from assistant.errors.engine import EngineLoadError, EngineUnavailableError
from tests.fakes.desk import ANN, open_desk
from tests.fakes.held_run import answer, held_run
from tests.fakes.scripted_model import ScriptedLoader, ScriptedModel
from tests.fakes.stepped_loop import on_stepped_time, pass_time, until


async def test_a_stop_before_the_model_is_there_is_a_stop_without_text_or_origin() -> None:
    model = ScriptedModel()
    async with open_desk(model=model, loader=ScriptedLoader(model, held=True)) as desk:
        run = await desk.ask("Early?")
        await desk.service.stop(ANN, run.conversation_id)
        kept = answer(desk, run)
        assert (kept.text, kept.status, kept.provenance) == ("", MessageStatus.STOPPED, None)


async def test_an_answer_of_a_model_that_never_loaded_has_no_origin() -> None:
    model = ScriptedModel()
    loader = ScriptedLoader(model, error=EngineLoadError(model="m", fault="no such file"))
    async with open_desk(model=model, loader=loader) as desk:
        assert (await desk.end_of(await desk.ask("Anybody?"))).provenance is None


async def test_the_origin_names_how_a_run_was_cut_short_and_counts_what_was_written() -> None:
    async with open_desk() as desk:
        run = await held_run(desk, " Five!")
        await desk.service.stop(ANN, run.conversation_id)
        origin = answer(desk, run).provenance
        assert origin is not None
        assert (origin.finish_reason, origin.completion_tokens) == ("stopped", len("Five!"))
        assert origin.first_token_seconds is not None
        assert 0 <= origin.first_token_seconds <= origin.seconds


async def test_the_origin_of_a_failed_answer_has_no_time_of_a_first_word() -> None:
    async with open_desk() as desk:
        desk.model.will_say(EngineUnavailableError(fault="busy"))
        origin = (await desk.end_of(await desk.ask("Well?"))).provenance
        assert origin is not None
        assert (origin.finish_reason, origin.first_token_seconds) == ("failed", None)


async def test_the_origin_tells_how_many_turns_did_not_fit_and_the_room_that_was_used() -> None:
    model = ScriptedModel()
    async with open_desk(model=model, loader=ScriptedLoader(model, window=400)) as desk:
        await desk.engine.ready()
        small = GenerationOptions(max_new_tokens=100)
        conversation_id = None
        for number in range(4):
            model.will_say(" " + "x" * 60)
            run = await desk.ask(f"Question {number}?", conversation_id, options=small)
            end = await desk.end_of(run)
            conversation_id = run.conversation_id
        assert end.provenance is not None
        assert end.provenance.turns_dropped > 0
        assert end.provenance.options.max_new_tokens == model.options[-1]["max_new_tokens"]


class Uncountable(ScriptedModel):
    """Loses the engine's own counter once it has begun to answer."""

    def get_token_ids(self, text: str) -> list[int]:
        if self.prompts:
            raise ConnectionError("gone")
        return super().get_token_ids(text)


async def test_an_answer_is_stored_when_its_tokens_cannot_be_counted() -> None:
    async with open_desk(model=Uncountable()) as desk:
        run = await held_run(desk, " So far")
        await desk.service.stop(ANN, run.conversation_id)
        kept = answer(desk, run)
        assert (kept.text, kept.status) == ("So far", MessageStatus.STOPPED)
        assert kept.provenance is not None
        assert kept.provenance.completion_tokens is None


class Unresponsive(ScriptedModel):
    """Never counts anything again once it has begun to answer."""

    _let_go: threading.Event = PrivateAttr(default_factory=threading.Event)
    _counted: list[str] = PrivateAttr(default_factory=list)

    def get_token_ids(self, text: str) -> list[int]:
        if self.prompts:
            self._counted.append(text)
            self._let_go.wait(10)
        return super().get_token_ids(text)


@on_stepped_time
async def test_a_count_that_does_not_come_holds_an_answers_end_up_for_two_seconds_at_most() -> None:
    model = Unresponsive()
    async with open_desk(model=model) as desk:
        run = await held_run(desk, " So far")
        stopping = asyncio.create_task(desk.service.stop(ANN, run.conversation_id))
        await until(lambda: model._counted == ["So far"])
        await pass_time(2)
        await until(stopping.done)
        assert (answer(desk, run).text, answer(desk, run).status) == ("So far", MessageStatus.STOPPED)
        model._let_go.set()


async def test_an_answer_without_a_word_is_not_counted() -> None:
    model = Unresponsive()
    async with open_desk(model=model) as desk:
        run = await held_run(desk)
        await desk.service.stop(ANN, run.conversation_id)
        kept = answer(desk, run)
        assert (kept.status, model._counted) == (MessageStatus.STOPPED, [])
        assert kept.provenance
        assert kept.provenance.completion_tokens == 0


async def test_what_no_database_can_keep_is_replaced_in_what_is_shown_and_in_what_is_kept() -> None:
    async with open_desk() as desk:
        run = await desk.answered("Odd?", "a\0b\ud800c")
        assert answer(desk, run).text == "a\N{REPLACEMENT CHARACTER}b\N{REPLACEMENT CHARACTER}c"
        assert (await desk.end_of(run)).text == answer(desk, run).text

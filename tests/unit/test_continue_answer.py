"""An answer that was cut off is gone on with: the old one stays, the new one begins with its text."""

from dataclasses import replace

import pytest

from assistant.conversation import GenerationOptions, Message, MessageStatus, Run
from assistant.engine import LoadedModel, Report
from assistant.errors.app import NotFoundError
from assistant.errors.engine import EngineUnavailableError
from assistant.errors.input import NoRoomToContinueError, NotContinuableError, UnsupportedOptionError
from tests.fakes.desk import ANN, BOB, Desk, open_desk
from tests.fakes.failing_store import FailingStore
from tests.fakes.scripted_model import HOLD, ScriptedLoader, ScriptedModel
from tests.fakes.stepped_loop import on_stepped_time, pass_time, until


async def stopped(desk: Desk, text: str = "Use `sorted`:\n\n```py\nxs =") -> Run:
    desk.model.will_say(" " + text, HOLD)
    run = await desk.ask("How?")
    await desk.model.held()
    await desk.service.stop(ANN, run.conversation_id)
    return run


async def go_on(desk: Desk, run: Run, *, owner: str = ANN, request: str | None = None) -> Run:
    return await desk.service.continue_answer(
        owner,
        run.conversation_id,
        run.answer_id,
        client_request_id=request or desk.new_request(),
        options=GenerationOptions(),
    )


def shown(desk: Desk, run: Run) -> str | None:
    update = desk.runs.now(run.id)
    return update.text if update else None


def answer(desk: Desk, run: Run) -> Message:
    return next(m for m in desk.store.messages(run.owner_id, run.conversation_id) if m.id == run.answer_id)


async def test_the_new_answer_begins_with_the_old_ones_text_and_stands_beside_it() -> None:
    async with open_desk() as desk:
        old = await stopped(desk)
        desk.model.will_say(" sorted", "(xs)\n```", "\n\nHuman: and?")
        new = await go_on(desk, old)
        end = await desk.end_of(new)
        assert (end.status, end.text) == (MessageStatus.COMPLETE, "Use `sorted`:\n\n```py\nxs = sorted(xs)\n```")
        before, after = answer(desk, old), answer(desk, new)
        assert (before.text, before.status) == ("Use `sorted`:\n\n```py\nxs =", MessageStatus.STOPPED)
        assert (after.text, after.parent_id) == (end.text, before.parent_id)
        assert after.provenance and after.provenance.continued_from == before.id


async def test_a_copy_names_its_own_answers_and_nobody_elses() -> None:
    async with open_desk() as desk:
        old = await stopped(desk)
        desk.model.will_say(" 1")
        new = await go_on(desk, old)
        await desk.end_of(new)
        # The question, then the answer that was gone on with: only the branch through the new one is copied.
        fork_id = await desk.conversations.fork(ANN, new.conversation_id, new.answer_id, client_request_id="f")
        copy_id = await desk.reading.continue_share(BOB, await desk.share(new.conversation_id))
        for owner, copy in ((ANN, fork_id), (BOB, copy_id)):
            provenance = (await desk.shown(copy, owner))[-1].provenance
            assert provenance is not None
            assert provenance.continued_from is None


async def test_the_model_reads_the_question_and_the_text_so_far() -> None:
    async with open_desk() as desk:
        old = await stopped(desk)
        desk.model.will_say(" 1")
        await desk.end_of(await go_on(desk, old))
        assert desk.model.prompts[-1] == (
            "A dialogue.\n\n-----\n\nHuman: How?\n\nAssistant: Use `sorted`:\n\n```py\nxs ="
        )


async def test_a_fence_that_was_open_at_the_break_is_open_after_it() -> None:
    async with open_desk() as desk:
        old = await stopped(desk, "```\nx")
        desk.model.will_say("\nHuman: in code\n```\nDone.\nHuman: no")
        assert (await desk.end_of(await go_on(desk, old))).text == "```\nx\nHuman: in code\n```\nDone."


async def test_an_answer_that_was_complete_after_all_keeps_its_text() -> None:
    async with open_desk() as desk:
        old = await stopped(desk, "Done.")
        desk.model.will_say("")
        end = await desk.end_of(await go_on(desk, old))
        assert (end.status, end.text, end.error) == (MessageStatus.COMPLETE, "Done.", None)


async def test_the_old_text_is_there_from_the_first_moment_and_after_a_failure() -> None:
    async with open_desk() as desk:
        old = await stopped(desk, "So far")
        desk.model.will_say(HOLD, EngineUnavailableError(fault="gone", retry_after=60))
        new = await go_on(desk, old)
        first = await anext(desk.service.watch(ANN, new.id))
        assert first.text == answer(desk, new).text == "So far"
        desk.model.release()
        end = await desk.end_of(new)
        assert (end.status, end.text) == (MessageStatus.INTERRUPTED, "So far")
        again = await go_on(desk, new)
        assert again.id != new.id


async def test_an_engine_that_failed_before_a_new_word_is_asked_once_more() -> None:
    async with open_desk() as desk:
        old = await stopped(desk, "So far")
        desk.model.will_say(EngineUnavailableError(fault="busy", retry_after=0))
        desk.model.will_say(", so good.")
        assert (await desk.end_of(await go_on(desk, old))).text == "So far, so good."


@on_stepped_time
async def test_the_old_text_is_not_stored_once_more() -> None:
    store = FailingStore()
    async with open_desk(store=store, checkpoint_seconds=1.0) as desk:
        old = await stopped(desk, "So far")
        store.checkpoints.clear()
        desk.model.will_say(HOLD)
        await go_on(desk, old)
        await pass_time(3.0)
        assert store.checkpoints == []


async def test_only_what_is_new_counts_as_written() -> None:
    async with open_desk() as desk:
        old = await stopped(desk, "So far")
        desk.model.will_say("!!", HOLD)
        new = await go_on(desk, old)
        await until(lambda: shown(desk, new) == "So far!!")
        await desk.service.stop(ANN, new.conversation_id)
        origin = answer(desk, new).provenance
        assert origin is not None
        whole_prompt = len(desk.model.prompts[-1])
        assert (origin.completion_tokens, origin.prompt_tokens) == (2, whole_prompt)


async def test_a_length_limited_answer_can_be_continued_and_an_interrupted_one() -> None:
    async with open_desk() as desk:
        run = await desk.answered("How?", "Up to here")
        complete = answer(desk, run)
        assert complete.provenance is not None and not complete.is_cut_off
        cut = complete.provenance.model_copy(update={"finish_reason": "length"})
        assert replace(complete, provenance=cut).is_cut_off
        assert replace(complete, status=MessageStatus.INTERRUPTED, provenance=None).is_cut_off
        assert not replace(complete, status=MessageStatus.FAILED, provenance=cut).is_cut_off
        assert not replace(complete, status=MessageStatus.STREAMING).is_cut_off


async def test_what_has_ended_or_says_nothing_cannot_be_continued() -> None:
    async with open_desk() as desk:
        complete = await desk.answered("How?", "So.")
        with pytest.raises(NotContinuableError):
            await go_on(desk, complete)
        empty = await stopped(desk, "")
        with pytest.raises(NotContinuableError):
            await go_on(desk, empty)
        question = replace(complete, answer_id=answer(desk, complete).parent_id or "")
        with pytest.raises(NotContinuableError):
            await go_on(desk, question)


async def test_somebody_elses_answer_is_not_found() -> None:
    async with open_desk() as desk:
        old = await stopped(desk)
        with pytest.raises(NotFoundError):
            await go_on(desk, old, owner=BOB)


async def test_the_same_request_twice_is_one_answer() -> None:
    async with open_desk() as desk:
        old = await stopped(desk)
        desk.model.will_say(" 1")
        first = await go_on(desk, old, request="r")
        assert (await go_on(desk, old, request="r")).id == first.id
        await desk.end_of(first)
        assert len(desk.store.messages(ANN, old.conversation_id)) == 3


async def test_an_answer_that_fills_the_window_is_refused_before_anything_is_written() -> None:
    model = ScriptedModel()
    async with open_desk(model=model, loader=ScriptedLoader(model, window=400)) as desk:
        await desk.engine.ready()
        old = await stopped(desk, "x" * 300)
        with pytest.raises(NoRoomToContinueError):
            await go_on(desk, old)
        assert len(desk.store.messages(ANN, old.conversation_id)) == 2


class OnlyAnswers(ScriptedLoader):
    async def load(self, report: Report) -> LoadedModel:
        return replace(await super().load(report), continues=False)


async def test_an_engine_that_cannot_go_on_refuses_by_name() -> None:
    model = ScriptedModel()
    async with open_desk(model=model, loader=OnlyAnswers(model)) as desk:
        await desk.engine.ready()
        old = await stopped(desk)
        with pytest.raises(UnsupportedOptionError) as refused:
            await go_on(desk, old)
        assert refused.value.facts["option"] == "continue"
        assert len(desk.store.messages(ANN, old.conversation_id)) == 2

"""The rules of conversations, on fakes."""

import pytest

from assistant.conversation import GenerationOptions, MessageStatus, Role
from assistant.errors.app import ConversationBusyError, ConversationMovedError
from assistant.run_update import RunStage
from tests.fakes.desk import ANN, open_desk
from tests.fakes.scripted_model import HOLD

OPTIONS = GenerationOptions()


async def test_a_question_is_answered_and_both_are_kept() -> None:
    async with open_desk() as desk:
        run = await desk.answered("How do I sort?", "Use sorted().")
        question, answer = await desk.shown(run.conversation_id)
        assert (question.role, question.text) == (Role.USER, "How do I sort?")
        assert (answer.role, answer.text, answer.status) == (
            Role.ASSISTANT,
            "Use sorted().",
            MessageStatus.COMPLETE,
        )
        assert answer.parent_id == question.id


async def test_the_model_reads_the_whole_branch_after_the_prefix() -> None:
    async with open_desk() as desk:
        run = await desk.answered("One?", "First.")
        await desk.answered("Two?", "Second.", run.conversation_id)
        assert desk.model.prompts[-1] == (
            "A dialogue.\n\n-----\n\nHuman: One?\n\nAssistant: First.\n\nHuman: Two?\n\nAssistant:"
        )


async def test_an_answer_keeps_where_it_came_from() -> None:
    async with open_desk() as desk:
        desk.model.will_say(" Yes.")
        run = await desk.ask("Is it?", options=GenerationOptions(temperature=0.7, seed=42))
        provenance = (await desk.end_of(run)).provenance
        assert provenance is not None
        assert (provenance.model, provenance.model_revision) == ("smollm2-135m-instruct", "r1")
        assert (provenance.prompt_id, provenance.prompt_sha256) == ("test/transcript", "0" * 64)
        assert (provenance.options.seed, provenance.options.temperature) == (42, 0.7)
        assert (provenance.prompt_tokens, provenance.completion_tokens) == (11, 7)
        assert provenance.finish_reason == "stop"


async def test_without_a_seed_one_is_drawn_used_and_kept() -> None:
    async with open_desk() as desk:
        run = await desk.answered("Is it?", "Yes.")
        provenance = (await desk.shown(run.conversation_id))[-1].provenance
        assert provenance is not None
        assert provenance.options.seed == desk.model.options[-1]["seed"] is not None


async def test_a_turn_of_its_own_making_by_the_model_is_never_shown() -> None:
    async with open_desk() as desk:
        desk.model.will_say(" Done.", "\n", "\nHum", "an: and now?", " More")
        run = await desk.ask("Do it.")
        assert (await desk.end_of(run)).text == "Done."
        assert desk.model.closed == 1


async def test_the_same_request_twice_is_one_turn() -> None:
    async with open_desk() as desk:
        desk.model.will_say(" One.")
        first = await desk.ask("Once?", request="r")
        again = await desk.ask("Once?", request="r")
        await desk.end_of(first)
        assert again.id == first.id
        assert len(await desk.conversations.conversations(ANN, 10)) == 1


async def test_a_second_question_while_an_answer_is_written_is_refused_with_its_run() -> None:
    async with open_desk() as desk:
        desk.model.will_say(" Begin", HOLD)
        run = await desk.ask("Long?")
        await desk.model.held()
        with pytest.raises(ConversationBusyError) as refused:
            await desk.ask("Next?", run.conversation_id)
        assert refused.value.facts["run_id"] == run.id


async def test_a_stale_tab_is_told_and_overwrites_nothing() -> None:
    async with open_desk() as desk:
        run = await desk.answered("One?", "First.")
        stale_leaf = (await desk.shown(run.conversation_id))[-1].id
        await desk.answered("Two?", "Second.", run.conversation_id)
        with pytest.raises(ConversationMovedError):
            await desk.service.send(
                ANN,
                run.conversation_id,
                "Stale?",
                expected_leaf_id=stale_leaf,
                client_request_id="stale",
                options=OPTIONS,
            )
        assert await desk.texts(run.conversation_id) == ["One?", "First.", "Two?", "Second."]


async def test_stop_keeps_the_text_and_closes_the_engines_stream() -> None:
    async with open_desk() as desk:
        desk.model.will_say(" Partial", " text", HOLD, " never")
        run = await desk.ask("Long?")
        await desk.model.held()
        await desk.service.stop(ANN, run.conversation_id)
        answer = (await desk.shown(run.conversation_id))[-1]
        assert (answer.text, answer.status) == ("Partial text", MessageStatus.STOPPED)
        assert answer.provenance is not None
        assert answer.provenance.finish_reason == "stopped"
        assert desk.model.closed == 1


async def test_after_a_stop_the_conversation_goes_on() -> None:
    async with open_desk() as desk:
        desk.model.will_say(" Partial", HOLD)
        run = await desk.ask("Long?")
        await desk.model.held()
        await desk.service.stop(ANN, run.conversation_id)
        await desk.answered("Shorter?", "Short.", run.conversation_id)
        assert (await desk.texts(run.conversation_id))[-1] == "Short."


async def test_an_answer_goes_on_without_anybody_watching() -> None:
    async with open_desk() as desk:
        desk.model.will_say(" Begin", HOLD, " and end.")
        run = await desk.ask("Long?")
        watching = desk.service.watch(ANN, run.id)
        await anext(watching)
        await watching.aclose()
        desk.model.release()
        assert (await desk.end_of(run)).text == "Begin and end."


async def test_whoever_comes_later_gets_the_text_so_far_at_once() -> None:
    async with open_desk() as desk:
        desk.model.will_say(" So far", HOLD, ".")
        run = await desk.ask("Long?")
        await desk.model.held()
        update = await anext(desk.service.watch(ANN, run.id))
        assert (update.text, update.stage) == ("So far", RunStage.ANSWERING)


async def test_watching_an_ended_run_gives_its_end() -> None:
    async with open_desk() as desk:
        run = await desk.answered("One?", "First.")
        updates = [update async for update in desk.service.watch(ANN, run.id)]
        assert [(u.stage, u.text) for u in updates] == [(RunStage.ENDED, "First.")]


async def test_regenerate_adds_a_version_and_keeps_the_old_one() -> None:
    async with open_desk() as desk:
        run = await desk.answered("One?", "First.")
        answer = (await desk.shown(run.conversation_id))[-1]
        desk.model.will_say(" Another.")
        await desk.end_of(
            await desk.service.regenerate(ANN, run.conversation_id, answer.id, client_request_id="x", options=OPTIONS)
        )
        view = await desk.conversations.open(ANN, run.conversation_id)
        assert [m.text for m in view.messages] == ["One?", "Another."]
        assert view.versions[view.messages[-1].id] == [answer.id, view.messages[-1].id]
        await desk.conversations.select_version(ANN, run.conversation_id, answer.id)
        assert await desk.texts(run.conversation_id) == ["One?", "First."]


async def test_an_edited_question_is_a_sibling_with_its_own_continuation() -> None:
    async with open_desk() as desk:
        run = await desk.answered("One?", "First.")
        question = (await desk.shown(run.conversation_id))[0]
        await desk.answered("Two?", "Second.", run.conversation_id)
        desk.model.will_say(" Changed.")
        await desk.end_of(
            await desk.service.edit(
                ANN, run.conversation_id, question.id, "Uno?", client_request_id="e", options=OPTIONS
            )
        )
        assert await desk.texts(run.conversation_id) == ["Uno?", "Changed."]
        await desk.conversations.select_version(ANN, run.conversation_id, question.id)
        assert await desk.texts(run.conversation_id) == ["One?", "First.", "Two?", "Second."]

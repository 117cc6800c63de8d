"""What the model saw: assembled once more, proven to be what was sent, or said not to be shown."""

import asyncio
import re
from dataclasses import replace
from html import unescape

import pytest

from assistant.context_view import ContextView, ContextViews, Likeness
from assistant.conversation import GenerationOptions, MessageStatus, Provenance, Role, Run
from assistant.engine import Engine
from assistant.errors.app import NotFoundError
from assistant.errors.input import PromptGoneError
from assistant.prompt_choice import OWN, OwnPrompt, PromptChoice
from assistant.prompting.prompt_part import PartKind
from assistant.repeating import Repeating
from assistant.ui.fragments import Fragments
from assistant.wording import Wording
from tests.fakes.desk import ANN, BOB, TEMPLATE, Desk, open_desk
from tests.fakes.scripted_model import CARD, HOLD, ScriptedLoader, ScriptedModel


async def view(desk: Desk, run: Run, engine: Engine | None = None, owner: str = ANN) -> ContextView:
    return await ContextViews(desk.store, engine or desk.engine).of(owner, run.conversation_id, run.answer_id)


def texts(seen: ContextView) -> list[str]:
    assert seen.prompt
    return [counted.part.text for counted in seen.prompt.parts]


async def test_what_is_shown_is_what_the_engine_was_sent() -> None:
    async with open_desk() as desk:
        first = await desk.answered("One?", "First.")
        run = await desk.answered("Two?", "Second.", first.conversation_id)
        await desk.answered("Three?", "Third.", first.conversation_id)
        seen = await view(desk, run)
        assert seen.likeness is Likeness.EXACT
        assert "".join(texts(seen)) == desk.model.prompts[1]
        assert seen.prompt
        kinds = [counted.part.kind for counted in seen.prompt.parts]
        assert kinds == [PartKind.PREFIX, PartKind.QUESTION, PartKind.ANSWER, PartKind.QUESTION, PartKind.REPLY]
        assert sum(counted.tokens for counted in seen.prompt.parts) == seen.prompt.tokens.prompt
        assert seen.prompt.stops == TEMPLATE.stops
        assert not seen.prompt.takes_messages


async def test_the_panel_shows_every_part_as_it_was_sent_line_ends_at_its_start_too() -> None:
    async with open_desk() as desk:
        run = await desk.answered("One?", "First.")
        seen = await view(desk, run)
        html = Fragments(Wording(), lambda: CARD).context(seen)
        # A browser leaves out the first line end inside of this element.
        shown = re.findall(r"<pre[^>]*>&#10;(.*?)</pre>", html)
        assert [unescape(part) for part in shown] == texts(seen)


async def test_turns_that_were_left_out_are_named_and_are_not_in_the_prompt() -> None:
    async with open_desk(loader=ScriptedLoader(ScriptedModel(), window=700)) as desk:
        assert desk.loader
        desk.model = desk.loader.model
        first = await desk.answered("Old?", "x" * 300)
        run = await desk.answered("New?", "y", first.conversation_id)
        seen = await view(desk, run)
        assert seen.likeness is Likeness.EXACT
        assert seen.prompt and seen.prompt.left_out == ("Old?",)
        assert "".join(texts(seen)) == desk.model.prompts[1]


async def test_an_answer_that_goes_on_is_shown_with_its_beginning() -> None:
    async with open_desk() as desk:
        desk.model.will_say(" It is", HOLD)
        first = await desk.ask("One?")
        await desk.model.held()
        await desk.service.stop(ANN, first.conversation_id)
        desk.model.will_say(" so.")
        run = await desk.service.continue_answer(
            ANN,
            first.conversation_id,
            first.answer_id,
            client_request_id="go-on",
            options=GenerationOptions(),
        )
        await desk.end_of(run)
        seen = await view(desk, run)
        assert seen.likeness is Likeness.EXACT
        assert texts(seen)[-1] == "\n\nAssistant: It is"
        fork_id = await desk.conversations.fork(ANN, run.conversation_id, run.answer_id, client_request_id="fork")
        fork = (await desk.shown(fork_id))[-1]
        gone = await ContextViews(desk.store, desk.engine).of(ANN, fork_id, fork.id)
        assert (gone.likeness, gone.prompt) == (Likeness.OTHER_TEXT, None)
        await desk.conversations.delete_branch(ANN, run.conversation_id, first.answer_id)
        assert (await view(desk, run)).likeness is Likeness.BEGINNING_GONE


async def test_a_template_that_has_changed_is_said_and_nothing_wrong_is_shown() -> None:
    async with open_desk() as desk:
        run = await desk.answered("One?", "First.")
        assert desk.loader
        later = Engine(desk.loader, lambda card: replace(TEMPLATE, prefix="Another.", sha256="1" * 64))
        await later.ready()
        seen = await view(desk, run, later)
        assert (seen.likeness, seen.prompt) == (Likeness.OTHER_TEMPLATE, None)
        assert seen.provenance.prompt_sha256 == TEMPLATE.sha256


async def test_a_prompt_that_would_be_assembled_otherwise_today_is_not_shown() -> None:
    async with open_desk() as desk:
        run = await desk.answered("One?", "First.")
        assert desk.loader
        # The same checksum, as after a change of the code that assembles.
        later = Engine(desk.loader, lambda card: replace(TEMPLATE, prefix="Another."))
        await later.ready()
        seen = await view(desk, run, later)
        assert (seen.likeness, seen.prompt) == (Likeness.OTHER_TEXT, None)


async def test_another_model_is_said_to_count_the_tokens() -> None:
    class OtherLoader(ScriptedLoader):
        async def load(self, report: object) -> object:
            return replace(await super().load(report), revision="r2")

    async with open_desk() as desk:
        run = await desk.answered("One?", "First.")
        seen = await view(desk, run)
        assert seen.prompt and not seen.prompt.counted_by_another_model
        later = Engine(OtherLoader(desk.model), lambda card: TEMPLATE)
        await later.ready()
        seen = await view(desk, run, later)
        assert seen.prompt and seen.prompt.counted_by_another_model


async def test_without_a_model_the_provenance_is_there_alone() -> None:
    async with open_desk() as desk:
        run = await desk.answered("One?", "First.")
        seen = await view(desk, run, Engine(ScriptedLoader(desk.model, held=True), lambda card: TEMPLATE))
        assert (seen.likeness, seen.prompt) == (Likeness.NO_MODEL, None)
        assert seen.provenance.model == "smollm2-135m-instruct"


async def test_an_answer_from_before_there_were_checksums_is_assembled_from_its_template() -> None:
    async with open_desk() as desk:
        run = await desk.answered("One?", "First.")
        answer = (await desk.shown(run.conversation_id))[-1]
        assert answer.provenance
        older = answer.provenance.model_copy(update={"prompt_text_sha256": None})
        assert Provenance.model_validate(older.model_dump(exclude={"prompt_text_sha256"})) == older
        copy = replace(answer, id="older", provenance=older, parent_id="question", conversation_id="copy")
        question = replace(
            answer, id="question", role=Role.USER, text="One?", provenance=None, parent_id=None, conversation_id="copy"
        )
        conversation = await asyncio.to_thread(desk.store.conversation, ANN, run.conversation_id)
        desk.store.add_conversation(replace(conversation, id="copy", leaf_id="older"), [question, copy])
        seen = await ContextViews(desk.store, desk.engine).of(ANN, "copy", "older")
        assert seen.likeness is Likeness.ASSEMBLED
        assert "".join(texts(seen)) == desk.model.prompts[0]


async def test_what_a_stranger_or_a_question_saw_is_not_found() -> None:
    async with open_desk() as desk:
        run = await desk.answered("One?", "First.")
        question = (await desk.shown(run.conversation_id))[0]
        with pytest.raises(NotFoundError):
            await view(desk, run, owner=BOB)
        with pytest.raises(NotFoundError):
            await ContextViews(desk.store, desk.engine).of(ANN, run.conversation_id, question.id)


async def test_an_answer_is_made_again_with_its_seed_and_said_to_be_the_same() -> None:
    async with open_desk() as desk:
        run = await desk.answered("One?", "First.")
        repeating = Repeating(desk.service, desk.store, desk.engine)
        for answer in (" First.", " Other."):
            desk.model.will_say(answer)
            again = await repeating.again(ANN, run.conversation_id, run.answer_id, client_request_id=desk.new_request())
            await desk.end_of(again)
            shown = await desk.conversations.open(ANN, run.conversation_id)
            rerun = shown.reruns[again.answer_id]
            assert (rerun.version, rerun.is_same) == (1, answer == " First.")
        assert len({options["seed"] for options in desk.model.options}) == 1
        assert (await desk.statuses(run.conversation_id))[-1] is MessageStatus.COMPLETE


async def test_an_answer_keeps_its_prompt_when_another_is_chosen_for_the_conversation() -> None:
    own = PromptChoice(template=OWN, own=OwnPrompt(system="Answer in one word."))
    async with open_desk() as desk:
        run = await desk.answered("One?", "First.")
        await desk.prompts.choose(ANN, run.conversation_id, own)
        seen = await view(desk, run)
        assert (seen.likeness, seen.provenance.prompt_id) == (Likeness.EXACT, TEMPLATE.id)
        desk.model.will_say(" First.")
        repeating = Repeating(desk.service, desk.store, desk.engine)
        again = await repeating.again(ANN, run.conversation_id, run.answer_id, client_request_id="again")
        await desk.end_of(again)
        assert desk.model.prompts[0] == desk.model.prompts[1]
        assert desk.store.conversation(ANN, run.conversation_id).prompt == own


async def test_an_answer_whose_prompt_is_gone_is_not_made_again() -> None:
    own = PromptChoice(template=OWN, own=OwnPrompt(system="Answer in one word."))
    async with open_desk() as desk:
        run = await desk.answered("One?", "First.")
        desk.model.will_say(" First.")
        again = await desk.service.regenerate(
            ANN,
            run.conversation_id,
            run.answer_id,
            client_request_id="again",
            options=GenerationOptions(),
            prompt=own,
        )
        await desk.end_of(again)
        assert (await view(desk, again)).likeness is Likeness.OTHER_TEMPLATE
        repeating = Repeating(desk.service, desk.store, desk.engine)
        with pytest.raises(PromptGoneError):
            await repeating.again(ANN, run.conversation_id, again.answer_id, client_request_id="once-more")
        await desk.prompts.save(ANN, "Short", own.own)
        assert (await view(desk, again)).likeness is Likeness.EXACT


async def test_an_answer_with_another_seed_is_not_compared() -> None:
    async with open_desk() as desk:
        run = await desk.answered("One?", "First.")
        desk.model.will_say(" First.")
        again = await desk.service.regenerate(
            ANN,
            run.conversation_id,
            run.answer_id,
            client_request_id="again",
            options=GenerationOptions(temperature=0.9),
        )
        await desk.end_of(again)
        assert (await desk.conversations.open(ANN, run.conversation_id)).reruns == {}

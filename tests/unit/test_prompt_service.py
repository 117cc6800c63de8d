"""A conversation is answered with its prompt; people look at prompts, and save their own."""

import pytest

from assistant.errors.app import NotFoundError
from assistant.errors.input import BlankPromptError, UnknownPromptError
from assistant.prompt_choice import OWN, SUITED_PROMPT, Exchange, OwnPrompt, PromptChoice
from tests.fakes.desk import ANN, BOB, TEMPLATE, Desk, open_desk
from tests.fakes.scripted_model import ScriptedLoader, ScriptedModel

WORDS = OwnPrompt(system="Be brief.", dialogues=((Exchange(question="One?", answer="Yes."),),))
MINE = PromptChoice(template=OWN, own=WORDS)
COMPACT = PromptChoice(template="tech_assistant/compact")
MINE_BEGINS = "<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\nOne?<|im_end|>\n<|im_start|>assistant\nYes."


async def ask(desk: Desk, text: str, prompt: PromptChoice) -> str:
    """A conversation's id, with its first answer."""
    desk.model.will_say("Done.")
    request = desk.new_request()
    run = await desk.service.send(
        ANN, None, text, expected_leaf_id=None, client_request_id=request, options=desk.options, prompt=prompt
    )
    await desk.end_of(run)
    return run.conversation_id


async def test_a_question_is_asked_with_the_prompt_that_was_chosen_and_the_answer_says_so() -> None:
    async with open_desk() as desk:
        conversation_id = await ask(desk, "Two?", MINE)
        assert desk.model.prompts[0].startswith(MINE_BEGINS)
        shown = await desk.conversations.open(ANN, conversation_id)
        provenance = shown.messages[-1].provenance
        ready = await desk.engine.ready()
        assert provenance and provenance.prompt_id == OWN
        assert provenance.prompt_sha256 == ready.prompts.template(MINE).sha256
        assert shown.conversation.prompt == MINE


async def test_answering_again_and_going_on_take_the_prompt_that_is_given() -> None:
    async with open_desk() as desk:
        conversation_id = await ask(desk, "Two?", SUITED_PROMPT)
        question, answer = await desk.shown(conversation_id)
        desk.model.will_say("Again.")
        again = await desk.service.regenerate(
            ANN,
            conversation_id,
            answer.id,
            client_request_id=desk.new_request(),
            options=desk.options,
            prompt=COMPACT,
        )
        await desk.end_of(again)
        desk.model.will_say("Edited.")
        edited = await desk.service.edit(
            ANN,
            conversation_id,
            question.id,
            "Three?",
            client_request_id=desk.new_request(),
            options=desk.options,
            prompt=MINE,
        )
        await desk.end_of(edited)
        answers = [m.provenance for m in desk.store.messages(ANN, conversation_id) if m.provenance]
        assert [each.prompt_id for each in answers] == [TEMPLATE.id, "tech_assistant/compact", OWN]
        assert desk.model.prompts[2].startswith(MINE_BEGINS)


async def test_whoever_names_no_prompt_is_answered_with_the_conversations() -> None:
    async with open_desk() as desk:
        conversation_id = await ask(desk, "Two?", MINE)
        await desk.answered("Three?", "Yes.", conversation_id)
        await desk.prompts.choose(ANN, conversation_id, COMPACT)
        await desk.answered("Four?", "Yes.", conversation_id)
        answers = [message.provenance for message in await desk.shown(conversation_id) if message.provenance]
        assert [each.prompt_id for each in answers] == [OWN, OWN, "tech_assistant/compact"]


async def test_a_fork_keeps_the_prompt() -> None:
    async with open_desk() as desk:
        conversation_id = await ask(desk, "Two?", MINE)
        leaf = (await desk.shown(conversation_id))[-1].id
        fork_id = await desk.conversations.fork(ANN, conversation_id, leaf, client_request_id="fork")
        assert (await desk.conversations.open(ANN, fork_id)).conversation.prompt == MINE


async def test_an_impossible_prompt_is_refused_before_anything_is_written() -> None:
    async with open_desk() as desk:
        await desk.engine.ready()
        with pytest.raises(UnknownPromptError):
            await ask(desk, "Two?", PromptChoice(template="tech_assistant/v9"))
        with pytest.raises(BlankPromptError):
            await ask(desk, "Two?", PromptChoice(template=OWN, own=OwnPrompt()))
        assert await desk.conversations.conversations(ANN, 10) == []
        assert desk.model.prompts == []


async def test_a_prompt_chosen_while_the_model_loads_is_used_when_it_is_there() -> None:
    model = ScriptedModel()
    loader = ScriptedLoader(model, held=True)
    async with open_desk(model=model, loader=loader) as desk:
        assert await desk.prompts.preview(MINE) is None
        assert desk.prompts.offers[-1] == OWN
        model.will_say("Done.")
        request = desk.new_request()
        run = await desk.service.send(
            ANN, None, "Two?", expected_leaf_id=None, client_request_id=request, options=desk.options, prompt=MINE
        )
        loader.release()
        await desk.end_of(run)
        assert model.prompts[0].startswith(MINE_BEGINS)


async def test_a_prompt_is_chosen_for_the_turns_to_come_and_only_by_its_owner() -> None:
    async with open_desk() as desk:
        conversation_id = await ask(desk, "Two?", SUITED_PROMPT)
        await desk.prompts.choose(ANN, conversation_id, MINE)
        assert (await desk.conversations.open(ANN, conversation_id)).conversation.prompt == MINE
        with pytest.raises(NotFoundError):
            await desk.prompts.choose(BOB, conversation_id, COMPACT)
        with pytest.raises(UnknownPromptError):
            await desk.prompts.choose(ANN, conversation_id, PromptChoice(template="none"))
        assert (await desk.conversations.open(ANN, conversation_id)).conversation.prompt == MINE


async def test_a_preview_shows_the_text_counts_its_tokens_and_says_whether_it_fits() -> None:
    async with open_desk(loader=ScriptedLoader(model := ScriptedModel(), window=600), model=model) as desk:
        await desk.engine.ready()
        mine, compact = await desk.prompts.preview(MINE), await desk.prompts.preview(COMPACT)
        assert mine and compact
        assert (mine.template, mine.tokens, mine.window, mine.fits) == (OWN, len(mine.text.encode()), 600, True)
        assert mine.text.startswith(MINE_BEGINS)
        assert (compact.tokens, compact.fits) == (len(compact.text.encode()), False)


async def test_own_prompts_are_saved_named_and_deleted() -> None:
    async with open_desk() as desk:
        await desk.prompts.save(ANN, "  Brief \n one ", WORDS)
        (saved,) = await desk.prompts.presets(ANN)
        assert (saved.name, saved.prompt) == ("Brief one", WORDS)
        await desk.prompts.rename(ANN, saved.id, "Terse")
        await desk.prompts.rename(ANN, saved.id, " ")
        assert [each.name for each in await desk.prompts.presets(ANN)] == ["Terse"]
        await desk.prompts.delete(ANN, saved.id)
        assert await desk.prompts.presets(ANN) == []


async def test_an_own_prompt_without_a_name_or_without_words_is_not_saved() -> None:
    async with open_desk() as desk:
        for name, prompt in (("  ", WORDS), ("Empty", OwnPrompt())):
            with pytest.raises(BlankPromptError):
                await desk.prompts.save(ANN, name, prompt)
        assert await desk.prompts.presets(ANN) == []

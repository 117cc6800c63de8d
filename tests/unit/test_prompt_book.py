"""Which prompts a model can be given, by what it was trained on and what its engine takes."""

from pathlib import Path

import pytest

from assistant.errors.app import PromptTooLongError
from assistant.errors.input import NoChatTemplateError, PromptNeedsTextError, UnknownPromptError
from assistant.model_catalog import CATALOG, ModelCard, card_for
from assistant.prompt_choice import CHAT, OWN, SUITED, SUITED_PROMPT, OwnPrompt, PromptChoice
from assistant.prompting.book import PromptBook
from assistant.prompting.library import load_template
from tests.unit.assembling import branch

LONG, COMPACT = "tech_assistant/v1", "tech_assistant/compact"
TRAINED_TO_CHAT, BASE = CATALOG["smollm2-135m-instruct"], CATALOG["starcoder"]
WORDS = PromptChoice(template=OWN, own=OwnPrompt(system="Be brief."))


def book(card: ModelCard, *, takes_text: bool = True, window: int = 10**6, prompt: str = "") -> PromptBook:
    suited = load_template(prompt, card.prompt, Path)
    return PromptBook(suited, card, takes_text=takes_text, count=len, context_window=window)


def choice(template: str) -> PromptChoice:
    return PromptChoice(template=template)


@pytest.mark.parametrize(
    ("card", "takes_text", "offered"),
    [
        (TRAINED_TO_CHAT, True, [SUITED, LONG, COMPACT, CHAT, OWN]),
        (BASE, True, [SUITED, LONG, COMPACT, OWN]),
        (card_for("unheard-of"), True, [SUITED, LONG, COMPACT, OWN]),
        (TRAINED_TO_CHAT, False, [SUITED, CHAT, OWN]),
        (card_for("unheard-of"), False, [SUITED, CHAT, OWN]),
    ],
)
def test_only_what_the_engine_can_take_is_offered_and_all_of_that_can_be_used(
    card: ModelCard, takes_text: bool, offered: list[str]
) -> None:
    prompts = book(card, takes_text=takes_text)
    assert prompts.offers == offered
    for name in offered:
        chosen = WORDS if name == OWN else choice(name)
        assert prompts.assembler(chosen).assemble(branch(["One?"]), 100).template == prompts.template(chosen)


def test_whoever_chooses_none_gets_what_suits_the_model_or_was_set() -> None:
    assert book(TRAINED_TO_CHAT).template(SUITED_PROMPT).id == "chat/chatml"
    assert book(TRAINED_TO_CHAT, prompt=COMPACT).template(SUITED_PROMPT).id == COMPACT


def test_the_chat_format_stays_within_reach_where_a_transcript_was_set() -> None:
    prompts = book(TRAINED_TO_CHAT, prompt=COMPACT)
    assert prompts.template(choice(CHAT)).id == "chat/chatml"
    assert prompts.template(WORDS).prefix == "<|im_start|>system\nBe brief.<|im_end|>\n"


def test_what_is_impossible_is_refused_by_name() -> None:
    with pytest.raises(PromptNeedsTextError) as needs_text:
        book(TRAINED_TO_CHAT, takes_text=False).template(choice(LONG))
    assert needs_text.value.facts == {"prompt": LONG, "model": "smollm2-135m-instruct"}
    with pytest.raises(NoChatTemplateError) as no_chat:
        book(BASE).template(choice(CHAT))
    assert no_chat.value.facts == {"model": "starcoder"}
    for unknown in ("titles/v1", "../secret", "tech_assistant/v9"):
        with pytest.raises(UnknownPromptError):
            book(BASE).template(choice(unknown))


def test_a_prompt_that_the_window_cannot_hold_is_refused_with_both_numbers() -> None:
    prompts = book(TRAINED_TO_CHAT, window=4000)
    with pytest.raises(PromptTooLongError) as refused:
        prompts.assembler(choice(LONG))
    tokens = len(prompts.template(choice(LONG)).prefix)
    assert refused.value.facts == {"prompt": LONG, "tokens": tokens, "window": 4000}


def test_what_is_shown_is_what_the_engine_gets() -> None:
    takes_text, takes_messages = book(TRAINED_TO_CHAT), book(TRAINED_TO_CHAT, takes_text=False)
    assert takes_text.shown(takes_text.template(WORDS)) == "<|im_start|>system\nBe brief.<|im_end|>\n"
    assert takes_messages.shown(takes_messages.template(WORDS)) == "[system]\nBe brief."


def test_a_prompt_is_counted_once_for_all_of_its_turns() -> None:
    counted: list[str] = []

    def count(text: str) -> int:
        counted.append(text)
        return len(text)

    suited = load_template("", TRAINED_TO_CHAT.prompt, Path)
    prompts = PromptBook(suited, TRAINED_TO_CHAT, takes_text=True, count=count, context_window=10**6)
    for _ in range(3):
        prompts.assembler(WORDS)
    assert counted.count(prompts.template(WORDS).prefix) == 1

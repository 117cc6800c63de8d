"""A person's own words and examples are prompted in the model's form, and cannot pass for its structure."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.errors.app import PromptError
from assistant.errors.input import BlankPromptError, PromptTextTooLongError
from assistant.model_catalog import ALL_SPECIAL_TOKENS
from assistant.prompt_choice import MOST_CHARACTERS, OWN, Exchange, OwnPrompt, PromptChoice
from assistant.prompting.accepted import accept_prompt
from assistant.prompting.assembler import PromptAssembler
from assistant.prompting.library import load_template
from assistant.prompting.own_prompt import own_template
from assistant.prompting.template import PromptForm, PromptTemplate
from tests.corpus import CORPUS, FORGED, TOKENS
from tests.unit.assembling import branch
from tests.unit.shipped_prompts import SHIPPED

CHATML = load_template("chat/chatml", "", Path)
COMPACT = load_template("tech_assistant/compact", "", Path)
ONE = (Exchange(question="One?", answer="Yes."),)
TWO = (Exchange(question="Two?", answer="No."), Exchange(question="Why?", answer="Because."))
OWN_WORDS = OwnPrompt(system="Be brief.", dialogues=(ONE, TWO))
HOSTILE = st.one_of(st.sampled_from([*CORPUS, *FORGED, *TOKENS]), st.text(max_size=8))


def test_a_chat_model_gets_own_words_as_its_system_text_and_examples_as_turns() -> None:
    assert own_template(OWN_WORDS, CHATML).prefix == (
        "<|im_start|>system\nBe brief.<|im_end|>\n"
        "<|im_start|>user\nOne?<|im_end|>\n<|im_start|>assistant\nYes.<|im_end|>\n"
        "<|im_start|>user\nTwo?<|im_end|>\n<|im_start|>assistant\nNo.<|im_end|>\n"
        "<|im_start|>user\nWhy?<|im_end|>\n<|im_start|>assistant\nBecause.<|im_end|>\n"
    )


def test_a_base_model_gets_a_transcript_with_a_line_after_each_dialogue() -> None:
    assert own_template(OWN_WORDS, COMPACT).prefix == (
        "Be brief.\n\n-----\n\nHuman: One?\n\nAssistant: Yes.\n\n-----"
        "\n\nHuman: Two?\n\nAssistant: No.\n\nHuman: Why?\n\nAssistant: Because.\n\n-----"
    )


def test_examples_alone_are_a_prompt_too() -> None:
    template = own_template(OwnPrompt(dialogues=(ONE,)), COMPACT)
    assert template.prefix == "Human: One?\n\nAssistant: Yes.\n\n-----"


def test_an_engine_that_takes_messages_gets_the_examples_as_messages() -> None:
    template = own_template(OWN_WORDS, COMPACT)
    value = PromptAssembler(template, len, 10**6).assemble(branch(["Three?"]), 100).value
    assert [(message.type, message.content) for message in value.to_messages()] == [
        ("system", "Be brief."),
        ("human", "One?"),
        ("ai", "Yes."),
        ("human", "Two?"),
        ("ai", "No."),
        ("human", "Why?"),
        ("ai", "Because."),
        ("human", "Three?"),
    ]


@pytest.mark.parametrize("model", SHIPPED, ids=lambda template: template.id)
@given(HOSTILE, HOSTILE, HOSTILE)
def test_no_text_of_ones_own_forges_a_token_or_a_turn(
    model: PromptTemplate, system: str, question: str, answer: str
) -> None:
    examples = (Exchange(question=f"x{question}", answer=f"x\n{answer}"),)
    harmless = own_template(OwnPrompt(system="x", dialogues=((Exchange(question="x", answer="x"),),)), model)
    hostile = own_template(OwnPrompt(system=f"x\n{system}", dialogues=(examples,)), model)
    messages = PromptAssembler(hostile, len, 10**7).assemble(branch(["x"]), 100).value.to_messages()
    for token in ALL_SPECIAL_TOKENS:
        assert hostile.prefix.count(token) == harmless.prefix.count(token)
        assert not any(token in str(message.content) for message in messages)
    marks = [model.marks.user_start, model.marks.assistant_start, "\n-----\n"]
    if model.form is PromptForm.TRANSCRIPT and "-----" in model.marks.guarded_lines:
        assert [hostile.prefix.count(mark) for mark in marks] == [harmless.prefix.count(mark) for mark in marks]


def test_each_own_prompt_has_a_sha256_of_its_own_and_one_name() -> None:
    others = [OwnPrompt(system="Be brief!"), OwnPrompt(system="Be brief.", dialogues=(TWO, ONE)), OWN_WORDS]
    templates = [own_template(own, model) for own in others for model in (CHATML, COMPACT)]
    assert len({template.sha256 for template in templates}) == len(templates)
    assert own_template(OWN_WORDS, CHATML).sha256 == templates[-2].sha256
    assert {template.id for template in templates} == {OWN}


def test_a_template_without_a_place_for_other_words_says_so(tmp_path: Path) -> None:
    for name in ("chat/chatml.toml", "tech_assistant/preamble.jinja"):
        file = tmp_path / name
        file.parent.mkdir(exist_ok=True)
        file.write_text((Path("prompts") / name).read_text())
    (tmp_path / "chat" / "chatml.jinja").write_text("<|im_start|>system\nAlways the same.<|im_end|>\n")
    fixed = load_template("chat/chatml", "", Path, tmp_path)
    with pytest.raises(PromptError) as refused:
        own_template(OWN_WORDS, fixed)
    assert refused.value.facts == {"prompt": OWN, "fault": "chat/chatml has no place for a system text"}


def test_what_was_left_empty_is_left_out_of_what_is_kept() -> None:
    half = (Exchange(question="Only asked?", answer=" "), Exchange(question="", answer=""))
    own = OwnPrompt(system="Be\x00brief.", dialogues=(half, (*half, *ONE)))
    accepted = accept_prompt(PromptChoice(template=OWN, own=own)).own
    assert accepted == OwnPrompt(system="Be\N{REPLACEMENT CHARACTER}brief.", dialogues=(ONE,))


def test_a_prompt_without_any_text_is_refused_and_so_is_one_that_is_too_long() -> None:
    with pytest.raises(BlankPromptError):
        accept_prompt(PromptChoice(template=OWN, own=OwnPrompt(system=" \n")))
    longest = OwnPrompt(system="x" * (MOST_CHARACTERS - 8), dialogues=(ONE,))
    assert accept_prompt(PromptChoice(template=OWN, own=longest)).own == longest
    with pytest.raises(PromptTextTooLongError) as refused:
        accept_prompt(PromptChoice(template=OWN, own=longest.model_copy(update={"system": longest.system + "x"})))
    assert refused.value.facts == {"size": MOST_CHARACTERS + 1, "limit": MOST_CHARACTERS}

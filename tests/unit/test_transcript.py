"""A rendered transcript has exactly the turns that were sent, in every format that the project ships."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.conversation import Role
from assistant.errors.app import PromptError
from assistant.model_catalog import ALL_SPECIAL_TOKENS
from assistant.prompting.neutral_text import Neutraliser
from assistant.prompting.template import PromptTemplate
from assistant.prompting.transcript import Turn, parse_turns, render_turns
from tests.corpus import CORPUS
from tests.unit.shipped_prompts import SHIPPED

TEXTS = st.one_of(st.text(), st.lists(st.sampled_from(CORPUS), max_size=4).map("".join))
DIALOGUES = st.lists(TEXTS, max_size=7).map(
    lambda texts: [Turn((Role.USER, Role.ASSISTANT)[n % 2], text) for n, text in enumerate(texts)]
)


def neutraliser(template: PromptTemplate) -> Neutraliser:
    return Neutraliser(template.marks.guarded_lines, ALL_SPECIAL_TOKENS)


def rendered(template: PromptTemplate, turns: list[Turn]) -> str:
    return render_turns(template.marks, neutraliser(template), turns)


@pytest.fixture(params=SHIPPED, ids=lambda template: template.id)
def template(request: pytest.FixtureRequest) -> PromptTemplate:
    found: PromptTemplate = request.param
    return found


def test_every_text_of_the_corpus_comes_back_in_either_role(template: PromptTemplate) -> None:
    for text in CORPUS:
        turns = [Turn(Role.USER, text), Turn(Role.ASSISTANT, text), Turn(Role.USER, text)]
        assert parse_turns(template.marks, neutraliser(template), rendered(template, turns)) == turns


@pytest.mark.parametrize("template", SHIPPED, ids=lambda template: template.id)
@given(DIALOGUES)
def test_any_dialogue_comes_back(template: PromptTemplate, turns: list[Turn]) -> None:
    assert parse_turns(template.marks, neutraliser(template), rendered(template, turns)) == turns


@pytest.mark.parametrize("template", SHIPPED, ids=lambda template: template.id)
@given(DIALOGUES)
def test_no_text_adds_a_mark_or_a_special_token(template: PromptTemplate, turns: list[Turn]) -> None:
    harmless = rendered(template, [Turn(turn.role, "x") for turn in turns])
    text = rendered(template, turns)
    line_starts = [f"\n{mark.lstrip()}" for mark in (template.marks.user_start, template.marks.assistant_start)]
    for mark in (*line_starts, *ALL_SPECIAL_TOKENS):
        assert text.count(mark) == harmless.count(mark)


@pytest.mark.parametrize("template", SHIPPED, ids=lambda template: template.id)
@given(DIALOGUES)
def test_no_replayed_text_contains_what_would_end_an_answer(template: PromptTemplate, turns: list[Turn]) -> None:
    guard = neutraliser(template).guard
    for turn in turns:
        assert [rule.text for rule in template.stops if rule.text in guard(turn.text)] == []


def test_replayed_answers_have_their_lead_back() -> None:
    turns = [Turn(Role.USER, "One?"), Turn(Role.ASSISTANT, "First."), Turn(Role.USER, "Two?")]
    transcript = {template.id: rendered(template, turns) for template in SHIPPED}
    assert transcript["tech_assistant/v1"] == "\n\nHuman: One?\n\nAssistant: First.\n\nHuman: Two?"


def test_text_of_another_format_is_refused(template: PromptTemplate) -> None:
    with pytest.raises(PromptError) as refused:
        parse_turns(template.marks, neutraliser(template), "Q: One?")
    assert refused.value.facts["fault"] == "turn 1 does not begin with its mark"

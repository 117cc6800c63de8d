"""What goes into a prompt: the prefix, the newest whole turns that fit, the question, and the mark of the answer."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from langchain_core.messages import AIMessage, HumanMessage, SystemMessage

from assistant.errors.app import PromptError
from assistant.errors.input import MessageTooLongError, NoRoomToContinueError
from assistant.prompting.template import PromptTemplate
from tests.fakes.desk import TEMPLATE
from tests.unit.assembling import TEXTS, assembler, branch, by_word
from tests.unit.shipped_prompts import SHIPPED

BRANCH = ["One?", "First.", "Two?", "Second.", "Three?"]
PREFIX = len(TEMPLATE.prefix)
QUESTION = len("\n\nHuman: Three?\n\nAssistant:")
NEWER = len("\n\nHuman: Two?\n\nAssistant: Second.")
OLDER = len("\n\nHuman: One?\n\nAssistant: First.")
ALL = PREFIX + OLDER + NEWER + QUESTION


def test_a_prompt_is_prefix_turns_question_and_the_mark_of_the_answer() -> None:
    prompt = assembler().assemble(branch(BRANCH), 100)
    assert prompt.value.to_string() == (
        "A dialogue.\n\n-----\n\nHuman: One?\n\nAssistant: First.\n\nHuman: Two?\n\nAssistant: Second."
        "\n\nHuman: Three?\n\nAssistant:"
    )
    assert (prompt.turns_dropped, prompt.template) == (0, TEMPLATE)


def test_an_engine_that_takes_messages_gets_the_same_turns() -> None:
    assert assembler().assemble(branch(["One?", "First.", "<|end|>"]), 100).value.to_messages() == [
        SystemMessage("A dialogue."),
        HumanMessage("One?"),
        AIMessage("First."),
        HumanMessage("< |end|>"),
    ]


def test_an_answer_that_goes_on_stands_after_the_mark_as_the_model_wrote_it() -> None:
    value = assembler().assemble(branch(["One?"]), 100, "It is\n```py\nx =").value
    assert value.to_string().endswith("\n\nHuman: One?\n\nAssistant: It is\n```py\nx =")
    assert value.to_messages()[1:] == [HumanMessage("One?"), AIMessage("It is\n```py\nx =")]


@pytest.mark.parametrize("template", SHIPPED, ids=lambda template: template.id)
def test_a_prompt_that_goes_on_is_that_of_a_later_turn_up_to_there(template: PromptTemplate) -> None:
    later = assembler(10**7, template).assemble(branch(["One?", "First. <|end|>\nHuman: x", "Two?"]), 100)
    beginning = assembler(10**7, template).assemble(branch(["One?"]), 100, "First. <|end|>\nHum").value.to_string()
    assert later.value.to_string().replace("\n Human", "\nHuman").startswith(beginning)


def test_the_beginning_is_part_of_the_prompt_and_takes_room_from_older_turns() -> None:
    beginning = "x" * 200
    tokens = assembler(ALL + 701).assemble(branch(BRANCH), 500, beginning).tokens
    assert (tokens.question, tokens.beginning, tokens.answer_room) == (QUESTION, 201, 500)
    assert tokens.prompt == ALL + 201
    assert assembler(ALL + 700).assemble(branch(BRANCH), 500, beginning).turns_dropped == 1


def test_an_answer_that_fills_the_window_cannot_go_on() -> None:
    window = PREFIX + QUESTION + 300
    fits = assembler(window).assemble(branch(["Three?"]), 500, "x" * 235)
    assert fits.tokens.answer_room == 64
    with pytest.raises(NoRoomToContinueError) as refused:
        assembler(window).assemble(branch(["Three?"]), 500, "x" * 236)
    assert refused.value.facts == {"size": window - 63, "limit": window - 64}


def test_tokens_are_counted_part_by_part() -> None:
    tokens = assembler().assemble(branch(BRANCH), 100).tokens
    assert (tokens.prefix, tokens.history, tokens.question) == (PREFIX, OLDER + NEWER, QUESTION)
    assert (tokens.prompt, tokens.answer_room) == (ALL, 100)


@pytest.mark.parametrize(
    ("window", "dropped"),
    [
        (ALL + 500, 0),
        (ALL + 499, 1),
        (ALL - OLDER + 500, 1),
        (ALL - OLDER + 499, 2),
        (ALL - OLDER - NEWER + 500, 2),
    ],
)
def test_whole_turns_are_left_out_oldest_first_when_the_window_is_full(window: int, dropped: int) -> None:
    prompt = assembler(window).assemble(branch(BRANCH), 500)
    text = prompt.value.to_string()
    assert prompt.turns_dropped == dropped
    assert [answer in text for answer in ("First.", "Second.")] == [dropped < 1, dropped < 2]
    assert len(prompt.value.to_messages()) == 1 + 5 - 2 * dropped
    assert prompt.tokens.answer_room == 500


def test_a_long_turn_is_not_jumped_over_for_an_older_short_one() -> None:
    prompt = assembler(600).assemble(branch(["Old?", "Old.", "Long?", "x" * 600, "New?"]), 100)
    assert prompt.turns_dropped == 2
    assert "Old" not in prompt.value.to_string()


def test_a_long_old_turn_keeps_no_newer_one_out() -> None:
    prompt = assembler(600).assemble(branch(["Long?", "x" * 600, "Old?", "Old.", "New?"]), 100)
    assert prompt.turns_dropped == 1
    assert "Old." in prompt.value.to_string()


def test_tokens_that_only_the_whole_prompt_has_are_counted_too() -> None:
    def count(text: str) -> int:
        return len(text) + 5 * max(text.count("Human:") - 1, 0)

    prompt = assembler(ALL + 500, count=count).assemble(branch(BRANCH), 500)
    assert prompt.turns_dropped == 1
    assert (prompt.tokens.prompt, prompt.tokens.answer_room) == (ALL - OLDER + 5, 500)


def test_an_answer_gets_the_room_that_is_left_when_nothing_more_can_be_left_out() -> None:
    window = PREFIX + QUESTION + 300
    prompt = assembler(window).assemble(branch(BRANCH), 400)
    assert (prompt.tokens.answer_room, prompt.turns_dropped) == (300, 2)


def test_a_question_that_leaves_no_room_is_refused_with_both_numbers() -> None:
    marks = len("\n\nHuman: \n\nAssistant:")
    limit = 400 - PREFIX - 64
    fits = assembler(400).assemble(branch(["x" * (limit - marks)]), 100)
    assert fits.tokens.answer_room == 64
    with pytest.raises(MessageTooLongError) as refused:
        assembler(400).assemble(branch(["x" * (limit - marks + 1)]), 100)
    assert refused.value.facts == {"size": limit + 1, "limit": limit, "unit": "tokens"}


def test_a_template_that_leaves_no_room_for_a_conversation_is_refused() -> None:
    assembler(PREFIX + 256)
    with pytest.raises(PromptError) as refused:
        assembler(PREFIX + 255)
    assert refused.value.facts == {"prompt": TEMPLATE.id, "tokens": PREFIX, "window": PREFIX + 255}


def test_questions_without_an_answer_are_left_out_and_not_counted_as_dropped() -> None:
    prompt = assembler().assemble(branch(["One?", "", "Two?", " \n", "Three?"]), 100)
    assert prompt.value.to_string() == "A dialogue.\n\n-----\n\nHuman: Three?\n\nAssistant:"
    assert prompt.turns_dropped == 0


@given(st.lists(TEXTS, min_size=1, max_size=7).filter(lambda texts: len(texts) % 2 == 1), st.integers(300, 900))
def test_the_window_is_never_exceeded_nor_a_turn_cut(texts: list[str], window: int) -> None:
    try:
        prompt = assembler(window, count=by_word).assemble(branch(texts), 100)
    except MessageTooLongError:
        return
    messages = prompt.value.to_messages()[1:]
    whole = assembler(10**6, count=by_word).assemble(branch(texts), 100).value.to_messages()[1:]
    assert messages == whole[len(whole) - len(messages) :]
    assert len(whole) - len(messages) == 2 * prompt.turns_dropped
    tokens = prompt.tokens
    assert tokens.prompt == by_word(prompt.value.to_string())
    assert tokens.prompt + tokens.answer_room <= window
    assert min(tokens.prefix, tokens.history, tokens.question - 1, tokens.answer_room - 64) >= 0


@given(
    st.lists(TEXTS, min_size=1, max_size=5).filter(lambda texts: len(texts) % 2 == 1),
    TEXTS.filter(bool),
    st.integers(300, 900),
)
def test_the_window_is_not_exceeded_by_an_answer_that_goes_on(texts: list[str], beginning: str, window: int) -> None:
    try:
        prompt = assembler(window, count=by_word).assemble(branch(texts), 100, beginning)
    except (MessageTooLongError, NoRoomToContinueError):
        return
    assert prompt.tokens.prompt == by_word(prompt.value.to_string())
    assert prompt.tokens.prompt + prompt.tokens.answer_room <= window
    assert prompt.tokens.answer_room >= 64


def test_a_prompt_is_assembled_again_as_it_was_with_another_window() -> None:
    before = assembler(ALL + 499).assemble(branch(BRANCH), 500)
    again = assembler(ALL + 9000).assemble_again(branch(BRANCH), before.turns_dropped, before.tokens.answer_room)
    assert again == before
    assert again.left_out == ("One?",)


@given(
    st.lists(st.text(min_size=1, max_size=200), min_size=1, max_size=7).filter(lambda texts: len(texts) % 2 == 1),
    st.integers(400, 900),
)
def test_what_is_measured_while_typing_is_what_is_then_assembled(texts: list[str], window: int) -> None:
    made = assembler(window)
    *earlier, asked = branch(texts)
    use = made.measure(made.count_history(earlier), asked.text, 0, 100)
    try:
        prompt = made.assemble([*earlier, asked], 100)
    except MessageTooLongError:
        assert use.is_too_long
        return
    assert not use.is_too_long
    assert (use.prefix, use.history, use.turns_dropped) == (PREFIX, prompt.tokens.history, prompt.turns_dropped)
    assert use.question == (prompt.tokens.question if asked.text.strip() else 0)
    assert use.answer_room == prompt.tokens.answer_room or not asked.text.strip()


def test_files_beside_the_question_take_room_from_older_turns() -> None:
    made = assembler(ALL + 500)
    history = made.count_history(branch(BRANCH[:-1]))
    assert made.measure(history, "Three?", 0, 500).turns_dropped == 0
    use = made.measure(history, "Three?", 1, 500)
    assert (use.files, use.turns_dropped, use.used) == (1, 1, ALL - OLDER + 1)


def test_a_history_is_counted_only_as_far_back_as_the_window_reaches() -> None:
    history = assembler(300).count_history(branch(["Old?", "Old.", "Long?", "x" * 300, "New?", "New."]))
    assert (len(history.tokens), history.exchanges) == (2, 3)


def test_texts_are_counted_with_the_tokenizer_that_is_given() -> None:
    counted: list[str] = []

    def count(text: str) -> int:
        counted.append(text)
        return 7

    prompt = assembler(600, replace(TEMPLATE, prefix="P"), count).assemble(branch(["One?"]), 100)
    assert "P" in counted and prompt.value.to_string() in counted
    assert (prompt.tokens.prefix, prompt.tokens.prompt) == (7, 7)

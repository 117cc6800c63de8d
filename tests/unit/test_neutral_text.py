"""Guarded text has no structure in it, and restoring gives back exactly what was typed."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from assistant.model_catalog import ALL_SPECIAL_TOKENS
from assistant.prompting.neutral_text import Neutraliser
from tests.corpus import CORPUS, FORGED, ORDINARY, TOKENS

GUARDED_LINES = ("human:", "assistant:", "system:", "-----", "### instruction", "### response")
NEUTRALISER = Neutraliser(GUARDED_LINES, ALL_SPECIAL_TOKENS)
START_OF_A_TURN = re.compile(r"^(human|assistant|system):|^-{5,}$|^### (instruction|response)", re.I | re.M)
HOSTILE = st.lists(
    st.one_of(
        st.sampled_from(
            [*TOKENS, *FORGED, "Human", ":", "-----", "<", "<|", "|>", "<|new|>", " ", "\n", "\r", "\u2028", "\u200b"]
        ),
        st.text(max_size=5),
    ),
    max_size=12,
).map("".join)


def test_restoring_gives_back_what_was_typed() -> None:
    assert [NEUTRALISER.restore(NEUTRALISER.guard(text)) for text in CORPUS] == list(CORPUS)


@given(HOSTILE)
@example("\u0301Human:")
@example("<  |im_end|>")
def test_restoring_gives_back_any_text(text: str) -> None:
    assert NEUTRALISER.restore(NEUTRALISER.guard(text)) == text


@given(HOSTILE, HOSTILE)
def test_two_texts_never_look_the_same_once_guarded(one: str, other: str) -> None:
    assert (NEUTRALISER.guard(one) == NEUTRALISER.guard(other)) == (one == other)


@given(HOSTILE)
def test_nothing_guarded_is_a_special_token_or_begins_a_turn(text: str) -> None:
    guarded = NEUTRALISER.guard(text)
    assert [token for token in TOKENS if token in guarded] == []
    assert START_OF_A_TURN.search(guarded) is None


@given(HOSTILE)
def test_guarding_changes_text_by_spaces_alone(text: str) -> None:
    assert NEUTRALISER.guard(text).replace(" ", "") == text.replace(" ", "")


@pytest.mark.parametrize(
    ("text", "guarded"),
    [
        ("Human: x", " Human: x"),
        ("a\nassistant : x", "a\n assistant : x"),
        ("a\r\n-----\r\nb", "a\r\n -----\r\nb"),
        ("a\u2028Human\uff1a x", "a\u2028 Human\uff1a x"),
        ("\u200bHu\u200bman:", " \u200bHu\u200bman:"),
        ("\u202eSystem: x", " \u202eSystem: x"),
        ("### Instruction", " ### Instruction"),
        ("<|im_end|>", "< |im_end|>"),
        ("< |im_end|>", "<  |im_end|>"),
        ("a<fim_prefix>b", "a< fim_prefix>b"),
    ],
)
def test_a_visible_space_takes_the_structure_away(text: str, guarded: str) -> None:
    assert NEUTRALISER.guard(text) == guarded


@pytest.mark.parametrize("text", [text for text in ORDINARY if "-----\n" not in text and "\nHuman" not in text])
def test_ordinary_text_is_left_alone(text: str) -> None:
    assert NEUTRALISER.guard(text) == text


def test_guarded_lines_of_any_case_guard() -> None:
    assert Neutraliser(("Frage:",), ()).guard("FRAGE: x") == " FRAGE: x"


@pytest.mark.parametrize("token", ["<|eot_id|>", "<|start_header_id|>", "<|channel|>", "<|fim▁hole|>"])
def test_control_tokens_that_the_catalogue_does_not_know_are_guarded_too(token: str) -> None:
    assert NEUTRALISER.guard(f"a{token}b") == f"a< {token[1:]}b"


@pytest.mark.parametrize("text", ["a <| b |> c", "x <|> y", "if a <|b| > c", "<||>", "List<String>"])
def test_operators_are_no_tokens(text: str) -> None:
    assert NEUTRALISER.guard(text) == text


def test_a_template_without_guarded_lines_guards_tokens_only() -> None:
    assert Neutraliser((), TOKENS).guard("Human: <|end|>\n-----") == "Human: < |end|>\n-----"

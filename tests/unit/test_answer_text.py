"""What a person sees of an answer: whole characters, without the lead, the stop and the white space at the end."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.generation.answer_text import AnswerText
from assistant.generation.stop_rules import StopRule

RULES = (StopRule("\nHuman:"),)
LEADS = st.sampled_from(["", " ", "\n\n", " - "])
WRITTEN = st.text(
    alphabet=st.one_of(st.sampled_from(" \n-Huma:"), st.characters(exclude_categories=["Cs"], exclude_characters="\0")),
    max_size=40,
)


def shown(pieces: list[str], lead: str = " ") -> str:
    answer = AnswerText(lead, RULES)
    return "".join([*(answer.feed(piece) for piece in pieces), answer.finish()])


@pytest.mark.parametrize(
    ("pieces", "text"),
    [
        ([" Yes."], "Yes."),
        (["  Yes."], " Yes."),
        ([" ", " ", "Yes."], " Yes."),
        (["", " ", "Yes."], "Yes."),
        (["Yes."], "Yes."),
        (["\n    code"], "\n    code"),
        ([" ", "\nHuman: hm"], ""),
        ([" Human: hm"], ""),
        ([" "], ""),
    ],
)
def test_exactly_one_leading_space_is_dropped(pieces: list[str], text: str) -> None:
    assert shown(pieces) == text


@pytest.mark.parametrize(
    ("pieces", "text"), [(["\n", "\nYes."], "Yes."), (["\n", "Yes."], "\nYes."), (["\n"], ""), (["\n\n\n-"], "\n-")]
)
def test_a_longer_lead_is_dropped_whole_or_not_at_all(pieces: list[str], text: str) -> None:
    assert shown(pieces, lead="\n\n") == text


@given(LEADS, WRITTEN, st.integers(1, 4))
def test_the_lead_and_white_space_at_the_end_are_all_that_is_dropped(lead: str, text: str, size: int) -> None:
    pieces = [text[at : at + size] for at in range(0, len(text), size)]
    expected = text.removeprefix(lead)
    if (at := f"\n{expected}".find("\nHuman:")) >= 0:
        expected = expected[: max(at - 1, 0)]
    assert shown(pieces, lead) == expected.rstrip()


@pytest.mark.parametrize(
    "text",
    ["naïve 😀 end", "👩‍👩‍👧 family", "日本語のコード", "e\u0301 \u1112\u1161\u11ab", "🇩🇪 flag", "\u202eturned\u202c"],
)
def test_characters_come_out_whole_however_they_arrive(text: str) -> None:
    halves = text.encode("utf-16-le", "surrogatepass")
    units = [halves[at : at + 2].decode("utf-16-le", "surrogatepass") for at in range(0, len(halves), 2)]
    assert shown(units) == shown(list(text)) == shown([text]) == text


@pytest.mark.parametrize(
    ("pieces", "text"),
    [
        (["a\ud83d", "b"], "a\N{REPLACEMENT CHARACTER}b"),
        (["a\ude00b"], "a\N{REPLACEMENT CHARACTER}b"),
        (["a", "\ud83d"], "a\N{REPLACEMENT CHARACTER}"),
        (["a\0b"], "a\N{REPLACEMENT CHARACTER}b"),
    ],
)
def test_what_no_database_can_keep_is_replaced(pieces: list[str], text: str) -> None:
    assert shown(pieces) == text


@given(st.lists(st.text(alphabet=st.characters()), max_size=8))
def test_every_answer_can_be_encoded(pieces: list[str]) -> None:
    text = shown(pieces)
    assert text.encode().decode() == text
    assert "\0" not in text


def gone_on(beginning: str, pieces: list[str], lead: str = " ") -> str:
    answer = AnswerText(lead, RULES, beginning)
    return "".join([answer.beginning, *(answer.feed(piece) for piece in pieces), answer.finish()])


@given(LEADS, WRITTEN, st.data())
def test_an_answer_in_two_parts_is_the_answer_in_one(lead: str, text: str, data: st.DataObject) -> None:
    """What the model wrote is cut anywhere; the second part follows what was kept of the first."""
    first = AnswerText(lead, RULES)
    at = data.draw(st.integers(0, len(text)))
    beginning = first.feed(text[:at]) + first.finish()
    if not beginning or first.stopped:
        return
    whole = shown([text], lead)
    written = text[:at].removeprefix(lead)
    rest = written[len(beginning) :] + text[at:]
    assert gone_on(beginning, list(rest), lead) == gone_on(beginning, [rest], lead) == whole


def test_a_space_at_the_joint_is_no_lead() -> None:
    assert gone_on("One", [" two"]) == "One two"


def test_nothing_more_leaves_the_beginning_as_it_was() -> None:
    assert gone_on("One\nHuma", []) == "One\nHuma"


def test_a_stop_that_began_before_the_joint_takes_its_beginning_with_it() -> None:
    assert gone_on("One\nHuma", ["n: and"]) == "One"


def test_a_stop_within_the_beginning_was_let_through_once_and_is_again() -> None:
    assert gone_on("One\nHuman: two", [" three\nHuman: four"]) == "One\nHuman: two three"


def test_white_space_waits_until_something_follows() -> None:
    answer = AnswerText(" ", RULES)
    assert [answer.feed(piece) for piece in [" One", "\n\n", "  ", "two ", ""]] == ["One", "", "", "\n\n  two", ""]
    assert answer.finish() == ""


def test_a_stop_is_known_as_soon_as_it_is_there() -> None:
    answer = AnswerText(" ", RULES)
    assert answer.feed(" One\nHuman") == "One"
    assert answer.stopped is None
    assert answer.feed(": and") == ""
    assert answer.stopped == RULES[0]
    assert (answer.feed("more"), answer.finish()) == ("", "")

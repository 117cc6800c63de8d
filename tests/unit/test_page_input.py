"""What a page sends is only a claim: positions, actions and option values are read with suspicion."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.conversation import GenerationOptions
from assistant.errors.input import InputError, InvalidOptionError
from assistant.ui.action import Action, read_action
from assistant.ui.option_values import read_options, shown_options
from assistant.ui.pages import Pages
from assistant.ui.position import Position, new_position, read_position

ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


def test_a_position_survives_the_trip_through_the_page() -> None:
    position = Position(conversation_id="c", leaf_id="m", first_id="f", editing_id="q", listed=150, request_id="r")
    assert read_position(position.to_json()) == position


@given(st.text() | ANY_JSON.map(json.dumps))
def test_any_other_position_is_a_new_page(text: str) -> None:
    assert read_position(text).conversation_id is None


def test_every_page_state_has_its_own_request() -> None:
    assert new_position().request_id != new_position().request_id


@pytest.mark.parametrize("listed", [0, -50, 1e9, 10**9, "100", None, [100]])
def test_a_list_of_any_other_length_is_its_first_page(listed: object) -> None:
    assert read_position(json.dumps({"listed": listed})).listed is None


@pytest.mark.parametrize("text", ["x" * 65, "", "\0", "\ud800", "a b", "../x", "é", "x\n"])
def test_what_looks_like_no_id_is_none(text: str) -> None:
    assert read_position(json.dumps({"conversation_id": text})).conversation_id is None
    with pytest.raises(InputError):
        read_action(json.dumps({"do": "open", "conversation": text}))
    with pytest.raises(InputError):
        read_action(json.dumps({"do": "delete", "conversations": ["c", text]}))


def test_a_position_of_any_depth_is_read() -> None:
    assert read_position("[" * 100_000).conversation_id is None
    assert read_position('{"conversation_id":' * 100_000).conversation_id is None


def test_an_action_is_read() -> None:
    assert read_action('{"do": "open", "conversation": "c"}') == Action(do="open", conversation="c")


@pytest.mark.parametrize(
    "text",
    ["", "null", "[]", "{", "[" * 100_000, "{}", '{"do": "open", "sudo": true}', '{"do": "open", "message": 3}'],
)
def test_what_is_no_action_is_refused(text: str) -> None:
    with pytest.raises(InputError):
        read_action(text)


def test_options_are_read_by_name() -> None:
    read = read_options({"top_k": 7, "temperature": 0.5, "seed": " 12 "})
    assert (read.top_k, read.temperature, read.seed) == (7, 0.5, 12)


def test_an_empty_seed_is_a_new_one_each_time() -> None:
    assert read_options({"seed": "  "}).seed is None


@pytest.mark.parametrize(
    ("option", "value"), [("temperature", 9), ("top_p", 0), ("max_new_tokens", 0), ("seed", "abc"), ("seed", "-1")]
)
def test_a_value_out_of_bounds_is_refused_by_name(option: str, value: object) -> None:
    with pytest.raises(InvalidOptionError) as refused:
        read_options({option: value})
    assert refused.value.facts["option"] == option


def test_what_is_shown_reads_back_the_same() -> None:
    options = GenerationOptions(seed=5, top_p=0.5)
    assert read_options(shown_options(options)) == options


def test_a_page_that_turned_away_is_no_longer_there() -> None:
    pages = Pages()
    first = pages.turn("page")
    elsewhere = pages.turn("another page")
    assert pages.still_at(first)
    pages.turn("page")
    assert not pages.still_at(first)
    assert pages.still_at(elsewhere)

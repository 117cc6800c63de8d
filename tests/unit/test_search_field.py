"""What the search box sends is only a claim."""

import json
from contextlib import suppress
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.errors.input import InputError
from assistant.search_query import SearchQuery
from assistant.ui.search_field import read_search_field

NOW = datetime(2026, 11, 23, 12, 30, tzinfo=UTC)


@pytest.mark.parametrize("kept", ["pinned", "archived", "shared"])
def test_a_choice_is_a_filter(kept: str) -> None:
    asked = read_search_field(json.dumps({"text": "x", "kept": kept})).query(NOW)
    assert asked == SearchQuery(text="x", **{kept: True})


@pytest.mark.parametrize(("time", "day"), [("today", 23), ("week", 16)])
def test_a_time_begins_at_midnight_as_the_list_s_groups_do(time: str, day: int) -> None:
    asked = read_search_field(json.dumps({"text": "x", "time": time})).query(NOW)
    assert asked.updated_after == datetime(2026, 11, day, tzinfo=UTC)


def test_an_empty_field_asks_for_nothing() -> None:
    assert read_search_field("").text == ""


@pytest.mark.parametrize(
    "field", ["{", "[]", '{"kept": "all of them"}', '{"length": 0}', '{"length": 100000}', '{"owner_id": "bob"}']
)
def test_anything_else_is_refused(field: str) -> None:
    with pytest.raises(InputError):
        read_search_field(field)


@given(st.text() | st.text().map(lambda text: json.dumps({"text": text})) | st.just("\ud800"))
def test_no_text_breaks_the_reading(field: str) -> None:
    with suppress(InputError):
        read_search_field(field)

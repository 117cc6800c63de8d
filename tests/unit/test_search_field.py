"""What the search box sends is only a claim."""

import json
from contextlib import suppress
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

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
    assert asked == SearchQuery(text="x", now=NOW, **{kept: True})


@pytest.mark.parametrize(("time", "day"), [("today", 23), ("week", 16)])
def test_a_time_begins_at_midnight_as_the_list_s_groups_do(time: str, day: int) -> None:
    asked = read_search_field(json.dumps({"text": "x", "time": time})).query(NOW)
    assert asked.updated_after == datetime(2026, 11, day, tzinfo=UTC)


def test_days_are_whole_ones_of_the_readers_clock_and_may_be_open() -> None:
    zone = ZoneInfo("Asia/Tokyo")
    both = {"text": "x", "time": "days", "since": "2026-11-02", "until": "2026-11-03"}
    asked = read_search_field(json.dumps(both)).query(NOW.astimezone(zone))
    assert asked.updated_after == datetime(2026, 11, 2, tzinfo=zone)
    assert asked.updated_before == datetime(2026, 11, 4, tzinfo=zone)
    until = read_search_field(json.dumps(both | {"since": None})).query(NOW)
    assert (until.updated_after, until.updated_before) == (None, datetime(2026, 11, 4, tzinfo=UTC))
    assert read_search_field(json.dumps(both | {"time": "any"})).query(NOW) == SearchQuery(text="x", now=NOW)


def test_an_empty_field_asks_for_nothing() -> None:
    assert read_search_field("").text == ""


@pytest.mark.parametrize(
    "field",
    [
        "{",
        "[]",
        '{"kept": "all of them"}',
        '{"length": 0}',
        '{"length": 100000}',
        '{"owner_id": "bob"}',
        '{"since": "0001-01-01"}',
    ],
)
def test_anything_else_is_refused(field: str) -> None:
    with pytest.raises(InputError):
        read_search_field(field)


@given(st.text() | st.text().map(lambda text: json.dumps({"text": text})) | st.just("\ud800"))
def test_no_text_breaks_the_reading(field: str) -> None:
    with suppress(InputError):
        read_search_field(field)

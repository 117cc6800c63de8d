"""Dates are written as the reader's language writes them, and by the reader's clock."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from assistant.languages import speaking
from assistant.time_zones import choose_zone, live_in
from assistant.wording import Wording

WORDING = Wording()
LATE = datetime(2026, 11, 24, 18, 30, tzinfo=UTC)
SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest.fixture(autouse=True)
def utc_again() -> None:
    live_in(UTC)


@pytest.mark.parametrize(
    ("language", "date", "month", "moment"),
    [
        ("en", "Nov 25, 2026", "November 2026", "Nov 25, 2026, 2:30\N{NARROW NO-BREAK SPACE}AM"),
        ("zh-CN", "2026年11月25日", "2026年11月", "2026年11月25日 02:30"),
    ],
)
def test_dates_go_by_language_and_clock(language: str, date: str, month: str, moment: str) -> None:
    live_in(SHANGHAI)
    with speaking(language):
        assert (WORDING.date(LATE), WORDING.month(LATE), WORDING.moment(LATE)) == (date, month, moment)


def test_a_time_by_utc_says_so() -> None:
    assert WORDING.moment(LATE).endswith("PM UTC")


@pytest.mark.parametrize("name", ["Asia/Shanghai", "Asia%2FShanghai"])
def test_the_browser_names_its_clock(name: str) -> None:
    assert choose_zone({"zone": name}) == SHANGHAI


@pytest.mark.parametrize("name", ["", "Mars/Phobos", "../../etc/passwd", "Asia", "/etc/localtime", "\0"])
def test_what_names_no_clock_is_utc(name: str) -> None:
    assert choose_zone({"zone": name}) is UTC

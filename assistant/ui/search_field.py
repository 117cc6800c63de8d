"""The page's hidden field that carries what is looked for: the one place where its text becomes a query."""

from datetime import date, datetime, timedelta
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from assistant.errors.input import InputError
from assistant.search_query import SearchQuery

PAGE = 20
MOST = 1000
"""Hits that are shown: who finds more is better off with another word."""
_Day = Field(None, ge=date(2000, 1, 1), le=date(2100, 1, 1))
_DAYS = {"today": 0, "week": 7, "month": 30}


class SearchField(BaseModel):
    """As the search box and its two lists say it; blank text is no search."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    text: str = Field("", max_length=1000)
    kept: Literal["all", "pinned", "archived", "shared"] = "all"
    time: Literal["any", "today", "week", "month", "days"] = "any"
    since: date | None = _Day
    until: date | None = _Day
    """Of `days`: the first and the last one, either of which may be open."""
    length: int = Field(PAGE, ge=1, le=MOST)

    def query(self, now: datetime) -> SearchQuery:
        """Days are those of the zone that `now` is in, as the list's are."""
        first, last = self._days(now.date())
        return SearchQuery(
            text=self.text,
            pinned=True if self.kept == "pinned" else None,
            archived=True if self.kept == "archived" else None,
            shared=True if self.kept == "shared" else None,
            now=now,
            updated_after=_midnight(first, now) if first else None,
            updated_before=_midnight(last + timedelta(days=1), now) if last else None,
        )

    def _days(self, today: date) -> tuple[date | None, date | None]:
        if self.time == "days":
            return self.since, self.until
        return (None if self.time == "any" else today - timedelta(days=_DAYS[self.time])), None


def _midnight(day: date, now: datetime) -> datetime:
    return now.replace(year=day.year, month=day.month, day=day.day, hour=0, minute=0, second=0, microsecond=0)


def read_search_field(field: str) -> SearchField:
    """Raises InputError."""
    try:
        return SearchField.model_validate_json(field) if field else SearchField()
    except ValueError as error:
        raise InputError from error

"""The page's hidden field that carries what is looked for: the one place where its text becomes a query."""

from datetime import datetime, timedelta
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from assistant.errors.input import InputError
from assistant.search_query import SearchQuery

PAGE = 20
_DAYS = {"today": 0, "week": 7, "month": 30}


class SearchField(BaseModel):
    """As the search box and its two lists say it; blank text is no search."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    text: str = Field("", max_length=1000)
    kept: Literal["all", "pinned", "archived", "shared"] = "all"
    time: Literal["any", "today", "week", "month"] = "any"
    length: int = Field(PAGE, ge=1, le=1000)

    def query(self, now: datetime) -> SearchQuery:
        """`today` begins where the list's does."""
        midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
        return SearchQuery(
            text=self.text,
            pinned=True if self.kept == "pinned" else None,
            archived=True if self.kept == "archived" else None,
            shared=True if self.kept == "shared" else None,
            updated_after=None if self.time == "any" else midnight - timedelta(days=_DAYS[self.time]),
        )


def read_search_field(field: str) -> SearchField:
    """Raises InputError."""
    try:
        return SearchField.model_validate_json(field) if field else SearchField()
    except ValueError as error:
        raise InputError from error

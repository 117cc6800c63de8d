"""What a person looks for while typing: the list gives way to what was found, and comes back with an empty box."""

from collections.abc import AsyncIterator
from datetime import datetime

from assistant.search import SearchService
from assistant.time_zones import local_zone
from assistant.ui.fragments import Fragments
from assistant.ui.layout import Screen
from assistant.ui.search_field import MOST, PAGE, read_search_field
from assistant.ui.visit import Updates, Visit


class SearchEvents:
    def __init__(self, search: SearchService, screen: Screen, fragments: Fragments) -> None:
        self._search = search
        self._screen = screen
        self._fragments = fragments

    async def find(self, field: str, visit: Visit) -> AsyncIterator[Updates]:
        """Raises InputError."""
        asked = read_search_field(field)
        if not asked.text.strip():
            yield {self._screen.found: ""}
            return
        findings = await self._search.find(visit.owner_id, asked.query(datetime.now(local_zone())), asked.length + 1)
        has_more = len(findings) > asked.length
        next_length = min(asked.length + PAGE, MOST) if has_more and asked.length < MOST else None
        shown = self._fragments.found(findings[: asked.length], has_more=has_more, next_length=next_length)
        yield {self._screen.found: shown}

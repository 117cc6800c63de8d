"""What a person looks for while typing: the list gives way to what was found, and comes back with an empty box."""

from collections.abc import AsyncIterator
from datetime import datetime

from assistant.search import SearchService
from assistant.time_zones import local_zone
from assistant.ui.fragments import Fragments
from assistant.ui.layout import Screen
from assistant.ui.search_field import PAGE, read_search_field
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
        more = asked.length + PAGE if len(findings) > asked.length else None
        yield {self._screen.found: self._fragments.found(findings[: asked.length], more)}

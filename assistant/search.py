"""Finding again what was asked and answered: hits with a line of their text, and the index brought up to date.

Each query takes the owner. Knows nothing of pages and databases.
"""

import asyncio
import logging
from dataclasses import dataclass

from assistant.errors.app import StorageError
from assistant.ports import ConversationStore
from assistant.search_query import SearchHit, SearchQuery
from assistant.search_terms import query_terms
from assistant.snippet import SnippetPart, snippet

logger = logging.getLogger(__name__)

_BATCH = 10
# Between two batches, so that whoever wants to write meanwhile can.
_PAUSE_SECONDS = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    hit: SearchHit
    snippet: list[SnippetPart]


class SearchService:
    def __init__(self, store: ConversationStore) -> None:
        self._store = store

    async def find(self, owner_id: str, query: SearchQuery, limit: int, before: int | None = None) -> list[Finding]:
        """The newest first; `before` is the position of the last hit of the page before."""
        return await asyncio.to_thread(self._find, owner_id, query, limit, before)

    async def index_missing(self) -> None:
        """Make what was kept before there was a search findable: to be run beside everything else, once a start."""
        count = 0
        try:
            while indexed := await asyncio.to_thread(self._store.index_missing, _BATCH):
                count += indexed
                await asyncio.sleep(_PAUSE_SECONDS)
        except StorageError as error:
            logger.warning("not everything can be found yet, the next start goes on: %s", error)
        if count:
            logger.info("%d conversations can be found now", count)

    def _find(self, owner_id: str, query: SearchQuery, limit: int, before: int | None) -> list[Finding]:
        terms = query_terms(query.text)
        hits = self._store.search(owner_id, query, limit, before)
        return [Finding(hit=hit, snippet=snippet(hit.text, terms)) for hit in hits]

"""Search in memory: every text is cut anew for every query."""

from assistant.conversation import Conversation, Message
from assistant.search_query import SearchHit, SearchQuery
from assistant.search_terms import document_terms, query_terms
from tests.fakes.memory_store.state import MemoryState


class MemorySearch(MemoryState):
    def search(self, owner_id: str, query: SearchQuery, limit: int, before: int | None = None) -> list[SearchHit]:
        asked = query_terms(query.text)
        hits = [hit for hit in self._hits(owner_id) if _passes(hit.conversation, query)]
        hits = [hit for hit in hits if query.shared in (None, self._is_shared(hit.conversation, query))]
        hits = [hit for hit in hits if before is None or hit.position < before]
        found = []
        for hit in sorted(hits, key=lambda hit: hit.position, reverse=True):
            terms = document_terms(hit.text)
            if asked and all(any(each.means(term) for term in terms) for each in asked):
                found.append(hit)
        return found[:limit]

    def index_missing(self, limit: int) -> int:
        """What is written here is indexed as it is written."""
        return 0

    def _hits(self, owner_id: str) -> list[SearchHit]:
        return [
            self._hit(position, conversation, self._messages[message_id] if message_id else None)
            for (conversation_id, message_id), position in self._documents.items()
            if (conversation := self._conversations.get(conversation_id)) and conversation.owner_id == owner_id
            if conversation_id not in self._deleted and message_id not in self._hidden
            if message_id is None or message_id in self._messages
        ]

    def _hit(self, position: int, conversation: Conversation, message: Message | None) -> SearchHit:
        return SearchHit(
            position=position,
            conversation=conversation,
            message_id=message.id if message else None,
            role=message.role if message else None,
            text=message.findable if message else conversation.title,
            when=message.created_at if message else conversation.updated_at,
        )

    def _is_shared(self, conversation: Conversation, query: SearchQuery) -> bool:
        shares = (k.share for k in self._shares.values() if k.share.conversation_id == conversation.id)
        return query.now is not None and any(share.is_open(query.now) for share in shares)


def _passes(conversation: Conversation, query: SearchQuery) -> bool:
    return (
        query.pinned in (None, conversation.pinned)
        and query.archived in (None, conversation.archived)
        and (query.updated_after is None or conversation.updated_at >= query.updated_after)
        and (query.updated_before is None or conversation.updated_at < query.updated_before)
    )

"""Whether links still work, asked of storage once for all who ask at the same moment; and how often they were viewed.

A look begins after it was asked for, so that what was revoked is gone for whoever comes then. However many ask about
one link, two looks at most are about: the one under way, and the next, which all who came meanwhile wait for.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable
from datetime import datetime

from assistant.errors.app import NotFoundError
from assistant.errors.root import AssistantError
from assistant.ports import ConversationStore
from assistant.snapshot import OpenShare

logger = logging.getLogger(__name__)

_COUNT_SECONDS = 1.0
"""Views of links without a limit are written together; a crash may lose those of a second."""


class ShareLooks:
    def __init__(self, store: ConversationStore, *, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._clock = clock
        self._under_way: dict[str, asyncio.Task[OpenShare]] = {}
        self._next: dict[str, asyncio.Task[OpenShare]] = {}
        self._views: Counter[str] = Counter()
        self._writing: asyncio.Task[None] | None = None

    async def look(self, token_sha256: str) -> OpenShare:
        """Raises NotFoundError, whatever the reason that there is nothing to see; StorageError."""
        before = self._under_way.get(token_sha256)
        if before is None:
            look = self._begin(token_sha256)
        elif (look_after := self._next.get(token_sha256)) is not None:
            look = look_after
        else:
            look = self._next[token_sha256] = asyncio.create_task(self._after(before, token_sha256))
            look.add_done_callback(_noticed)
        return await asyncio.shield(look)

    async def count(self, share: OpenShare) -> None:
        """One view. With a limit it is counted before anything is shown; raises NotFoundError for one too many."""
        if share.views_left is not None:
            if not await asyncio.to_thread(self._store.count_views, share.id, 1):
                raise NotFoundError(kind="share")
            return
        self._views[share.id] += 1
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write_soon(), name="share-views")

    async def close(self) -> None:
        """Write what is counted."""
        if self._writing is not None:
            self._writing.cancel()
            await asyncio.gather(self._writing, return_exceptions=True)
        await self._write()

    def _begin(self, token_sha256: str) -> asyncio.Task[OpenShare]:
        look = asyncio.create_task(asyncio.to_thread(self._store.open_share, token_sha256, self._clock()))
        self._under_way[token_sha256] = look
        look.add_done_callback(lambda ended: self._ended(token_sha256, ended))
        return look

    async def _after(self, before: asyncio.Task[OpenShare], token_sha256: str) -> OpenShare:
        await asyncio.wait([before])
        # Whoever comes from now on waits for the one after this.
        self._next.pop(token_sha256, None)
        return await self._begin(token_sha256)

    def _ended(self, token_sha256: str, look: asyncio.Task[OpenShare]) -> None:
        _noticed(look)
        if self._under_way.get(token_sha256) is look:
            del self._under_way[token_sha256]

    async def _write_soon(self) -> None:
        await asyncio.sleep(_COUNT_SECONDS)
        await self._write()

    async def _write(self) -> None:
        views, self._views = self._views, Counter()
        for share_id, count in views.items():
            try:
                await asyncio.to_thread(self._store.count_views, share_id, count)
            except AssistantError as error:
                logger.warning("views of a share are not counted: %s", error)


def _noticed(look: asyncio.Task[OpenShare]) -> None:
    """Whoever waits gets its error; where nobody does any more, no "never retrieved" warning is due."""
    if not look.cancelled():
        look.exception()

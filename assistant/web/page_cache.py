"""Pages that were rendered already, the ones asked for last, within a bound of memory."""

from collections import OrderedDict

Key = tuple[str | int, ...]


class PageCache:
    def __init__(self, most_bytes: int = 64_000_000) -> None:
        self._most_bytes = most_bytes
        self._pages: OrderedDict[Key, bytes] = OrderedDict()
        self._bytes = 0

    def get(self, key: Key) -> bytes | None:
        page = self._pages.get(key)
        if page is not None:
            self._pages.move_to_end(key)
        return page

    def put(self, key: Key, page: bytes) -> None:
        """A page that is larger than the bound is not kept."""
        self._bytes += len(page) - len(self._pages.get(key, b""))
        self._pages[key] = page
        self._pages.move_to_end(key)
        while self._bytes > self._most_bytes:
            _, oldest = self._pages.popitem(last=False)
            self._bytes -= len(oldest)

"""What has been read before and need not be read again: the shared prefix, and the conversations as room allows."""

import threading
from array import array
from collections.abc import Sequence

from assistant.backends.torch_engine.kv_cache import KvSnapshot
from assistant.figures import Figure

_TAIL = 16
"""Tokens. An older snapshot whose end alone differs, as where a stop was cut off, has been outgrown by the newer."""


class KvMemory:
    """Bounded by `limit` bytes; the least recently used goes first.

    The prefix is there once, stays, and is not counted: a conversation that begins with it keeps what comes after.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._prefix: KvSnapshot | None = None
        self._kept: list[KvSnapshot] = []
        self._evicted = 0
        self._lock = threading.Lock()

    def pin(self, prefix: KvSnapshot) -> None:
        """What stands on another one goes with that."""
        with self._lock:
            self._prefix = prefix
            self._kept = [old for old in self._kept if old.base is None]

    def base_of(self, ids: Sequence[int]) -> KvSnapshot | None:
        """The prefix, where `ids` begin with it."""
        with self._lock:
            prefix = self._prefix
        return prefix if prefix and array("i", ids[: len(prefix.ids)]) == prefix.ids else None

    def keep(self, snapshot: KvSnapshot) -> None:
        with self._lock:
            if snapshot.base not in (None, self._prefix):
                return
            self._kept = [*(old for old in self._kept if not _outgrown(old.ids, snapshot.ids)), snapshot]
            while self._taken() > self._limit:
                self._kept.pop(0)
                self._evicted += 1

    def longest_start(self, ids: Sequence[int]) -> tuple[KvSnapshot | None, int]:
        """The snapshot that shares most with the start of `ids`, and how many tokens that is; (None, 0) for none."""
        asked = array("i", ids)
        with self._lock:
            known = [*([self._prefix] if self._prefix else []), *self._kept]
            best, shared = None, 0
            for snapshot in known:
                # Most share the prefix and no more, which one comparison tells.
                if snapshot.ids[: shared + 1] == asked[: shared + 1]:
                    best, shared = snapshot, shared_length(snapshot.ids, asked)
            if best in self._kept:
                self._kept.remove(best)
                self._kept.append(best)
            return (best, shared) if shared else (None, 0)

    def forget(self) -> bool:
        """Give up every conversation's, to make room. False when there was none."""
        with self._lock:
            had = bool(self._kept)
            self._evicted += len(self._kept)
            self._kept = []
            return had

    def figures(self) -> Sequence[Figure]:
        with self._lock:
            prefix = self._prefix.bytes if self._prefix else 0
            return (
                Figure("kv_prefix_bytes", "Keys and values of the prefix that all prompts share.", prefix),
                Figure("kv_kept_bytes", "Those of conversations after it, kept for their next turn.", self._taken()),
                Figure("kv_kept_limit_bytes", "What these may take; the least recently used goes first.", self._limit),
                Figure("kv_kept_conversations", "Conversations whose keys and values are kept.", len(self._kept)),
                Figure("kv_evicted_total", "Those given up to make room.", self._evicted),
            )

    def _taken(self) -> int:
        return sum(kept.bytes for kept in self._kept)


def _outgrown(old: "array[int]", new: "array[int]") -> bool:
    most = max(len(old) - _TAIL, 0)
    return old[:most] == new[:most]


def shared_length(one: Sequence[int], other: Sequence[int]) -> int:
    """How many tokens both begin with. Of one type: slices of it are compared, by halves."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low

"""Reading the prefix that every prompt begins with, in small steps, so that nobody has to wait for it.

Made for the generation thread, like a request; ends with a snapshot in place of an answer.
"""

from collections.abc import Callable, Sequence

import torch

from assistant.backends.torch_engine.causal_model import Reading
from assistant.backends.torch_engine.kv_cache import GrowingCache, KvSnapshot
from assistant.errors.root import AssistantError


class PrefixReading:
    """`emit` gets the fraction that has been read, then the snapshot or an error. It must not block."""

    def __init__(self, ids: Sequence[int], emit: Callable[[float | KvSnapshot | AssistantError], None]) -> None:
        self._ids = list(ids)
        self._emit = emit
        self._cache = GrowingCache()

    def fail(self, error: AssistantError) -> None:
        self._emit(error)

    def unread(self) -> Reading:
        return Reading(self._ids[self._cache.length :], self._cache)

    def take(self, logits: torch.Tensor) -> bool:
        del logits
        done = self._cache.length == len(self._ids)
        self._emit(self._cache.snapshot(self._ids) if done else self._cache.length / len(self._ids))
        return done

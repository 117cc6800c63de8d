"""What is taken of allowances, in the memory of one process: for what comes too often to be written down each time."""

from collections.abc import Sequence
from datetime import datetime
from threading import Lock

from assistant.allowances import Allowance, Refusal, longest_wait

_MOST = 10_000
"""Kept before those are forgotten of which nothing is taken any more."""


class MemoryAllowanceStore:
    """Implements `assistant.allowances.AllowanceStore`."""

    def __init__(self) -> None:
        self._full_at: dict[tuple[str, str], datetime] = {}
        self._lock = Lock()

    def take(self, wanted: Sequence[Allowance], now: datetime) -> Refusal | None:
        with self._lock:
            before = [self._full_at.get((allowance.what, allowance.who)) for allowance in wanted]
            refusal = longest_wait(wanted, before, now)
            if refusal is None:
                self._write(wanted, now)
            return refusal

    def charge(self, taken: Sequence[Allowance], now: datetime) -> None:
        with self._lock:
            self._write(taken, now)

    def forget_full(self, now: datetime) -> int:
        with self._lock:
            return self._forget_full(now)

    def _write(self, taken: Sequence[Allowance], now: datetime) -> None:
        for allowance in taken:
            key = allowance.what, allowance.who
            self._full_at[key] = allowance.full_at(self._full_at.get(key), now)
        if len(self._full_at) > _MOST:
            self._forget_full(now)

    def _forget_full(self, now: datetime) -> int:
        full = [key for key, at in self._full_at.items() if at < now]
        for key in full:
            del self._full_at[key]
        return len(full)

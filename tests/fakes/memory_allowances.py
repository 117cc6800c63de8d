"""What is taken of allowances, in memory: the twin of storage's."""

from collections.abc import Sequence
from datetime import datetime

from assistant.allowances import Allowance, Refusal, longest_wait


class MemoryAllowanceStore:
    def __init__(self) -> None:
        self._full_at: dict[tuple[str, str], datetime] = {}

    def take(self, wanted: Sequence[Allowance], now: datetime) -> Refusal | None:
        before = [self._full_at.get((allowance.what, allowance.who)) for allowance in wanted]
        refusal = longest_wait(wanted, before, now)
        if refusal is None:
            self._write(wanted, now)
        return refusal

    def charge(self, taken: Sequence[Allowance], now: datetime) -> None:
        self._write(taken, now)

    def _write(self, taken: Sequence[Allowance], now: datetime) -> None:
        for allowance in taken:
            key = allowance.what, allowance.who
            self._full_at[key] = allowance.full_at(self._full_at.get(key), now)

    def forget_full(self, now: datetime) -> int:
        full = [key for key, at in self._full_at.items() if at < now]
        for key in full:
            del self._full_at[key]
        return len(full)

"""How far the fetching or loading of a model has come: bytes of bytes, and how fast they come."""

import time
from collections.abc import Callable
from dataclasses import dataclass

_LEAST_SECONDS = 1.0
"""What a rate is told after: of less it would jump."""


@dataclass(frozen=True, slots=True)
class Amount:
    """In bytes. `done` is None where only the size is known."""

    total: int
    done: int | None = None

    @property
    def fraction(self) -> float | None:
        return None if self.done is None or self.total <= 0 else min(1.0, self.done / self.total)


class TransferRate:
    """Bytes a second since the first amount, so that what was there before does not count."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._first: tuple[float, int] | None = None

    def after(self, amount: Amount) -> float | None:
        if amount.done is None:
            return None
        now = self._clock()
        self._first = self._first or (now, amount.done)
        began, before = self._first
        return (amount.done - before) / (now - began) if now - began >= _LEAST_SECONDS else None

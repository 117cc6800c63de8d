"""How much of something one person, or one internet address, may still have: the arithmetic, and the
port to what keeps it.

An allowance of N per period fills up again evenly, one in period/N (the generic cell rate algorithm): N may be had at
once, and in any span of time no more than N and what filled up meanwhile. All that has to be kept of it is the time at
which it will be full. Knows nothing of what is allowed, and to whom.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

_ROUNDING = timedelta(milliseconds=1)
"""Times are whole microseconds: after a thousand steps they are off by less than this."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    what: str
    who: str
    most: int
    """Within one period; at least 1."""
    period: timedelta
    amount: int = 1
    """That is asked for. 0 asks whether anything is left; less than 0 is given back."""

    def full_at(self, before: datetime | None, now: datetime) -> datetime:
        """When it will be full once the amount is taken; `before`: when it would have been without, None for full."""
        return max(before or now, now) + self.period * self.amount / self.most

    def wait(self, before: datetime | None, now: datetime) -> timedelta:
        """Until the amount can be had; nothing or less when it can be had now."""
        return self.full_at(before, now) - self.period - now


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    allowance: Allowance
    """The one that has to be waited for longest."""
    wait: timedelta


class AllowanceStore(Protocol):
    """`storage` implements it; `tests/fakes` has its twin in memory. Each method is one transaction and blocks."""

    def take(self, wanted: Sequence[Allowance], now: datetime) -> Refusal | None:
        """All of them at once, or none of them, whoever else takes at the same time."""

    def charge(self, taken: Sequence[Allowance], now: datetime) -> None:
        """What was had already, even where it was more than was left; or, less than 0, was not had after all."""

    def forget_full(self, now: datetime) -> int:
        """Those of which nothing is taken any more; their number."""


def longest_wait(wanted: Sequence[Allowance], before: Sequence[datetime | None], now: datetime) -> Refusal | None:
    """`before`: of each of the wanted, when it would be full. None when all of them can be had."""
    refusals = [Refusal(allowance=a, wait=a.wait(at, now)) for a, at in zip(wanted, before, strict=True)]
    refused = [refusal for refusal in refusals if refusal.wait > _ROUNDING]
    return max(refused, key=lambda refusal: refusal.wait, default=None)

"""Which of several servers of the same kind a conversation goes to, and which of them are left alone for now.

Pure: the clock is injected, and so is chance. Knows nothing of models or connections.
"""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

_FIRST_WAIT_SECONDS = 1.0
_LONGEST_WAIT_SECONDS = 60.0
_CERTAIN_PART = 0.75
"""Of a wait; the rest is chance, so that many processes do not all come back at once."""


@dataclass(frozen=True, slots=True)
class _Health:
    is_healthy: bool = True
    failures: int = 0
    """In a row, without an answer in between."""
    alone_until: float = 0.0
    is_probed: bool = False


class Replicas:
    """`clock` gives seconds that never go back; `chance` a number from 0 to 1.

    A failed replica is left alone for 1, 2, 4 … 60 seconds, or for as long as it asked within that. Then it is due, and
    gets conversations again when a probe has found it well. May be called from several threads.
    """

    def __init__(self, names: Iterable[str], clock: Callable[[], float], chance: Callable[[], float]) -> None:
        self._clock = clock
        self._chance = chance
        # Each value is replaced in one step, so that threads see one that was true; the worst that they can do to each
        # other is to count two failures as one.
        self._health = {name: _Health() for name in names}

    def order(self, conversation_id: str | None) -> list[str]:
        """The healthy ones, best first: always the same for a conversation, as long as they are the same.

        When one fails, only its conversations move (rendezvous hashing). None: in the order that they were given.
        """
        healthy = [name for name, health in self._health.items() if health.is_healthy]
        if conversation_id is None:
            return healthy
        return sorted(healthy, key=lambda name: _weight(name, conversation_id), reverse=True)

    def failed(self, name: str, retry_after: float | None = None) -> None:
        """`retry_after` as the replica told it, in seconds.

        Of requests that fail together, the first counts: the others were sent before it was known.
        """
        health = self._health[name]
        if not health.is_healthy and not health.is_probed:
            return
        wait = min(_FIRST_WAIT_SECONDS * 2.0**health.failures, _LONGEST_WAIT_SECONDS)
        wait *= _CERTAIN_PART + (1 - _CERTAIN_PART) * self._chance()
        wait = max(wait, min(retry_after or 0.0, _LONGEST_WAIT_SECONDS))
        self._health[name] = _Health(False, min(health.failures + 1, 32), self._clock() + wait)

    def take_due(self) -> list[str]:
        """Those whose wait is over, each given to one caller: to be probed, then `failed` or `recovered`."""
        due = [
            name
            for name, health in self._health.items()
            if not health.is_healthy and not health.is_probed and health.alone_until <= self._clock()
        ]
        for name in due:
            self._health[name] = replace(self._health[name], is_probed=True)
        return due

    def recovered(self, name: str) -> None:
        """A probe went well. Its failures still count: many a server answers probes, but no questions."""
        self._health[name] = replace(self._health[name], is_healthy=True, is_probed=False)

    def answered(self, name: str) -> None:
        """It works: its failures are forgotten."""
        self._health[name] = _Health()

    def seconds_to_wait(self) -> float:
        """Until the next one is due, where none is healthy."""
        return max(0.0, min(health.alone_until for health in self._health.values()) - self._clock())


def _weight(name: str, conversation_id: str) -> bytes:
    return hashlib.blake2b(f"{name}\0{conversation_id}".encode(), digest_size=8).digest()

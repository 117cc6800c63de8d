"""Whose turn it is: one step for each active work in turn, and a line for those that wait. Knows nothing of models."""

import threading
from collections import deque
from collections.abc import Sequence
from typing import Generic, TypeVar

W = TypeVar("W")


class FairQueue(Generic[W]):
    """At most `max_active` take turns; who comes next joins, in order, when one of them leaves. Thread-safe."""

    def __init__(self, max_active: int) -> None:
        self._max_active = max_active
        self._active: deque[W] = deque()
        self._waiting: deque[W] = deque()
        self._changed = threading.Condition()
        self._closed = False

    def join(self, work: W) -> bool:
        """False when the queue is closed."""
        with self._changed:
            if not self._closed:
                self._waiting.append(work)
                self._changed.notify()
            return not self._closed

    def next(self) -> W | None:
        """Wait for work. None when the queue is closed."""
        with self._changed:
            self._changed.wait_for(lambda: self._closed or self._active or self._waiting)
            if self._closed:
                return None
            # Newcomers go before those that have just had a turn.
            places = min(self._max_active - len(self._active), len(self._waiting))
            self._active.extendleft([self._waiting.popleft() for _ in range(places)][::-1])
            self._active.rotate(-1)
            return self._active[-1]

    def others(self, work: W) -> list[W]:
        """The active ones but this, in the order of their turns."""
        with self._changed:
            return [other for other in self._active if other is not work]

    def had_turn(self, works: Sequence[W]) -> None:
        """They had it out of turn, and go to the end."""
        with self._changed:
            for work in works:
                self._active.remove(work)
                self._active.append(work)

    def leave(self, work: W) -> None:
        with self._changed:
            self._active.remove(work)

    def close(self) -> None:
        with self._changed:
            self._closed = True
            self._changed.notify()

    def left_over(self) -> list[W]:
        """Take out what is still here, after closing."""
        with self._changed:
            rest = [*self._active, *self._waiting]
            self._active.clear()
            self._waiting.clear()
            return rest

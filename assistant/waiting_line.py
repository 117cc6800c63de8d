"""Who is answered next: so many at a time, the others in a line of bounded length.

Knows nothing of runs or models. Belongs to one event loop.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

_FIRST_GUESS_SECONDS = 10.0
_NEWEST_WEIGHT = 0.2


class WaitingLine:
    def __init__(self, longest: int) -> None:
        self._longest = longest
        self._taken = 0
        self._waiting: list[tuple[asyncio.Future[None], Callable[[int], None]]] = []
        self._usual_seconds = _FIRST_GUESS_SECONDS
        self._places = 1
        self._moved = asyncio.Event()

    @property
    def taken(self) -> int:
        """Places that are held."""
        return self._taken

    @property
    def waiting(self) -> int:
        return len(self._waiting)

    @property
    def is_full(self) -> bool:
        return len(self._waiting) >= self._longest

    @property
    def seconds_to_wait(self) -> int:
        """About how long somebody at the end of the line would wait, going by how long turns took lately."""
        return max(1, round(self._usual_seconds * (len(self._waiting) + 1) / self._places))

    @property
    def is_quiet(self) -> bool:
        """Nobody waits, and fewer than half of the places are taken: none, where there are only one or two."""
        return not self._waiting and self._taken < max(1, self._places // 2)

    async def until(self, *, quiet: bool) -> None:
        """Wait until the line is quiet, or until it is not."""
        while self.is_quiet is not quiet:
            await self._moved.wait()

    @asynccontextmanager
    async def turn(self, places: int, on_move: Callable[[int], None]) -> AsyncIterator[None]:
        """Wait until one of `places` is free, and hold it. `on_move` gets the place in the line, 1 for the next."""
        self._places = places
        if self._taken >= places:
            await self._wait(on_move)
        else:
            self._taken += 1
            self._tell_of_move()
        began = time.monotonic()
        try:
            yield
        finally:
            took = time.monotonic() - began
            self._usual_seconds += _NEWEST_WEIGHT * (took - self._usual_seconds)
            self._leave()

    async def _wait(self, on_move: Callable[[int], None]) -> None:
        called: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        entry = (called, on_move)
        self._waiting.append(entry)
        self._tell_of_move()
        on_move(len(self._waiting))
        try:
            await called
        except asyncio.CancelledError:
            if entry in self._waiting:
                self._waiting.remove(entry)
                self._tell_places()
            else:
                # Called and cancelled at once: the place goes to the next.
                self._leave()
            raise

    def _leave(self) -> None:
        """The place is handed on, so that a newcomer cannot slip in between."""
        if not self._waiting:
            self._taken -= 1
            self._tell_of_move()
            return
        called, _ = self._waiting.pop(0)
        called.set_result(None)
        self._tell_places()

    def _tell_of_move(self) -> None:
        self._moved.set()
        self._moved = asyncio.Event()

    def _tell_places(self) -> None:
        for place, (_, on_move) in enumerate(self._waiting, start=1):
            on_move(place)

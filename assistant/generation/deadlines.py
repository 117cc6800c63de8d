"""How long an engine may keep a person waiting. Knows nothing of engines: it watches any stream."""

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import aclosing, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from math import inf
from typing import Any, TypeVar, cast

from assistant.errors.engine import EngineTimeoutError

T = TypeVar("T")

_due: ContextVar[float] = ContextVar("due", default=inf)
"""By the monotonic clock."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadlines:
    """Seconds."""

    first_token: float = 120.0
    """Reading a long prompt on a slow machine is silent for as long as it takes."""
    next_token: float = 30.0
    answer: float = 900.0


async def within(deadlines: Deadlines, pieces: AsyncIterator[T]) -> AsyncGenerator[T]:
    """The same pieces. Raises EngineTimeoutError when one is late; the stream is closed then, as at any end."""
    loop = asyncio.get_running_loop()
    end = loop.time() + deadlines.answer
    patience, waited_for = deadlines.first_token, "first word"
    async with aclosing(cast("Any", pieces)):
        while True:
            left = end - loop.time()
            if left < patience:
                patience, waited_for = left, "whole answer"
            try:
                # In this task, not in one of its own: the stream's resources belong to the task that opened them.
                async with asyncio.timeout(patience):
                    piece = await anext(pieces)
            except StopAsyncIteration:
                return
            except TimeoutError as error:
                raise EngineTimeoutError(waited_for=waited_for, seconds=round(patience)) from error
            yield piece
            patience, waited_for = deadlines.next_token, "next word"


@contextmanager
def due_within(seconds: float) -> Iterator[None]:
    """For what is begun inside, in a worker thread too. A thread cannot be cancelled: it has to ask `seconds_left`."""
    before = _due.set(min(_due.get(), time.monotonic() + seconds))
    try:
        yield
    finally:
        _due.reset(before)


def seconds_left() -> float:
    """Infinite where nothing is due, 0 where nobody waits any more."""
    return max(0.0, _due.get() - time.monotonic())

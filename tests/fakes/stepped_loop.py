"""An event loop whose clock stands still until a test moves it: waiting is tested without waiting."""

import asyncio
import functools
import threading
import time
from collections.abc import Callable, Coroutine
from typing import Any

_PATIENCE = 60.0
"""Real seconds after which a test has failed: it is cancelled, and the clock runs so that what is left ends too."""


class SteppedLoop(asyncio.SelectorEventLoop):
    def __init__(self) -> None:
        self._now = 0.0
        self._overdue = time.monotonic() + _PATIENCE
        self.in_threads: set[asyncio.Future[Any]] = set()
        """What threads are at work on: they need real time."""
        super().__init__()

    def time(self) -> float:
        return self._now + 1000 * max(0.0, time.monotonic() - self._overdue)

    def step(self, seconds: float) -> None:
        self._now += seconds

    def run_in_executor(self, executor: Any, func: Callable[..., Any], *args: Any) -> asyncio.Future[Any]:
        work = super().run_in_executor(executor, func, *args)
        self.in_threads.add(work)
        work.add_done_callback(self.in_threads.discard)
        return work


def on_stepped_time(test: Callable[..., Coroutine[Any, Any, None]]) -> Callable[..., None]:
    """For a test: run it on a loop whose time only `pass_time` moves."""

    @functools.wraps(test)
    def run(*args: Any, **kwargs: Any) -> None:
        with asyncio.Runner(loop_factory=SteppedLoop) as runner:
            runner.run(_within_patience(test(*args, **kwargs)))

    return run


async def _within_patience(test: Coroutine[Any, Any, None]) -> None:
    running = asyncio.create_task(test)
    # A thread of its own: a timeout of the loop would wait for the clock that stands still.
    watchdog = threading.Timer(_PATIENCE, asyncio.get_running_loop().call_soon_threadsafe, [running.cancel])
    watchdog.start()
    try:
        await running
    finally:
        watchdog.cancel()


def _stepped() -> SteppedLoop:
    loop = asyncio.get_running_loop()
    assert isinstance(loop, SteppedLoop)
    return loop


async def pass_time(seconds: float) -> None:
    """Move the clock and let everything that was waiting for it go on, as far as it gets without threads."""
    _stepped().step(seconds)
    for _ in range(10):
        await asyncio.sleep(0)


async def until(condition: Callable[[], bool], *, passing: float = 0.0) -> None:
    """Until it is true, which may need work in threads; `passing`: seconds to move the clock by at each look that
    finds no thread at work, so that a slow machine's threads are not late by this clock."""
    give_up = time.monotonic() + _PATIENCE
    while not condition():
        assert time.monotonic() < give_up, "it never became true"
        if passing and not _stepped().in_threads:
            await pass_time(passing)
        await asyncio.sleep(0)

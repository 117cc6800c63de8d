"""A fake server in a thread of its own, for tests whose own thread is busy with a browser."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager, contextmanager
from typing import Protocol


class Server(Protocol):
    url: str


@contextmanager
def served(make: Callable[[], AbstractAsyncContextManager[Server]]) -> Iterator[str]:
    """The address of the server that `make` makes, in the thread's event loop, while the block lasts."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()

    async def enter() -> AbstractAsyncContextManager[Server]:
        server = make()
        await server.__aenter__()
        return server

    server = asyncio.run_coroutine_threadsafe(enter(), loop).result(10)
    try:
        yield server.url  # type: ignore[attr-defined]  # it enters as itself
    finally:
        asyncio.run_coroutine_threadsafe(server.__aexit__(None, None, None), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()

"""From the generation thread to one asyncio task: what is sent in the thread is received in the event loop."""

import asyncio
from contextlib import suppress
from typing import Generic, TypeVar

from assistant.errors.root import AssistantError

T = TypeVar("T")


class Channel(Generic[T]):
    """To be made in the event loop that receives."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._queue: asyncio.Queue[T | AssistantError] = asyncio.Queue()

    def send(self, event: T | AssistantError) -> None:
        """From any thread."""
        # A closed loop has nobody who listens.
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._queue.put_nowait, event)

    async def receive(self) -> T:
        """Raises the error where one was sent."""
        event = await self._queue.get()
        if isinstance(event, AssistantError):
            raise event
        return event

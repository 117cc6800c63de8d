"""An event that joins while its page's stream of events ends is answered when the page has heard of the end."""

import asyncio
from typing import Any

from assistant.web.stream_ends import StreamEnds
from tests.fakes.stepped_loop import on_stepped_time, pass_time

ANN, BOB = b"assistant=ann", b"assistant=bob"
MORE = b'data: {"msg": "process_completed"}\n\n'
END = b'data: {"msg": "close_stream"}\n\n'


class Streams:
    """A server whose streams say what a test has them say."""

    def __init__(self) -> None:
        self.says = MORE
        self._app = StreamEnds(self._serve)

    async def ask(self, path: str, cookie: bytes = ANN) -> list[dict[str, Any]]:
        """All that is sent back."""
        sent: list[dict[str, Any]] = []

        async def send(message: Any) -> None:
            sent.append(message)

        scope = {"type": "http", "path": f"/gradio_api/queue/{path}", "headers": [(b"cookie", cookie)]}
        await self._app(scope, self._receive, send)
        return sent

    async def _serve(self, scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": self.says if scope["path"].endswith("data") else b"{}"})

    async def _receive(self) -> dict[str, Any]:
        raise AssertionError("not read here")


async def is_answered_at_once(streams: Streams, cookie: bytes = ANN) -> bool:
    joining = asyncio.create_task(streams.ask("join", cookie))
    await pass_time(0)
    at_once = joining.done()
    await pass_time(0.2)
    assert len(await joining) == 2
    return at_once


@on_stepped_time
async def test_an_event_that_joins_as_the_stream_ends_is_answered_later() -> None:
    streams = Streams()
    streams.says = END
    assert len(await streams.ask("data")) == 2
    assert not await is_answered_at_once(streams)


@on_stepped_time
async def test_an_event_is_answered_at_once_while_the_stream_goes_on() -> None:
    streams = Streams()
    await streams.ask("data")
    assert await is_answered_at_once(streams)


@on_stepped_time
async def test_once_the_page_has_heard_of_the_end_events_are_answered_at_once() -> None:
    streams = Streams()
    streams.says = END
    await streams.ask("data")
    await pass_time(0.2)
    assert await is_answered_at_once(streams)


@on_stepped_time
async def test_other_browsers_do_not_wait() -> None:
    streams = Streams()
    streams.says = END
    await streams.ask("data", BOB)
    assert await is_answered_at_once(streams, ANN)

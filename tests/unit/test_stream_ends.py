"""With each event that joins goes the name of the page's stream that ended last."""

from typing import Any

import pytest

from assistant.web.stream_ends import StreamEnds

MORE = b'data: {"msg":"process_completed"}\n\n'
END = b'data: {"msg":"close_stream"}\n\n'
A_WORD = b'data: {"msg":"process_generating","output":{"data":["close_stream"]}}\n\n'
A_SENTENCE = b'data: {"msg":"process_generating","output":{"data":["data: {\\"msg\\":\\"close_stream\\"}"]}}\n\n'


class Streams:
    """A server whose streams say what a test has them say."""

    def __init__(self, most_pages: int = 2) -> None:
        self._app = StreamEnds(self._serve, most_pages)

    async def stream(self, page: str, name: str, says: bytes) -> None:
        self._says = says
        await self._ask("data", page, f"session_hash={page}&stream={name}".encode())

    async def join(self, page: str) -> dict[bytes, bytes]:
        """The headers of the answer."""
        start, _ = await self._ask("join", page, b"")
        return dict(start["headers"])

    async def _ask(self, path: str, page: str, query: bytes) -> list[dict[str, Any]]:
        sent: list[dict[str, Any]] = []

        async def send(message: Any) -> None:
            sent.append(message)

        state = {"page": page}
        path = f"/gradio_api/queue/{path}"
        scope = {"type": "http", "path": path, "headers": [], "query_string": query, "state": state}
        await self._app(scope, self._receive, send)
        return sent

    async def _serve(self, scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": self._says if scope["path"].endswith("data") else b"{}"})

    async def _receive(self) -> dict[str, Any]:
        raise AssertionError("not read here")


async def test_an_event_that_joins_after_the_stream_has_ended_is_told_so() -> None:
    streams = Streams()
    await streams.stream("ann", "7", END)
    assert await streams.join("ann") == {b"ended-stream": b"7"}
    await streams.stream("ann", "8", END)
    assert await streams.join("ann") == {b"ended-stream": b"8"}


@pytest.mark.parametrize("says", [MORE, A_WORD, A_SENTENCE])
async def test_a_stream_that_goes_on_has_not_ended(says: bytes) -> None:
    streams = Streams()
    await streams.stream("ann", "7", says)
    assert await streams.join("ann") == {}


@pytest.mark.parametrize("name", ["", "%E2%98%83", "a%0Ab", "x" * 65])
async def test_a_name_that_no_script_of_ours_gives_is_not_given_back(name: str) -> None:
    streams = Streams()
    await streams.stream("ann", name, END)
    assert await streams.join("ann") == {}


async def test_other_pages_have_streams_of_their_own() -> None:
    streams = Streams()
    await streams.stream("bob", "7", END)
    assert await streams.join("ann") == {}


async def test_no_more_pages_are_remembered_than_were_meant_to() -> None:
    streams = Streams()
    for page in ("ann", "bob", "ann", "cy"):
        await streams.stream(page, "7", END)
    assert await streams.join("ann") == {b"ended-stream": b"7"}
    assert await streams.join("bob") == {}

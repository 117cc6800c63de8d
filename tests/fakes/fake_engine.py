"""An engine that says what a test tells it to: a real HTTP server on loopback, with the routes of llama.cpp's.

It counts bytes as tokens. What it does wrong, it does on purpose: see `Fault`.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any, Self

WINDOW = 8192
_END = b"data: [DONE]\n\n"


class Fault(Enum):
    DROPPED = auto()
    """The connection is closed before a word."""
    HTML = auto()
    """A page of some proxy instead of the protocol, with status 200."""
    CUT = auto()
    """The connection is closed after the pieces."""
    UNFINISHED = auto()
    """The stream ends in good order, but says neither how nor `[DONE]`."""
    BROKEN_UTF8 = auto()
    """Half a character after the pieces."""
    ERROR_EVENT = auto()
    """An error after the pieces, as llama.cpp's server sends it while streaming."""
    ONE_BYTE_CHUNKS = auto()
    """Every byte alone: not wrong, but characters and events arrive in parts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The script of one request; `HOLD` among the pieces waits for `FakeEngine.release`."""

    pieces: tuple[object, ...] = ()
    pace: float = 0.0
    """Seconds before each piece."""
    finish_reason: str = "stop"
    cached_tokens: int = 0
    fault: Fault | None = None
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    error: Mapping[str, object] | None = None
    """With a status that is not 200; llama.cpp's wording by default."""
    event: str | None = None
    """Sent instead of the pieces' events: any text, JSON or not."""


HOLD = object()


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    path: str
    headers: dict[str, str]
    body: Any


class FakeEngine:
    """An async context manager. Without a script it gives `default`."""

    def __init__(self, default: Answer | None = None, *, api_key: str = "") -> None:
        self.requests: list[Request] = []
        self._default = default or Answer(pieces=("Hello", " there"))
        self._api_key = api_key
        self._scripts: list[Answer] = []
        self._gate = asyncio.Event()
        self._reached = asyncio.Event()
        self._left = asyncio.Event()
        self._connections: set[asyncio.Task[None]] = set()
        self.connections = 0
        """That were ever opened."""

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", 0)
        self.url = "http://127.0.0.1:%d" % self._server.sockets[0].getsockname()[1]  # noqa: UP031  # shorter so
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def stop(self) -> None:
        """From now on connections are refused."""
        self._server.close()
        for connection in self._connections:
            connection.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)

    def will_answer(self, *pieces: object, **script: Any) -> None:
        """The next request's script; `script` as in Answer."""
        self._scripts.append(Answer(pieces=pieces, **script))

    def release(self) -> None:
        self._gate.set()

    async def held(self) -> None:
        """Until a script has come to its `HOLD`."""
        await asyncio.wait_for(self._reached.wait(), 5)

    async def client_left(self) -> None:
        """Until a client has closed its connection in the middle of an answer."""
        await asyncio.wait_for(self._left.wait(), 5)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self.connections += 1
        self._connections.add(task)
        task.add_done_callback(self._connections.discard)
        try:
            while (request := await _read(reader)) and await self._watched(request, reader, writer):
                pass
        except (ConnectionError, asyncio.CancelledError):
            # A connection that ends as cancelled makes asyncio of Python 3.11 complain in the log.
            pass
        finally:
            writer.close()
            with suppress(ConnectionError, asyncio.CancelledError):
                await writer.wait_closed()

    async def _watched(self, request: Request, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Answer, unless the client leaves meanwhile. True: the connection may be used again."""
        self.requests.append(request)
        answering = asyncio.create_task(self._answer(request, writer))
        leaving = asyncio.create_task(reader.read(1))
        try:
            await asyncio.wait({answering, leaving}, return_when=asyncio.FIRST_COMPLETED)
            if not answering.done():
                self._left.set()
                return False
            return answering.result()
        finally:
            for task in (answering, leaving):
                task.cancel()
            await asyncio.gather(answering, leaving, return_exceptions=True)

    async def _answer(self, request: Request, writer: asyncio.StreamWriter) -> bool:
        if self._api_key and request.headers.get("authorization") != f"Bearer {self._api_key}":
            error = {"code": 401, "message": "Invalid API Key", "type": "authentication_error"}
            return await _send_json(writer, {"error": error}, 401)
        if request.path == "/v1/completions" and request.body.get("stream"):
            return await self._stream(request, self._scripts.pop(0) if self._scripts else self._default, writer)
        bodies = {
            "/v1/completions": lambda: _event("", "length", _usage(request, 0, 0)),
            "/tokenize": lambda: {"tokens": list(request.body["content"].encode())},
            "/v1/models": lambda: {"data": [{"id": "/models/fake.gguf", "meta": {"n_ctx_train": WINDOW}}]},
            "/props": lambda: {"default_generation_settings": {"n_ctx": WINDOW}, "total_slots": 2},
        }
        if request.path not in bodies:
            return await _send_json(writer, {"error": {"code": 404, "message": "File Not Found"}}, 404)
        return await _send_json(writer, bodies[request.path]())

    async def _stream(self, request: Request, answer: Answer, writer: asyncio.StreamWriter) -> bool:
        if answer.fault is Fault.DROPPED:
            return False
        if answer.status != 200:
            error = answer.error or {"code": answer.status, "message": str(request.body["prompt"])}
            return await _send_json(writer, {"error": error}, answer.status, answer.headers)
        html = answer.fault is Fault.HTML
        _send_head(writer, 200, {"Content-Type": "text/html" if html else "text/event-stream", **answer.headers}, None)
        async for sent in self._sent(request, answer):
            for part in _parts(sent, answer.fault):
                writer.write(b"%x\r\n%b\r\n" % (len(part), part))
                await writer.drain()
        if answer.fault is Fault.CUT:
            return False
        writer.write(b"0\r\n\r\n")
        await writer.drain()
        return True

    async def _sent(self, request: Request, answer: Answer) -> AsyncIterator[bytes]:
        if answer.fault is Fault.HTML:
            yield b"<!doctype html><title>Welcome to nginx!</title>"
            return
        for piece in answer.pieces:
            if piece is HOLD:
                self._reached.set()
                await self._gate.wait()
                continue
            await asyncio.sleep(answer.pace)
            yield _line(_event(str(piece)))
        if answer.event is not None:
            yield b"data: " + answer.event.encode() + b"\n\n"
        if answer.fault is Fault.BROKEN_UTF8:
            yield b'data: {"choices": [{"index": 0, "text": "\xf0\x9f"}]}\n\n'
        if answer.fault is Fault.ERROR_EVENT:
            yield _line({"error": {"code": 500, "message": request.body["prompt"], "type": "server_error"}})
        if answer.fault not in (Fault.UNFINISHED, Fault.CUT):
            said = sum(piece is not HOLD for piece in answer.pieces)
            yield _line(_event("", answer.finish_reason, _usage(request, said, answer.cached_tokens)))
            yield _END


def _event(text: str, finish_reason: str | None = None, usage: dict[str, Any] | None = None) -> dict[str, Any]:
    choice = {"text": text, "index": 0, "logprobs": None, "finish_reason": finish_reason}
    event = {"id": "1", "object": "text_completion", "created": 1, "model": "/models/fake.gguf", "choices": [choice]}
    return {**event, "usage": usage} if usage else event


def _usage(request: Request, completion: int, cached: int) -> dict[str, Any]:
    prompt = len(request.body["prompt"].encode())
    counts = {"prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": prompt + completion}
    return {**counts, "prompt_tokens_details": {"cached_tokens": cached}}


def _line(event: dict[str, Any]) -> bytes:
    return b"data: " + json.dumps(event, ensure_ascii=False).encode() + b"\n\n"


def _parts(sent: bytes, fault: Fault | None) -> list[bytes]:
    return [bytes([byte]) for byte in sent] if fault is Fault.ONE_BYTE_CHUNKS else [sent]


async def _read(reader: asyncio.StreamReader) -> Request | None:
    """None: the client has nothing more to ask."""
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    except asyncio.IncompleteReadError:
        return None
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:] if line)}
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return Request(path=head[0].split(" ")[1], headers=headers, body=json.loads(body or b"{}"))


def _send_head(writer: asyncio.StreamWriter, status: int, headers: Mapping[str, str], length: int | None) -> None:
    size = "Transfer-Encoding: chunked" if length is None else f"Content-Length: {length}"
    lines = [f"HTTP/1.1 {status} Scripted", size, *(f"{name}: {value}" for name, value in headers.items())]
    writer.write("\r\n".join([*lines, "", ""]).encode())


async def _send_json(
    writer: asyncio.StreamWriter, body: object, status: int = 200, headers: Mapping[str, str] | None = None
) -> bool:
    sent = json.dumps(body).encode()
    _send_head(writer, status, {"Content-Type": "application/json", **(headers or {})}, len(sent))
    writer.write(sent)
    await writer.drain()
    return True

"""An engine that says what a test tells it to: a real HTTP server on loopback, with llama.cpp's routes or others.

It counts bytes as tokens. What it does wrong, it does on purpose: see `Fault`.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from dataclasses import asdict
from itertools import cycle
from typing import Any, Self

from tests.fakes.engine_script import HOLD, Answer, Fault, Reading
from tests.fakes.http_exchange import Request, read, send_head, send_json, send_route

WINDOW = 8192
_END = b"data: [DONE]\n\n"
_READ, _NAME = 0, 24
"""Tokens of what the app wants by itself and when it likes: a prompt read ahead, a title. Unscripted: no words."""
_CUTS = (Fault.CUT, Fault.CUT_IN_A_LINE, Fault.CUT_IN_A_CHARACTER)


class FakeEngine:
    """An async context manager. Without a script it gives `default`."""

    def __init__(
        self,
        default: Answer | None = None,
        *,
        api_key: str = "",
        routes: Mapping[str, object] | None = None,
        window: int = WINDOW,
    ) -> None:
        """`routes` gives the bodies of routes that answer otherwise: JSON, an HTML page, or the number of a status."""
        self.requests: list[Request] = []
        self._default = default or Answer(pieces=("Hello", " there"))
        self._api_key = api_key
        self.routes = dict(routes or {})
        self._window = window
        self.silent = False
        """True: whatever is asked, no byte comes."""
        self._port = 0
        self._scripts: list[Answer] = []
        self._unasked: dict[object, list[Answer]] = {_READ: [], _NAME: []}
        self._gate = asyncio.Event()
        self._reached = asyncio.Semaphore(0)
        self._left = asyncio.Event()
        self._connections: set[asyncio.Task[None]] = set()
        self.connections = 0
        """That were ever opened."""

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def start(self) -> None:
        """The first time at any port, later at the same one."""
        self._loop = asyncio.get_running_loop()
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", self._port)
        self._port = self._server.sockets[0].getsockname()[1]
        self.url = f"http://127.0.0.1:{self._port}"

    async def stop(self) -> None:
        """From now on connections are refused."""
        self._server.close()
        for connection in self._connections:
            connection.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)

    def will_answer(self, *pieces: object, **script: Any) -> None:
        """The next question's script; `script` as in Answer."""
        self._scripts.append(Answer(pieces=pieces, **script))

    def will_read(self, *readings: object, **script: Any) -> None:
        """The same for the next prompt that is read ahead."""
        self._unasked[_READ].append(Answer(pieces=readings, **script))

    def will_name(self, *pieces: object) -> None:
        """The same for the next title."""
        self._unasked[_NAME].append(Answer(pieces=pieces))

    def default_pieces(self, *pieces: object, **script: Any) -> None:
        """Of requests without a script; `script` as in Answer."""
        self._default = Answer(pieces=pieces, **script)

    def begin_anew(self, *pieces: object) -> None:
        """From any thread: for the next test, with these as its default. Answers that hold go on to their end."""
        for scripts in (self._scripts, *self._unasked.values()):
            scripts.clear()
        self.default_pieces(*pieces)
        self.release()
        self._loop.call_soon_threadsafe(self._gate.clear)

    def release(self) -> None:
        """From any thread; from now on no `HOLD` waits."""
        self._loop.call_soon_threadsafe(self._gate.set)

    @property
    def open_connections(self) -> int:
        return len(self._connections)

    async def all_left(self) -> None:
        """Until no connection is open."""
        if self._connections:
            await asyncio.wait_for(asyncio.wait(set(self._connections)), 5)

    async def held(self, scripts: int = 1) -> None:
        """Until so many scripts have come to their `HOLD`."""
        for _ in range(scripts):
            await asyncio.wait_for(self._reached.acquire(), 5)

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
            while (request := await read(reader)) and await self._watched(request, reader, writer):
                pass
        except ConnectionError:
            self._left.set()
        except asyncio.CancelledError:
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
        if self.silent:
            await self._hold()
        if self._api_key and request.headers.get("authorization") != f"Bearer {self._api_key}":
            error = {"code": 401, "message": "Invalid API Key", "type": "authentication_error"}
            return await send_json(writer, {"error": error}, 401)
        if request.path in self.routes:
            return await send_route(writer, self.routes[request.path])
        if request.path in ("/v1/completions", "/v1/chat/completions") and request.body.get("stream"):
            scripts = self._unasked.get(request.body.get("max_tokens"), self._scripts)
            return await self._stream(request, scripts.pop(0) if scripts else self._default, writer)
        bodies = {
            "/v1/completions": lambda: _event(request, "", "length", _usage(request, 0, 0)),
            "/tokenize": lambda: {"tokens": list(_asked(request).encode())},
            "/v1/models": lambda: {"data": [{"id": "/models/fake.gguf", "meta": {"n_ctx_train": self._window}}]},
            "/props": lambda: {"default_generation_settings": {"n_ctx": self._window}, "total_slots": 2},
        }
        if request.path not in bodies:
            return await send_json(writer, {"error": {"code": 404, "message": "File Not Found"}}, 404)
        return await send_json(writer, bodies[request.path]())

    async def _hold(self) -> None:
        self._reached.release()
        await self._gate.wait()

    async def _stream(self, request: Request, answer: Answer, writer: asyncio.StreamWriter) -> bool:
        if answer.fault is Fault.DROPPED:
            return False
        if answer.fault is Fault.SILENT:
            await self._hold()
        if answer.status != 200:
            error = answer.error or {"code": answer.status, "message": _asked(request)}
            return await send_json(writer, {"error": error}, answer.status, answer.headers)
        html = answer.fault is Fault.HTML
        send_head(writer, 200, {"Content-Type": "text/html" if html else "text/event-stream", **answer.headers}, None)
        async for sent in self._sent(request, answer):
            for part in _parts(sent, answer.fault):
                writer.write(b"%x\r\n%b\r\n" % (len(part), part))
                await writer.drain()
        if answer.fault in _CUTS:
            return False
        writer.write(b"0\r\n\r\n")
        await writer.drain()
        return True

    async def _sent(self, request: Request, answer: Answer) -> AsyncIterator[bytes]:
        if answer.fault is Fault.HTML:
            yield b"<!doctype html><title>Welcome to nginx!</title>"
            return
        if request.body.get("max_tokens") in self._unasked and answer is self._default:
            yield _line(_event(request, "", "length", _usage(request, 0, answer.cached_tokens)))
            yield _END
            return
        # By the clock, so that what each piece costs does not add up.
        clock = asyncio.get_running_loop().time
        due = clock()
        for piece in cycle(answer.pieces) if answer.fault is Fault.ENDLESS else answer.pieces:
            if piece is HOLD:
                await self._hold()
                continue
            due += answer.pace
            await asyncio.sleep(max(0.0, due - clock()))
            if isinstance(piece, Reading):
                yield _line({**_event(request, ""), "prompt_progress": asdict(piece)})
                continue
            yield _line(_event(request, str(piece)))
        if answer.event is not None:
            yield b"data: " + answer.event.encode() + b"\n\n"
        if answer.fault is Fault.BROKEN_UTF8:
            yield b'data: {"choices": [{"index": 0, "text": "\xf0\x9f"}]}\n\n'
        if answer.fault is Fault.CUT_IN_A_LINE:
            yield b'data: {"choices": [{"ind'
        if answer.fault is Fault.CUT_IN_A_CHARACTER:
            yield b'data: {"choices": [{"index": 0, "text": "\xf0\x9f'
        if answer.fault is Fault.ERROR_EVENT:
            yield _line({"error": {"code": 500, "message": _asked(request), "type": "server_error"}})
        if answer.fault is not Fault.UNFINISHED and answer.fault not in _CUTS:
            said = sum(isinstance(piece, str) for piece in answer.pieces)
            yield _line(_event(request, "", answer.finish_reason, _usage(request, said, answer.cached_tokens)))
            yield _END


def _event(
    request: Request, text: str, finish_reason: str | None = None, usage: dict[str, Any] | None = None
) -> dict[str, Any]:
    said = {"delta": {"content": text}} if "messages" in request.body else {"text": text}
    choice = {**said, "index": 0, "logprobs": None, "finish_reason": finish_reason}
    event = {"id": "1", "object": "text_completion", "created": 1, "model": "/models/fake.gguf", "choices": [choice]}
    return {**event, "usage": usage} if usage else event


def _asked(request: Request) -> str:
    """The text of a request, under whichever name its route has for it."""
    if "messages" in request.body:
        return "".join(message["content"] for message in request.body["messages"])
    return str(request.body.get("prompt", request.body.get("content")))


def _usage(request: Request, completion: int, cached: int) -> dict[str, Any]:
    prompt = len(_asked(request).encode())
    counts = {"prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": prompt + completion}
    return {**counts, "prompt_tokens_details": {"cached_tokens": cached}}


def _line(event: dict[str, Any]) -> bytes:
    return b"data: " + json.dumps(event, ensure_ascii=False).encode() + b"\n\n"


def _parts(sent: bytes, fault: Fault | None) -> list[bytes]:
    return [bytes([byte]) for byte in sent] if fault is Fault.ONE_BYTE_CHUNKS else [sent]

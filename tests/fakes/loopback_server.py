"""A real HTTP/1.1 server on loopback whose answers a test scripts: connections, holding, and noticing who leaves.

Knows no protocol above HTTP: a fake engine subclasses it and writes its answers.
"""

import asyncio
import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Self


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpRequest:
    method: str
    path: str
    headers: dict[str, str]
    body: Any


class LoopbackServer:
    """An async context manager. `answer` says whether the connection may be used again."""

    def __init__(self) -> None:
        self.requests: list[HttpRequest] = []
        self.connections = 0
        """That were ever opened."""
        self._gate = asyncio.Event()
        self._reached = asyncio.Semaphore(0)
        self._left = asyncio.Event()
        self._none_open = asyncio.Event()
        self._open: set[asyncio.Task[None]] = set()
        self.port = 0

    async def answer(self, request: HttpRequest, writer: asyncio.StreamWriter) -> bool:
        raise NotImplementedError

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def start(self) -> None:
        """The first time at any port, later at the same one."""
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"

    async def stop(self) -> None:
        """From now on connections are refused."""
        self._server.close()
        for connection in self._open:
            connection.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)

    @property
    def open_connections(self) -> int:
        return len(self._open)

    async def hold(self) -> None:
        """For an answer: go on when the test says so."""
        self._reached.release()
        await self._gate.wait()

    def release(self) -> None:
        self._gate.set()

    async def held(self) -> None:
        """Until an answer holds, another one at each call."""
        await asyncio.wait_for(self._reached.acquire(), 5)

    async def client_left(self) -> None:
        """Until a client has closed its connection in the middle of an answer."""
        await asyncio.wait_for(self._left.wait(), 5)

    async def no_connection_left(self) -> None:
        """Until every connection that was opened is closed."""
        await asyncio.wait_for(self._none_open.wait(), 5)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self.connections += 1
        self._open.add(task)
        self._none_open.clear()
        task.add_done_callback(self._closed)
        try:
            while (request := await _read(reader)) and await self._watched(request, reader, writer):
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

    def _closed(self, connection: asyncio.Task[None]) -> None:
        self._open.discard(connection)
        if not self._open:
            self._none_open.set()

    async def _watched(self, request: HttpRequest, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Answer, unless the client leaves meanwhile."""
        self.requests.append(request)
        answering = asyncio.create_task(self.answer(request, writer))
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


def send_head(writer: asyncio.StreamWriter, status: int, headers: Mapping[str, str], length: int | None) -> None:
    """`length` None: the body comes in chunks."""
    size = "Transfer-Encoding: chunked" if length is None else f"Content-Length: {length}"
    lines = [f"HTTP/1.1 {status} Scripted", size, *(f"{name}: {value}" for name, value in headers.items())]
    writer.write("\r\n".join([*lines, "", ""]).encode())


async def send_chunk(writer: asyncio.StreamWriter, part: bytes) -> None:
    """An empty one is the last."""
    writer.write(b"%x\r\n%b\r\n" % (len(part), part))
    await writer.drain()


async def send_body(
    writer: asyncio.StreamWriter, body: bytes, status: int = 200, headers: Mapping[str, str] | None = None
) -> bool:
    send_head(writer, status, headers or {}, len(body))
    writer.write(body)
    await writer.drain()
    return True


async def send_json(
    writer: asyncio.StreamWriter, body: object, status: int = 200, headers: Mapping[str, str] | None = None
) -> bool:
    sent = json.dumps(body, ensure_ascii=False).encode()
    return await send_body(writer, sent, status, {"Content-Type": "application/json", **(headers or {})})


async def _read(reader: asyncio.StreamReader) -> HttpRequest | None:
    """None: the client has nothing more to ask."""
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    except asyncio.IncompleteReadError:
        return None
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:] if line)}
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    method, path, _ = head[0].split(" ")
    return HttpRequest(method=method, path=path, headers=headers, body=json.loads(body or b"{}"))

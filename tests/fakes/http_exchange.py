"""Just enough of HTTP/1.1 for a fake server that has to do wrong what a real one would not."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_TLS_HANDSHAKE = b"\x16"


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    path: str
    headers: dict[str, str]
    body: Any


async def read(reader: asyncio.StreamReader) -> Request | None:
    """None: the client has nothing more to ask."""
    try:
        first = await reader.readexactly(1)
        if first == _TLS_HANDSHAKE:
            return None
        head = (first + await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    except asyncio.IncompleteReadError:
        return None
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:] if line)}
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return Request(path=head[0].split(" ")[1], headers=headers, body=json.loads(body or b"{}"))


def send_head(writer: asyncio.StreamWriter, status: int, headers: Mapping[str, str], length: int | None) -> None:
    size = "Transfer-Encoding: chunked" if length is None else f"Content-Length: {length}"
    lines = [f"HTTP/1.1 {status} Scripted", size, *(f"{name}: {value}" for name, value in headers.items())]
    writer.write("\r\n".join([*lines, "", ""]).encode())


async def send_route(writer: asyncio.StreamWriter, answer: object) -> bool:
    if isinstance(answer, int):
        return await send_json(writer, {"error": {"code": answer, "message": "scripted"}}, answer)
    if isinstance(answer, str):
        send_head(writer, 200, {"Content-Type": "text/html"}, len(answer))
        writer.write(answer.encode("ascii"))
        await writer.drain()
        return True
    return await send_json(writer, answer)


async def send_json(
    writer: asyncio.StreamWriter, body: object, status: int = 200, headers: Mapping[str, str] | None = None
) -> bool:
    sent = json.dumps(body).encode()
    send_head(writer, status, {"Content-Type": "application/json", **(headers or {})}, len(sent))
    writer.write(sent)
    await writer.drain()
    return True

"""HTTPS in front of what speaks plain HTTP, as a hoster's proxy has it, with a certificate of its own making."""

import asyncio
import socket
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Self

import httpx2
import uvicorn
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import StreamingResponse
from starlette.routing import Route

_METHODS = ["GET", "POST", "PUT", "DELETE"]


class HttpsFront:
    """An async context manager; passes on to `target`."""

    def __init__(self, target: str, folder: Path) -> None:
        self._target = target
        self._certificate = folder / "certificate.pem"

    async def __aenter__(self) -> Self:
        self._certificate.write_bytes(_certificate())
        listening = socket.create_server(("127.0.0.1", 0))
        self.port = listening.getsockname()[1]
        self.url = f"https://127.0.0.1:{self.port}"
        self._client = httpx2.AsyncClient(timeout=60)
        app = Starlette(routes=[Route("/{path:path}", self._pass_on, methods=_METHODS)])
        config = uvicorn.Config(
            app, log_level="critical", lifespan="off", ssl_certfile=self._certificate, timeout_graceful_shutdown=1
        )
        self._server = uvicorn.Server(config)
        self._serving = asyncio.create_task(self._server.serve([listening]))
        while not self._server.started:
            await asyncio.sleep(0.01)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.should_exit = True
        await self._serving
        await self._client.aclose()

    async def _pass_on(self, request: Request) -> StreamingResponse:
        asked = self._client.build_request(
            request.method,
            f"{self._target}{request.url.path}?{request.url.query}".rstrip("?"),
            headers=[*request.headers.raw, (b"x-forwarded-proto", b"https")],
            content=await request.body(),
        )
        answer = await self._client.send(asked, stream=True)

        async def body() -> AsyncIterator[bytes]:
            try:
                async for piece in answer.aiter_raw():
                    yield piece
            finally:
                await answer.aclose()

        response = StreamingResponse(body(), answer.status_code)
        response.raw_headers = [(name.lower(), value) for name, value in answer.headers.raw]
        return response


def _certificate() -> bytes:
    """With its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "loopback")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    secret = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return certificate.public_bytes(pem) + secret

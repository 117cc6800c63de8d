"""Serving: one socket, one process, and an end that lets running answers finish first."""

import socket
from collections.abc import Awaitable, Callable

import uvicorn
from fastapi import FastAPI

from assistant.errors import SettingsError

_CLOSING_SECONDS = 3


def open_socket(host: str, port: int) -> socket.socket:
    """Raises SettingsError when the address cannot be listened on."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except OSError as error:
        fault = f"{host}:{port} cannot be listened on: {error.strerror or error}"
        raise SettingsError(setting="ASSISTANT_PORT", fault=fault, allowed="a free port of this machine") from error


def serve(app: FastAPI, listening: socket.socket, address: str, drain: Callable[[], Awaitable[None]]) -> None:
    """Serve until SIGINT or SIGTERM; `drain` is awaited before connections are closed."""
    config = uvicorn.Config(app, log_level="warning", access_log=False, timeout_graceful_shutdown=_CLOSING_SECONDS)
    _DrainingServer(config, address, drain).run([listening])


class _DrainingServer(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, address: str, drain: Callable[[], Awaitable[None]]) -> None:
        super().__init__(config)
        self._address = address
        self._drain = drain

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            print(f"Tech Assistant is at {self._address}", flush=True)  # noqa: T201  # what `make run` promises

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        # Uvicorn waits for open streams first and tells the app last: too late for answers that could still finish.
        await self._drain()
        await super().shutdown(sockets)

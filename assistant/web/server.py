"""Serving: one socket, one process, and an end that lets running answers finish first."""

import errno
import os
import signal
import socket
from collections.abc import Awaitable, Callable
from types import FrameType

import uvicorn
from fastapi import FastAPI

from assistant.errors.app import SettingsError

_CLOSING_SECONDS = 3


def open_socket(host: str, port: int) -> socket.socket:
    """Raises SettingsError when the address cannot be listened on: the port's fault, or the host's."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    setting, allowed = "ASSISTANT_HOST", "an address of this machine"
    try:
        listening = socket.create_server((host, port), family=family)
    except UnicodeError as error:
        raise SettingsError(setting=setting, fault=f"{host} is not a name", allowed=allowed) from error
    except socket.gaierror as error:
        raise SettingsError(setting=setting, fault=f"{host}: {error.strerror}", allowed=allowed) from error
    except OSError as error:
        if error.errno in (errno.EADDRINUSE, errno.EACCES):
            setting, allowed = "ASSISTANT_PORT", "a free port of this machine"
        fault = f"{host}:{port} cannot be listened on: {os.strerror(error.errno or 0)}"
        raise SettingsError(setting=setting, fault=fault, allowed=allowed) from error
    # Its connections inherit it. asyncio sets it only on sockets that name their protocol, as these do not, and without
    # it the second part of each response waits for an acknowledgement: 40 ms.
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listening


def serve(app: FastAPI, listening: socket.socket, address: str, drain: Callable[[], Awaitable[None]]) -> None:
    """Serve until SIGINT or SIGTERM; `drain` is awaited before connections are closed."""
    # Uvicorn obeys a signal and, when it is done, raises it once more: the process would end as killed, or in a
    # traceback.
    for received in (signal.SIGINT, signal.SIGTERM):
        signal.signal(received, _exit)
    config = uvicorn.Config(
        app,
        log_level="warning",
        access_log=False,
        # Proxies are the app's own business, and what runs the app is nobody's.
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=_CLOSING_SECONDS,
    )
    _DrainingServer(config, address, drain).run([listening])


def _exit(number: int, frame: FrameType | None) -> None:
    raise SystemExit(0)


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

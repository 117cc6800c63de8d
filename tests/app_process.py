"""The app as a person starts it: `python app.py` in a process, on a port and in a data folder of its own."""

import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

import httpx2

ROOT = Path(__file__).parents[1]
_START_SECONDS = 180.0
# Below those that a system gives to outgoing connections: one of the many that tests make could have taken the port
# before whoever asked for it listens there.
_PORTS = range(20_000, 32_000)


def free_port() -> int:
    while True:
        port = secrets.choice(_PORTS)
        try:
            socket.create_server(("127.0.0.1", port)).close()
        except OSError:
            continue
        return port


class Running(Protocol):
    """What of a `subprocess.Popen` is used."""

    @property
    def pid(self) -> int: ...
    def poll(self) -> int | None: ...
    def send_signal(self, how: signal.Signals, /) -> None: ...
    def wait(self, seconds: float, /) -> int: ...


class AppProcess:
    """A context manager; may be stopped and started again on the same port and data."""

    def __init__(self, data_dir: Path, port: int | None = None, **settings: str) -> None:
        self.data_dir = data_dir
        self.port = port or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = data_dir / "app.log"
        self._settings = settings
        self.process: Running

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Returns when the page is served; the model may still be loading."""
        environment = {name: value for name, value in os.environ.items() if not name.startswith("ASSISTANT_")}
        environment |= {"ASSISTANT_DATA_DIR": str(self.data_dir), "ASSISTANT_PORT": str(self.port)}
        environment |= {f"ASSISTANT_{name.upper()}": value for name, value in self._settings.items()}
        self.process = self._launch(environment)
        self._wait("/healthz")

    def wait_until_ready(self) -> None:
        self._wait("/readyz")

    def stop(self, how: signal.Signals = signal.SIGTERM) -> int:
        if self.process.poll() is None:
            self.process.send_signal(how)
        return self.process.wait(_START_SECONDS)

    def memory(self) -> int:
        """Resident bytes."""
        status = Path(f"/proc/{self.process.pid}/status").read_text("ascii")
        return next(int(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith("VmRSS"))

    def _launch(self, environment: dict[str, str]) -> Running:
        with self.log.open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "app.py"], cwd=ROOT, env=environment, stdout=log, stderr=subprocess.STDOUT
            )

    def _wait(self, path: str) -> None:
        deadline = time.monotonic() + _START_SECONDS
        # One client: each makes certificates ready first, which costs as much as the start that is waited for.
        with httpx2.Client(base_url=self.url, timeout=60) as client:
            while time.monotonic() < deadline and self.process.poll() is None:
                with suppress(httpx2.TransportError):
                    if client.get(path).is_success:
                        return
                time.sleep(0.02)
        raise RuntimeError(f"{path} did not become ready:\n{self.log.read_text('utf-8')}")

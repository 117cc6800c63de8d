"""The app as a test of something else than its start needs it: with everything imported already."""

import os
import signal
import sys
from pathlib import Path
from subprocess import TimeoutExpired

from tests.app_process import AppProcess
from tests.forks import FORKS


class ForkedApp(AppProcess):
    """The same from the first line of `main` on."""

    def _launch(self, environment: dict[str, str]) -> "_Fork":
        return _Fork(environment, self.log)


class _Fork:
    def __init__(self, environment: dict[str, str], log: Path) -> None:
        self._process = FORKS.Process(target=_main, args=(environment, log), daemon=True)
        self._process.start()
        assert self._process.pid is not None
        self.pid = self._process.pid

    def poll(self) -> int | None:
        return self._process.exitcode

    def send_signal(self, how: signal.Signals) -> None:
        os.kill(self.pid, how)

    def wait(self, seconds: float) -> int:
        """Raises subprocess.TimeoutExpired."""
        self._process.join(seconds)
        code = self._process.exitcode
        if code is None:
            raise TimeoutExpired("app.py", seconds)
        return code


def _main(environment: dict[str, str], log: Path) -> None:
    import app  # by the process that forks, and not by the tests

    os.environ.clear()
    os.environ.update(environment)
    with log.open("ab") as file:
        os.dup2(file.fileno(), sys.stdout.fileno())
        os.dup2(file.fileno(), sys.stderr.fileno())
    sys.exit(app.main())

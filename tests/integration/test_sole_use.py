"""One process of the app a SQLite file; any number on PostgreSQL."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from assistant.errors.app import StorageError
from storage.database import open_database
from tests.app_process import ROOT

HOLDER = """
import sys
from storage.database import open_database
database = open_database(sys.argv[1])
database.claim()
print("held", flush=True)
sys.stdin.read()
"""


def test_a_second_process_on_the_same_file_is_refused_until_the_first_is_gone_however_it_went(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/assistant.db"
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, url], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        database = open_database(url)
        with pytest.raises(StorageError) as refused:
            database.claim()
        assert "another process of this app" in str(refused.value.facts["fault"])
        holder.send_signal(signal.SIGKILL)
        holder.wait()
        database.claim()
        database.close()


def test_what_was_closed_can_be_used_by_the_next(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/assistant.db"
    for _ in range(2):
        database = open_database(url)
        database.claim()
        database.close()


def test_a_link_to_a_file_is_the_same_file(tmp_path: Path) -> None:
    database = open_database(f"sqlite:///{tmp_path}/assistant.db")
    database.claim()
    (tmp_path / "link.db").symlink_to(tmp_path / "assistant.db")
    other = open_database(f"sqlite:///{tmp_path}/link.db")
    with pytest.raises(StorageError):
        other.claim()
    other.close()
    database.close()


def test_the_lock_is_for_the_owners_eyes_only(tmp_path: Path) -> None:
    database = open_database(f"sqlite:///{tmp_path}/assistant.db")
    database.claim()
    assert (tmp_path / "assistant.db.lock").stat().st_mode & 0o777 == 0o600
    database.close()


def test_several_processes_may_use_one_server(postgres_url: str) -> None:
    databases = [open_database(postgres_url) for _ in range(2)]
    for database in databases:
        database.claim()
        database.close()

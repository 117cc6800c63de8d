"""`python app.py backup PATH` and its help: one line, and an exit code that says whether it was done."""

import json
import os
import resource
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import app
from assistant.conversation import Feedback, Vote
from storage import file_system
from storage.backup import is_whole
from storage.database import Database, open_database
from storage.migrate import migrate
from storage.store import SqlConversationStore
from tests.app_process import ROOT
from tests.contract.samples import ANN, at, complete, first_turn


@pytest.fixture(autouse=True)
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ASSISTANT_DATA_DIR", str(tmp_path / "data"))
    return tmp_path / "data"


@pytest.fixture
def database(data: Path) -> Iterator[Database]:
    database = open_database(f"sqlite:///{data}/assistant.db")
    migrate(database)
    SqlConversationStore(database).begin_turn(first_turn(question="x" * 1_000_000))
    # As the app has it while it runs.
    database.claim()
    yield database
    database.close()


def told(capsys: pytest.CaptureFixture[str]) -> str:
    """What was printed, which is one line."""
    printed = capsys.readouterr()
    assert len((printed.out + printed.err).splitlines()) == 1
    return printed.out + printed.err


def test_a_backup_is_made_while_the_app_runs(
    database: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert app.main(["backup", "copy.db"]) == 0
    assert is_whole(tmp_path / "copy.db")
    assert "copy.db" in told(capsys)


def test_rated_answers_are_exported_while_the_app_runs(
    database: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    store = SqlConversationStore(database)
    store.finish("r1", complete("Yes."), at(2))
    store.rate(ANN, "c1", "a1", Feedback(vote=Vote.UP, given_at=at(3)))
    store.agree_to_export(ANN, at(4))
    assert app.main(["export-ratings", "ratings.jsonl"]) == 0
    assert "ratings.jsonl" in told(capsys)
    (line,) = (tmp_path / "ratings.jsonl").read_text("utf-8").splitlines()
    assert json.loads(line)["answer"] == "Yes."


def test_a_database_by_url_is_backed_up_too(
    database: Database, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ASSISTANT_DATABASE_URL", f"sqlite:///{data}/assistant.db")
    monkeypatch.setenv("ASSISTANT_DATA_DIR", str(tmp_path / "elsewhere"))
    assert app.main(["backup", "copy.db"]) == 0
    assert is_whole(tmp_path / "copy.db")


def no_such_folder(_: pytest.MonkeyPatch, __: Path) -> str:
    return "nowhere/copy.db"


def the_database_itself(_: pytest.MonkeyPatch, data: Path) -> str:
    return str(data / "assistant.db")


def postgresql(monkeypatch: pytest.MonkeyPatch, _: Path) -> str:
    monkeypatch.setenv("ASSISTANT_DATABASE_URL", "postgresql+psycopg://me:secret@host/name")
    return "copy.db"


def no_database(monkeypatch: pytest.MonkeyPatch, data: Path) -> str:
    monkeypatch.setenv("ASSISTANT_DATA_DIR", str(data / "empty"))
    return "copy.db"


def a_wrong_setting(monkeypatch: pytest.MonkeyPatch, _: Path) -> str:
    monkeypatch.setenv("ASSISTANT_BACKUP_KEEP", "0")
    return "copy.db"


@pytest.mark.parametrize(
    ("prepare", "words"),
    [
        (no_such_folder, "there is no such folder"),
        (the_database_itself, "the database itself"),
        (postgresql, "pg_dump"),
        (no_database, "there is no database"),
        (a_wrong_setting, "ASSISTANT_BACKUP_KEEP"),
    ],
)
def test_a_backup_that_cannot_be_made_is_told_with_exit_code_1(
    database: Database,
    data: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    prepare: Callable[[pytest.MonkeyPatch, Path], str],
    words: str,
) -> None:
    target = prepare(monkeypatch, data)
    assert app.main(["backup", target]) == 1
    line = told(capsys)
    assert words in line
    assert "secret" not in line
    assert [file.name for file in tmp_path.iterdir()] == ["data"]


def test_a_disk_that_takes_no_more_is_told_and_leaves_nothing(database: Database, tmp_path: Path) -> None:
    def little_room() -> None:
        # The system refuses to let any file grow beyond this, as it does where there is no room.
        resource.setrlimit(resource.RLIMIT_FSIZE, (500_000, 500_000))

    done = subprocess.run(
        [sys.executable, str(ROOT / "app.py"), "backup", str(tmp_path / "copy.db")],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        preexec_fn=little_room,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr == f"Backup failed at {tmp_path}/copy.db: the disk reports an error.\n"
    assert [file.name for file in tmp_path.iterdir()] == ["data"]


def test_help_says_what_there_is(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        app.main(["--help"])
    assert ended.value.code == 0
    printed = capsys.readouterr().out
    assert "backup" in printed
    assert "README.md" in printed


@pytest.mark.parametrize("arguments", [["backup"], ["back-up", "copy.db"], ["backup", "one.db", "two.db"]])
def test_what_is_not_understood_is_told_and_nothing_is_done(
    arguments: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        app.main(arguments)
    assert ended.value.code == 2
    assert "usage: python app.py" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_a_data_folder_on_the_network_stops_the_start(
    tmp_path: Path, data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "mounts").write_text(f"/dev/sda / ext4 rw 0 0\nserver:/x {data} nfs4 rw 0 0\n")
    monkeypatch.setattr(file_system, "MOUNTS", tmp_path / "mounts")
    monkeypatch.setattr(app, "serve", lambda *_: pytest.fail("it started"))
    monkeypatch.setenv("ASSISTANT_PORT", "7861")
    assert app.main([]) == 1
    line = told(capsys)
    for words in ("nfs4", "PostgreSQL", "ASSISTANT_DATA_DIR"):
        assert words in line

"""`python app.py`: what stops a start is told in one line; what ends a process loses nothing."""

import json
import logging
import os
import signal
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import httpx2
import pytest

import app
from tests.app_process import ROOT, AppProcess, free_port
from tests.fakes.engine_script import Answer
from tests.fakes.fake_engine import FakeEngine
from tests.fakes.in_thread import served
from tests.forked_app import ForkedApp
from tests.page_requests import PageRequests

Environment = dict[str, str]


def data_dir_is_a_file(folder: Path) -> Environment:
    (folder / "file").touch()
    return {"ASSISTANT_DATA_DIR": str(folder / "file")}


def data_dir_below_a_file(folder: Path) -> Environment:
    (folder / "file").touch()
    return {"ASSISTANT_DATA_DIR": str(folder / "file" / "data")}


def database_is_no_database(folder: Path) -> Environment:
    (folder / "assistant.db").write_bytes(b"Dear diary, " * 1000)
    return {}


def database_is_newer(folder: Path) -> Environment:
    with closing(sqlite3.connect(folder / "assistant.db")) as connection, connection:
        connection.execute("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)")
        connection.execute("INSERT INTO alembic_version VALUES ('9999_from_the_future')")
    return {}


def settings(**values: str) -> Callable[[Path], Environment]:
    return lambda _: {f"ASSISTANT_{name}": value for name, value in values.items()}


@pytest.mark.parametrize(
    ("prepared", "told"),
    [
        (data_dir_is_a_file, ["ASSISTANT_DATA_DIR", "file", "a folder of your own"]),
        (data_dir_below_a_file, ["ASSISTANT_DATA_DIR", "Not a directory"]),
        (database_is_no_database, ["database", "not a database"]),
        (database_is_newer, ["database", "newer version of this app"]),
        (settings(PROMPT="tech_assistant/v9"), ["tech_assistant/v9", "tech_assistant/v1", "tech_assistant/compact"]),
        (settings(PROMPT="missing.jinja"), ["missing.jinja", "No such file"]),
        (settings(PORT="0"), ["ASSISTANT_PORT", "1", "65535"]),
        (settings(PORT="http"), ["ASSISTANT_PORT", "a whole number"]),
        (settings(HOST="no.such.host.invalid"), ["ASSISTANT_HOST", "no.such.host.invalid"]),
        (settings(HOST="." * 3), ["ASSISTANT_HOST"]),
        (settings(BACKEND="abacus"), ["ASSISTANT_BACKEND", "embedded"]),
        (settings(PUBLIC_URL="chat.example"), ["ASSISTANT_PUBLIC_URL", "https://"]),
        (settings(DATABASE_URL="not a url"), ["ASSISTANT_DATABASE_URL", "sqlite:////path/to/file.db"]),
        (settings(DATABASE_URL="oracle9://x/y"), ["ASSISTANT_DATABASE_URL", "oracle9"]),
        (settings(MESSAGE_LIMIT="-1"), ["ASSISTANT_MESSAGE_LIMIT", "1"]),
        (settings(DRAIN_SECONDS="soon"), ["ASSISTANT_DRAIN_SECONDS", "number"]),
        (settings(PROMT="tech_assistant/v1"), ["ASSISTANT_PROMT", "did you mean ASSISTANT_PROMPT?"]),
    ],
    ids=lambda value: getattr(value, "__name__", "settings") if callable(value) else value[0],
)
def test_what_stops_the_start_is_told_in_one_line(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
    prepared: Callable[[Path], Environment],
    told: list[str],
) -> None:
    # In this process, since a start costs seconds; the next test makes sure that a process of its own does the same.
    monkeypatch.chdir(tmp_path)
    for name, value in {**basic(tmp_path), "ASSISTANT_BACKEND_API_KEY": "sk-very-secret", **prepared(tmp_path)}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(app, "serve", lambda *_: pytest.fail("it started"))
    assert app.main() == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    assert len(printed.err.splitlines()) == 1
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]
    for words in told:
        assert words in printed.err
    assert "sk-very-secret" not in printed.err


def test_a_port_that_is_taken_ends_the_process_with_one_line(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        environment = {**os.environ, **basic(tmp_path), "ASSISTANT_PORT": port}
        command = [sys.executable, "app.py"]
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stdout == ""
    fault = f"127.0.0.1:{port} cannot be listened on: Address already in use"
    assert done.stderr == f"ASSISTANT_PORT: {fault} (a free port of this machine).\n"


def test_the_default_backend_needs_neither_torch_nor_transformers(tmp_path: Path) -> None:
    code = """
import sys, app
from assistant.backends.choice import choose_loader
from assistant.settings import load_settings
app.build(load_settings(), choose_loader(load_settings()))
print(sorted({"torch", "transformers", "xllamacpp"} & set(sys.modules)))
"""
    command = [sys.executable, "-c", code]
    environment = {**os.environ, **basic(tmp_path)}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.stdout == "[]\n", done.stderr


def test_an_answer_that_can_finish_in_time_does(tmp_path: Path) -> None:
    code, answer = ended_while_answering(tmp_path, AppProcess, signal.SIGTERM, words=60, drain_seconds="60")
    assert code == 0
    assert answer["status"] == "complete"
    assert answer["text"].endswith("word59")
    assert json.loads(answer["provenance"])["completion_tokens"] == 60


def test_an_answer_that_cannot_is_kept_as_far_as_it_came(tmp_path: Path) -> None:
    code, answer = ended_while_answering(tmp_path, ForkedApp, signal.SIGINT, words=5000, drain_seconds="0")
    assert code == 0
    assert answer["status"] == "interrupted"
    assert answer["text"]


def test_while_it_ends_no_question_is_taken_and_what_is_being_answered_goes_on(tmp_path: Path) -> None:
    with served(lambda: FakeEngine(story(5000))) as engine:
        settings = {"backend": "openai", "backend_url": engine, "drain_seconds": "2"}
        with ForkedApp(tmp_path, **settings) as running, httpx2.Client(base_url=running.url, timeout=120) as client:
            running.wait_until_ready()
            page, late = PageRequests(client), PageRequests(client)
            page.join("send", message="Tell me a story.").raise_for_status()
            growing = (json.dumps(message) for message in page.follow())
            next(message for message in growing if "word5" in message)
            running.process.send_signal(signal.SIGTERM)
            # Readiness is the first to say so.
            while client.get("/readyz").is_success:
                pass
            late.do("send", message="Too late?")
            code = running.process.wait(180)
    assert code == 0
    with closing(sqlite3.connect(tmp_path / "assistant.db")) as connection:
        kept = connection.execute("SELECT status, text FROM messages ORDER BY role DESC").fetchall()
    assert [status for status, _ in kept] == ["complete", "interrupted"]
    assert kept[0][1] == "Tell me a story."
    assert "word50" in kept[1][1]


def story(words: int) -> Answer:
    return Answer(pieces=tuple(f" word{number}" for number in range(words)), pace=0.02)


def ended_while_answering(
    folder: Path, app_process: type[AppProcess], how: signal.Signals, *, words: int, drain_seconds: str
) -> tuple[int, sqlite3.Row]:
    """Exit code, and the answer as the database has it, of an app that is told to end in the middle of it."""
    with served(lambda: FakeEngine(story(words))) as engine:
        settings = {"backend": "openai", "backend_url": engine, "drain_seconds": drain_seconds}
        with app_process(folder, **settings) as running, httpx2.Client(base_url=running.url, timeout=120) as client:
            running.wait_until_ready()
            page = PageRequests(client)
            page.join("send", message="Tell me a story.").raise_for_status()
            growing = (json.dumps(message) for message in page.follow())
            next(message for message in growing if "word5" in message)
            code = running.stop(how)
    assert "Traceback" not in running.log.read_text("utf-8")
    with closing(sqlite3.connect(folder / "assistant.db")) as connection:
        connection.row_factory = sqlite3.Row
        return code, connection.execute("SELECT * FROM messages WHERE role = 'assistant'").fetchone()


def basic(folder: Path) -> Environment:
    return {"ASSISTANT_DATA_DIR": str(folder), "ASSISTANT_PORT": str(free_port())}

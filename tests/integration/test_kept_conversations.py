"""What becomes of conversations over the lives of the app: kept by backups, or deleted by a person, all at once."""

import logging
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from storage import backup_folder
from storage.backup import is_whole
from storage.backup_folder import BackupFolder
from tests.fakes.scripted_model import HOLD
from tests.page_requests import PageRequests
from tests.web_app import WebApp, web_app

QUESTION = "Where does water go?"


def ask(running: WebApp, client: TestClient | None = None, question: str = QUESTION) -> PageRequests:
    page = PageRequests(client or running.client)
    running.model.will_say(" Down.")
    assert page.do("send", message=question)
    return page


def lives(tmp_path: Path, **settings: object) -> Callable[[], Any]:
    """Each call is a life of the app on an empty disk, with the same bucket mounted."""

    def begin() -> Any:
        shutil.rmtree(tmp_path / "disk", ignore_errors=True)
        return web_app(tmp_path / "disk", **{"backup_dir": tmp_path / "bucket", **settings})

    return begin


def test_conversations_and_who_they_belong_to_outlive_a_disk_that_is_emptied(tmp_path: Path) -> None:
    life = lives(tmp_path)
    with life() as running:
        ask(running)
        ask(running, running.visitor(), "Of somebody else?")
        cookies = dict(running.client.cookies)
    with life() as running:
        running.client.cookies.update(cookies)
        page = PageRequests(running.client)
        assert QUESTION in page.shown["conversations"]
        assert "Of somebody else?" not in page.shown["conversations"]
        ask(running, question="And then?")
    with life() as running:
        running.client.cookies.update(cookies)
        page = PageRequests(running.client)
        assert QUESTION in page.shown["conversations"]
        assert "And then?" in page.shown["conversations"]


def test_a_life_without_a_question_pushes_out_no_backup(tmp_path: Path) -> None:
    # What is counted for limits is forgotten again, some seconds later.
    life = lives(tmp_path, turns_per_minute=0, turns_per_day=0, tokens_per_day=0)
    with life() as running:
        ask(running)
    before = sorted(tmp_path.joinpath("bucket").iterdir())
    for _ in range(2):
        with life():
            pass
    assert sorted(tmp_path.joinpath("bucket").iterdir()) == before


def test_a_last_backup_that_fails_is_in_the_log_and_the_end_is_orderly(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    bucket = tmp_path / "bucket"
    with caplog.at_level(logging.ERROR), lives(tmp_path)() as running:
        until(lambda: any(bucket.glob("*.db")))
        shutil.rmtree(bucket)
        bucket.touch()
        ask(running)
    assert "backup failed: File exists" in caplog.text


def test_what_fails_in_maintenance_is_in_the_health_report_and_the_app_is_ready_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(BackupFolder, "_add", refused)
    with lives(tmp_path)() as running:
        until(lambda: "maintenance" in running.client.get("/readyz").json())
        report = running.client.get("/readyz")
        assert report.status_code == 200
        assert report.json()["maintenance"] == {"backup": "No space left on device"}


def refused(*_: object) -> None:
    raise OSError(28, "No space left on device")


def until(condition: Callable[[], bool]) -> None:
    give_up = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < give_up


def test_a_person_deletes_everything_of_theirs_and_of_nobody_else(tmp_path: Path) -> None:
    with web_app(tmp_path) as running:
        page, link = running.shared(QUESTION, "Down.")
        other = ask(running, running.visitor(), "Of somebody else?")
        # One is still being answered, in another tab.
        running.model.will_say(" Slowly", HOLD, " on.")
        second = PageRequests(running.client)
        second.join("send", message="And a second one?").raise_for_status()
        assert running.client.portal
        running.client.portal.call(running.model.held)

        assert page.do("act", action='{"do": "delete-everything"}')
        assert "2 conversations" in page.shown["notice"]
        assert QUESTION not in page.shown["conversations"]
        assert "Nothing asked yet." in page.shown["conversations"]
        assert running.client.get(link).status_code == 404
        assert running.model.closed == 3
        assert "Of somebody else?" in PageRequests(other._client).shown["conversations"]

        assert "And afterwards?" in ask(running, question="And afterwards?").shown["conversations"]


def test_the_way_to_delete_everything_asks_first(tmp_path: Path) -> None:
    with web_app(tmp_path) as running:
        erase = PageRequests(running.client).shown["tools"]
    first, second = erase.index("Delete all my data…</summary>"), erase.index("Delete everything for good</button>")
    assert first < erase.index("cannot be undone") < second


@pytest.mark.parametrize(("days", "told"), [(30, True), (None, False)])
def test_the_page_says_how_long_conversations_are_kept(tmp_path: Path, days: int | None, told: bool) -> None:
    with web_app(tmp_path, retention_days=days) as running:
        welcome = PageRequests(running.client).shown["history"]
    assert ("deleted after 30 days" in welcome) is told


@pytest.mark.parametrize(
    ("environment", "settings", "told"),
    [
        ({"SPACE_HOST": "me-assistant.hf.space"}, {}, True),
        ({"SPACE_HOST": "me-assistant.hf.space"}, {"backup_dir": "bucket"}, False),
        ({"SPACE_HOST": "me-assistant.hf.space"}, {"backup_dir": "backups"}, True),
        ({}, {}, False),
    ],
)
def test_a_space_that_keeps_nothing_over_a_restart_says_so(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    environment: dict[str, str],
    settings: dict[str, str],
    told: bool,
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(backup_folder, "_device_of", lambda path: int("bucket" in path.parts))
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    with web_app(tmp_path / "data", origin="https://me-assistant.hf.space", **settings) as running:
        shown = PageRequests(running.client).shown
    assert ("lost whenever" in shown.get("banner", "")) is told


def test_the_last_backup_of_a_life_is_whole(tmp_path: Path) -> None:
    with lives(tmp_path)() as running:
        ask(running)
    newest = max(tmp_path.joinpath("bucket").glob("*.db"))
    assert is_whole(newest)

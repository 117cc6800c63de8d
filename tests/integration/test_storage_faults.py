"""What a person sees while the disk or the database fails: what is wrong, and their text still there. No restart."""

import json
import re
import resource
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, event

from storage import sqlite
from tests.fakes.scripted_model import HOLD
from tests.page_requests import PageRequests
from tests.web_app import WebApp, web_app

QUESTION = "Where does water go?"
DONE_TO_A_CONVERSATION = [
    ("act", {"action": '{"do": "rename", "conversation": "ID", "text": "Water"}'}),
    ("act", {"action": '{"do": "pin", "conversation": "ID"}'}),
    ("act", {"action": '{"do": "delete", "conversation": "ID"}'}),
    ("act", {"action": '{"do": "delete-everything"}'}),
]
LOCKED = "it is locked by another program"


@pytest.fixture
def running(tmp_path: Path) -> Iterator[WebApp]:
    with web_app(tmp_path) as running:
        yield running


@pytest.fixture
def impatient(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[WebApp]:
    """An app that waits for locks for a tenth of a second only."""
    monkeypatch.setattr(sqlite, "_COMMON_PRAGMAS", ("busy_timeout=100", *sqlite._COMMON_PRAGMAS[1:]))
    with web_app(tmp_path) as running:
        yield running


@contextmanager
def full_disk() -> Iterator[None]:
    """The system lets no file of this process grow, as it does where there is no room."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@contextmanager
def locked(running: WebApp) -> Iterator[Any]:
    """By another program, until the end of the block or its `rollback`."""
    with closing(sqlite.driver().connect(running.data_dir / "assistant.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield other


def typed(running: WebApp, text: str = QUESTION) -> PageRequests:
    page = PageRequests(running.client)
    page.shown["message"] = text
    return page


def send(page: PageRequests) -> None:
    """What is in the box, as the page does."""
    assert page.do("send", message=page.shown["message"])


def kept(running: WebApp) -> str:
    """The newest conversation, as a page that is opened now shows it."""
    page = PageRequests(running.client)
    found = re.search(r"\?c=(\w+)", page.shown["conversations"])
    assert found
    assert page.do("act", action=json.dumps({"do": "open", "conversation": found[1]}))
    return str(page.shown["history"])


def test_on_a_full_disk_the_question_stays_in_its_box_and_is_taken_when_there_is_room(running: WebApp) -> None:
    page = typed(running)
    with full_disk():
        send(page)
        assert "the disk reports an error" in page.shown["notice"]
        assert page.shown["message"] == QUESTION
        # What was there before can be read all the while.
        assert "Nothing asked yet." in PageRequests(running.client).shown["conversations"]
    running.model.will_say(" Down.")
    send(page)
    assert page.shown["message"] == ""
    assert "Down." in kept(running)
    assert kept(running).count("<article") == 2


def test_where_nothing_may_be_written_the_question_stays_in_its_box_until_it_may(running: WebApp) -> None:
    protected = "ON"

    def protect(connection: Connection) -> None:
        connection.exec_driver_sql(f"PRAGMA query_only={protected}")

    page = typed(running)
    event.listen(Engine, "begin", protect)
    try:
        send(page)
        assert "it is read-only" in page.shown["notice"]
        assert page.shown["message"] == QUESTION
        protected = "OFF"
        running.model.will_say(" Down.")
        send(page)
    finally:
        event.remove(Engine, "begin", protect)
    assert "Down." in kept(running)


def test_an_answer_that_ends_on_a_full_disk_is_kept_when_there_is_room(
    running: WebApp, caplog: pytest.LogCaptureFixture
) -> None:
    page = answering(running)
    with full_disk():
        finish(running)
        until(lambda: "cannot be stored" in caplog.text)
    told = str(list(page.follow()))
    assert "The answer cannot be saved yet" in told
    assert "the disk reports an error" in told
    assert "It flows down." in kept(running)


def test_an_answer_that_ends_while_another_program_has_the_database_is_kept_when_it_is_free(
    impatient: WebApp, caplog: pytest.LogCaptureFixture
) -> None:
    page = answering(impatient)
    with locked(impatient):
        finish(impatient)
        until(lambda: "cannot be stored" in caplog.text)
    assert LOCKED in str(list(page.follow()))
    assert "It flows down." in kept(impatient)


def answering(running: WebApp) -> PageRequests:
    page = typed(running)
    running.model.will_say(" It flows", HOLD, " down.")
    page.join("send", message=QUESTION).raise_for_status()
    assert running.client.portal
    running.client.portal.call(running.model.held)
    return page


def finish(running: WebApp) -> None:
    assert running.client.portal
    running.client.portal.call(running.model.release)


def test_a_lock_that_lasts_is_told_and_the_question_stays_in_its_box(impatient: WebApp) -> None:
    page = typed(impatient)
    with locked(impatient):
        send(page)
        assert LOCKED in page.shown["notice"]
        assert page.shown["message"] == QUESTION
    impatient.model.will_say(" Down.")
    send(page)
    assert "Down." in kept(impatient)


def test_while_only_writes_fail_the_app_is_ready_for_who_reads(running: WebApp) -> None:
    page = typed(running)
    running.model.will_say(" Down.")
    send(page)
    with full_disk():
        assert running.client.get("/readyz").status_code == 200
        assert QUESTION in PageRequests(running.client).shown["conversations"]
        page.shown["message"] = "And where from?"
        send(page)
        assert "cannot be used right now" in page.shown["notice"]


def test_a_write_that_takes_seconds_holds_up_nobody_who_reads_and_is_done(running: WebApp) -> None:
    _, link = running.shared(QUESTION, "Down.")
    page = PageRequests(running.client)
    running.model.will_say(" Down.")
    with locked(running):
        page.join("send", message=QUESTION).raise_for_status()
        # Pages, share links and the health report go on.
        assert "Nothing asked yet." in PageRequests(running.visitor()).shown["conversations"]
        assert running.client.get(link).status_code == 200
        assert running.client.get("/readyz").json()["database"] == "ok"
        assert len(running.model.prompts) == 1
    assert LOCKED not in str(list(page.follow()))
    assert len(running.model.prompts) == 2


@pytest.mark.parametrize(("event", "values"), DONE_TO_A_CONVERSATION)
def test_whatever_else_is_done_meanwhile_is_told_and_works_afterwards(
    impatient: WebApp, event: str, values: dict[str, str]
) -> None:
    page = typed(impatient)
    impatient.model.will_say(" Down.")
    send(page)
    found = re.search(r"\?c=(\w+)", page.shown["conversations"])
    assert found
    given = {name: value.replace("ID", found[1]) for name, value in values.items()}
    with locked(impatient):
        assert page.do(event, **given)
        assert LOCKED in page.shown["notice"]
    assert page.do(event, **given)
    assert LOCKED not in page.shown["notice"]


def until(condition: Callable[[], bool]) -> None:
    give_up = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < give_up

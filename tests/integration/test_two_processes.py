"""Two real processes of the app on one PostgreSQL: what one of them answers, the other shows, stops, and outlives."""

import json
import signal
from collections.abc import Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import httpx2
import pytest
from sqlalchemy import Row, text

from storage.database import Database, open_database
from tests.app_process import AppProcess
from tests.fakes.engine_script import Answer
from tests.fakes.fake_engine import FakeEngine
from tests.fakes.in_thread import served
from tests.forked_app import ForkedApp
from tests.page_requests import Message, PageRequests
from tests.postgres import PostgresServer

# A minute of words, and nobody waits for the last one.
ENDLESS = Answer(pieces=tuple(f" word{number}" for number in range(1200)), pace=0.05)


Told = Generator[Message, None, None]


@dataclass(frozen=True, slots=True)
class Pair:
    one: AppProcess
    other: AppProcess
    database: Database

    def newest(self) -> Row[tuple[str, str, str]]:
        """Conversation, status and text of the newest answer."""
        newest = text(
            "SELECT conversation_id, status, text FROM messages WHERE role = 'assistant' ORDER BY created_at DESC"
        )
        with self.database.read() as session:
            return session.execute(newest).first()  # type: ignore[return-value]  # there is one


@pytest.fixture(scope="module")
def pair(postgres: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    url = postgres.empty_database()
    folders = [tmp_path_factory.mktemp(name) for name in ("one", "other")]
    with served(lambda: FakeEngine(ENDLESS)) as engine:
        settings = {"database_url": url, "backend": "openai", "backend_url": engine, "lost_after_seconds": "1"}
        apps = [ForkedApp(folder, **settings) for folder in folders]
        try:
            # At once: both want to make the tables.
            with ThreadPoolExecutor() as pool:
                list(pool.map(ForkedApp.start, apps))
            for app in apps:
                app.wait_until_ready()
            database = open_database(url)
            yield Pair(*apps, database)
            database.close()
        finally:
            for app in apps:
                app.stop()


@pytest.fixture
def here(pair: Pair) -> Iterator[httpx2.Client]:
    with httpx2.Client(base_url=pair.one.url, timeout=120) as client:
        client.get("/").raise_for_status()
        yield client


@pytest.fixture
def there(pair: Pair, here: httpx2.Client) -> Iterator[httpx2.Client]:
    """The same person at the other process."""
    with httpx2.Client(base_url=pair.other.url, timeout=120, cookies=here.cookies) as client:
        yield client


def ask(client: httpx2.Client) -> Told:
    """What a page is told that asks."""
    page = PageRequests(client)
    page.join("send", message="Count.").raise_for_status()
    told = page.follow()
    until_shown(told, "word1")
    return told


def show(client: httpx2.Client, conversation_id: str) -> Told:
    """What a page is told that opens a conversation."""
    page = PageRequests(client)
    page.join("act", action=json.dumps({"do": "open", "conversation": conversation_id})).raise_for_status()
    return page.follow()


def until_shown(told: Told, words: str) -> Message:
    return next(message for message in told if words in json.dumps(message))


def test_what_one_process_answers_is_shown_by_the_other_as_it_grows_and_can_be_stopped_there(
    pair: Pair, here: httpx2.Client, there: httpx2.Client
) -> None:
    mine = ask(here)
    conversation_id = pair.newest()[0]
    theirs = show(there, conversation_id)
    until_shown(theirs, "word1")
    until_shown(theirs, "word40")
    position = {"conversation_id": conversation_id, "request_id": "any"}
    assert PageRequests(there).do("stop", position=json.dumps(position))
    assert pair.newest()[1] == "stopped"
    for told in (mine, theirs):
        until_shown(told, "process_completed")
        told.close()


def test_a_process_that_starts_ends_nobody_elses_answer(pair: Pair, here: httpx2.Client) -> None:
    told = ask(here)
    pair.other.stop()
    pair.other.start()
    assert pair.newest()[1] == "streaming"
    position = {"conversation_id": pair.newest()[0], "request_id": "any"}
    assert PageRequests(here).do("stop", position=json.dumps(position))
    until_shown(told, "process_completed")
    told.close()


def test_an_answer_whose_process_was_killed_is_ended_by_the_other_with_its_text(
    pair: Pair, here: httpx2.Client, there: httpx2.Client
) -> None:
    ask(here).close()
    theirs = show(there, pair.newest()[0])
    until_shown(theirs, "word20")
    pair.one.stop(signal.SIGKILL)
    ended = until_shown(theirs, "process_completed")
    assert "Interrupted before it was finished." in json.dumps(ended)
    theirs.close()
    _, status, kept = pair.newest()
    assert status == "interrupted"
    assert "word20" in kept

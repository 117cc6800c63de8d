"""PostgreSQL as the app opens it: told apart faults, bounded patience, and work that goes on after it was away."""

import asyncio
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import text

import app
from assistant.conversation import MessageStatus
from assistant.errors.app import NotFoundError, SettingsError, StorageError
from assistant.run_update import RunStage
from storage.database import Database, open_database
from storage.store import SqlConversationStore
from tests.app_process import free_port
from tests.contract.samples import ANN, answer_again, at, complete, first_turn, next_turn
from tests.fakes.desk import open_desk
from tests.fakes.scripted_model import HOLD
from tests.postgres import PostgresServer


@pytest.fixture
def database(postgres_url: str) -> Iterator[Database]:
    database = open_database(postgres_url)
    yield database
    database.close()


@pytest.fixture
def store(database: Database) -> SqlConversationStore:
    return SqlConversationStore(database)


def fault_of(url: str) -> object:
    database = open_database(url)
    with pytest.raises(StorageError) as refused:
        SqlConversationStore(database).ping()
    database.close()
    assert "secret" not in str(refused.value)
    return refused.value.facts["fault"]


def test_what_keeps_the_app_from_its_database_is_told_apart(postgres: PostgresServer) -> None:
    here = f"127.0.0.1:{postgres.port}"
    right = f"postgres:{postgres.password}"
    assert fault_of(f"postgresql+psycopg://postgres:secret@{here}/postgres") == (
        "it refuses the user name or the password"
    )
    assert fault_of(f"postgresql+psycopg://nobody:secret@{here}/postgres") == "it refuses the user name or the password"
    assert fault_of(f"postgresql+psycopg://postgres@{here}/postgres") == "it refuses the user name or the password"
    assert fault_of(f"postgresql+psycopg://{right}@{here}/secrets") == "there is no database of that name"
    assert fault_of("postgresql+psycopg://postgres:secret@no.such.host.invalid/x") == "its host is not known"
    assert fault_of(f"postgresql+psycopg://postgres:secret@127.0.0.1:{free_port()}/x") == "it cannot be reached"


@pytest.mark.parametrize("name", ["postgres", "postgresql", "postgresql+psycopg"])
def test_it_may_be_named_as_hosters_do(postgres: PostgresServer, name: str) -> None:
    database = open_database(f"{name}://postgres:{postgres.password}@127.0.0.1:{postgres.port}/postgres")
    SqlConversationStore(database).ping()
    assert database.is_shared
    database.close()


def test_any_other_kind_of_database_is_refused_with_what_can_be_used() -> None:
    with pytest.raises(SettingsError) as refused:
        open_database("mysql+pymysql://user:secret@host/name")
    assert "postgresql+psycopg://user:password@host:5432/name" in str(refused.value.facts["allowed"])
    assert "secret" not in str(refused.value)


def shown(database: Database, setting: str) -> object:
    with database.read() as session:
        return session.scalar(text(f"SHOW {setting}"))


def test_nothing_waits_for_ever_and_the_urls_own_options_count(postgres_url: str) -> None:
    own = open_database(f"{postgres_url}&options=-c%20statement_timeout%3D7s&application_name=mine")
    assert (shown(own, "statement_timeout"), shown(own, "application_name")) == ("7s", "mine")
    assert shown(own, "idle_in_transaction_session_timeout") == "30s"
    own.close()
    database = open_database(postgres_url)
    assert (shown(database, "statement_timeout"), shown(database, "application_name")) == ("30s", "tech-assistant")
    with database.restructure() as connection:
        assert connection.scalar(text("SHOW statement_timeout")) == "0"
    assert shown(database, "statement_timeout") == "30s"
    database.close()


def test_a_statement_that_takes_too_long_is_ended_and_told(postgres_url: str) -> None:
    database = open_database(f"{postgres_url}&options=-c%20statement_timeout%3D50ms")
    with pytest.raises(StorageError) as refused, database.read() as session:
        session.execute(text("SELECT pg_sleep(60)"))
    assert refused.value.facts == {"fault": "it took too long"}
    database.close()


def test_a_process_opens_no_more_connections_than_it_may(postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("storage.postgres._POOL_SECONDS", 0.01)
    database = open_database(postgres_url, connections=2)
    with database.read() as one, database.write() as other:
        for session in (one, other):
            session.execute(text("SELECT 1"))
        with pytest.raises(StorageError) as refused:
            SqlConversationStore(database).ping()
    assert refused.value.facts == {"fault": "too many use it at once"}
    SqlConversationStore(database).ping()
    database.close()


def test_what_it_cannot_keep_is_refused_and_nothing_is_half_written(store: SqlConversationStore) -> None:
    with pytest.raises(StorageError) as refused:
        store.begin_turn(first_turn(question="a\0b"))
    assert refused.value.facts == {"fault": "it cannot keep what was sent"}
    assert store.conversations(ANN, 10) == []


def test_a_database_that_only_reads_is_told(database: Database, store: SqlConversationStore) -> None:
    with pytest.raises(StorageError) as refused, database.write() as session:
        session.execute(text("SET TRANSACTION READ ONLY"))
        session.execute(text("DELETE FROM conversations"))
    assert refused.value.facts == {"fault": "it is read-only"}


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGQUIT], ids=["stopped", "crashed"])
def test_after_it_was_away_the_next_question_is_taken(
    postgres: PostgresServer, store: SqlConversationStore, how: signal.Signals
) -> None:
    store.begin_turn(first_turn())
    postgres.stop(how)
    try:
        for _ in range(2):
            with pytest.raises(StorageError) as refused:
                store.finish("r1", complete(), at(2))
            assert refused.value.facts == {"fault": "it cannot be reached"}
    finally:
        postgres.start()
    assert store.finish("r1", complete(), at(3)) is True
    assert [m.status for m in store.messages(ANN, "c1")] == [MessageStatus.COMPLETE] * 2


async def test_an_answer_outlives_its_database(postgres: PostgresServer, store: SqlConversationStore) -> None:
    """Who watches is told, and sees the text; it is kept as soon as the database is back."""
    async with open_desk(store=store, clock=lambda: datetime.now(UTC), checkpoint_seconds=0.05) as desk:
        desk.model.will_say(" So far", HOLD, " the end.")
        run = await desk.ask("Long?")
        await desk.model.held()
        await asyncio.to_thread(postgres.stop)
        try:
            desk.model.release()
            async for update in desk.runs.watch(run.id):
                if update.stage is RunStage.SAVING and update.error:
                    break
            assert (update.text, update.error and update.error.facts) == (
                "So far the end.",
                {"fault": "it cannot be reached"},
            )
        finally:
            await asyncio.to_thread(postgres.start)
        end = await desk.end_of(run)
        assert (end.status, end.error) == (MessageStatus.COMPLETE, None)
    assert store.answer(ANN, run.id).text == "So far the end."


class Meeting:
    """Two transactions that meet: the second begins while the first has not ended, and waits for it."""

    def __init__(self, postgres: PostgresServer, url: str) -> None:
        self._postgres = postgres
        self._name = url.partition("?")[0].rpartition("/")[2]

    def second(self, pool: ThreadPoolExecutor, work: Callable[[], object]) -> Future[object]:
        doing = pool.submit(work)
        waiting = sql.SQL("SELECT 1 FROM pg_stat_activity WHERE datname = {} AND wait_event_type = 'Lock'")
        folder, port = str(self._postgres.folder), self._postgres.port
        with psycopg.connect(host=folder, port=port, user="postgres", autocommit=True) as connection:
            while not doing.done() and not connection.execute(waiting.format(self._name)).fetchone():
                pass
        return doing


@pytest.fixture
def meeting(postgres: PostgresServer, postgres_url: str) -> Meeting:
    return Meeting(postgres, postgres_url)


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(1) as pool:
        yield pool


def test_a_question_that_meets_another_sees_that_the_conversation_went_on(
    database: Database, store: SqlConversationStore, meeting: Meeting, pool: ThreadPoolExecutor
) -> None:
    """The other's turn is over before this one writes: its slot is free, but the leaf is another."""
    store.begin_turn(first_turn())
    store.finish("r1", complete(), at(2))
    store.begin_turn(answer_again(2, "q1"))
    store.finish("r2", complete(), at(3))
    with database.write() as session:
        session.execute(text("UPDATE conversations SET leaf_id = 'a1' WHERE id = 'c1'"))
        late = meeting.second(pool, lambda: store.begin_turn(next_turn(3, parent_id="a2")))
    with pytest.raises(Exception, match="conversation_moved"):
        late.result(10)


def test_a_purge_that_meets_an_undo_takes_all_or_nothing(
    database: Database, store: SqlConversationStore, meeting: Meeting, pool: ThreadPoolExecutor
) -> None:
    store.begin_turn(first_turn())
    store.finish("r1", complete(), at(2))
    store.delete(ANN, "c1", at(3))
    with database.write() as session:
        session.execute(text("UPDATE conversations SET deleted_at = NULL WHERE id = 'c1'"))
        purging = meeting.second(pool, lambda: store.purge_deleted(at(10)))
    assert purging.result(10) == 0
    assert len(store.messages(ANN, "c1")) == 2


def test_what_somebody_goes_on_with_at_that_moment_does_not_expire(
    database: Database, store: SqlConversationStore, meeting: Meeting, pool: ThreadPoolExecutor
) -> None:
    store.begin_turn(first_turn())
    with database.write() as session:
        session.execute(text("UPDATE conversations SET updated_at = now() WHERE id = 'c1'"))
        expiring = meeting.second(pool, lambda: store.delete_unchanged(at(10), 10))
    assert expiring.result(10) == 0
    assert len(store.messages(ANN, "c1")) == 2


def test_whoever_throws_connections_out_costs_one_question_at_most(
    postgres: PostgresServer, store: SqlConversationStore
) -> None:
    store.begin_turn(first_turn())
    with suppress(psycopg.Error):
        postgres.execute(
            sql.SQL("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()")
        )
    assert [m.id for m in store.messages(ANN, "c1")] == ["a1", "q1"]
    with pytest.raises(NotFoundError):
        store.conversation(ANN, "c2")


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("postgresql+psycopg://postgres:very-secret@127.0.0.1:{port}/postgres", "user name or the password"),
        ("postgres://postgres:{password}@127.0.0.1:{port}/very-secret", "no database of that name"),
        ("postgresql://postgres:very-secret@no.such.host.invalid/x", "host is not known"),
        ("postgresql://postgres:very-secret@127.0.0.1:1/x", "cannot be reached"),
        ("mysql://root:very-secret@127.0.0.1/x", "postgresql+psycopg://user:password@host:5432/name"),
    ],
    ids=["password", "database", "host", "nobody there", "another kind"],
)
def test_a_start_that_does_not_get_to_its_database_says_why_in_one_line(
    postgres: PostgresServer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    url: str,
    told: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ASSISTANT_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("ASSISTANT_PORT", str(free_port()))
    monkeypatch.setenv("ASSISTANT_DATABASE_URL", url.format(port=postgres.port, password=postgres.password))
    monkeypatch.setattr(app, "serve", lambda *_: pytest.fail("it started"))
    assert app.main() == 1
    line = capsys.readouterr().err
    assert told in line
    assert len(line.splitlines()) == 1
    assert "very-secret" not in line
    assert postgres.password not in line

"""What is found by words, in the databases themselves: kept true, made anew, and read no further than it has to be."""

import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, event, text

from assistant.search_query import SearchQuery
from storage import sqlite
from storage.database import Database, open_database
from storage.migrate import migrate
from storage.store import SqlConversationStore
from tests.contract.samples import ANN, at, chain, complete, conversation_of, first_turn, next_turn

HIT = SearchQuery(text="text")


@pytest.fixture(params=["sqlite_url", "postgres_url"])
def database(request: pytest.FixtureRequest) -> Iterator[Database]:
    database = open_database(request.getfixturevalue(request.param))
    yield database
    database.close()


@pytest.fixture
def store(database: Database) -> SqlConversationStore:
    return SqlConversationStore(database)


def forget(database: Database) -> None:
    """As if all rows were from before there was a search."""
    with database.write() as session:
        session.execute(text("DELETE FROM search_documents"))


def count(database: Database, table: str) -> int:
    with database.read() as session:
        return session.scalar(text(f"SELECT count(*) FROM {table}"))


def found(store: SqlConversationStore, query: SearchQuery = HIT) -> list[str | None]:
    return [hit.message_id for hit in store.search(ANN, query, 100)]


def is_true(database: Database) -> bool:
    """FTS5's own comparison of its index with the documents, term by term; raises where they differ."""
    with database.write() as session:
        session.execute(text("INSERT INTO search_index (search_index, rank) VALUES ('integrity-check', 1)"))
    return True


@pytest.mark.parametrize("limit", [1, 2, 100])
def test_what_was_kept_before_is_found_after_as_many_steps_as_it_takes(
    database: Database, store: SqlConversationStore, limit: int
) -> None:
    for number in range(3):
        messages = chain(4, f"copy{number}")
        store.add_conversation(conversation_of(messages, conversation_id=f"copy{number}"), messages)
    before = found(store)
    forget(database)
    assert found(store) == []
    steps = list(iter(lambda: store.index_missing(limit), 0))
    assert sum(steps) == 3
    assert max(steps) == min(limit, 3)
    assert found(store) == before
    assert store.index_missing(limit) == 0


def test_an_answer_that_is_being_written_meanwhile_is_found_once_at_its_end(
    database: Database, store: SqlConversationStore
) -> None:
    store.begin_turn(first_turn(question="A text?"))
    store.checkpoint("r1", "Some text", at(2))
    forget(database)
    store.index_missing(10)
    assert found(store) == ["q1"]
    store.finish("r1", complete("The whole text."), at(3))
    assert found(store) == ["a1", "q1"]


def test_a_conversation_that_goes_on_before_its_turn_is_not_indexed_twice(
    database: Database, store: SqlConversationStore
) -> None:
    store.begin_turn(first_turn(question="First text"))
    store.finish("r1", complete("Text"), at(2))
    forget(database)
    store.begin_turn(next_turn(3, question="Newer text"))
    assert store.index_missing(10) == 1
    assert sorted(map(str, found(store))) == ["a1", "q1", "q3"]


def test_what_is_deleted_leaves_no_word_behind(database: Database, store: SqlConversationStore) -> None:
    messages = chain(1100)
    store.add_conversation(conversation_of(messages), messages)
    store.begin_turn(first_turn(question="Another text"))
    store.delete(ANN, "copy", at(1))
    store.purge_deleted(at(2))
    assert count(database, "search_documents") == 2
    assert found(store) == ["q1"]
    if database.writing.dialect.name == "sqlite":
        assert is_true(database)
        with database.read() as session:
            assert session.scalar(text("SELECT count(*) FROM search_index WHERE search_index MATCH 'text'")) == 1


def test_python_s_own_sqlite_keeps_the_index_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite, "driver", lambda: sqlite3)
    database = open_database(f"sqlite:///{tmp_path}/assistant.db")
    migrate(database)
    store = SqlConversationStore(database)
    store.begin_turn(first_turn(question="A text?"))
    assert found(store) == ["q1"]
    store.delete(ANN, "c1", at(2))
    store.purge_deleted(at(3))
    assert is_true(database)
    database.close()


@pytest.fixture
def plan(database: Database) -> Callable[[Callable[[], object]], str]:
    """How the last statement of a call is carried out, in the database's own words."""
    sent: list[tuple[str, object]] = []

    def keep(_connection: Connection, _cursor: object, statement: str, parameters: object, *_: object) -> None:
        sent.append((statement, parameters))

    def explained(call: Callable[[], object]) -> str:
        event.listen(database.reading, "before_cursor_execute", keep)
        call()
        event.remove(database.reading, "before_cursor_execute", keep)
        explain = "EXPLAIN QUERY PLAN" if database.reading.dialect.name == "sqlite" else "EXPLAIN"
        with database.reading.connect() as connection:
            rows = connection.exec_driver_sql(f"{explain} {sent[-1][0]}", sent[-1][1]).all()
        return "\n".join(str(row[-1]) for row in rows)

    return explained


@pytest.mark.parametrize("before", [None, 1000])
@pytest.mark.parametrize("words", ["text", "te"])
def test_a_search_walks_the_index_from_its_newest_end_and_sorts_nothing(
    database: Database, store: SqlConversationStore, plan: Callable[..., str], words: str, before: int | None
) -> None:
    messages = chain(300)
    store.add_conversation(conversation_of(messages), messages)
    if database.writing.dialect.name == "postgresql":
        with database.writing.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("ANALYZE"))
    steps = plan(lambda: store.search(ANN, SearchQuery(text=words), 20, before))
    assert "TEMP B-TREE" not in steps
    if database.writing.dialect.name == "sqlite":
        first, *rest = steps.splitlines()
        assert first.startswith("SCAN search_index VIRTUAL TABLE")
        assert all(step.startswith("SEARCH") for step in rest)
    else:
        assert "Index Scan Backward using search_documents_pkey" in steps

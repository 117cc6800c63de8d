"""Deletion in short transactions: a process that dies between two of them leaves nothing in reach."""

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import Connection, event

from assistant.errors.app import NotFoundError
from assistant.ports import MESSAGES_AT_ONCE
from storage.database import Database, open_database
from storage.store import SqlConversationStore
from tests.contract.samples import ANN, at, chain, conversation_of, first_turn

LENGTH = MESSAGES_AT_ONCE // 2 + 1
IDS = ["c1", "c2", "c3"]


@pytest.fixture(params=["sqlite_url", "postgres_url"])
def database(request: pytest.FixtureRequest) -> Iterator[Database]:
    database = open_database(request.getfixturevalue(request.param))
    yield database
    database.close()


@pytest.fixture
def store(database: Database) -> SqlConversationStore:
    store = SqlConversationStore(database)
    for each in IDS:
        messages = chain(LENGTH, each)
        store.add_conversation(conversation_of(messages, conversation_id=each), messages)
    return store


@contextmanager
def transactions(database: Database) -> Iterator[deque[int]]:
    """How many messages each deletes, as they come; one that is told to fail does."""
    deleted: deque[int] = deque([0])

    def count(_connection: Connection, cursor: Any, statement: str, *_: Any) -> None:
        if statement.startswith("DELETE FROM messages"):
            deleted[-1] += cursor.rowcount

    def next_one(_connection: Connection) -> None:
        deleted.append(0)

    event.listen(database.writing, "after_cursor_execute", count)
    event.listen(database.writing, "commit", next_one)
    yield deleted
    event.remove(database.writing, "after_cursor_execute", count)
    event.remove(database.writing, "commit", next_one)


def test_all_of_one_person_goes_in_short_transactions(database: Database, store: SqlConversationStore) -> None:
    with transactions(database) as deleted:
        assert store.delete_owner(ANN) == 3
    assert [count for count in deleted if count] == [LENGTH] * 3


def test_what_a_broken_off_deletion_leaves_is_out_of_reach_and_goes_with_the_next_purge(
    database: Database, store: SqlConversationStore
) -> None:
    def fail(_connection: Connection, _cursor: Any, statement: str, *_: Any) -> None:
        if statement.startswith("DELETE FROM messages"):
            raise KeyboardInterrupt

    event.listen(database.writing, "before_cursor_execute", fail)
    with pytest.raises(KeyboardInterrupt):
        store.delete_owner(ANN)
    event.remove(database.writing, "before_cursor_execute", fail)
    assert store.deleted_conversations(ANN, 10) == store.conversations(ANN, 10) == []
    for each in IDS:
        with pytest.raises(NotFoundError):
            store.restore(ANN, each)
    store.begin_turn(first_turn(4))
    assert [store.purge_deleted(at(0)) for _ in range(4)] == [1, 1, 1, 0]
    assert [c.id for c in store.conversations(ANN, 10)] == ["c4"]

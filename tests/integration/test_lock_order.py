"""On a server whoever writes to a conversation locks it first, so that no two wait for each other."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest
from sqlalchemy import text

from storage.database import Database, open_database
from storage.owned import conversation_of, message_of
from storage.store import SqlConversationStore
from tests.contract.samples import ANN, at, complete, first_turn

WRITES: dict[str, Callable[[SqlConversationStore], bool]] = {
    "checkpoint": lambda store: store.checkpoint("r1", "So far", at(2)),
    "end": lambda store: store.finish("r1", complete("Done."), at(2)),
    "interruption": lambda store: store.interrupt("r1", at(1), at(2)),
}


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES.keys())
def test_who_has_a_conversation_gets_its_answer_too_while_the_answer_is_being_kept(
    postgres_url: str, write: Callable[[SqlConversationStore], bool]
) -> None:
    with closing(open_database(postgres_url)) as database, ThreadPoolExecutor(1) as other:
        store = SqlConversationStore(database)
        store.begin_turn(first_turn())
        with database.write() as session:
            conversation = conversation_of(session, ANN, "c1")
            kept = other.submit(write, store)
            wait_for_a_lock(database)
            # As a rating does, or a branch that is deleted.
            message_of(session, conversation, "a1").feedback = {"vote": "up"}
        assert kept.result(10)
        with database.read() as reading:
            # Neither was refused by the server, and nothing of either is lost.
            assert reading.scalar(text("SELECT feedback FROM messages WHERE id = 'a1'")) == {"vote": "up"}


def wait_for_a_lock(database: Database) -> None:
    """Until somebody waits for one."""
    deadline = time.monotonic() + 10
    waiting = text("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
    while time.monotonic() < deadline:
        with database.read() as session:
            if session.scalar(waiting):
                return
    raise AssertionError("nobody waits")

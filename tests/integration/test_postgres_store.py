"""The conversation store on PostgreSQL."""

from collections.abc import Iterator
from contextlib import closing

import pytest
from sqlalchemy import text

from assistant.ports import ConversationStore
from benchmarks.filled_database import fill
from storage.database import Database, open_database
from storage.store import SqlConversationStore
from storage.tables import Row
from tests.postgres import PostgresServer
from tests.query_plans import Statements, scans_of
from tests.store_contract import ConversationStoreContract


@pytest.fixture(scope="module")
def statements() -> Statements:
    return Statements()


@pytest.fixture(scope="module")
def database(postgres: PostgresServer) -> Iterator[Database]:
    """One for all of these tests, since to connect takes longer than most of them."""
    url = postgres.database()
    database = open_database(url)
    yield database
    database.close()
    postgres.drop(url)


class TestPostgresStore(ConversationStoreContract):
    @pytest.fixture
    def store(self, database: Database, statements: Statements) -> Iterator[ConversationStore]:
        with statements.of(database):
            yield SqlConversationStore(database)
        with database.write() as session:
            for table in reversed(Row.metadata.sorted_tables):
                session.execute(text(f"DELETE FROM {table.name}"))


def test_each_statement_of_the_contract_finds_its_rows_by_an_index(statements: Statements, postgres_url: str) -> None:
    # Its planner goes by what is in the tables.
    with closing(open_database(postgres_url)) as filled:
        fill(filled, 200)
        assert scans_of(filled, statements.sent) == []

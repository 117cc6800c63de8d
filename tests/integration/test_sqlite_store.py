"""The conversation store on a SQLite file."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from assistant.ports import ConversationStore
from storage.database import Database, open_database
from storage.store import SqlConversationStore
from tests.query_plans import Statements, scans_of
from tests.store_contract import ConversationStoreContract


@pytest.fixture(scope="module")
def statements() -> Statements:
    return Statements()


class TestSqliteStore(ConversationStoreContract):
    @pytest.fixture
    def store(self, database: Database, statements: Statements) -> Iterator[ConversationStore]:
        with statements.of(database):
            yield SqlConversationStore(database)


def test_each_statement_of_the_contract_finds_its_rows_by_an_index(statements: Statements, empty_file: Path) -> None:
    with closing(open_database(f"sqlite:///{empty_file}")) as empty:
        assert scans_of(empty, statements.sent) == []

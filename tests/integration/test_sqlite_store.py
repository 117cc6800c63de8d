"""The conversation store on a SQLite file."""

import shutil
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from assistant.ports import ConversationStore
from storage.database import open_database
from storage.migrate import migrate
from storage.store import SqlConversationStore
from tests.query_plans import Statements, scans_of
from tests.store_contract import ConversationStoreContract


@pytest.fixture(scope="module")
def empty_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Migrated once and copied for each test, since a migration takes longer than most of them."""
    path = tmp_path_factory.mktemp("template") / "empty.db"
    database = open_database(f"sqlite:///{path}")
    migrate(database)
    database.close()
    return path


@pytest.fixture(scope="module")
def statements() -> Statements:
    return Statements()


class TestSqliteStore(ConversationStoreContract):
    @pytest.fixture
    def store(self, tmp_path: Path, empty_file: Path, statements: Statements) -> Iterator[ConversationStore]:
        path = tmp_path / "assistant.db"
        shutil.copy(empty_file, path)
        database = open_database(f"sqlite:///{path}")
        with statements.of(database):
            yield SqlConversationStore(database)
        database.close()


def test_each_statement_of_the_contract_finds_its_rows_by_an_index(statements: Statements, empty_file: Path) -> None:
    with closing(open_database(f"sqlite:///{empty_file}")) as empty:
        assert scans_of(empty, statements.sent) == []

"""The conversation store on a SQLite file."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.ports import ConversationStore
from storage.database import open_database
from storage.migrate import migrate
from storage.store import SqlConversationStore
from tests.store_contract import ConversationStoreContract


@pytest.fixture(scope="module")
def empty_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Migrated once and copied for each test, since a migration takes longer than most of them."""
    path = tmp_path_factory.mktemp("template") / "empty.db"
    database = open_database(f"sqlite:///{path}")
    migrate(database)
    database.close()
    return path


class TestSqliteStore(ConversationStoreContract):
    @pytest.fixture
    def store(self, tmp_path: Path, empty_file: Path) -> Iterator[ConversationStore]:
        path = tmp_path / "assistant.db"
        shutil.copy(empty_file, path)
        database = open_database(f"sqlite:///{path}")
        yield SqlConversationStore(database)
        database.close()

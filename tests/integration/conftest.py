"""A SQLite database for a test, migrated once and copied, since a migration takes longer than most of them.

And a provider of identities to sign in at.
"""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from storage.database import Database, open_database
from storage.migrate import migrate
from storage.store import SqlConversationStore
from tests.fakes.in_thread import served
from tests.fakes.oidc_provider import ANN, OidcProvider


@pytest.fixture(scope="session")
def empty_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """With all tables, and nothing in them."""
    path = tmp_path_factory.mktemp("template") / "empty.db"
    database = open_database(f"sqlite:///{path}")
    migrate(database)
    database.close()
    return path


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "assistant.db"


@pytest.fixture
def sqlite_url(path: Path, empty_file: Path) -> str:
    """A database with all tables, for this test alone; `postgres_url` is its like."""
    path.parent.mkdir(exist_ok=True)
    shutil.copy(empty_file, path)
    return f"sqlite:///{str(path).replace('?', '%3F').replace('#', '%23')}"


@pytest.fixture
def database(sqlite_url: str) -> Iterator[Database]:
    database = open_database(sqlite_url)
    yield database
    database.close()


@pytest.fixture
def store(database: Database) -> SqlConversationStore:
    return SqlConversationStore(database)


@pytest.fixture(scope="module")
def provider() -> Iterator[OidcProvider]:
    provider = OidcProvider()
    with served(lambda: provider):
        yield provider


@pytest.fixture
def honest(provider: OidcProvider) -> None:
    """Whatever a test before made of it."""
    provider.person, provider.token_claims, provider.issuer = dict(ANN), {}, ""
    provider.signs_with_another_key = provider.is_broken = False
    provider.userinfo_subject = ""

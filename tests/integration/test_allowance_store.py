"""What is taken of allowances, on SQLite and on PostgreSQL."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from assistant.allowances import AllowanceStore
from storage.allowances import SqlAllowanceStore
from storage.database import Database, open_database
from storage.migrate import migrate
from tests.contract.allowances import AllowanceContract, of, taken
from tests.contract.samples import at
from tests.postgres import PostgresServer
from tests.query_plans import Statements, scans_of


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def database(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    url = f"sqlite:///{tmp_path_factory.mktemp('data')}/assistant.db"
    if request.param == "postgres":
        server: PostgresServer = request.getfixturevalue("postgres")
        url = server.empty_database()
    database = open_database(url)
    migrate(database)
    yield database
    database.close()


@pytest.fixture
def allowances(database: Database) -> Iterator[AllowanceStore]:
    yield SqlAllowanceStore(database)
    with database.write() as session:
        session.execute(text("DELETE FROM allowances"))


class TestSqlAllowances(AllowanceContract):
    pass


def test_they_outlive_the_process(database: Database, allowances: AllowanceStore) -> None:
    assert taken(allowances, of("ann", 1)) == 0
    assert taken(SqlAllowanceStore(database), of("ann", 1)) == 60


def test_each_statement_finds_its_rows_by_an_index(database: Database, allowances: AllowanceStore) -> None:
    statements = Statements()
    with statements.of(database):
        taken(allowances, of("ann", 1))
        taken(allowances, of("ann", 1))
        allowances.charge([of("bob", 1)], at(0))
        assert allowances.forget_full(at(61)) == 2
    assert statements.sent
    assert scans_of(database, statements.sent) == []


def test_whoever_is_refused_writes_nothing(tmp_path: Path) -> None:
    database = open_database(f"sqlite:///{tmp_path}/assistant.db")
    migrate(database)
    store = SqlAllowanceStore(database)
    assert taken(store, of("ann", 1)) == 0
    statements = Statements()
    with database.write(), statements.of(database):
        # SQLite has one writer, and that is somebody else: this would have to wait for them.
        assert taken(store, of("ann", 1)) == 60
    database.close()

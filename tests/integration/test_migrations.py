"""The database comes to the newest revision at each start, once, and never loses a row."""

import itertools
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Barrier
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect, text

from assistant.errors.app import StorageError
from assistant.errors.root import AssistantError
from storage.database import Database, open_database
from storage.migrate import migrate
from storage.search_tables import compared_on, is_of_sqlites_index
from storage.store import SqlConversationStore
from storage.tables import Row
from tests.contract.samples import ANN, at, complete, first_turn, keys, share, snapshot
from tests.forks import FORKS
from tests.postgres import PostgresServer

SCRIPTS = Path("storage/migrations")
REBUILD = """
from alembic import op

revision, down_revision, branch_labels, depends_on = "9000", "{newest}", None, None


def upgrade() -> None:
    # Only SQLite changes a table by making it anew.
    recreate = "always" if op.get_context().dialect.name == "sqlite" else "never"
    for table in ("conversations", "messages"):
        with op.batch_alter_table(table, recreate=recreate):
            pass
    {and_then}
"""


NewUrl = Callable[[], str]


@pytest.fixture(params=["sqlite", "postgres"])
def new_url(request: pytest.FixtureRequest, tmp_path: Path) -> NewUrl:
    """Each call names another database, without tables."""
    if request.param == "postgres":
        server: PostgresServer = request.getfixturevalue("postgres")
        return server.empty_database
    numbers = itertools.count()
    return lambda: f"sqlite:///{tmp_path}/{next(numbers)}.db"


@pytest.fixture
def url(new_url: NewUrl) -> str:
    return new_url()


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    database = open_database(url)
    yield database
    database.close()


def newest_revision(database: Database) -> str | None:
    with database.reading.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def everything(database: Database) -> dict[str, list[object]]:
    """The definition and the rows of every table."""
    with database.reading.connect() as connection:
        tables = sorted(inspect(connection).get_table_names())
        columns = [(t, c["name"], str(c["type"])) for t in tables for c in inspect(connection).get_columns(t)]
        indexes = [(t, str(index["name"])) for t in tables for index in inspect(connection).get_indexes(t)]
        rows = {t: [*connection.execute(text(f"SELECT * FROM {t}"))] for t in tables if not is_of_sqlites_index(t)}
    return {"columns": [*columns], "indexes": sorted(indexes), **rows}


def one_conversation(database: Database) -> SqlConversationStore:
    store = SqlConversationStore(database)
    store.begin_turn(first_turn())
    store.finish("r1", complete("Kept."), at(2))
    store.add_share(ANN, share(), keys("1" * 64), snapshot())
    return store


@pytest.fixture
def newer_scripts(tmp_path: Path, database: Database) -> Callable[[str], Path]:
    """The app's migrations and one that rebuilds the tables, as a later version of the app may have."""

    def made(and_then: str = "pass") -> Path:
        scripts = tmp_path / "100% newer"
        shutil.copytree(SCRIPTS, scripts, ignore=shutil.ignore_patterns("__pycache__"))
        revision = REBUILD.format(newest=newest_revision(database), and_then=and_then)
        (scripts / "versions" / "9000_later.py").write_text(revision)
        return scripts

    return made


def test_a_new_database_gets_all_tables_of_the_newest_revision(database: Database) -> None:
    migrate(database)
    tables = {name for name in inspect(database.reading).get_table_names() if not is_of_sqlites_index(name)}
    assert tables == {*Row.metadata.tables, "alembic_version"}
    assert newest_revision(database) == max(path.name[:4] for path in SCRIPTS.glob("versions/*.py"))


def test_the_migrations_make_what_the_tables_say(database: Database) -> None:
    migrate(database)
    with database.reading.connect() as connection:
        exact = {"compare_type": True, "compare_server_default": True}
        context = MigrationContext.configure(connection, opts=exact | compared_on(connection.dialect.name))
        assert compare_metadata(context, Row.metadata) == []


def test_a_second_start_changes_nothing(url: str, database: Database) -> None:
    migrate(database)
    one_conversation(database)
    before = everything(database)
    again = open_database(url)
    migrate(again)
    assert everything(again) == before
    again.close()


def test_a_database_of_a_newer_version_is_refused_and_left_as_it_is(
    database: Database, newer_scripts: Callable[[], Path]
) -> None:
    migrate(database)
    one_conversation(database)
    migrate(database, newer_scripts())
    before = everything(database)
    with pytest.raises(StorageError) as refused:
        migrate(database)
    assert refused.value.facts == {"fault": "it was made by a newer version of this app"}
    assert everything(database) == before


def test_a_rebuilt_table_keeps_the_rows_that_refer_to_it(database: Database, newer_scripts: Callable[[], Path]) -> None:
    migrate(database)
    store = one_conversation(database)
    migrate(database, newer_scripts())
    assert [m.text for m in store.messages(ANN, "c1")] == ["Kept.", "Question 1?"]
    assert store.snapshot("1" * 64) == snapshot()


def test_after_a_migration_foreign_keys_are_in_force(database: Database) -> None:
    migrate(database)
    store = one_conversation(database)
    store.delete(ANN, "c1", at(3))
    store.purge_deleted(at(4))
    assert everything(database)["messages"] == []


def test_a_migration_that_fails_half_way_leaves_the_database_as_it_was(
    database: Database, newer_scripts: Callable[[str], Path]
) -> None:
    migrate(database)
    one_conversation(database)
    before = everything(database)
    with pytest.raises(StorageError):
        migrate(database, newer_scripts("op.drop_table('shares'); op.drop_table('no_such_table')"))
    assert everything(database) == before


def test_many_that_start_at_once_in_one_process_migrate_once(url: str) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(start, [url] * 8))


def test_processes_that_start_at_once_migrate_once(new_url: NewUrl) -> None:
    """Several times, and from one moment on: the first to open a new file is the only one that SQLite lets turn it to
    WAL."""
    urls = [new_url() for _ in range(8)]
    together, faults = FORKS.Barrier(4), FORKS.Queue()
    starting = [FORKS.Process(target=start_each, args=(urls, together, faults)) for _ in range(4)]
    for process in starting:
        process.start()
    for process in starting:
        process.join()
    assert [process.exitcode for process in starting] == [0] * 4
    assert faults.empty()


def start_each(urls: list[str], together: Barrier, faults: "Queue[str]") -> None:
    for url in urls:
        together.wait()
        try:
            start(url)
        except AssistantError as error:
            faults.put(str(error))


def start(url: str) -> None:
    """What the app does before it serves."""
    database = open_database(url)
    try:
        migrate(database)
        SqlConversationStore(database).ping()
    finally:
        database.close()

"""Whatever two people do in whatever order, the stores in memory, on SQLite and on PostgreSQL give and keep the same.

`make crash-test` has the long form of it.
"""

from collections.abc import Iterator

import pytest
from hypothesis import settings

from storage.database import open_database
from storage.migrate import migrate
from tests.postgres import PostgresServer
from tests.twins.keeping import KeepingRules
from tests.twins.machine import TwinMachine
from tests.twins.portable import PortableRules
from tests.twins.turns import TurnRules


@pytest.fixture(autouse=True, scope="module")
def databases(postgres: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Made once and emptied after each example, since to make them takes longer than most of those."""
    urls = [f"sqlite:///{tmp_path_factory.mktemp('data')}/assistant.db", postgres.empty_database()]
    TwinMachine.databases = [open_database(url) for url in urls]
    for database in TwinMachine.databases:
        migrate(database)
    yield
    for database in TwinMachine.databases:
        database.close()


class StoreTwins(TurnRules, KeepingRules, PortableRules):
    pass


TestStoreTwins = StoreTwins.TestCase
IS_LONG = settings.get_current_profile_name() == "long"
TestStoreTwins.settings = settings(max_examples=2000 if IS_LONG else 40, stateful_step_count=60 if IS_LONG else 30)

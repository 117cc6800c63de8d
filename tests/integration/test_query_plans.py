"""Whatever the store asks finds its rows by an index: tests/query_plans.py looks on while the store's contract runs."""

from collections.abc import Iterator
from typing import Any

import pytest

from storage.database import Database, open_database
from storage.tables import Row
from tests.query_plans import PARTIAL, scans_of

WHOLE = "SELECT id FROM messages WHERE role = 'user'"
BY_INDEX = "SELECT id FROM messages WHERE conversation_id = 'c1' ORDER BY created_at"


@pytest.fixture(params=["sqlite_url", "postgres_url"])
def database(request: pytest.FixtureRequest) -> Iterator[Database]:
    database = open_database(request.getfixturevalue(request.param))
    yield database
    database.close()


def test_a_statement_that_reads_a_whole_table_is_noticed(database: Database) -> None:
    found = scans_of(database, {WHOLE: (), BY_INDEX: ()})
    assert len(found) == 1
    assert WHOLE in found[0]


@pytest.mark.parametrize("table", Row.metadata.sorted_tables, ids=lambda table: table.name)
def test_what_goes_with_its_parent_is_found_by_an_index(table: Any) -> None:
    indexed = [next(iter(index.columns)) for index in table.indexes if index not in PARTIAL]
    unique = [next(iter(rule.columns)) for rule in table.constraints if rule.__visit_name__ == "unique_constraint"]
    keyed = [next(iter(table.primary_key.columns))]
    for reference in table.foreign_keys:
        found = [column for column in (*indexed, *unique, *keyed) if column is reference.parent]
        assert found, f"{table.name}.{reference.parent.name} has no index"

"""Looks at how a database finds the rows of each statement it is sent: by an index, or by reading a whole table."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, event

from storage.database import Database
from storage.tables import Row

INDICES = [index for table in Row.metadata.sorted_tables for index in table.indexes]
PARTIAL = [index for index in INDICES if index.dialect_options["postgresql"]["where"] is not None]
# What may be read as a whole: an index of few rows; and those that are walked from an end, a bounded number of rows at
# a time: by what nobody waits for, and for the newest document alone.
_READ_AS_A_WHOLE = {index.name for index in PARTIAL} | {"ix_conversations_updated", "search_documents_pkey"}


class Statements:
    """What is sent to databases, each statement once."""

    def __init__(self) -> None:
        self.sent: dict[str, Any] = {}
        """Statement → parameters of its first time."""

    @contextmanager
    def of(self, database: Database) -> Iterator[None]:
        def keep(_connection: Connection, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
            if statement.startswith(("SELECT", "UPDATE", "DELETE", "WITH")):
                self.sent.setdefault(statement, parameters)

        engines = {database.writing, database.reading}
        for engine in engines:
            event.listen(engine, "before_cursor_execute", keep)
        yield
        for engine in engines:
            event.remove(engine, "before_cursor_execute", keep)


def scans_of(database: Database, statements: dict[str, Any]) -> list[str]:
    """Those that read a whole table, each with where it does. Statement → its parameters."""
    explain = _sqlite_scans if database.writing.dialect.name == "sqlite" else _postgres_scans
    with database.writing.connect() as connection:
        return [
            f"{scan}: {statement}"
            for statement, parameters in statements.items()
            for scan in explain(connection, statement, parameters)
        ]


def _sqlite_scans(connection: Connection, statement: str, parameters: Any) -> Iterator[str]:
    for *_, detail in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters):
        scanned = re.match(r"SCAN (\w+?)(?:_\d+)?(?: USING (?:COVERING )?INDEX (\w+)| .*|)$", detail)
        if scanned and scanned[1] in Row.metadata.tables and scanned[2] not in _READ_AS_A_WHOLE:
            yield detail


def _postgres_scans(connection: Connection, statement: str, parameters: Any) -> Iterator[str]:
    # Small tables are read as a whole, and joined so, whatever their indices: here only what suits large ones.
    for way in ("seqscan", "hashjoin", "mergejoin"):
        connection.exec_driver_sql(f"SET LOCAL enable_{way} = off")
    (explained,) = connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {statement}", parameters).scalar_one()
    for node in _nodes(explained["Plan"]):
        whole_index = node["Node Type"].startswith("Index") and "Index Cond" not in node and not node["first alone"]
        if node["Node Type"] == "Seq Scan" or (whole_index and node["Index Name"] not in _READ_AS_A_WHOLE):
            yield f"{node['Node Type']} of {node['Relation Name']} by {node.get('Index Name')}"


def _nodes(plan: dict[str, Any], limited: bool = False) -> Iterator[dict[str, Any]]:
    """Each with whether only its first rows are read, as they come."""
    yield {**plan, "first alone": limited and "Filter" not in plan}
    for below in plan.get("Plans", []):
        yield from _nodes(below, plan["Node Type"] == "Limit")

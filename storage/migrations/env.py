"""Alembic's entry: runs inside the connection and transaction that `storage.migrate` gives it."""

from typing import Literal

from alembic import context

from storage import identity_tables  # noqa: F401  # its tables are Row's
from storage.search_tables import compared_on
from storage.tables import Row, UtcDateTime


def plain_types(kind: str, item: object, _: object) -> str | Literal[False]:
    """Revisions stand for themselves: they name SQLAlchemy's types, never the app's."""
    return "sa.DateTime(timezone=True)" if kind == "type" and isinstance(item, UtcDateTime) else False


connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Row.metadata,
    render_as_batch=True,
    render_item=plain_types,
    **compared_on(connection.dialect.name),
    transactional_ddl=False,
)
context.run_migrations()

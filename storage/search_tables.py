"""What is found by words: one document for each message and each title, with its terms.

SQLite's index is an FTS5 table beside it, kept true by triggers, which SQLAlchemy knows nothing of (revision 0003);
PostgreSQL's is on the column. Neither cuts text into terms by itself: `assistant.search_terms` does, for both.
"""

from typing import Any

from sqlalchemy import ForeignKey, Index, Text, text
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from storage.tables import Row

SQLITE_INDEX = "search_index"
_IS_TITLE = text("message_id IS NULL")


class SearchDocumentRow(Row):
    """What changes is deleted and added anew, so a higher id is newer; only a change of owner leaves it where it is."""

    __tablename__ = "search_documents"
    __table_args__ = (
        Index("ix_search_documents_conversation", "conversation_id"),
        Index(
            "uq_search_documents_title",
            "conversation_id",
            unique=True,
            sqlite_where=_IS_TITLE,
            postgresql_where=_IS_TITLE,
        ),
        Index("ix_search_documents_terms", "terms", postgresql_using="gin").ddl_if(dialect="postgresql"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"))
    message_id: Mapped[str | None] = mapped_column(ForeignKey("messages.id", ondelete="CASCADE"), unique=True)
    """None: the conversation's title."""
    terms: Mapped[str] = mapped_column(Text().with_variant(TSVECTOR(), "postgresql"))
    """With a blank between them."""


def is_of_sqlites_index(table: str) -> bool:
    """FTS5 keeps its data in tables of its own, named after it."""
    return table == SQLITE_INDEX or table.startswith(f"{SQLITE_INDEX}_")


def compared_on(dialect: str) -> dict[str, Any]:
    """For Alembic, which would drop what SQLAlchemy does not know, and asks no index whether it is of this database."""

    def include_name(name: str | None, kind: str, _: object) -> bool:
        return not (kind == "table" and name and is_of_sqlites_index(name))

    def include_object(item: Any, _name: str | None, kind: str, *_: object) -> bool:  # noqa: ANN401  # tables, indexes …
        is_postgres_own = kind == "index" and bool(item.dialect_options["postgresql"]["using"])
        return dialect == "postgresql" or not is_postgres_own

    return {"include_name": include_name, "include_object": include_object}

"""A database of any size, filled through storage's own tables as years of use would: conversations of ten messages,
each shared.

Knows nothing of what is measured in it.
"""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from hashlib import sha256
from itertools import islice
from typing import Any

from sqlalchemy import ARRAY, Connection, String, bindparam, cast, func, insert
from sqlalchemy.schema import CreateIndex, DropIndex

from assistant.conversation import GenerationOptions, MessageStatus, Provenance, Role
from assistant.search_terms import document_terms
from storage.database import Database
from storage.identity_tables import AccountRow, IdentityRow
from storage.search_documents import owner_term
from storage.search_tables import SearchDocumentRow
from storage.tables import ConversationRow, DraftRow, MessageRow, Row, RunRow, ShareRow

HEAVY = "owner-heavy"
HEAVY_SHARE = 10
"""Every tenth conversation is of one owner; the others have twenty each."""
MESSAGES = 10
LONG = "long"
"""The heavy owner's conversation of 200 messages."""
LONG_MESSAGES = 200
COMMON, RARE = "function", "zygomorphic"
_BATCH = 2000
_BEGAN = datetime(2024, 1, 1, tzinfo=UTC)
_OPTIONS = GenerationOptions().model_dump()
_PROVENANCE = Provenance(
    model="StarCoder",
    model_revision="0" * 40,
    prompt_id="tech_assistant/v1",
    prompt_sha256="0" * 64,
    options=GenerationOptions(seed=1),
    turns_dropped=0,
    prompt_tokens=3500,
    completion_tokens=120,
    finish_reason="stop",
    first_token_seconds=0.2,
    seconds=4.0,
).model_dump(mode="json")
Rows = dict[type[Row], list[dict[str, Any]]]


def fill(database: Database, conversations: int) -> None:
    """Into an empty, migrated database: so many conversations, and the long one."""
    texts = _Texts()
    numbers = iter(range(conversations))
    is_server = database.writing.dialect.name == "postgresql"
    gin = next(index for index in SearchDocumentRow.__table__.indexes if index.name == "ix_search_documents_terms")
    with database.writing.connect() as connection:
        if is_server:
            # Made at the end: a hundred times faster than a million times a little.
            connection.execute(DropIndex(gin))
            connection.commit()
        _add(connection, _conversation(LONG, HEAVY, 0, LONG_MESSAGES, texts))
        _add(connection, _people({HEAVY, *(f"owner-{number // 20}" for number in range(conversations))}))
        while batch := list(islice(numbers, _BATCH)):
            rows: Rows = {}
            for number in batch:
                owner = HEAVY if number % HEAVY_SHARE == 0 else f"owner-{number // 20}"
                for table, more in _conversation(f"c{number}", owner, number, MESSAGES, texts).items():
                    rows.setdefault(table, []).extend(more)
            _add(connection, rows)
        if is_server:
            connection.exec_driver_sql("SET maintenance_work_mem = '512MB'")
            connection.exec_driver_sql("SET statement_timeout = 0")
            connection.execute(CreateIndex(gin))
            connection.commit()
    _settle(database)


def _people(owners: set[str]) -> Rows:
    """Each with an account and two browsers."""
    day = _BEGAN.date()
    return {
        AccountRow: [
            {"owner_id": owner, "issuer": "https://id.example", "subject": owner, "name": owner, "created_on": day}
            for owner in owners
        ],
        IdentityRow: [
            {"token_sha256": f"{owner}-{n}", "owner_id": owner, "created_on": day, "seen_on": day}
            for owner in owners
            for n in range(2)
        ],
    }


def _settle(database: Database) -> None:
    """What the database would have done by itself in the years that this stands for."""
    if database.writing.dialect.name == "postgresql":
        with database.writing.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("SET statement_timeout = 0")
            connection.exec_driver_sql("VACUUM ANALYZE")
            connection.exec_driver_sql("CHECKPOINT")
    else:
        with database.writing.connect() as connection:
            connection.rollback()
            connection.connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _conversation(conversation_id: str, owner: str, number: int, messages: int, texts: "_Texts") -> Rows:
    began = _BEGAN + timedelta(minutes=number * 9)
    ids = [f"{conversation_id}-{n}" for n in range(messages)]
    times = [began + timedelta(seconds=20 * n) for n in range(messages)]
    written = [texts.some(n) for n in range(messages)]
    title, title_terms = texts.some(0)
    title = title[:60]
    conversation = {
        "id": conversation_id,
        "owner_id": owner,
        "title": title,
        "created_at": began,
        "updated_at": times[-1],
        "leaf_id": ids[-1],
        "options": _OPTIONS,
    }
    documents = [(None, title_terms), *((ids[n], terms) for n, (_, terms) in enumerate(written))]
    return {
        ConversationRow: [conversation],
        MessageRow: [
            {
                "id": ids[n],
                "conversation_id": conversation_id,
                "parent_id": ids[n - 1] if n else None,
                "role": Role.ASSISTANT if n % 2 else Role.USER,
                "text": written[n][0],
                "status": MessageStatus.COMPLETE,
                "created_at": times[n],
                "provenance": _PROVENANCE if n % 2 else None,
            }
            for n in range(messages)
        ],
        RunRow: [
            {
                "id": f"run-{ids[n]}",
                "conversation_id": conversation_id,
                "owner_id": owner,
                "answer_id": ids[n],
                "client_request_id": f"request-{ids[n]}",
                "status": MessageStatus.COMPLETE,
                "process_id": "process-1",
                "started_at": times[n],
                "heartbeat_at": times[n],
            }
            for n in range(1, messages, 2)
        ],
        ShareRow: [
            {
                "id": f"share-{conversation_id}",
                "conversation_id": conversation_id,
                "token_sha256": sha256(conversation_id.encode()).hexdigest(),
                "title": title,
                "snapshot": {},
                "created_at": times[-1],
            }
        ],
        DraftRow: [
            {
                "owner_id": owner,
                "conversation_id": conversation_id,
                "text": title,
                "version": "1",
                "updated_at": times[-1],
            }
        ],
        SearchDocumentRow: [
            {"conversation_id": conversation_id, "message_id": message_id, "these": [owner_term(owner), *terms]}
            for message_id, terms in documents
        ],
    }


def _add(connection: Connection, rows: Rows) -> None:
    is_server = connection.dialect.name == "postgresql"
    for table, of_table in rows.items():
        if table is not SearchDocumentRow:
            connection.execute(insert(table.__table__), of_table)
        elif is_server:
            terms = func.array_to_tsvector(cast(bindparam("these", type_=ARRAY(String)), ARRAY(String)))
            connection.execute(insert(table.__table__).values(terms=terms), of_table)
        else:
            joined = [{**row, "these": " ".join(row["these"])} for row in of_table]
            connection.execute(insert(table.__table__).values(terms=bindparam("these")), joined)
    connection.commit()


class _Texts:
    def __init__(self) -> None:
        self._chance = random.Random(1)
        self._rare = iter(_every(25_000))

    def some(self, place: int) -> tuple[str, list[str]]:
        """A question's at even places, an answer's at odd ones."""
        text, terms = self._chance.choice(_pool(90 if place % 2 else 14))
        return (f"{text} {RARE}", [*terms, RARE]) if next(self._rare) else (text, terms)


@cache
def _pool(length: int) -> list[tuple[str, list[str]]]:
    """Texts of so many words to choose from, with their terms: making each anew would take longer than storing it."""
    chance = random.Random(length)
    stems = [
        "list",
        "string",
        "parse",
        "thread",
        "index",
        "query",
        "async",
        "buffer",
        "token",
        "class",
        "error",
        "path",
    ]
    words = [f"{chance.choice(stems)}_{n}" for n in range(5000)] + stems * 20
    texts = []
    for number in range(2000):
        chosen = chance.choices(words, k=length)
        text = " ".join([*chosen, COMMON] if number % 2 else chosen)
        texts.append((text, document_terms(text)))
    return texts


def _every(period: int) -> Iterator[bool]:
    """The first time at once, so that a small database holds the rare word too."""
    while True:
        yield True
        for _ in range(period - 1):
            yield False

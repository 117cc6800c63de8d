"""What is found by words, written: a document for each message and each title, in the transaction that writes the text.

Knows which database it is on, but not where the terms come from.
"""

from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import Any

from sqlalchemy import ColumnElement, String, bindparam, cast, delete, func, insert, update
from sqlalchemy.dialects.postgresql import ARRAY, array
from sqlalchemy.orm import Session

from assistant.search_terms import document_terms
from storage.search_tables import SearchDocumentRow

_IDS_A_STATEMENT = 500


def owner_term(owner_id: str) -> str:
    """A term of every document of theirs, which no text can hold: so what is common among all is rare for one owner.

    Only to be quick: whose a hit is, its conversation says.
    """
    return "@" + sha256(owner_id.encode()).hexdigest()[:32]


def add_document(session: Session, owner_id: str, conversation_id: str, message_id: str | None, text: str) -> None:
    """To be called once for a message whose text will not change any more; None is the title."""
    # The message is there before its document.
    session.flush()
    add_documents(session, owner_id, [(conversation_id, message_id, document_terms(text))])


def add_documents(session: Session, owner_id: str, documents: Iterable[tuple[str, str | None, list[str]]]) -> None:
    """Many of one owner at once: conversation, message, and its terms, as `document_terms` gives them.

    Finding the terms is most of the work: made before the transaction begins, they keep nobody waiting.
    """
    mark = owner_term(owner_id)
    is_postgres = session.get_bind().dialect.name == "postgresql"
    rows = [
        {
            "of": conversation_id,
            "message": message_id,
            "words": [mark, *terms] if is_postgres else " ".join([mark, *terms]),
        }
        for conversation_id, message_id, terms in documents
    ]
    # Not to_tsvector, which would cut and stem.
    words = bindparam("words", type_=ARRAY(String)) if is_postgres else bindparam("words", type_=String)
    added = insert(SearchDocumentRow).values(
        conversation_id=bindparam("of"),
        message_id=bindparam("message"),
        terms=func.array_to_tsvector(words) if is_postgres else words,
    )
    if rows:
        session.connection().execute(added, rows)


def replace_title(session: Session, owner_id: str, conversation_id: str, title: str) -> None:
    is_title = SearchDocumentRow.message_id.is_(None)
    session.execute(delete(SearchDocumentRow).where(SearchDocumentRow.conversation_id == conversation_id, is_title))
    add_document(session, owner_id, conversation_id, None, title)


def change_mark(session: Session, conversation_ids: Sequence[str], former_id: str, owner_id: str) -> None:
    """Conversations that become another's are found by their new owner, at the place in time that they had."""
    former, mark = owner_term(former_id), owner_term(owner_id)
    terms = SearchDocumentRow.terms
    marked: ColumnElement[Any]
    if session.get_bind().dialect.name == "postgresql":
        marked = func.ts_delete(terms, former).op("||")(func.array_to_tsvector(cast(array([mark]), ARRAY(String))))
    else:
        # It is the first of them; the index follows by a trigger.
        marked = mark + func.substr(terms, len(former) + 1)
    for start in range(0, len(conversation_ids), _IDS_A_STATEMENT):
        some = conversation_ids[start : start + _IDS_A_STATEMENT]
        session.execute(
            update(SearchDocumentRow).where(SearchDocumentRow.conversation_id.in_(some)).values(terms=marked)
        )

"""Ratings of answers, and who agreed that they may be exported."""

from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.orm import aliased

from assistant.conversation import Feedback, Role
from assistant.errors.app import NotFoundError
from assistant.rated_turn import RatedTurn
from storage import mapping
from storage.database import Database
from storage.owned import conversation_of, message_of
from storage.tables import ConversationRow, MessageRow, PersonRow, RunRow

# Asked for each rated answer, of which there are few: joined, a planner might begin with all conversations or people.
_OWNER_ID = (
    select(ConversationRow.owner_id)
    .where(ConversationRow.id == MessageRow.conversation_id, ConversationRow.deleted_at.is_(None))
    .correlate(MessageRow)
    .scalar_subquery()
)
_AGREED_AT = (
    select(PersonRow.agreed_to_export_at).where(PersonRow.owner_id == _OWNER_ID).correlate(MessageRow).scalar_subquery()
)
# What came by a file or from somebody's share is not this person's to give, and a fork's copy is there twice.
_MADE_HERE = exists().where(RunRow.answer_id == MessageRow.id).correlate(MessageRow)


class FeedbackStore:
    def __init__(self, database: Database) -> None:
        self._database = database

    def rate(self, owner_id: str, conversation_id: str, message_id: str, feedback: Feedback | None) -> None:
        with self._database.write() as session:
            answer = message_of(session, conversation_of(session, owner_id, conversation_id), message_id)
            if answer.role != Role.ASSISTANT:
                raise NotFoundError(kind="message")
            answer.feedback = mapping.feedback_json(feedback)

    def agreed_to_export(self, owner_id: str) -> datetime | None:
        with self._database.read() as session:
            person = session.get(PersonRow, owner_id)
            return person.agreed_to_export_at if person else None

    def agree_to_export(self, owner_id: str, agreed_at: datetime | None) -> None:
        with self._database.write() as session:
            session.merge(PersonRow(owner_id=owner_id, agreed_to_export_at=agreed_at))

    def rated_turns(self, limit: int, after: str = "") -> list[RatedTurn]:
        question = aliased(MessageRow)
        rated = (
            select(MessageRow, question)
            .join(question, question.id == MessageRow.parent_id)
            .where(MessageRow.feedback.is_not(None), MessageRow.id > after, MessageRow.deleted_at.is_(None))
            .where(_MADE_HERE, _AGREED_AT.is_not(None))
            .order_by(MessageRow.id)
            .limit(limit)
        )
        with self._database.read() as session:
            return [
                RatedTurn(question=mapping.message(asked), answer=mapping.message(answer))
                for answer, asked in session.execute(rated)
            ]

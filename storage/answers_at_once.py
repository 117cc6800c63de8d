"""How many answers may be in the making at once, for one person and for one address."""

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from assistant.conversation import MessageStatus
from assistant.errors.visitor import TooManyAnswersError
from assistant.new_turn import NewTurn
from storage.tables import RunRow

_RETRY_SECONDS = 10
"""Nobody knows how long an answer becomes."""


def refuse_too_many(session: Session, turn: NewTurn) -> None:
    """In the transaction that begins the turn, before it has locked anything. Raises TooManyAnswersError."""
    at_once = turn.at_once
    if at_once.asked_from and at_once.most_from_there is not None:
        _refuse(session, at_once.asked_from, RunRow.asked_from == at_once.asked_from, at_once.most_from_there)
    if at_once.most is not None:
        _refuse(session, turn.owner_id, RunRow.owner_id == turn.owner_id, at_once.most)


def _refuse(session: Session, who: str, theirs: ColumnElement[bool], most: int) -> None:
    if session.get_bind().dialect.name == "postgresql":
        # One after the other for each of them, as SQLite's writers are anyway: two would both be the last to fit.
        session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(who, 0))))
    running = select(func.count()).where(RunRow.status == MessageStatus.STREAMING, theirs)
    if session.scalars(running).one() >= most:
        raise TooManyAnswersError(allowed=most, retry_after=_RETRY_SECONDS)

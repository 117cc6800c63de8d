"""Turns and runs: claimed, checkpointed, ended once."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Update, select, update
from sqlalchemy.orm import Session

from assistant.conversation import Message, MessageStatus, Role, Run
from assistant.errors.app import ConversationBusyError, ConversationMovedError, NotFoundError
from assistant.new_turn import NewTurn
from assistant.ports import RunOutcome
from storage import mapping
from storage.answers_at_once import refuse_too_many
from storage.database import Database
from storage.drafts import forget_sent
from storage.identities import remember
from storage.owned import active_run_of, conversation_of, lock_conversation_of, message_of, show
from storage.search_documents import add_document
from storage.tables import ConversationRow, MessageRow, RunRow


class TurnStore:
    def __init__(self, database: Database) -> None:
        self._database = database

    def begin_turn(self, turn: NewTurn) -> Run:
        # Another one may be quicker: then there is the same request's run, or a busy slot.
        return self._database.settle(
            lambda session: _begun(session, turn.owner_id, turn.client_request_id) or _begin(session, turn)
        )

    def checkpoint(self, run_id: str, text: str, now: datetime) -> bool:
        with self._database.write() as session:
            lock_conversation_of(session, run_id)
            run = _claimed(session, _streaming(run_id).values(heartbeat_at=now))
            if run is None:
                return False
            session.execute(update(MessageRow).where(MessageRow.id == run.answer_id).values(text=text))
            return True

    def finish(self, run_id: str, outcome: RunOutcome, now: datetime) -> bool:
        with self._database.write() as session:
            lock_conversation_of(session, run_id)
            run = _claimed(session, _streaming(run_id).values(status=outcome.status, asked_from=None, finished_at=now))
            if run is None:
                return False
            answer = session.get_one(MessageRow, run.answer_id)
            answer.text, answer.status = outcome.text, outcome.status
            answer.error = mapping.error_json(outcome.error)
            answer.provenance = mapping.provenance_json(outcome.provenance)
            session.get_one(ConversationRow, run.conversation_id).updated_at = now
            add_document(session, run.owner_id, run.conversation_id, run.answer_id, outcome.text)
            return True

    def requested_run(self, owner_id: str, client_request_id: str) -> Run | None:
        with self._database.read() as session:
            return _begun(session, owner_id, client_request_id)

    def run(self, owner_id: str, run_id: str) -> Run:
        with self._database.read() as session:
            return mapping.run(_run_of(session, owner_id, run_id))

    def active_run(self, owner_id: str, conversation_id: str) -> Run | None:
        with self._database.read() as session:
            conversation_of(session, owner_id, conversation_id)
            row = active_run_of(session, conversation_id)
            return mapping.run(row) if row else None

    def active_runs(self, owner_id: str) -> list[Run]:
        running = select(RunRow).where(RunRow.owner_id == owner_id, RunRow.status == MessageStatus.STREAMING)
        with self._database.read() as session:
            return [mapping.run(row) for row in session.scalars(running.order_by(RunRow.started_at, RunRow.id))]

    def answer(self, owner_id: str, run_id: str) -> Message:
        with self._database.read() as session:
            run = _run_of(session, owner_id, run_id)
            return mapping.message(session.get_one(MessageRow, run.answer_id))

    def request_stop(self, run_id: str, now: datetime) -> bool:
        with self._database.write() as session:
            return _claimed(session, _streaming(run_id).values(stop_requested_at=now)) is not None

    def beat(self, run_ids: Collection[str], now: datetime) -> set[str]:
        with self._database.write() as session:
            alive = session.execute(
                update(RunRow)
                .where(RunRow.id.in_(run_ids), RunRow.status == MessageStatus.STREAMING)
                .values(heartbeat_at=now)
                .returning(RunRow.id, RunRow.stop_requested_at)
            )
            return {run_id for run_id, stop_requested_at in alive if stop_requested_at}

    def unfinished_runs(self) -> dict[str, datetime]:
        with self._database.read() as session:
            unfinished = session.scalars(select(RunRow).where(RunRow.status == MessageStatus.STREAMING))
            return {run.id: run.heartbeat_at for run in unfinished}

    def interrupt(self, run_id: str, last_beat: datetime, now: datetime) -> bool:
        with self._database.write() as session:
            lock_conversation_of(session, run_id)
            return _interrupt(session, _streaming(run_id).where(RunRow.heartbeat_at == last_beat), now) == 1

    def interrupt_lost_runs(self, process_id: str, now: datetime) -> int:
        lost = update(RunRow).where(RunRow.status == MessageStatus.STREAMING, RunRow.process_id != process_id)
        with self._database.write() as session:
            return _interrupt(session, lost, now)


def _run_of(session: Session, owner_id: str, run_id: str) -> RunRow:
    row = session.get(RunRow, run_id)
    if row is None or row.owner_id != owner_id:
        raise NotFoundError(kind="run")
    conversation_of(session, owner_id, row.conversation_id)
    return row


def _begun(session: Session, owner_id: str, client_request_id: str) -> Run | None:
    """The run that the same request began before."""
    row = session.scalar(
        select(RunRow).where(RunRow.owner_id == owner_id, RunRow.client_request_id == client_request_id)
    )
    return mapping.run(row) if row else None


def _begin(session: Session, turn: NewTurn) -> Run:
    refuse_too_many(session, turn)
    conversation = _conversation(session, turn)
    if active := active_run_of(session, conversation.id):
        raise ConversationBusyError(run_id=active.id)
    if turn.parent_must_be_leaf and conversation.leaf_id != turn.parent_id:
        raise ConversationMovedError(leaf_id=conversation.leaf_id)
    question_id = _question(session, conversation, turn)
    session.add(
        _message(turn, turn.answer_id, question_id, Role.ASSISTANT, turn.answer_beginning, MessageStatus.STREAMING)
    )
    session.flush()
    run = RunRow(
        id=turn.run_id,
        conversation_id=conversation.id,
        owner_id=turn.owner_id,
        answer_id=turn.answer_id,
        client_request_id=turn.client_request_id,
        status=MessageStatus.STREAMING,
        process_id=turn.process_id,
        asked_from=turn.at_once.asked_from or None,
        started_at=turn.now,
        heartbeat_at=turn.now,
    )
    session.add(run)
    conversation.updated_at = turn.now
    if conversation.leaf_id == turn.parent_id:
        conversation.leaf_id = turn.answer_id
    else:
        show(conversation, turn.answer_id)
    session.flush()
    return mapping.run(run)


def _conversation(session: Session, turn: NewTurn) -> ConversationRow:
    if turn.new_conversation_title is None:
        return conversation_of(session, turn.owner_id, turn.conversation_id)
    remember(session, turn.owner_id, turn.now.date())
    row = ConversationRow(
        id=turn.conversation_id,
        owner_id=turn.owner_id,
        title=turn.new_conversation_title,
        created_at=turn.now,
        updated_at=turn.now,
        options=turn.options.model_dump(),
        prompt=mapping.prompt_json(turn.prompt),
    )
    session.add(row)
    session.flush()
    add_document(session, turn.owner_id, row.id, None, row.title)
    return row


def _question(session: Session, conversation: ConversationRow, turn: NewTurn) -> str:
    """The id of the message that is answered: a new one, or the one that is answered once more."""
    parent = message_of(session, conversation, turn.parent_id) if turn.parent_id is not None else None
    if turn.question is None or turn.question_id is None:
        if parent is None or parent.role != Role.USER:
            raise NotFoundError(kind="message")
        return parent.id
    question = _message(turn, turn.question_id, turn.parent_id, Role.USER, turn.question, MessageStatus.COMPLETE)
    question.attachments = mapping.attachments_json(turn.attachments)
    session.add(question)
    session.flush()
    is_new = turn.new_conversation_title is not None
    forget_sent(session, turn.owner_id, None if is_new else turn.conversation_id, turn.question)
    add_document(session, turn.owner_id, conversation.id, question.id, mapping.message(question).findable)
    return turn.question_id


def _message(
    turn: NewTurn, message_id: str, parent_id: str | None, role: Role, text: str, status: MessageStatus
) -> MessageRow:
    return MessageRow(
        id=message_id,
        conversation_id=turn.conversation_id,
        parent_id=parent_id,
        role=role,
        text=text,
        status=status,
        created_at=turn.now,
    )


def _streaming(run_id: str) -> Update:
    """The compare of every compare-and-set: a run that has ended is not touched."""
    return update(RunRow).where(RunRow.id == run_id, RunRow.status == MessageStatus.STREAMING)


def _interrupt(session: Session, lost: Update, now: datetime) -> int:
    changed = lost.values(status=MessageStatus.INTERRUPTED, asked_from=None, finished_at=now).returning(RunRow)
    # A server gives them in any order; of what is found, the newer question's answer is to come first.
    runs = sorted(session.scalars(changed), key=lambda run: (run.started_at, run.id))
    for run in runs:
        answer = session.get_one(MessageRow, run.answer_id)
        answer.status = MessageStatus.INTERRUPTED
        add_document(session, run.owner_id, run.conversation_id, answer.id, answer.text)
    return len(runs)


def _claimed(session: Session, change: Update) -> RunRow | None:
    return session.scalars(change.returning(RunRow)).one_or_none()

"""Turns and runs in memory."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

from assistant.conversation import Conversation, Message, MessageStatus, Role, Run
from assistant.errors.app import ConversationBusyError, ConversationMovedError, NotFoundError
from assistant.errors.visitor import TooManyAnswersError
from assistant.new_turn import NewTurn
from assistant.ports import RunOutcome
from tests.fakes.memory_store.state import MemoryState


class MemoryTurns(MemoryState):
    def begin_turn(self, turn: NewTurn) -> Run:
        with self._lock:
            if known := self.requested_run(turn.owner_id, turn.client_request_id):
                return known
            self._refuse_too_many(turn)
            return self._begin(turn)

    def requested_run(self, owner_id: str, client_request_id: str) -> Run | None:
        request = owner_id, client_request_id
        return next((run for run in self._runs.values() if (run.owner_id, run.client_request_id) == request), None)

    def checkpoint(self, run_id: str, text: str, now: datetime) -> bool:
        with self._lock:
            run = self._runs.get(run_id)
            if run is None or run.status is not MessageStatus.STREAMING:
                return False
            self._messages[run.answer_id] = replace(self._messages[run.answer_id], text=text)
            self._beats[run_id] = now
            return True

    def finish(self, run_id: str, outcome: RunOutcome, now: datetime) -> bool:
        with self._lock:
            run = self._runs.get(run_id)
            if run is None or run.status is not MessageStatus.STREAMING:
                return False
            self._runs[run_id] = replace(run, status=outcome.status)
            self._messages[run.answer_id] = replace(
                self._messages[run.answer_id],
                text=outcome.text,
                status=outcome.status,
                error=outcome.error,
                provenance=outcome.provenance,
            )
            self._change(run.conversation_id, updated_at=now)
            self._index(run.conversation_id, run.answer_id)
            return True

    def run(self, owner_id: str, run_id: str) -> Run:
        run = self._runs.get(run_id)
        if run is None or run.owner_id != owner_id:
            raise NotFoundError(kind="run")
        self._of(owner_id, run.conversation_id)
        return run

    def active_run(self, owner_id: str, conversation_id: str) -> Run | None:
        self._of(owner_id, conversation_id)
        return self._active(conversation_id)

    def active_runs(self, owner_id: str) -> list[Run]:
        own = [r for r in self._runs.values() if r.owner_id == owner_id and r.status is MessageStatus.STREAMING]
        return sorted(own, key=lambda run: (run.started_at, run.id))

    def answer(self, owner_id: str, run_id: str) -> Message:
        return self._messages[self.run(owner_id, run_id).answer_id]

    def request_stop(self, run_id: str, now: datetime) -> bool:
        if run_id not in self._unfinished():
            return False
        self._stops_requested.add(run_id)
        return True

    def beat(self, run_ids: Collection[str], now: datetime) -> set[str]:
        alive = self._unfinished().keys() & set(run_ids)
        self._beats |= dict.fromkeys(alive, now)
        return alive & self._stops_requested

    def unfinished_runs(self) -> dict[str, datetime]:
        return {run_id: self._beats[run_id] for run_id in self._unfinished()}

    def interrupt(self, run_id: str, last_beat: datetime, now: datetime) -> bool:
        lost = [run for run in self._unfinished().values() if run.id == run_id and self._beats[run_id] == last_beat]
        return self._interrupt(lost) == 1

    def interrupt_lost_runs(self, process_id: str, now: datetime) -> int:
        return self._interrupt([run for run in self._unfinished().values() if run.process_id != process_id])

    def _interrupt(self, lost: list[Run]) -> int:
        for run in sorted(lost, key=lambda run: (run.started_at, run.id)):
            self._runs[run.id] = replace(run, status=MessageStatus.INTERRUPTED)
            answer = self._messages[run.answer_id]
            self._messages[answer.id] = replace(answer, status=MessageStatus.INTERRUPTED)
            self._index(run.conversation_id, answer.id)
        return len(lost)

    def _unfinished(self) -> dict[str, Run]:
        return {run.id: run for run in self._runs.values() if run.status is MessageStatus.STREAMING}

    def _refuse_too_many(self, turn: NewTurn) -> None:
        unfinished = self._unfinished().values()
        own = [run for run in unfinished if run.owner_id == turn.owner_id]
        there = turn.at_once.asked_from
        near = [run for run in unfinished if there and self._asked_from[run.id] == there]
        for running, most in ((near, turn.at_once.most_from_there), (own, turn.at_once.most)):
            if most is not None and len(running) >= most:
                raise TooManyAnswersError(allowed=most, retry_after=10)

    def _begin(self, turn: NewTurn) -> Run:
        new = turn.new_conversation_title
        leaf_id = None if new is not None else self._of(turn.owner_id, turn.conversation_id).leaf_id
        if new is None and (active := self._active(turn.conversation_id)):
            raise ConversationBusyError(run_id=active.id)
        if turn.parent_must_be_leaf and leaf_id != turn.parent_id:
            raise ConversationMovedError(leaf_id=leaf_id)
        parent = self._message(turn.conversation_id, turn.parent_id) if turn.parent_id is not None else None
        if turn.question is None and (parent is None or parent.role is not Role.USER):
            raise NotFoundError(kind="message")
        if new is not None:
            self._remember(turn.owner_id, turn.now.date())
            self._conversations[turn.conversation_id] = Conversation(
                id=turn.conversation_id,
                owner_id=turn.owner_id,
                title=new,
                created_at=turn.now,
                updated_at=turn.now,
                leaf_id=None,
                options=turn.options,
                prompt=turn.prompt,
            )
            self._index(turn.conversation_id, None)
        question_id = turn.parent_id
        if turn.question is not None and turn.question_id is not None:
            question_id = turn.question_id
            self._add(turn, question_id, turn.parent_id, Role.USER, turn.question, MessageStatus.COMPLETE)
            place = turn.owner_id, None if new is not None else turn.conversation_id
            if place in self._drafts and turn.question.startswith(self._drafts[place][0].text):
                del self._drafts[place]
            asked = self._messages[question_id]
            self._messages[question_id] = replace(asked, attachments=turn.attachments)
            self._index(turn.conversation_id, question_id)
        self._add(turn, turn.answer_id, question_id, Role.ASSISTANT, turn.answer_beginning, MessageStatus.STREAMING)
        if self._conversations[turn.conversation_id].leaf_id != turn.parent_id:
            self._show(turn.conversation_id, turn.answer_id)
        self._change(turn.conversation_id, leaf_id=turn.answer_id, updated_at=turn.now)
        run = Run(
            id=turn.run_id,
            conversation_id=turn.conversation_id,
            owner_id=turn.owner_id,
            answer_id=turn.answer_id,
            client_request_id=turn.client_request_id,
            status=MessageStatus.STREAMING,
            process_id=turn.process_id,
            started_at=turn.now,
        )
        self._runs[run.id] = run
        self._beats[run.id] = turn.now
        self._asked_from[run.id] = turn.at_once.asked_from
        return run

    def _add(
        self, turn: NewTurn, message_id: str, parent_id: str | None, role: Role, text: str, status: MessageStatus
    ) -> None:
        self._messages[message_id] = Message(
            id=message_id,
            conversation_id=turn.conversation_id,
            parent_id=parent_id,
            role=role,
            text=text,
            status=status,
            created_at=turn.now,
        )

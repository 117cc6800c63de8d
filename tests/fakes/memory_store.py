"""The conversation store in memory: the twin of storage's, small enough to be seen to be right."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from threading import RLock

from assistant.conversation import Conversation, GenerationOptions, Message, MessageStatus, Role, Run
from assistant.errors import ConversationBusyError, ConversationMovedError, NotFoundError
from assistant.ports import NewTurn, RunOutcome
from assistant.snapshot import Share, Snapshot


class MemoryConversationStore:
    def __init__(self) -> None:
        self._lock = RLock()
        self._conversations: dict[str, Conversation] = {}
        self._messages: dict[str, Message] = {}
        self._runs: dict[str, Run] = {}
        self._shares: dict[str, tuple[Share, Snapshot]] = {}
        self._deleted: dict[str, datetime] = {}

    def begin_turn(self, turn: NewTurn) -> Run:
        with self._lock:
            for run in self._runs.values():
                if (run.owner_id, run.client_request_id) == (turn.owner_id, turn.client_request_id):
                    return run
            return self._begin(turn)

    def checkpoint(self, run_id: str, text: str, now: datetime) -> bool:
        with self._lock:
            run = self._runs.get(run_id)
            if run is None or run.status is not MessageStatus.STREAMING:
                return False
            self._messages[run.answer_id] = replace(self._messages[run.answer_id], text=text)
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

    def interrupt_lost_runs(self, process_id: str, now: datetime) -> int:
        lost = [
            run for run in self._runs.values() if run.status is MessageStatus.STREAMING and run.process_id != process_id
        ]
        for run in lost:
            self._runs[run.id] = replace(run, status=MessageStatus.INTERRUPTED)
            answer = self._messages[run.answer_id]
            self._messages[answer.id] = replace(answer, status=MessageStatus.INTERRUPTED)
        return len(lost)

    def conversation(self, owner_id: str, conversation_id: str) -> Conversation:
        return self._of(owner_id, conversation_id)

    def messages(self, owner_id: str, conversation_id: str) -> list[Message]:
        self._of(owner_id, conversation_id)
        own = [message for message in self._messages.values() if message.conversation_id == conversation_id]
        return sorted(own, key=lambda message: (message.created_at, message.id))

    def conversations(
        self, owner_id: str, limit: int, before: tuple[datetime, str] | None = None
    ) -> list[Conversation]:
        own = [c for c in self._conversations.values() if c.owner_id == owner_id and c.id not in self._deleted]
        listed = sorted(own, key=lambda c: (c.updated_at, c.id), reverse=True)
        return [c for c in listed if before is None or (c.updated_at, c.id) < before][:limit]

    def add_conversation(self, conversation: Conversation, messages: Sequence[Message]) -> None:
        if conversation.id in self._conversations:
            self._of(conversation.owner_id, conversation.id, deleted=True)
            self._deleted.pop(conversation.id, None)
            return
        self._conversations[conversation.id] = conversation
        self._messages |= {message.id: message for message in messages}

    def rename(self, owner_id: str, conversation_id: str, title: str) -> None:
        self._of(owner_id, conversation_id)
        self._change(conversation_id, title=title)

    def set_options(self, owner_id: str, conversation_id: str, options: GenerationOptions) -> None:
        self._of(owner_id, conversation_id)
        self._change(conversation_id, options=options)

    def select_leaf(self, owner_id: str, conversation_id: str, leaf_id: str) -> None:
        self._of(owner_id, conversation_id)
        self._change(conversation_id, leaf_id=self._message(conversation_id, leaf_id).id)

    def delete(self, owner_id: str, conversation_id: str, now: datetime) -> None:
        self._of(owner_id, conversation_id)
        self._deleted[conversation_id] = now

    def restore(self, owner_id: str, conversation_id: str) -> None:
        self._of(owner_id, conversation_id, deleted=True)
        self._deleted.pop(conversation_id, None)

    def purge_deleted(self, deleted_before: datetime) -> int:
        gone = {conversation_id for conversation_id, when in self._deleted.items() if when < deleted_before}
        for conversation_id in gone:
            del self._deleted[conversation_id], self._conversations[conversation_id]
        self._messages = {k: m for k, m in self._messages.items() if m.conversation_id not in gone}
        self._runs = {k: r for k, r in self._runs.items() if r.conversation_id not in gone}
        self._shares = {k: s for k, s in self._shares.items() if s[0].conversation_id not in gone}
        return len(gone)

    def add_share(self, owner_id: str, share: Share, token_sha256: str, snapshot: Snapshot) -> None:
        self._of(owner_id, share.conversation_id)
        self._shares[token_sha256] = (share, snapshot)

    def shares(self, owner_id: str, conversation_id: str) -> list[Share]:
        self._of(owner_id, conversation_id)
        own = [share for share, _ in self._shares.values() if share.conversation_id == conversation_id]
        return sorted(own, key=lambda share: share.created_at, reverse=True)

    def revoke_share(self, owner_id: str, share_id: str, now: datetime) -> None:
        for token, (share, snapshot) in self._shares.items():
            own = self._conversations[share.conversation_id].owner_id == owner_id
            if share.id == share_id and own and share.conversation_id not in self._deleted:
                self._shares[token] = (replace(share, revoked_at=share.revoked_at or now), snapshot)
                return
        raise NotFoundError(kind="share")

    def snapshot(self, token_sha256: str) -> Snapshot:
        share, snapshot = self._shares.get(token_sha256, (None, None))
        if share is None or snapshot is None or share.revoked_at or share.conversation_id in self._deleted:
            raise NotFoundError(kind="share")
        return snapshot

    def ping(self) -> None:
        """Always there."""

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
            self._conversations[turn.conversation_id] = Conversation(
                id=turn.conversation_id,
                owner_id=turn.owner_id,
                title=new,
                created_at=turn.now,
                updated_at=turn.now,
                leaf_id=None,
                options=turn.options,
            )
        question_id = turn.parent_id
        if turn.question is not None and turn.question_id is not None:
            question_id = turn.question_id
            self._add(turn, question_id, turn.parent_id, Role.USER, turn.question, MessageStatus.COMPLETE)
        self._add(turn, turn.answer_id, question_id, Role.ASSISTANT, "", MessageStatus.STREAMING)
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

    def _of(self, owner_id: str, conversation_id: str, *, deleted: bool = False) -> Conversation:
        found = self._conversations.get(conversation_id)
        if found is None or found.owner_id != owner_id or (conversation_id in self._deleted and not deleted):
            raise NotFoundError(kind="conversation")
        return found

    def _message(self, conversation_id: str, message_id: str) -> Message:
        found = self._messages.get(message_id)
        if found is None or found.conversation_id != conversation_id:
            raise NotFoundError(kind="message")
        return found

    def _active(self, conversation_id: str) -> Run | None:
        return next(
            (
                run
                for run in self._runs.values()
                if run.conversation_id == conversation_id and run.status is MessageStatus.STREAMING
            ),
            None,
        )

    def _change(self, conversation_id: str, **changes: object) -> None:
        self._conversations[conversation_id] = replace(self._conversations[conversation_id], **changes)  # type: ignore[arg-type]  # by name

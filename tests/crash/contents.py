"""All that the database holds, read past the store, and whether it makes sense."""

from collections import defaultdict
from collections.abc import Iterator

from sqlalchemy import Row, select

from assistant.conversation import MessageStatus, Role
from assistant.errors.app import NotFoundError
from storage.database import Database
from storage.store import SqlConversationStore
from storage.tables import ConversationRow, MessageRow, RunRow, ShareRow
from tests.crash.integrity import own_faults


class Contents:
    def __init__(self, database: Database) -> None:
        self._database = database
        self._store = SqlConversationStore(database)
        self._rooted: set[str] = set()
        with database.read() as session:
            message = MessageRow.__table__.c
            self.conversations = {row.id: row for row in session.execute(select(*ConversationRow.__table__.c))}
            self.messages = {
                row.id: row
                for row in session.execute(
                    select(
                        message.id,
                        message.conversation_id,
                        message.parent_id,
                        message.role,
                        message.text,
                        message.status,
                        message.deleted_at,
                        message.feedback,
                    )
                )
            }
            self.runs = session.execute(select(*RunRow.__table__.c)).all()
            shares = select(ShareRow.id, ShareRow.revoked_at)
            self.shares = {row.id: row for row in session.execute(shares)}
        self.questions: dict[tuple[str | None, str], list[str]] = defaultdict(list)
        """(conversation, text) → ids of the questions; None: in any conversation that is no fork and no import."""
        for row in self.messages.values():
            if row.role == Role.USER:
                self.questions[row.conversation_id, row.text].append(row.id)
                if self.conversations[row.conversation_id].origin is None:
                    self.questions[None, row.text].append(row.id)
        self.requests: dict[tuple[str, str], list[str]] = defaultdict(list)
        """(owner, request) → ids of its runs."""
        for run in self.runs:
            self.requests[run.owner_id, run.client_request_id].append(run.id)

    def value(self, target: str, what: str) -> object:
        if what == "revoked":
            return self.shares[target].revoked_at is not None if target in self.shares else None
        if message := self.messages.get(target):
            comment = (message.feedback or {}).get("comment", "")
            return {"hidden": message.deleted_at is not None, "comment": comment}[what]
        row = self.conversations.get(target)
        if row is None:
            return None
        values = {"deleted": row.deleted_at is not None, "leaf": row.leaf_id}
        return values[what] if what in values else getattr(row, what)

    def snapshot(self, token_sha256: str) -> str | None:
        """As whoever has the link reads it."""
        try:
            return self._store.snapshot(token_sha256).model_dump_json()
        except NotFoundError:
            return None

    def faults(self) -> Iterator[str]:
        """What no work and no crash may leave behind."""
        yield from self._unfinished()
        for message in self.messages.values():
            yield from self._tree_faults(message)
        for conversation in self.conversations.values():
            leaf = self.messages.get(conversation.leaf_id)
            if leaf is None or leaf.conversation_id != conversation.id or leaf.deleted_at is not None:
                yield f"conversation {conversation.id} shows a leaf that is not there: {conversation.leaf_id}"
        yield from own_faults(self._database)

    def _unfinished(self) -> Iterator[str]:
        for run in self.runs:
            answer = self.messages.get(run.answer_id)
            if run.status == MessageStatus.STREAMING:
                yield f"run {run.id} is left streaming"
            elif answer is None or answer.status != run.status:
                yield f"run {run.id} is {run.status}, its answer {answer and answer.status}"
        for message in self.messages.values():
            if message.status == MessageStatus.STREAMING:
                yield f"message {message.id} is left streaming"

    def _tree_faults(self, message: Row) -> Iterator[str]:
        if message.conversation_id not in self.conversations:
            yield f"message {message.id} belongs to no conversation"
        parent = self.messages.get(message.parent_id)
        if parent is None:
            if message.parent_id is not None or message.role != Role.USER:
                yield f"message {message.id} follows nothing"
        elif parent.conversation_id != message.conversation_id:
            yield f"message {message.id} follows one of another conversation"
        elif parent.role == message.role == Role.ASSISTANT:
            yield f"answer {message.id} follows an answer"
        way, at = [], message.id
        while at in self.messages and at not in self._rooted and len(way) <= len(self.messages):
            way.append(at)
            at = self.messages[at].parent_id
        if len(way) > len(self.messages):
            yield f"message {message.id} is in a circle"
        self._rooted.update(way)

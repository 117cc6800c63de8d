"""The assistant's services over one store, with nothing between them and it that a test does not decide.

Nothing is generated: a run that was started is checkpointed and ended by whoever tests. Ids and time are given.
"""

import asyncio
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from assistant.answering import Assignment
from assistant.chat_service import ChatService
from assistant.conversation import MessageStatus, Run
from assistant.conversation_service import ConversationService
from assistant.engine import Engine
from assistant.feedback import FeedbackService
from assistant.limits import Bounds, Limits
from assistant.memory_allowances import MemoryAllowanceStore
from assistant.portable.portability import Form, ImportReport, Portability
from assistant.ports import ConversationStore, RunOutcome
from assistant.wording import Wording
from tests.contract.samples import PROVENANCE
from tests.fakes.desk import TEMPLATE
from tests.fakes.scripted_model import ScriptedLoader, ScriptedModel

PROCESSES = ("process-1", "process-2")


class RunsByHand:
    """In place of `Runs`, for both processes."""

    draining = False

    def __init__(self, store: ConversationStore, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._clock = clock
        self._continued: dict[str, str] = {}
        self._texts: dict[str, str] = {}

    def refuse_if_full(self) -> None:
        """There is no line."""

    async def begin(self, turn: Callable[[], Run]) -> Run:
        return await asyncio.to_thread(turn)

    def start(self, assignment: Assignment) -> None:
        if assignment.continued:
            self._continued[assignment.run.id] = assignment.continued.id
            self._texts[assignment.run.id] = assignment.continued.text

    async def stop(self, run_id: str) -> None:
        self.end(run_id, MessageStatus.STOPPED, "")

    async def stop_in(self, owner_id: str, conversation_id: str) -> None:
        if run := self._store.active_run(owner_id, conversation_id):
            await self.stop(run.id)

    def write(self, run_id: str, more: str) -> bool:
        self._texts[run_id] = self._texts.get(run_id, "") + more
        return self._store.checkpoint(run_id, self._texts[run_id], self._clock())

    def end(self, run_id: str, status: MessageStatus, more: str, finish_reason: str = "stop") -> bool:
        provenance = PROVENANCE.model_copy(
            update={"continued_from": self._continued.get(run_id), "finish_reason": finish_reason}
        )
        text = self._texts.get(run_id, "") + more
        return self._store.finish(run_id, RunOutcome(status=status, text=text, provenance=provenance), self._clock())


@dataclass
class Twin:
    store: ConversationStore
    clock: Callable[[], datetime]
    new_id: Callable[[], str]

    def __post_init__(self) -> None:
        self.runs = RunsByHand(self.store, self.clock)
        # Never started: no prompt is assembled.
        engine = Engine(ScriptedLoader(ScriptedModel()), lambda card: TEMPLATE)
        self.chats = {
            process: ChatService(
                self.store,
                engine,
                self.runs,
                Limits(MemoryAllowanceStore(), Bounds(), clock=self.clock),
                process_id=process,
                new_id=self.new_id,
                clock=self.clock,
                message_limit=1000,
            )
            for process in PROCESSES
        }
        self.conversations = ConversationService(self.store, self.runs, clock=self.clock)
        self.feedback = FeedbackService(self.store, clock=self.clock)
        self.portability = Portability(self.store, Wording(), clock=self.clock)

    async def export(self, owner: str, conversation_id: str) -> bytes:
        return (await self.portability.export(owner, conversation_id, Form.JSON)).content

    async def take_in(self, owner: str, file: bytes) -> ImportReport:
        with tempfile.TemporaryFile() as on_disk:
            on_disk.write(file)
            on_disk.flush()
            return await self.portability.import_file(owner, on_disk)

    async def opened(self, owner: str, conversation_id: str) -> object:
        return await self.conversations.open(owner, conversation_id)

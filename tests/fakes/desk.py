"""A whole assistant on fakes: in-memory store, scripted model, counted ids, a clock that a test moves."""

import asyncio
import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from assistant.chat_service import ChatService
from assistant.conversation import GenerationOptions, Message, MessageStatus, Run
from assistant.conversation_service import ConversationService
from assistant.engine import Engine
from assistant.generation.deadlines import Deadlines
from assistant.generation.stop_rules import StopRule
from assistant.limits import Bounds, Limits
from assistant.memory_allowances import MemoryAllowanceStore
from assistant.ports import ConversationStore
from assistant.prompt_service import PromptService
from assistant.prompting.template import PromptForm, PromptTemplate, TurnMarks
from assistant.run_update import RunUpdate
from assistant.runs import Runs
from assistant.share_draft import Inclusions
from assistant.share_link import new_request
from assistant.share_looks import ShareLooks
from assistant.share_reading import ShareReader
from assistant.sharing import SharingService, Terms
from tests.fakes.memory_store import MemoryConversationStore
from tests.fakes.scripted_model import CARD, ScriptedLoader, ScriptedModel

ANN, BOB = "owner-ann", "owner-bob"
_NOTHING_MORE, _USUAL = Inclusions(), Terms()
TEMPLATE = PromptTemplate(
    id="test/transcript",
    version="1",
    purpose="A short transcript for tests.",
    form=PromptForm.TRANSCRIPT,
    prefix="A dialogue.\n\n-----",
    system="A dialogue.",
    marks=TurnMarks(
        user_start="\n\nHuman: ",
        user_end="",
        assistant_start="\n\nAssistant:",
        assistant_end="",
        reply_lead=" ",
        guarded_lines=("human:", "assistant:", "-----"),
    ),
    stops=(StopRule("\nHuman:"), StopRule("\n\nHuman: ", inside_code=True)),
    sha256="0" * 64,
)


class Clock:
    def __init__(self) -> None:
        self.now = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        # Every look is a little later, so that siblings have an order.
        self.now += timedelta(milliseconds=1)
        return self.now


@dataclass
class Desk:
    """Call inside a running loop."""

    store: ConversationStore = field(default_factory=MemoryConversationStore)
    model: ScriptedModel = field(default_factory=ScriptedModel)
    loader: ScriptedLoader | None = None
    clock: Clock = field(default_factory=Clock)
    process_id: str = "process-1"
    message_limit: int = 10_000
    checkpoint_seconds: float = 60.0
    deadlines: Deadlines = field(default_factory=Deadlines)
    longest_line: int = 32
    bounds: Bounds = field(default_factory=Bounds)
    limits: Limits | None = None

    def __post_init__(self) -> None:
        numbers = itertools.count(1)

        def new_id() -> str:
            return f"{self.process_id}-id-{next(numbers)}"

        self.loader = self.loader or ScriptedLoader(self.model)
        self.engine = Engine(self.loader, lambda card: TEMPLATE)
        self.runs = Runs(
            self.engine,
            self.store,
            clock=self.clock,
            deadlines=self.deadlines,
            longest_line=self.longest_line,
            checkpoint_seconds=self.checkpoint_seconds,
        )
        self.limits = self.limits or Limits(MemoryAllowanceStore(), self.bounds, clock=self.clock)
        self.service = ChatService(
            self.store,
            self.engine,
            self.runs,
            self.limits,
            process_id=self.process_id,
            new_id=new_id,
            clock=self.clock,
            message_limit=self.message_limit,
        )
        self.conversations = ConversationService(self.store, self.runs, clock=self.clock)
        self.prompts = PromptService(self.store, self.engine, self.limits, new_id=new_id, clock=self.clock)
        self.options = GenerationOptions()
        self.sharing = SharingService(self.store, lambda: CARD, self.limits, clock=self.clock)
        self.looks = ShareLooks(self.store, clock=self.clock)
        self.reading = ShareReader(self.store, self.looks, self.limits, clock=self.clock)
        self._requests = itertools.count(1)

    async def ask(
        self,
        text: str,
        conversation_id: str | None = None,
        *,
        owner: str = ANN,
        request: str | None = None,
        options: GenerationOptions | None = None,
    ) -> Run:
        """Send at the conversation's newest end, as an up-to-date page does."""
        leaf = None
        if conversation_id:
            leaf = (await self.conversations.open(owner, conversation_id)).conversation.leaf_id
        return await self.service.send(
            owner,
            conversation_id,
            text,
            expected_leaf_id=leaf,
            client_request_id=request or self.new_request(),
            options=options or GenerationOptions(),
        )

    def new_request(self) -> str:
        return f"request-{next(self._requests)}"

    async def answered(self, text: str, answer: str, conversation_id: str | None = None) -> Run:
        """A whole turn."""
        self.model.will_say(" " + answer)
        run = await self.ask(text, conversation_id)
        await self.end_of(run)
        return run

    async def share(
        self, conversation_id: str, owner: str = ANN, chosen: Inclusions = _NOTHING_MORE, terms: Terms = _USUAL
    ) -> str:
        """Published as it was looked at; the link's token."""
        seen = (await self.sharing.draft(owner, conversation_id, chosen)).fingerprint
        return (
            await self.sharing.publish(owner, conversation_id, chosen, terms, seen=seen, request=new_request())
        ).token

    async def end_of(self, run: Run) -> RunUpdate:
        async with asyncio.timeout(60):
            updates = [update async for update in self.service.watch(run.owner_id, run.id)]
        return updates[-1]

    async def shown(self, conversation_id: str, owner: str = ANN) -> list[Message]:
        return (await self.conversations.open(owner, conversation_id)).messages

    async def texts(self, conversation_id: str) -> list[str]:
        return [message.text for message in await self.shown(conversation_id)]

    async def statuses(self, conversation_id: str) -> list[MessageStatus]:
        return [message.status for message in await self.shown(conversation_id)]


@asynccontextmanager
async def open_desk(**parts: object) -> AsyncIterator[Desk]:
    desk = Desk(**parts)  # type: ignore[arg-type]
    desk.engine.start()
    try:
        yield desk
    finally:
        await desk.runs.drain(0)
        await desk.engine.close()

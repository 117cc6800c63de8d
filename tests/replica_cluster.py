"""Three engines that sign their answers, as one model of each kind; probes and clock are the test's."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from langchain_core.messages import AIMessageChunk, HumanMessage

from assistant.backends.openai_protocol.chat import OpenAIChat
from assistant.backends.openai_protocol.completions import OpenAICompletions
from assistant.backends.replication.failover import Failover, Replica
from assistant.backends.replication.replicated_chat_model import ReplicatedChatModel
from assistant.backends.replication.replicated_model import ReplicatedModel
from assistant.errors.engine import EngineUnavailableError
from tests.fakes.fake_engine import FakeEngine

PROMPT = "Human: Hi"


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class Cluster:
    """Three engines that sign their answers with their names, behind one model of each kind."""

    def __init__(self, engines: dict[str, FakeEngine]) -> None:
        self.engines = engines
        self.clock = Clock()
        self.probed: list[str] = []
        self.ill: set[str] = set()
        self.probe_gate: asyncio.Event | None = None
        self.prompt_models = {
            name: OpenAICompletions(base_url=engine.url, silence_seconds=1.0) for name, engine in engines.items()
        }
        self.chat_models = {name: OpenAIChat(base_url=engine.url) for name, engine in engines.items()}
        self.model = ReplicatedModel(failover=self._failover(self.prompt_models))
        self.chat = ReplicatedChatModel(failover=self._failover(self.chat_models))

    def _failover(self, models: Any) -> Failover[Any]:
        replicas = [Replica(name, model, self.probe_of(name)) for name, model in models.items()]
        return Failover(replicas, clock=self.clock, chance=lambda: 1.0)

    def probe_of(self, name: str) -> Any:
        async def probe() -> None:
            self.probed.append(name)
            if self.probe_gate:
                await self.probe_gate.wait()
            if name in self.ill:
                raise EngineUnavailableError(fault="cannot be reached")

        return probe

    async def ask(self, conversation: str | None, **options: Any) -> str:
        metadata = {"conversation_id": conversation} if conversation else {}
        pieces = self.model.astream(PROMPT, {"metadata": metadata}, **options)
        return "".join([piece async for piece in pieces]).strip()

    async def ask_chat(self, conversation: str) -> str:
        pieces: AsyncIterator[AIMessageChunk] = self.chat.astream(
            [HumanMessage(PROMPT)], {"metadata": {"conversation_id": conversation}}
        )
        return "".join([piece.text async for piece in pieces]).strip()

    async def settled(self) -> None:
        """Until the probes that were started have ended."""
        for _ in range(10):
            await asyncio.sleep(0)

    async def aclose(self) -> None:
        await self.model.aclose()
        await self.chat.aclose()
        for model in (*self.prompt_models.values(), *self.chat_models.values()):
            await model.aclose()

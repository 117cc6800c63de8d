"""The contract of models, for servers of each protocol: asked alone, and as replicas."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack
from itertools import cycle, islice
from typing import Any, ClassVar

import pytest
from pydantic import SecretStr

from assistant.backends.openai_protocol.loader import Mode, OpenAIServerLoader
from assistant.backends.tgi.loader import TgiLoader
from assistant.engine import ModelLoader
from tests.backend_contract import ANSWER_TOKENS, LINE, Backend, BackendContract, ignore
from tests.fakes.engine_script import HOLD, Answer
from tests.fakes.fake_engine import FakeEngine
from tests.fakes.fake_tgi import FakeTgi
from tests.fakes.tgi_script import HOLD as TGI_HOLD
from tests.fakes.tgi_script import TgiAnswer
from tests.openai_servers import CHAT_ONLY, KEY, LLAMA_CPP, no_hub

# A character each, as many as there is room for.
PIECES = tuple(islice(cycle(LINE), ANSWER_TOKENS))


class OpenAIContract(BackendContract):
    routes: ClassVar[Mapping[str, object]] = LLAMA_CPP
    mode: ClassVar[Mode] = Mode.COMPLETIONS
    servers: ClassVar[int] = 1

    @pytest.fixture
    async def engines(self) -> AsyncIterator[list[FakeEngine]]:
        default = Answer(pieces=PIECES, finish_reason="length")
        async with AsyncExitStack() as stack:
            yield [
                await stack.enter_async_context(FakeEngine(default, api_key=KEY, routes=self.routes))
                for _ in range(self.servers)
            ]

    @pytest.fixture
    async def new_loader(self, engines: list[FakeEngine]) -> AsyncIterator[Callable[[], ModelLoader]]:
        async with AsyncExitStack() as stack:

            def new() -> ModelLoader:
                urls = [engine.url for engine in engines]
                loader = OpenAIServerLoader(urls, SecretStr(KEY), mode=self.mode, fetch=no_hub)
                stack.push_async_callback(loader.close)
                return loader

            yield new

    @pytest.fixture
    async def backend(self, engines: list[FakeEngine], new_loader: Callable[[], ModelLoader]) -> Backend:
        loader = new_loader()
        loaded = await loader.load(ignore)
        # The contract asks in no conversation's name; replicas give the same one to such a question each time.
        home = await self.home(engines, Backend(loader=loader, loaded=loaded))

        def stalls(*said_before: str) -> None:
            home.will_answer(*said_before, HOLD)

        return Backend(
            loader=loader, loaded=loaded, key=KEY, stalls=stalls, halted=home.held, client_left=home.client_left
        )

    async def home(self, engines: list[FakeEngine], backend: Backend) -> FakeEngine:
        before = [len(engine.requests) for engine in engines]
        await backend.answer()
        asked = [engine for engine, known in zip(engines, before, strict=True) if len(engine.requests) > known]
        assert len(asked) == 1
        return asked[0]


class TestCompletions(OpenAIContract):
    pass


class TestMessages(OpenAIContract):
    mode = Mode.CHAT
    # What the server writes around messages is its own.
    count_error = 0.2


class TestMessagesOfAPlainServer(OpenAIContract):
    routes = CHAT_ONLY
    mode = Mode.AUTO
    refused = frozenset({"top_k", "repetition_penalty"})
    # The fake finds a token in every byte; nobody else can count, and the estimate is one in two.
    count_error = 0.6


class TestReplicas(OpenAIContract):
    servers = 2


class TestReplicasThatTakeMessages(TestMessages):
    servers = 2


class TestTextGenerationInference(BackendContract):
    @pytest.fixture
    async def server(self) -> AsyncIterator[FakeTgi]:
        async with FakeTgi(TgiAnswer(pieces=PIECES, finish_reason="length"), api_key=KEY) as server:
            yield server

    @pytest.fixture
    async def new_loader(self, server: FakeTgi) -> AsyncIterator[Callable[[], ModelLoader]]:
        async with AsyncExitStack() as stack:

            def new() -> ModelLoader:
                loader = TgiLoader([server.url], SecretStr(KEY), "")
                stack.push_async_callback(loader.close)
                return loader

            yield new

    @pytest.fixture
    async def backend(self, server: FakeTgi, new_loader: Callable[[], ModelLoader]) -> Backend:
        loader = new_loader()

        def stalls(*said_before: Any) -> None:
            server.will_answer(*said_before, TGI_HOLD)

        loaded = await loader.load(ignore)
        return Backend(
            loader=loader, loaded=loaded, key=KEY, stalls=stalls, halted=server.held, client_left=server.client_left
        )

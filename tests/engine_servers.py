"""The servers that an engine can be, as fakes, each with the loader that speaks to it: one table for all protocols."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import SecretStr

from assistant.backends.openai_protocol.loader import Mode, OpenAIServerLoader
from assistant.backends.patience import USUAL_PATIENCE, Patience
from assistant.backends.tgi.loader import TgiLoader
from assistant.engine import ModelLoader
from tests.fakes import fake_engine, tgi_script
from tests.fakes.engine_script import Fault
from tests.fakes.fake_engine import FakeEngine
from tests.fakes.fake_tgi import FakeTgi
from tests.fakes.tgi_script import TgiFault
from tests.openai_servers import LLAMA_CPP

MODEL = "HuggingFaceTB/SmolLM2-135M-Instruct"
KEY = "sk-very-secret"
Server = FakeEngine | FakeTgi


@dataclass(frozen=True, kw_only=True)
class Protocol:
    name: str
    server: Callable[[], Server]
    loader: Callable[[Sequence[str], Patience], ModelLoader]
    hold: object
    """Among the pieces of an answer."""
    faults: type[Fault] | type[TgiFault]

    def load(self, *servers: Server, patience: Patience = USUAL_PATIENCE) -> ModelLoader:
        return self.loader([server.url for server in servers], patience)

    def fault(self, name: str) -> Any:
        return self.faults[name]


def _openai(mode: Mode) -> Callable[[Sequence[str], Patience], ModelLoader]:
    return lambda urls, patience: OpenAIServerLoader(urls, SecretStr(KEY), mode=mode, patience=patience)


def _tgi(urls: Sequence[str], patience: Patience) -> ModelLoader:
    return TgiLoader(urls, SecretStr(KEY), "", patience)


def _fake_openai() -> FakeEngine:
    return FakeEngine(api_key=KEY, routes=LLAMA_CPP)


PROTOCOLS = (
    Protocol(
        name="prompts",
        server=_fake_openai,
        loader=_openai(Mode.COMPLETIONS),
        hold=fake_engine.HOLD,
        faults=Fault,
    ),
    Protocol(name="messages", server=_fake_openai, loader=_openai(Mode.CHAT), hold=fake_engine.HOLD, faults=Fault),
    Protocol(
        name="tgi",
        server=lambda: FakeTgi(api_key=KEY, model_id=MODEL),
        loader=_tgi,
        hold=tgi_script.HOLD,
        faults=TgiFault,
    ),
)

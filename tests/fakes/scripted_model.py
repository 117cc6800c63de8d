"""A language model that says what a test tells it to, when the test tells it to."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

from langchain_core.callbacks import AsyncCallbackManagerForLLMRun, CallbackManagerForLLMRun
from langchain_core.language_models import BaseLLM
from langchain_core.outputs import GenerationChunk, LLMResult
from pydantic import PrivateAttr

from assistant.engine import EngineStage, LoadedModel, Report
from assistant.errors.root import AssistantError
from assistant.generation.prompt_reading import tell_read
from assistant.model_catalog import CATALOG, ModelCard

CARD = CATALOG["smollm2-135m-instruct"]


class ScriptedModel(BaseLLM):
    """Each request takes the next script: pieces of text, an exception to raise, `HOLD` to wait for `release`, or a
    number: how much of the prompt is read."""

    _scripts: list[Sequence[object]] = PrivateAttr(default_factory=list)
    _gate: asyncio.Event = PrivateAttr(default_factory=asyncio.Event)
    _reached: asyncio.Event = PrivateAttr(default_factory=asyncio.Event)
    _prompts: list[str] = PrivateAttr(default_factory=list)
    _options: list[dict[str, Any]] = PrivateAttr(default_factory=list)
    _closed: int = PrivateAttr(default=0)

    def will_say(self, *pieces: object) -> None:
        self._scripts.append(pieces)

    def release(self) -> None:
        self._gate.set()

    async def held(self) -> None:
        """Until a script has come to its `HOLD`."""
        await asyncio.wait_for(self._reached.wait(), 5)

    @property
    def prompts(self) -> list[str]:
        return self._prompts

    @property
    def options(self) -> list[dict[str, Any]]:
        return self._options

    @property
    def closed(self) -> int:
        """How many streams have ended, however they did."""
        return self._closed

    @property
    def _llm_type(self) -> str:
        return "scripted"

    async def _astream(
        self,
        prompt: str,
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> AsyncIterator[GenerationChunk]:
        self._prompts.append(prompt)
        self._options.append(kwargs)
        try:
            for piece in self._scripts.pop(0):
                if piece is HOLD:
                    self._reached.set()
                    await self._gate.wait()
                elif isinstance(piece, BaseException):
                    raise piece
                elif isinstance(piece, float):
                    await tell_read(run_manager, round(100 * piece), 100)
                else:
                    yield GenerationChunk(text=str(piece))
            info = {"finish_reason": "stop", "prompt_tokens": 11, "completion_tokens": 7}
            yield GenerationChunk(text="", generation_info=info)
        finally:
            self._closed += 1

    def _generate(
        self,
        prompts: list[str],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> LLMResult:
        raise NotImplementedError("the app streams")

    def get_token_ids(self, text: str) -> list[int]:
        return list(text.encode())


HOLD = object()


class ScriptedLoader:
    """Gives the model at once, or after `release`, or never: an error."""

    def __init__(
        self,
        model: ScriptedModel,
        *,
        error: AssistantError | None = None,
        held: bool = False,
        window: int = 8192,
        concurrency: int = 4,
        continues: bool = True,
        fixed_options: Mapping[str, float] | None = None,
        card: ModelCard = CARD,
    ) -> None:
        self.model = model
        self.warmed: list[str] = []
        self.closed = False
        self._error = error
        self._window = window
        self._concurrency = concurrency
        self._continues = continues
        self._fixed_options = fixed_options or {}
        self.card = card
        self._gate = asyncio.Event()
        if not held:
            self._gate.set()

    def release(self) -> None:
        self._gate.set()

    async def load(self, report: Report) -> LoadedModel:
        report(EngineStage.LOADING, None)
        await self._gate.wait()
        if self._error:
            raise self._error
        return LoadedModel(
            language_model=self.model,
            card=self.card,
            revision="r1",
            context_window=self._window,
            concurrency=self._concurrency,
            continues=self._continues,
            fixed_options=self._fixed_options,
        )

    async def warm(self, prefix: str) -> None:
        self.warmed.append(prefix)

    async def close(self) -> None:
        self.closed = True

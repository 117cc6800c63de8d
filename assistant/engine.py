"""The model's life: found, loaded, its prompt prefix read, ready or failed; and waiting for it.

Knows the stages, not the engines: a `ModelLoader` from `assistant.backends` does the work.
"""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

from langchain_core.language_models import BaseLanguageModel

from assistant.errors import AssistantError, EngineLoadError
from assistant.model_catalog import ModelCard
from assistant.prompting.assembler import PromptAssembler
from assistant.prompting.template import PromptTemplate

logger = logging.getLogger(__name__)


class EngineStage(StrEnum):
    STARTING = "starting"
    FETCHING = "fetching"
    LOADING = "loading"
    WARMING = "warming"
    READY = "ready"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class EngineState:
    stage: EngineStage
    fraction: float | None = None
    """Of this stage, 0 to 1, where the engine can tell."""
    error: AssistantError | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedModel:
    """A model that takes prompts, and what the prompt and the provenance need to know of it."""

    language_model: BaseLanguageModel[Any]
    card: ModelCard
    revision: str
    context_window: int
    """Tokens that one conversation may use: prompt and answer together."""


Report = Callable[[EngineStage, float | None], None]


class ModelLoader(Protocol):
    """One for each kind of backend."""

    @property
    def card(self) -> ModelCard:
        """Known before anything is loaded, so that the page can name the model."""

    async def load(self, report: Report) -> LoadedModel:
        """Raises EngineLoadError or EngineUnavailableError."""

    async def warm(self, prefix: str) -> None:
        """Read the prefix, so that no conversation has to wait for it."""

    async def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class ReadyEngine:
    model: LoadedModel
    assembler: PromptAssembler


class Engine:
    """Loads in the background from `start` on; the page is served meanwhile."""

    def __init__(self, loader: ModelLoader, template: PromptTemplate) -> None:
        self._loader = loader
        self._template = template
        self._task: asyncio.Task[ReadyEngine] | None = None
        self.state = EngineState(EngineStage.STARTING)

    @property
    def card(self) -> ModelCard:
        return self._loader.card

    @property
    def template(self) -> PromptTemplate:
        return self._template

    def start(self) -> asyncio.Task[ReadyEngine]:
        if self._task is None:
            self._task = asyncio.create_task(self._load(), name="engine-load")
            # Whoever waits gets the error; without a waiter it is in `state`, and no "never retrieved" warning is due.
            self._task.add_done_callback(lambda task: task.cancelled() or task.exception())
        return self._task

    async def ready(self) -> ReadyEngine:
        """Wait until prompts can be sent. Raises the AssistantError that ended the load."""
        return await asyncio.shield(self.start())

    @property
    def if_ready(self) -> ReadyEngine | None:
        """What `ready` would give, where it would not wait."""
        task = self._task
        done = task is not None and task.done() and not task.cancelled() and task.exception() is None
        return task.result() if task is not None and done else None

    async def close(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        await self._loader.close()

    async def _load(self) -> ReadyEngine:
        try:
            model = await self._loader.load(self._report)
            count = model.language_model.get_num_tokens
            assembler = await asyncio.to_thread(PromptAssembler, self._template, count, model.context_window)
            self._report(EngineStage.WARMING)
            await self._loader.warm(self._template.prefix)
        except AssistantError as error:
            self._fail(error)
            raise
        except Exception as error:
            wrapped = EngineLoadError(model=self.card.name, fault=f"{type(error).__name__}: {error}")
            self._fail(wrapped)
            raise wrapped from error
        self._report(EngineStage.READY)
        return ReadyEngine(model, assembler)

    def _report(self, stage: EngineStage, fraction: float | None = None) -> None:
        if stage is not self.state.stage:
            logger.info("engine: %s", stage)
        self.state = EngineState(stage, fraction)

    def _fail(self, error: AssistantError) -> None:
        logger.error("engine: %s", error)
        self.state = EngineState(EngineStage.FAILED, error=error)

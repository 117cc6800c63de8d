"""The model's life: found, loaded, its prompt prefix read, ready or failed; and waiting for it.

Knows the stages, not the engines: a `ModelLoader` from `assistant.backends` does the work.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol

from langchain_core.language_models import BaseChatModel, BaseLanguageModel

from assistant.errors.engine import EngineLoadError, EngineUnavailableError
from assistant.errors.root import AssistantError
from assistant.figures import Figure
from assistant.model_catalog import ModelCard
from assistant.model_transfer import Amount, TransferRate
from assistant.prompting.book import PromptBook
from assistant.prompting.template import PromptTemplate

logger = logging.getLogger(__name__)

_LONGEST_RETRY_SECONDS = 30.0


class EngineStage(StrEnum):
    STARTING = "starting"
    FETCHING = "fetching"
    LOADING = "loading"
    WARMING = "warming"
    UNREACHABLE = "unreachable"
    """The engine is a server that does not answer; it is tried again."""
    READY = "ready"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class EngineState:
    stage: EngineStage
    fraction: float | None = None
    """Of this stage, 0 to 1, where the engine can tell."""
    error: AssistantError | None = None
    size: int | None = None
    """Bytes that this stage is about, where it is about bytes."""
    rate: float | None = None
    """Bytes a second."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedModel:
    """A model that takes prompts, and what the prompt and the provenance need to know of it."""

    language_model: BaseLanguageModel[Any]
    card: ModelCard
    revision: str
    context_window: int
    """Tokens that one conversation may use: prompt and answer together."""
    concurrency: int = 1
    """Answers that the engine writes at the same time; more wait in line."""
    continues: bool = True
    """Whether it can go on with an answer that was cut off."""
    counts_tokens: bool = True
    """False: how many tokens a prompt has is estimated."""
    fixed_options: Mapping[str, float] = field(default_factory=dict)
    """Options that it cannot be told, each with the value that is none; any other is refused by name."""
    repeatable: bool = True
    """Whether the same seed is known to give the same answer."""
    figures: Callable[[], Sequence[Figure]] = tuple
    """What an engine in this process measures of itself now. Does not block."""


Report = Callable[[EngineStage, float | Amount | None], None]


class ModelLoader(Protocol):
    """One for each kind of backend."""

    @property
    def card(self) -> ModelCard:
        """Known before anything is loaded, so that the page can name the model."""

    async def load(self, report: Report) -> LoadedModel:
        """May be called again: what was held before is closed.

        Raises EngineLoadError, or EngineUnavailableError where trying again later can help.
        """

    async def warm(self, prefix: str) -> None:
        """Read the prefix, so that no conversation has to wait for it."""

    async def close(self) -> None:
        """May be repeated."""


@dataclass(frozen=True, slots=True)
class ReadyEngine:
    model: LoadedModel
    prompts: PromptBook


class Engine:
    """Loads in the background from `start` on; the page is served meanwhile.

    `choose_template` is asked once the model is known. Where the engine is a server that cannot be reached, it is tried
    again, after `retry_seconds` at first and half a minute at most.
    """

    def __init__(
        self, loader: ModelLoader, choose_template: Callable[[ModelCard], PromptTemplate], retry_seconds: float = 1.0
    ) -> None:
        self._loader = loader
        self._choose_template = choose_template
        self._retry_seconds = retry_seconds
        self._task: asyncio.Task[ReadyEngine] | None = None
        self._rate = TransferRate()
        self._told_tenths = 0
        self.state = EngineState(EngineStage.STARTING)

    @property
    def card(self) -> ModelCard:
        return self._loader.card

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

    @property
    def continues(self) -> bool:
        """Whether it can go on with an answer that was cut off; what is still loading is taken to."""
        ready = self.if_ready
        return ready is None or ready.model.continues

    @property
    def fixed_options(self) -> Mapping[str, float]:
        """As in `LoadedModel`; what is still loading is taken to have none."""
        ready = self.if_ready
        return ready.model.fixed_options if ready else {}

    async def close(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        await self._loader.close()

    async def _load(self) -> ReadyEngine:
        wait = self._retry_seconds
        while True:
            try:
                ready = await self._attempt()
            except EngineUnavailableError as error:
                logger.warning("engine: %s", error)
                self.state = EngineState(EngineStage.UNREACHABLE, error=error)
            except AssistantError as error:
                self._fail(error)
                raise
            except Exception as error:
                # What it says may name files of this machine, and everybody sees the error.
                logger.error("engine: an unforeseen failure", exc_info=error)
                wrapped = EngineLoadError(model=self.card.name, fault=type(error).__name__)
                self._fail(wrapped)
                raise wrapped from error
            else:
                self._report(EngineStage.READY)
                return ready
            await asyncio.sleep(wait)
            wait = min(2 * wait, _LONGEST_RETRY_SECONDS)

    async def _attempt(self) -> ReadyEngine:
        model = await self._loader.load(self._report)
        template = await asyncio.to_thread(self._choose_template, model.card)
        count = model.language_model.get_num_tokens
        takes_text = not isinstance(model.language_model, BaseChatModel)
        prompts = await asyncio.to_thread(
            PromptBook, template, model.card, takes_text=takes_text, count=count, context_window=model.context_window
        )
        self._report(EngineStage.WARMING)
        await self._loader.warm(template.prefix)
        return ReadyEngine(model, prompts)

    def _report(self, stage: EngineStage, progress: float | Amount | None = None) -> None:
        if stage is EngineStage.FAILED:
            # After it was ready: an engine in this process whose thread has ended.
            self._fail(EngineLoadError(model=self.card.name, fault="it stopped working; the app has to be restarted"))
            return
        if stage is not self.state.stage:
            logger.info("engine: %s", stage)
            self._rate = TransferRate()
            self._told_tenths = 0
        if isinstance(progress, Amount):
            rate = self._rate.after(progress)
            self.state = EngineState(stage, progress.fraction, size=progress.total, rate=rate)
        else:
            self.state = EngineState(stage, progress)
        self._log_progress(progress)

    def _log_progress(self, progress: float | Amount | None) -> None:
        """A line for each tenth: a log is read by people."""
        tenths = int(10 * (self.state.fraction or 0))
        if tenths > self._told_tenths:
            self._told_tenths = tenths
            size = f" of {progress.total / 1e6:,.0f} MB" if isinstance(progress, Amount) else ""
            logger.info("engine: %s, %d %%%s", self.state.stage, 10 * tenths, size)

    def _fail(self, error: AssistantError) -> None:
        logger.error("engine: %s", error)
        self.state = EngineState(EngineStage.FAILED, error=error)

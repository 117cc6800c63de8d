"""Loads a model into this process with transformers, on what this machine has. Imports torch only when it loads."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.backends.torch_engine.source import ModelSource, find_model
from assistant.engine import EngineStage, LoadedModel, Report
from assistant.errors.engine import EngineLoadError
from assistant.model_catalog import ModelCard, card_for
from assistant.model_transfer import Amount

if TYPE_CHECKING:
    from assistant.backends.torch_engine.runtime import Runtime

DEFAULT_MODEL = "starcoder"


@dataclass(frozen=True, slots=True, kw_only=True)
class TransformersOptions:
    revision: str = ""
    """Branch, tag or commit on the Hub; empty for the catalogue's."""
    device: str = "auto"
    dtype: str = "auto"
    quantization: str = ""
    """"8bit" or "4bit"; empty for none."""


class TransformersLoader:
    """Implements `assistant.engine.ModelLoader`. May load again: what it held before is closed.

    `model` as `find_model` takes it; prefixes are kept in `folder`."""

    def __init__(self, model: str, folder: Path, options: TransformersOptions | None = None) -> None:
        self._model = model or DEFAULT_MODEL
        self._folder = folder
        self._options = options or TransformersOptions()
        self.card: ModelCard = card_for(self._model)
        self._report: Report = lambda stage, progress: None
        self._runtime: Runtime | None = None

    async def load(self, report: Report) -> LoadedModel:
        await self.close()
        self._report = report
        self._require_packages()
        report(EngineStage.FETCHING, None)
        revision = self._options.revision or self.card.revision
        fetching = partial(report, EngineStage.FETCHING)
        source = await asyncio.to_thread(find_model, self._model, revision, fetching)
        report(EngineStage.LOADING, Amount(source.size, 0))
        start = await asyncio.to_thread(self._prepare, source, asyncio.get_running_loop())
        # The thread is started here, where a cancelled load does not come: it would have nobody to close it.
        self._runtime = start()
        return LoadedModel(
            language_model=self._runtime.language_model(self.card.options),
            card=self.card,
            revision=source.revision,
            context_window=self._runtime.context_window,
            concurrency=self._runtime.concurrency,
            figures=self._runtime.figures,
        )

    async def warm(self, prefix: str) -> None:
        if self._runtime:
            await self._runtime.read_prefix(prefix, partial(self._report, EngineStage.WARMING))

    async def close(self) -> None:
        if self._runtime:
            await asyncio.to_thread(self._runtime.close)
            self._runtime = None

    def _prepare(self, source: ModelSource, loop: asyncio.AbstractEventLoop) -> "Callable[[], Runtime]":
        # Imported here: torch takes seconds, and is not installed where another backend runs the model.
        from assistant.backends.torch_engine.placement import choose_placement
        from assistant.backends.torch_engine.runtime import Runtime
        from assistant.backends.torch_engine.weights import load_weights

        chosen = self._options
        placement = choose_placement(self.card.name, chosen.device, chosen.dtype, chosen.quantization)
        size = source.size

        def loading(fraction: float) -> None:
            self._report(EngineStage.LOADING, Amount(size, round(fraction * size)))

        model = load_weights(source.folder, self.card, placement, loading)
        identity = {"model": self.card.hub_id, "revision": source.revision, "weights": placement.weights}
        return partial(Runtime, model, identity, self._folder, partial(self._crashed, loop))

    def _crashed(self, loop: asyncio.AbstractEventLoop) -> None:
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(self._report, EngineStage.FAILED, None)

    def _require_packages(self) -> None:
        missing = [package for package in ("torch", "transformers") if find_spec(package) is None]
        if missing:
            fault = f"{' and '.join(missing)} not installed: pip install --group transformers"
            raise EngineLoadError(model=self.card.name, fault=fault)

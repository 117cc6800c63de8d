"""A model served by text-generation-inference, at one address or several: what it is, and how much it holds.

Loads nothing itself. Knows nothing of prompts but the prefix that it has the servers read.
"""

import asyncio
import logging
from collections.abc import Collection, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from langchain_core.language_models import BaseLLM
from pydantic import SecretStr

from assistant.backends.patience import USUAL_PATIENCE, Patience
from assistant.backends.replication.failover import Failover, Replica
from assistant.backends.replication.reading_ahead import read_ahead
from assistant.backends.replication.replicated_model import ReplicatedModel
from assistant.engine import EngineStage, LoadedModel, Report
from assistant.errors.engine import EngineAccessError, EngineError, EngineLoadError, EngineUnavailableError
from assistant.model_catalog import ModelCard, card_for

if TYPE_CHECKING:
    from assistant.backends.tgi.model import TgiModel
    from assistant.backends.tgi.server import TgiInfo

logger = logging.getLogger(__name__)

_NOT_KNOWN_YET = "model of the server"


class TgiLoader:
    """Implements `assistant.engine.ModelLoader`. May load again: what it held before is closed.

    An empty `model` is the one that the servers name.
    """

    def __init__(
        self, urls: Sequence[str], api_key: SecretStr, model: str, patience: Patience = USUAL_PATIENCE
    ) -> None:
        self._patience = patience
        self._urls = list(dict.fromkeys(url.rstrip("/") for url in urls))
        self._api_key = api_key
        self._model = model
        self._models: list[TgiModel] = []
        self._failover: Failover[BaseLLM] | None = None
        self._card = card_for(model) if model else replace(card_for(""), name=_NOT_KNOWN_YET)

    @property
    def card(self) -> ModelCard:
        """The served model's after `load`, where none was named."""
        return self._card

    async def load(self, report: Report) -> LoadedModel:
        report(EngineStage.LOADING, None)
        await self.close()
        self._models = await asyncio.to_thread(self._make_models)
        found = await self._ask_all()
        infos = list(found.values())
        self._take_card(infos)
        return LoadedModel(
            language_model=self._together(infos[0], [url for url in self._urls if url not in found]),
            card=self._card,
            revision=infos[0].model_sha or "unknown",
            context_window=min(self._card.context_window, *map(_window, infos)),
            concurrency=sum(info.max_concurrent_requests for info in infos),
        )

    async def warm(self, prefix: str) -> None:
        """Every server reads the prefix. It only saves time: a failure is no failure."""
        # A template may begin with the first turn; the server refuses an empty prompt.
        if prefix:
            await read_ahead({model.base_url: model.read(prefix) for model in self._models})

    async def close(self) -> None:
        models, self._models = self._models, []
        failover, self._failover = self._failover, None
        if failover:
            await failover.aclose()
        await asyncio.gather(*(model.aclose() for model in models))

    def _make_models(self) -> list["TgiModel"]:
        """Blocks: huggingface_hub's client is slow to import, so other backends do without, and TLS reads files."""
        from assistant.backends.tgi.model import TgiModel

        silence, connect = self._patience.silence, self._patience.connect
        return [
            TgiModel(base_url=url, api_key=self._api_key, silence_seconds=silence, connect_seconds=connect)
            for url in self._urls
        ]

    async def _ask_all(self) -> dict[str, "TgiInfo"]:
        """By address, those that answer. Raises when none does, or when one has a fault that waiting does not mend."""
        infos: dict[str, TgiInfo] = {}
        away: EngineUnavailableError | None = None
        asking = [model.info() for model in self._models]
        for model, answer in zip(self._models, await asyncio.gather(*asking, return_exceptions=True), strict=True):
            if isinstance(answer, EngineUnavailableError):
                logger.warning("server %s: %s", model.base_url, answer)
                away = answer
            elif isinstance(answer, EngineError) and not isinstance(answer, EngineAccessError):
                logger.warning("server %s: %s", model.base_url, answer)
                fault = f"its server {answer.facts['fault']}: is it text-generation-inference?"
                raise self._cannot_load(fault) from answer
            elif isinstance(answer, BaseException):
                raise answer
            else:
                infos[model.base_url] = answer
        if away and not infos:
            raise away
        return infos

    def _take_card(self, infos: Sequence["TgiInfo"]) -> None:
        if len({info.model for info in infos}) > 1:
            raise self._cannot_load("its servers do not all serve the same model")
        served = card_for(infos[0].model_id)
        if not self._model:
            self._card = served
        elif served.name != self._card.name:
            logger.warning("the server's model is %s, ASSISTANT_MODEL says %s", infos[0].model_id, self._model)

    def _cannot_load(self, fault: str) -> EngineLoadError:
        return EngineLoadError(model=self._card.name, fault=fault)

    def _together(self, served: "TgiInfo", away: Collection[str]) -> BaseLLM:
        if len(self._models) == 1:
            return self._models[0]
        # One that has come back with another model is not the one that was lost.
        replicas: list[Replica[BaseLLM]] = [
            Replica(model.base_url, model, partial(model.probe, served)) for model in self._models
        ]
        self._failover = Failover(replicas, away, patience=self._patience.with_a_replica)
        return ReplicatedModel(failover=self._failover)


def _window(info: "TgiInfo") -> int:
    """At least one token of a window is the answer's, so a prompt that fits it is within `max_input_tokens` too."""
    return min(info.max_total_tokens, info.max_input_tokens + 1)

"""A model behind one OpenAI-compatible server or several of the same kind: llama.cpp's, vLLM, SGLang, a hosted one.

Finds out what is served and how to speak to it. Knows nothing of prompts but the prefix that it has the servers read.
"""

import asyncio
import logging
from collections.abc import Callable, Collection, Coroutine, Sequence
from dataclasses import replace
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from langchain_core.language_models import BaseLanguageModel
from pydantic import SecretStr

from assistant.backends import hub
from assistant.backends.openai_protocol.chat import OpenAIChat
from assistant.backends.openai_protocol.completions import OpenAICompletions
from assistant.backends.openai_protocol.connection import Connection, server_root
from assistant.backends.openai_protocol.dialect import (
    Dialect,
    can_go_on,
    fixed_options,
    honours_seed,
    keeps_what_it_reads,
)
from assistant.backends.openai_protocol.discovery import ServedModel, discover, takes_prompts
from assistant.backends.openai_protocol.token_counter import Estimate, TokenCounter, choose_counter
from assistant.backends.patience import USUAL_PATIENCE, Patience
from assistant.backends.replication.failover import Failover, Replica
from assistant.backends.replication.reading_ahead import read_ahead
from assistant.backends.replication.replicated_chat_model import ReplicatedChatModel
from assistant.backends.replication.replicated_model import ReplicatedModel
from assistant.engine import EngineStage, LoadedModel, Report
from assistant.errors.engine import EngineLoadError, EngineUnavailableError
from assistant.model_catalog import ModelCard, card_for

logger = logging.getLogger(__name__)

_Answer = TypeVar("_Answer")
_NOT_KNOWN_YET = "model of the server"
_PROBE_SECONDS = 5.0
_AT_ONCE = 64
"""Answers of a server that batches. vLLM and SGLang take more, each then slower; a hosted one says when it is busy."""


class Mode(StrEnum):
    AUTO = "auto"
    """Prompts, unless the server only takes messages."""
    COMPLETIONS = "completions"
    CHAT = "chat"


class OpenAIServerLoader:
    """Implements `assistant.engine.ModelLoader`. May load again: what it held before is closed.

    `model` is the server's name or ours, or empty for the only one that is served; `fetch` as in `backends.hub`.
    """

    def __init__(
        self,
        urls: Sequence[str],
        api_key: SecretStr,
        model: str = "",
        *,
        dialect: Dialect | None = None,
        mode: Mode = Mode.AUTO,
        patience: Patience = USUAL_PATIENCE,
        fetch: Callable[[str], Path] = hub.fetch,
    ) -> None:
        self._servers = [
            Connection(root=root, api_key=api_key, silence_seconds=patience.silence, connect_seconds=patience.connect)
            for root in dict.fromkeys(map(server_root, urls))
        ]
        self._model = model
        self._dialect = dialect
        self._mode = mode
        self._patience = patience
        self._fetch = fetch
        self._models: list[OpenAICompletions | OpenAIChat] = []
        self._failover: Failover[Any] | None = None
        self._slots = 1
        self._card = _card(model, dialect) if model else replace(card_for(""), name=_NOT_KNOWN_YET)

    @property
    def card(self) -> ModelCard:
        """The served model's after `load`, where none was named."""
        return self._card

    async def load(self, report: Report) -> LoadedModel:
        report(EngineStage.LOADING, None)
        await self.close()
        roots = {there.root: there for there in self._servers}
        found = await _of_those_that_answer(
            {root: discover(there, self._model, self._dialect) for root, there in roots.items()}
        )
        served = _the_same(list(found.values()))
        asked = roots[next(iter(found))]
        self._card = _card(self._model or served.shown, served.dialect)
        takes = self._mode is Mode.COMPLETIONS or (self._mode is Mode.AUTO and await _speaks(asked, served))
        repository = self._card.hub_id if "/" in self._card.hub_id else served.id
        counter = await asyncio.to_thread(choose_counter, asked, served.dialect, served.id, repository, self._fetch)
        self._models = [self._model_of(there, served, takes, counter.of_replica(there)) for there in self._servers]
        counter.close()
        self._slots = served.slots or 1
        windows = [model.window for model in found.values() if model.window]
        logger.info("server: %s serves %s, as %s", served.dialect, served.shown, "completions" if takes else "chat")
        return LoadedModel(
            language_model=self._together(served, [root for root in roots if root not in found]),
            card=self._card,
            # The protocol does not tell which weights are served.
            revision=f"served by {served.dialect}",
            context_window=min(windows, default=self._card.context_window),
            concurrency=(served.slots or _AT_ONCE) * len(self._servers),
            continues=takes or can_go_on(served.dialect),
            # What a server writes around messages is not known here.
            counts_tokens=takes and not isinstance(counter, Estimate),
            fixed_options=fixed_options(served.dialect),
            repeatable=honours_seed(served.dialect),
        )

    async def warm(self, prefix: str) -> None:
        """Every server that keeps what it has read reads the prefix. It only saves time: a failure is no failure."""
        reading = {
            model.base_url: _read(model, prefix, self._slots)
            for model in self._models
            if isinstance(model, OpenAICompletions) and keeps_what_it_reads(model.dialect)
        }
        await read_ahead(reading)

    async def close(self) -> None:
        models, self._models = self._models, []
        failover, self._failover = self._failover, None
        if failover:
            await failover.aclose()
        await asyncio.gather(*(model.aclose() for model in models))

    def _model_of(
        self, there: Connection, served: ServedModel, takes: bool, counter: TokenCounter
    ) -> OpenAICompletions | OpenAIChat:
        """A server that did not answer is taken to serve what the others do."""
        kind = OpenAICompletions if takes else OpenAIChat
        return kind(
            base_url=there.root,
            model_name=served.id,
            api_key=there.api_key,
            silence_seconds=there.silence_seconds,
            connect_seconds=there.connect_seconds,
            dialect=served.dialect,
            token_counter=counter,
        )

    def _together(self, served: ServedModel, away: Collection[str]) -> BaseLanguageModel[Any]:
        if len(self._models) == 1:
            return self._models[0]
        replicas = [
            # One that has come back with another model is not the one that was lost.
            Replica(there.root, model, partial(discover, there, served.id, served.dialect, _PROBE_SECONDS))
            for there, model in zip(self._servers, self._models, strict=True)
        ]
        self._failover = Failover(replicas, away, patience=self._patience.with_a_replica)
        if isinstance(self._models[0], OpenAIChat):
            return ReplicatedChatModel(failover=self._failover)
        return ReplicatedModel(failover=self._failover)


def _card(model: str, dialect: Dialect | None) -> ModelCard:
    """Its options are ones that the server accepts, so that a conversation can begin with them."""
    card = card_for(model)
    fixed = fixed_options(dialect) if dialect else {}
    return replace(card, options=card.options.model_copy(update=fixed))


async def _speaks(there: Connection, served: ServedModel) -> bool:
    # Of these every version does, and asking would have one of them compute.
    return served.dialect is not Dialect.OPENAI or await takes_prompts(there, served.id)


async def _read(model: OpenAICompletions, prefix: str, slots: int) -> None:
    for slot in range(slots):
        await model.read(prefix, slot)


def _the_same(models: Sequence[ServedModel]) -> ServedModel:
    served = {(model.dialect, model.shown) for model in models}
    if len(served) > 1:
        names = ", ".join(sorted(f"{name} ({dialect})" for dialect, name in served))
        raise EngineLoadError(model=models[0].shown, fault=f"its servers do not all serve the same: {names}")
    return models[0]


async def _of_those_that_answer(questions: dict[str, Coroutine[Any, Any, _Answer]]) -> dict[str, _Answer]:
    """Raises when none can be reached, or when one has a fault that waiting does not mend."""
    answers: dict[str, _Answer] = {}
    away: EngineUnavailableError | None = None
    for root, answer in zip(questions, await asyncio.gather(*questions.values(), return_exceptions=True), strict=True):
        if isinstance(answer, EngineUnavailableError):
            logger.warning("server %s: %s", root, answer)
            away = answer
        elif isinstance(answer, BaseException):
            raise answer
        else:
            answers[root] = answer
    if away and not answers:
        raise away
    return answers

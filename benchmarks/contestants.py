"""The engines that are compared, each behind the same four calls: start, read, answer, close.

`embedded` and `transformers` are this app's; `llama.cpp` and `generate` are the libraries below them, used directly
with the same settings. All of them answer greedily, so that every round writes the same.
"""

import asyncio
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from langchain_core.language_models import BaseLanguageModel
from langchain_core.prompt_values import StringPromptValue

from assistant.backends import embedded
from assistant.backends.cpu_threads import batch_threads, engine_threads
from assistant.backends.hub import fetch
from assistant.backends.model_file import DEFAULT_MODEL, find_model_file
from assistant.backends.torch_engine.loader import TransformersLoader
from assistant.conversation import GenerationOptions
from assistant.engine import EngineStage, ModelLoader
from assistant.generation.answer_stream import AnswerStream
from assistant.model_catalog import card_for

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True, slots=True)
class Answer:
    text: str
    tokens: int
    first: float
    """Seconds from asking to the first visible text."""
    seconds: float


class Contestant(Protocol):
    async def start(self) -> None: ...

    async def read(self, prefix: str) -> None:
        """What the engine does at its start so that nobody waits for the prefix."""

    async def answer(self, prompt: str, tokens: int) -> Answer: ...

    async def close(self) -> None: ...


class Ours:
    def __init__(self, loader: ModelLoader) -> None:
        self._loader = loader
        self._model: Any = None

    async def start(self) -> None:
        self._model = (await self._loader.load(_silent)).language_model

    async def read(self, prefix: str) -> None:
        await self._loader.warm(prefix)

    async def answer(self, prompt: str, tokens: int) -> Answer:
        return await our_answer(self._model, prompt, tokens)

    async def close(self) -> None:
        await self._loader.close()


async def our_answer(model: BaseLanguageModel[Any], prompt: str, tokens: int) -> Answer:
    """As the app asks for it, without stop rules."""
    options = GenerationOptions(temperature=0, top_p=1, top_k=0, repetition_penalty=1, max_new_tokens=tokens, seed=1)
    stream = AnswerStream(model, StringPromptValue(text=prompt), options, (), "")
    began, first, text = time.perf_counter(), 0.0, ""
    async for piece in stream:
        first = first or time.perf_counter() - began
        text += piece
    return Answer(text, stream.completion_tokens or 0, first, time.perf_counter() - began)


class LlamaCpp:
    """Called in the process, without HTTP."""

    def __init__(self, slots: int) -> None:
        self._slots = slots
        self._server: Any = None

    async def start(self) -> None:
        self._server = await asyncio.to_thread(self._load)

    async def read(self, prefix: str) -> None:
        for slot in range(self._slots):
            body = {"prompt": prefix, "max_tokens": 0, "id_slot": slot, "cache_prompt": True}
            await asyncio.to_thread(self._server.handle_completions, body, lambda event: False)

    async def answer(self, prompt: str, tokens: int) -> Answer:
        return await asyncio.to_thread(self._answer, prompt, tokens)

    async def close(self) -> None:
        self._server = None

    def _load(self) -> Any:  # noqa: ANN401  # xllamacpp has no types
        os.environ.setdefault("GOMP_SPINCOUNT", "3000")
        import xllamacpp

        parameters = xllamacpp.CommonParams()
        parameters.model.path = str(find_model_file("", fetch))
        parameters.hostnames, parameters.port = ["127.0.0.1"], 0
        parameters.n_parallel = self._slots
        parameters.cpuparams.n_threads = engine_threads()
        parameters.cpuparams_batch.n_threads = batch_threads()
        parameters.kv_unified = False
        parameters.n_ctx = self._slots * card_for(DEFAULT_MODEL).context_window
        parameters.ui = parameters.endpoint_slots = False
        parameters.verbosity = 0
        return xllamacpp.Server(parameters)

    def _answer(self, prompt: str, tokens: int) -> Answer:
        began, first, text, written = time.perf_counter(), 0.0, "", 0

        def take(event: dict[str, Any]) -> bool:
            nonlocal first, text, written
            for choice in event["choices"]:
                text += choice["text"]
            first = first or (time.perf_counter() - began if text else 0.0)
            written = event.get("usage", {}).get("completion_tokens", written)
            return False

        body = {"prompt": prompt, "max_tokens": tokens, "temperature": 0, "top_k": 0, "min_p": 0.0}
        how = {"cache_prompt": True, "stream": True, "stream_options": {"include_usage": True}}
        self._server.handle_completions(body | how, take)
        return Answer(text, written, first, time.perf_counter() - began)


class PlainGenerate:
    """Knows no prefix and one conversation at a time: every answer reads its whole prompt."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._model: Any = None
        self._tokenizer: Any = None
        self._turn = asyncio.Lock()

    async def start(self) -> None:
        import torch
        from transformers import AutoModelForCausalLM, AutoTokenizer

        torch.set_num_threads(engine_threads())
        self._tokenizer = AutoTokenizer.from_pretrained(self._folder)
        self._model = AutoModelForCausalLM.from_pretrained(self._folder).eval()

    async def read(self, prefix: str) -> None:
        """There is nothing to read it for."""

    async def answer(self, prompt: str, tokens: int) -> Answer:
        began = time.perf_counter()
        async with self._turn:
            return await asyncio.to_thread(self._answer, prompt, tokens, began)

    async def close(self) -> None:
        self._model = None

    def _answer(self, prompt: str, tokens: int, began: float) -> Answer:
        watch = StepWatch()
        given = self._tokenizer(prompt, return_tensors="pt")
        written = self._model.generate(**given, max_new_tokens=tokens, do_sample=False, stopping_criteria=[watch])
        ids = written[0, given.input_ids.shape[1] :]
        text = self._tokenizer.decode(ids)
        return Answer(text, len(ids), watch.times[0] - began, time.perf_counter() - began)


class StepWatch:
    """A stopping criterion that never stops: transformers calls it after each token."""

    def __init__(self) -> None:
        self.times: list[float] = []

    def __call__(self, ids: "torch.Tensor", scores: "torch.Tensor", **_: object) -> "torch.Tensor":
        self.times.append(time.perf_counter())
        return ids[:, -1] < 0


def contestant(name: str, model: Path, prefixes: Path, slots: int) -> Contestant:
    """`model` and `prefixes` are folders: of a transformers model, and of what has been read."""
    # The embedded engine has one number of slots; what others would give is measured by putting them in its place.
    embedded.SLOTS = slots
    makers: dict[str, Callable[[], Contestant]] = {
        "embedded": lambda: Ours(embedded.EmbeddedLoader("", prefixes)),
        "llama.cpp": lambda: LlamaCpp(slots),
        "transformers": lambda: Ours(TransformersLoader(str(model), prefixes)),
        "generate": lambda: PlainGenerate(model),
    }
    return makers[name]()


def _silent(stage: EngineStage, fraction: float | None = None) -> None:
    """Nobody watches this engine's start."""

"""A loaded model at work: its thread, its memory of what was read, and the prefix that all prompts share."""

import asyncio
import hashlib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import torch
import transformers

from assistant.backends.free_memory import free_memory
from assistant.backends.torch_engine.causal_model import CausalModel
from assistant.backends.torch_engine.channel import Channel
from assistant.backends.torch_engine.generation_thread import GenerationThread
from assistant.backends.torch_engine.kv_cache import KvSnapshot
from assistant.backends.torch_engine.kv_memory import KvMemory
from assistant.backends.torch_engine.language_model import TransformersModel
from assistant.backends.torch_engine.prefix_file import PrefixFile
from assistant.backends.torch_engine.prefix_reading import PrefixReading
from assistant.conversation import GenerationOptions
from assistant.figures import Figure

_LEAST = 2**28
_WHERE_NOTHING_IS_TOLD = 2**30
"""Bytes for conversations' keys and values. Else half of what the weights leave of a GPU, and a quarter of a machine's:
whoever takes too much is refused by CUDA, and killed by Linux."""
_AT_ONCE_ON_CUDA = 16
# A processor has little arithmetic to spare: more would only make each slower.
_AT_ONCE_ELSEWHERE = 4


class Runtime:
    """Starts the thread. `identity` says whose keys and values the files in `folder` are.

    `concurrency` conversations are answered together; without it, as many as suit the device.
    """

    def __init__(
        self,
        model: CausalModel,
        identity: Mapping[str, str],
        folder: Path,
        on_crash: Callable[[], None],
        concurrency: int | None = None,
    ) -> None:
        self._model = model
        suitable = _AT_ONCE_ON_CUDA if model.device.type == "cuda" else _AT_ONCE_ELSEWHERE
        self.concurrency = suitable if concurrency is None else concurrency
        self._identity = {
            **identity,
            "tokenizer": hashlib.sha256(model.tokenizer.to_str().encode()).hexdigest(),
            # Another version may compute other numbers: its attention may have had a fault.
            "transformers": transformers.__version__,
            "torch": torch.__version__,
        }
        self._folder = folder
        self._memory = KvMemory(_bytes_for_conversations(model.device))
        self._thread = GenerationThread(model, self._memory, on_crash, self.concurrency)

    @property
    def context_window(self) -> int:
        return self._model.context_window

    def figures(self) -> Sequence[Figure]:
        return self._memory.figures()

    def language_model(self, defaults: GenerationOptions) -> TransformersModel:
        return TransformersModel(self._model, self._memory, self._thread, defaults)

    async def read_prefix(self, prefix: str, on_progress: Callable[[float], None]) -> None:
        """Once: from the file of an earlier start, or now. Raises EngineError where it cannot be read."""
        ids = self._model.prompt_ids(prefix)
        if not ids:
            return
        file = PrefixFile(self._folder, self._identity, ids)
        known = await asyncio.to_thread(file.load, self._model.device)
        if known is None:
            known = await self._read(ids, on_progress)
            await asyncio.to_thread(file.save, known)
        self._memory.pin(known)

    async def _read(self, ids: Sequence[int], on_progress: Callable[[float], None]) -> KvSnapshot:
        events: Channel[float | KvSnapshot] = Channel()
        self._thread.submit(PrefixReading(ids, events.send))
        while isinstance(event := await events.receive(), float):
            on_progress(event)
        return event

    def close(self) -> None:
        """Waits for the thread, which ends after its current step."""
        self._thread.close()


def _bytes_for_conversations(device: torch.device) -> int:
    if device.type == "cuda":
        return max(torch.cuda.mem_get_info(device)[0] // 2, _LEAST)
    free = free_memory()
    return _WHERE_NOTHING_IS_TOLD if free is None else max(free // 4, _LEAST)

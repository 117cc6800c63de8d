"""Language models with random weights, small enough to make in a test: what they say means nothing, but it is the
same every time."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors
from transformers import (
    GPTBigCodeConfig,
    GPTBigCodeForCausalLM,
    LlamaConfig,
    LlamaForCausalLM,
    MambaConfig,
    MambaForCausalLM,
    PreTrainedTokenizerFast,
    Starcoder2Config,
    Starcoder2ForCausalLM,
)
from transformers.utils import logging as transformers_logging

from assistant.backends.torch_engine.causal_model import CausalModel, Reading
from assistant.backends.torch_engine.channel import Channel
from assistant.backends.torch_engine.generation_thread import GenerationThread
from assistant.backends.torch_engine.kv_cache import GrowingCache, KvSnapshot
from assistant.backends.torch_engine.kv_memory import KvMemory
from assistant.backends.torch_engine.language_model import TransformersModel
from assistant.backends.torch_engine.prefix_reading import PrefixReading
from assistant.conversation import GenerationOptions
from assistant.model_catalog import ModelCard

# Work this small is slower on several threads than on one.
torch.set_num_threads(1)

POSITIONS = 512
END = "<|endoftext|>"
FIRST = "<|first|>"
CARD = ModelCard(
    name="tiny",
    hub_id="tests/tiny",
    context_window=8192,
    prompt="tech_assistant/compact",
    special_tokens=(END,),
    end_tokens=(END,),
    options=GenerationOptions(temperature=0, top_p=1.0, top_k=0, repetition_penalty=1.0, max_new_tokens=16),
)
PREFIX = "Here are dialogues between people and an assistant.\n\n-----\n\nHum:"
"""64 tokens for GPTBigCode, 65 for a model that wants a first one: at a border of chunks of 16, and beside one."""

KINDS = ("gpt_bigcode", "llama", "starcoder2")


def tiny_tokenizer(*, with_first: bool = False) -> PreTrainedTokenizerFast:
    """One token for each byte, so that every character beyond ASCII is split over tokens."""
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    vocabulary = {token: at for at, token in enumerate([END, FIRST, *alphabet])}
    tokenizer = Tokenizer(models.BPE(vocab=vocabulary, merges=[]))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    tokenizer.decoder = decoders.ByteLevel()
    if with_first:
        tokenizer.post_processor = processors.TemplateProcessing(
            single=f"{FIRST} $A", special_tokens=[(FIRST, vocabulary[FIRST])]
        )
    tokenizer.add_special_tokens([END, FIRST])
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer, eos_token=END, bos_token=FIRST)


def tiny_module(kind: str = "gpt_bigcode", seed: int = 0) -> Any:
    torch.manual_seed(seed)
    shape: dict[str, Any] = {
        "vocab_size": 258,
        "max_position_embeddings": POSITIONS,
        "hidden_size": 32,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "bos_token_id": 1,
        "eos_token_id": 0,
        # Scores far enough apart that rounding does not change which is the highest.
        "initializer_range": 0.5,
    }
    gated = {**shape, "intermediate_size": 64, "num_key_value_heads": 2}
    makers: dict[str, Callable[[], Any]] = {
        "gpt_bigcode": lambda: GPTBigCodeForCausalLM(GPTBigCodeConfig(**shape)),
        "llama": lambda: LlamaForCausalLM(LlamaConfig(**gated)),
        # Its attention looks back over a window only, as StarCoder2's does.
        "starcoder2": lambda: Starcoder2ForCausalLM(Starcoder2Config(**gated, sliding_window=24)),
        "mamba": lambda: MambaForCausalLM(MambaConfig(vocab_size=258, hidden_size=32, num_hidden_layers=2)),
    }
    return makers[kind]().eval()


def save_tiny(folder: Path, kind: str = "gpt_bigcode", seed: int = 0) -> Path:
    """A folder as the Hub would give it."""
    transformers_logging.disable_progress_bar()
    tiny_module(kind, seed).save_pretrained(folder)
    tiny_tokenizer(with_first=kind == "llama").save_pretrained(folder)
    return folder


class WatchedModel(CausalModel):
    """Keeps what each step read. May be held step by step, told what to say, or told to fail."""

    def __init__(self, kind: str = "gpt_bigcode", *, chunk: int = 16) -> None:
        super().__init__(tiny_module(kind), tiny_tokenizer(with_first=kind == "llama"), CARD)
        self.chunk = chunk
        self.steps: list[tuple[int, int, int]] = []
        """Whose (0 for the first request that was read for, 1 for the next …), tokens read before, tokens read."""
        self.together: list[int] = []
        """How many tokens were read in each step that was for several."""
        self.faults: dict[int, list[Exception]] = {}
        """What to raise, once each, when this many tokens have been read before."""
        self._said: dict[int, int] = {}
        self._seen: list[GrowingCache] = []
        self._permits: threading.Semaphore | None = None
        self.begun = 0
        """Steps, those that are held among them."""

    def will_say(self, prompt: str, text: str, *, end: str = END) -> None:
        """After a prompt of the length of this one, whatever the weights say."""
        ids = [*self.text_ids(text), self.tokenizer.token_to_id(end)]
        self._said = dict(enumerate(ids, start=len(self.prompt_ids(prompt))))

    @contextmanager
    def held(self) -> Iterator[Callable[[int], None]]:
        """Gives a function that lets the next `n` steps through; leaving lets all through."""
        self._permits = permits = threading.Semaphore(0)
        try:
            yield permits.release
        finally:
            self._permits = None
            permits.release(POSITIONS)

    def read(self, reading: Reading) -> torch.Tensor:
        before = self._begin(reading)
        logits = super().read(reading)
        self._note(reading, before)
        return self._scripted(reading, logits)

    def read_together(self, readings: Sequence[Reading]) -> list[torch.Tensor]:
        before = [self._begin(reading) for reading in readings]
        found = super().read_together(readings)
        self.together.append(len(readings))
        for reading, length in zip(readings, before, strict=True):
            self._note(reading, length)
        return [self._scripted(reading, logits) for reading, logits in zip(readings, found, strict=True)]

    def _begin(self, reading: Reading) -> int:
        self.begun += 1
        if permits := self._permits:
            assert permits.acquire(timeout=60), "nobody let this step through"
        before = reading.cache.length
        if self.faults.get(before):
            raise self.faults[before].pop(0)
        return before

    def _note(self, reading: Reading, before: int) -> None:
        if not any(reading.cache is seen for seen in self._seen):
            self._seen.append(reading.cache)
        whose = next(at for at, seen in enumerate(self._seen) if seen is reading.cache)
        self.steps.append((whose, before, len(reading.ids)))

    def _scripted(self, reading: Reading, logits: torch.Tensor) -> torch.Tensor:
        length = reading.cache.length
        if length in self._said:
            logits = torch.full_like(logits, -100.0)
            logits[self._said[length]] = 100.0
        return logits


@dataclass
class Served:
    """A model as the app would have it, without a loader."""

    model: WatchedModel
    memory: KvMemory
    thread: GenerationThread
    language_model: TransformersModel
    crashes: list[str]

    async def answer(self, prompt: str, **options: Any) -> tuple[str, dict[str, Any]]:
        """The whole text and what the last chunk told."""
        result = await self.language_model.agenerate([prompt], **options)
        generation = result.generations[0][0]
        return generation.text, generation.generation_info or {}

    async def read_prefix(self, prefix: str) -> KvSnapshot:
        events: Channel[float | KvSnapshot] = Channel()
        self.thread.submit(PrefixReading(self.model.prompt_ids(prefix), events.send))
        while isinstance(event := await events.receive(), float):
            pass
        self.memory.pin(event)
        return event


@asynccontextmanager
async def served(
    model: WatchedModel | None = None, *, limit: int = 2**30, max_active: int = 4
) -> AsyncIterator[Served]:
    model, memory, crashes = model or WatchedModel(), KvMemory(limit), []
    thread = GenerationThread(model, memory, partial(crashes.append, "crashed"), max_active)
    language_model = TransformersModel(model, memory, thread, CARD.options)
    try:
        yield Served(model, memory, thread, language_model, crashes)
    finally:
        await asyncio.to_thread(thread.close)

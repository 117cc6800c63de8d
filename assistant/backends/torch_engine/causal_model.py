"""A causal language model with its tokenizer: text to tokens, and the scores of the next token after those read.

Knows nothing of requests. `read` and `read_together` belong to the generation thread; the rest may be called
from anywhere.
"""

import inspect
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from tokenizers import Tokenizer

from assistant.backends.torch_engine.kv_cache import GrowingCache
from assistant.backends.torch_engine.row_attention import CacheRows, attend_by_rows
from assistant.model_catalog import ModelCard

_CHUNK_ON_CUDA = 512
# A small model reads these in about half a second on two cores: nobody waits longer for a turn, or for a stop.
_CHUNK_ELSEWHERE = 128


@dataclass(frozen=True, slots=True)
class Reading:
    """Tokens to be read after those that the cache has. At least one."""

    ids: Sequence[int]
    cache: GrowingCache


class CausalModel:
    """`module` is a transformers model of any kind with a plain cache, `tokenizer` transformers' tokenizer of it."""

    def __init__(self, module: Any, tokenizer: Any, card: ModelCard) -> None:  # noqa: ANN401  # any model's class
        self._module = module
        # The one below transformers': it has no state, so that threads may share it.
        self.tokenizer: Tokenizer = tokenizer.backend_tokenizer
        self.tokenizer.no_truncation()
        self.tokenizer.no_padding()
        # Llama's tokenizers put a first token before every text; StarCoder's do not.
        first = tokenizer.bos_token_id
        self._first_ids = [first] if first is not None and tokenizer("").input_ids[:1] == [first] else []
        self._alone = {"logits_to_keep": 1} if _takes_logits_to_keep(module) else {}
        self.device: torch.device = module.device
        self.dtype: torch.dtype = module.dtype
        self.end_ids = _end_ids(module, tokenizer, card)
        self.positions = _positions(module, card)
        """Tokens that a request may have in all. One more would index past the end of learned positions."""
        self.reads_together = attend_by_rows(module)
        """Whether `read_together` is quicker than `read` for one after the other."""
        self.chunk = _CHUNK_ON_CUDA if self.device.type == "cuda" else _CHUNK_ELSEWHERE
        """Tokens of a prompt to read in one go."""

    @property
    def context_window(self) -> int:
        """Positions for text, counted as `text_ids` counts."""
        return self.positions - len(self._first_ids)

    def text_ids(self, text: str) -> list[int]:
        return list(self.tokenizer.encode(text, add_special_tokens=False).ids)

    def prompt_ids(self, prompt: str) -> list[int]:
        """With the first token that the model wants before every text, unless the prompt spells it out."""
        ids = self.text_ids(prompt)
        return ids if ids[:1] == self._first_ids else [*self._first_ids, *ids]

    def read(self, reading: Reading) -> torch.Tensor:
        """The scores of the next token, of the shape (vocabulary,). The cache is as before when this raises."""
        return self._forward([reading.ids], [reading.cache], reading.cache)[0]

    def read_together(self, readings: Sequence[Reading]) -> list[torch.Tensor]:
        """As `read`, of one token for each of several caches. All are as before when this raises."""
        caches = [reading.cache for reading in readings]
        positions = torch.tensor([[cache.length] for cache in caches], device=self.device)
        ids = [reading.ids for reading in readings]
        return self._forward(ids, caches, CacheRows(caches), position_ids=positions)

    def _forward(
        self,
        ids: Sequence[Sequence[int]],
        caches: Sequence[GrowingCache],
        known: GrowingCache | CacheRows,
        **more: torch.Tensor,
    ) -> list[torch.Tensor]:
        before = [cache.length for cache in caches]
        given = torch.tensor([list(row) for row in ids], device=self.device)
        try:
            found = self._module(given, cache=known, use_cache=True, **self._alone, **more)
        except BaseException:
            for cache, length in zip(caches, before, strict=True):
                cache.rewind(length)
            raise
        return list(found.logits[:, -1])


def _takes_logits_to_keep(module: Any) -> bool:  # noqa: ANN401  # any model's class
    return "logits_to_keep" in inspect.signature(module.forward).parameters


def _positions(module: Any, card: ModelCard) -> int:  # noqa: ANN401
    positions = getattr(module.config.get_text_config(decoder=True), "max_position_embeddings", None)
    return min(card.context_window, int(positions)) if positions else card.context_window


def _end_ids(module: Any, tokenizer: Any, card: ModelCard) -> frozenset[int]:  # noqa: ANN401
    generation = getattr(module, "generation_config", None)
    known = [tokenizer.eos_token_id, getattr(generation, "eos_token_id", None), module.config.eos_token_id]
    flat = [one for ids in known for one in (ids if isinstance(ids, list) else [ids])]
    named = [tokenizer.backend_tokenizer.token_to_id(token) for token in card.end_tokens]
    return frozenset(int(one) for one in [*flat, *named] if one is not None)

"""From a model's scores to the next token, by transformers' own processors in the order that `generate` has them."""

from collections.abc import Sequence
from typing import Any

import torch
from transformers.generation.logits_process import (
    LogitsProcessor,
    LogitsProcessorList,
    RepetitionPenaltyLogitsProcessor,
    TemperatureLogitsWarper,
    TopKLogitsWarper,
    TopPLogitsWarper,
)

from assistant.conversation import GenerationOptions
from assistant.errors.engine import EngineError


class Sampler:
    """One request's, with dice of its own: the same seed gives the same answer, whatever runs beside it."""

    def __init__(self, options: GenerationOptions, device: torch.device) -> None:
        self._greedy = options.temperature == 0
        self._dice = torch.Generator(device)
        if options.seed is None:
            self._dice.seed()
        else:
            self._dice.manual_seed(options.seed)
        # Any: its types ask for a tensor class that only exists in type comments.
        self._processors: Any = LogitsProcessorList(_processors(options))
        self._penalised = options.repetition_penalty != 1.0

    def next(self, logits: torch.Tensor, ids: Sequence[int]) -> int:
        """`logits` of the shape (vocabulary,), `ids` all tokens so far, the prompt's too: those are penalised.

        Raises EngineError where the scores are not numbers: drawing from them would take a CUDA process down.
        """
        if not bool((logits < torch.inf).all()):
            raise EngineError(fault="the model's scores are not numbers")
        so_far = torch.tensor([ids if self._penalised else ids[-1:]], device=logits.device)
        scores = self._processors(so_far, logits.float()[None])
        if self._greedy:
            return int(scores.argmax())
        return int(torch.multinomial(scores.softmax(-1), 1, generator=self._dice))


def _processors(options: GenerationOptions) -> list[LogitsProcessor]:
    found: list[LogitsProcessor] = []
    if options.repetition_penalty != 1.0:
        found.append(RepetitionPenaltyLogitsProcessor(options.repetition_penalty))
    if options.temperature == 0:
        return found
    if options.temperature != 1.0:
        found.append(TemperatureLogitsWarper(options.temperature))
    if options.top_k:
        found.append(TopKLogitsWarper(options.top_k))
    if options.top_p < 1.0:
        found.append(TopPLogitsWarper(options.top_p))
    return found

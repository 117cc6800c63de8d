"""One answer in the making, in small steps: read what has not been read before, then one token after another.

Made for the generation thread, which reads for it. Knows nothing of threads, turns or who listens.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch

from assistant.backends.torch_engine.answer_pieces import TextStream
from assistant.backends.torch_engine.causal_model import CausalModel, Reading
from assistant.backends.torch_engine.kv_cache import GrowingCache
from assistant.backends.torch_engine.kv_memory import KvMemory
from assistant.backends.torch_engine.out_of_memory import is_out_of_memory
from assistant.backends.torch_engine.sampling import Sampler
from assistant.conversation import GenerationOptions
from assistant.errors.root import AssistantError


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    prompt_ids: Sequence[int]
    """At least one; with `max_new_tokens` within the model's positions."""
    options: GenerationOptions
    stops: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    finish_reason: str
    """"stop" or "length"."""
    prompt_tokens: int
    completion_tokens: int
    cached_tokens: int
    """Of the prompt, not read again."""


@dataclass(frozen=True, slots=True)
class Read:
    """Of the prompt's tokens that were not known from before."""

    done: int
    total: int


class Generation:
    """`emit` gets how much is read, then pieces of text, then one Ending or error. It must not block."""

    def __init__(
        self,
        model: CausalModel,
        memory: KvMemory,
        request: Request,
        emit: Callable[[Read | str | Ending | AssistantError], None],
    ) -> None:
        self._model = model
        self._memory = memory
        self._request = request
        self._emit = emit
        self._ids = list(request.prompt_ids)
        self._text = TextStream(model.tokenizer, request.prompt_ids, request.stops)
        self._cache: GrowingCache | None = None
        self._sampler: Sampler | None = None
        self._cached = 0
        self._cancelled = False

    def cancel(self) -> None:
        """End before the next step, and tell nobody. May be called from any thread, at any time."""
        self._cancelled = True

    def fail(self, error: AssistantError) -> None:
        self._cache = None
        self._emit(error)

    def unread(self) -> Reading | None:
        if self._cancelled:
            self._leave_to_memory()
            return None
        # Not before the first step: who waits in line takes no memory on the device.
        if self._cache is None:
            # The last token is always read, since its scores are what the answer starts from.
            known, self._cached = self._memory.longest_start(self._ids[:-1])
            self._cache = GrowingCache(known, self._cached)
        return Reading(self._ids[self._cache.length :], self._cache)

    def take(self, logits: torch.Tensor) -> bool:
        if self._cache is None:
            return True
        if not self._made():
            self._emit(Read(self._cache.length - self._cached, len(self._ids) - self._cached))
        if self._cache.length < len(self._ids):
            return False
        if self._sampler is None:
            self._sampler = Sampler(self._request.options, self._model.device)
        reason = self._taken(self._sampler.next(logits, self._ids))
        if reason:
            self._leave_to_memory()
            self._emit(self._ending(reason))
        return bool(reason)

    def _taken(self, token: int) -> str:
        """The reason to end, if there is one now."""
        self._ids.append(token)
        if token in self._model.end_ids:
            return "stop"
        if piece := self._text.feed(token):
            self._emit(piece)
        if self._text.stopped:
            return "stop"
        return "length" if self._made() == self._request.options.max_new_tokens else ""

    def _made(self) -> int:
        return len(self._ids) - len(self._request.prompt_ids)

    def _ending(self, reason: str) -> Ending:
        return Ending(
            finish_reason=reason,
            prompt_tokens=len(self._request.prompt_ids),
            completion_tokens=self._made(),
            cached_tokens=self._cached,
        )

    def _leave_to_memory(self) -> None:
        cache, self._cache = self._cache, None
        if cache is None or not cache.length:
            return
        try:
            read = self._ids[: cache.length]
            self._memory.keep(cache.snapshot(read, self._memory.base_of(read)))
        except Exception as error:
            # The next turn is then read anew; this answer has lost nothing.
            if not is_out_of_memory(error):
                raise

"""Tokens a second of conversations answered together: this app beside transformers' continuous batching.

    python -m benchmarks.batching [--context N] [--answer N] [--rounds N]

Two models of tiny_starcoder_py's shape with the same random weights. Both sides are started once, warmed up, and have
read the context that all prompts begin with; they take turns, and write as many tokens for every conversation. Counted
is the steady state: from the last one's first token to the first one's last. Its seconds are the processor's, on one
thread: what else runs on the machine does not count. Prints medians.
"""

import argparse
import itertools
import os
import queue
import statistics
import time
from collections.abc import Callable, Sequence

import torch
from transformers import ContinuousBatchingConfig, GPTBigCodeForCausalLM, PreTrainedTokenizerFast

from assistant.backends.torch_engine.causal_model import CausalModel
from assistant.backends.torch_engine.generation import Ending, Generation, Request
from assistant.backends.torch_engine.generation_thread import GenerationThread
from assistant.backends.torch_engine.kv_memory import KvMemory
from assistant.conversation import GenerationOptions
from assistant.model_catalog import CATALOG
from benchmarks.random_starcoder import TINY_STARCODER, random_module, random_tokenizer

COUNTS = (1, 4, 8)
Times = list[list[float]]
"""Of each conversation's tokens."""


class Timed(Generation):
    """Notes when each token was there."""

    def __init__(self, model: CausalModel, memory: KvMemory, request: Request, emit: Callable[[object], None]) -> None:
        super().__init__(model, memory, request, emit)
        self.times: list[float] = []

    def take(self, logits: torch.Tensor) -> bool:
        done = super().take(logits)
        self.times.append(time.process_time())
        return done


class Ours:
    def __init__(self, module: GPTBigCodeForCausalLM, tokenizer: PreTrainedTokenizerFast) -> None:
        self._model = CausalModel(module, tokenizer, CATALOG["starcoder"])
        # A random model may choose the token that ends an answer as soon as any other.
        self._model.end_ids = frozenset()
        self._memory = KvMemory(2**30)
        self._thread = GenerationThread(self._model, self._memory, lambda: None, max(COUNTS))

    def answer(self, prompts: Sequence[Sequence[int]], tokens: int) -> Times:
        options = GenerationOptions(temperature=0, top_p=1, top_k=0, repetition_penalty=1, max_new_tokens=tokens)
        ended: queue.Queue[object] = queue.Queue()
        requests = [Request(prompt_ids=ids, options=options) for ids in prompts]
        works = [Timed(self._model, self._memory, request, ended.put) for request in requests]
        for work in works:
            self._thread.submit(work)
        for _ in works:
            while not isinstance(ended.get(), Ending):
                pass
        return [work.times[-tokens:] for work in works]

    def close(self) -> None:
        self._thread.close()


class ContinuousBatching:
    def __init__(self, module: GPTBigCodeForCausalLM, context: int, answer: int) -> None:
        pages = max(COUNTS) * ((context + answer) // 256 + 2)
        module.generation_config.update(do_sample=False, eos_token_id=-1)
        self._manager = module.init_continuous_batching(
            continuous_batching_config=ContinuousBatchingConfig(num_blocks=pages, max_batch_tokens=512)
        )
        self._manager.warmup()
        self._manager.start()

    def answer(self, prompts: Sequence[list[int]], tokens: int) -> Times:
        for ids in prompts:
            self._manager.add_request(ids, max_new_tokens=tokens, streaming=True, eos_token_id=-1)
        times: dict[str, list[float]] = {}
        unfinished = len(prompts)
        while unfinished:
            result = self._manager.get_result(timeout=600)
            assert result and not result.error
            times.setdefault(result.request_id, []).append(time.process_time())
            unfinished -= result.is_finished()
        return list(times.values())

    def close(self) -> None:
        self._manager.stop(block=True)


def rate(times: Times) -> float:
    begin, end = max(each[0] for each in times), min(each[-1] for each in times)
    return sum(begin < at <= end for each in times for at in each) / (end - begin)


def measured(sides: Sequence[Ours | ContinuousBatching], context: Sequence[int], tokens: int, rounds: int) -> None:
    numbers = itertools.count()
    for side in sides:
        side.answer([[*context, 1]], 4)
    for count in COUNTS:
        rates: list[list[float]] = [[] for _ in sides]
        for _ in range(rounds):
            # Other questions each time: what was kept of earlier ones must not help.
            prompts = [[*context, *divmod(next(numbers), 100), 7] for _ in range(count)]
            for side, found in zip(sides, rates, strict=True):
                found.append(rate(side.answer(prompts, tokens)))
        values = "   ".join(f"{statistics.median(found):7.1f}" for found in rates)
        print(f"{count} conversations, tokens/s of this app and of continuous batching: {values}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--context", type=int, default=1024)
    parser.add_argument("--answer", type=int, default=48)
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    torch.set_num_threads(1)
    tokenizer = random_tokenizer(TINY_STARCODER.vocabulary)
    context = [number % 4000 + 50 for number in range(asked.context)]
    print(f"load {os.getloadavg()[0]:.1f}, {asked.context} tokens read before", flush=True)
    modules = [random_module(TINY_STARCODER, torch.device("cpu"), torch.float32) for _ in range(2)]
    sides = Ours(modules[0], tokenizer), ContinuousBatching(modules[1], asked.context, asked.answer)
    with torch.inference_mode():
        measured(sides, context, asked.answer, asked.rounds)
    for side in sides:
        side.close()
    print(f"load {os.getloadavg()[0]:.1f} at the end")


if __name__ == "__main__":
    main()

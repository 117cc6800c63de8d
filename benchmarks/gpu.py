"""This app's transformers engine on a GPU, beside the card's own limits and plain `generate`.

    python -m benchmarks.gpu [--scale tiny]

StarCoder's exact shape with random weights in bfloat16, made on the card: nothing is downloaded. Rates are fractions of
two limits, both measured first: bytes of weights and keys and values a token over the bandwidth of a copy, and
arithmetic over the rate of a matrix product. Without a GPU it runs a toy, to show that it works.
"""

import argparse
import asyncio
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import torch
from transformers import GPTBigCodeForCausalLM, PreTrainedTokenizerFast

from assistant.backends.torch_engine.causal_model import CausalModel
from assistant.backends.torch_engine.runtime import Runtime
from assistant.model_catalog import CATALOG
from assistant.prompting.library import PROMPTS
from benchmarks.contestants import StepWatch, our_answer
from benchmarks.device_limits import Limits, measure_limits
from benchmarks.random_starcoder import STARCODER, TOY, Shape, random_module, random_tokenizer

CARD = CATALOG["starcoder"]


@dataclass(frozen=True, slots=True)
class Plan:
    shape: Shape
    context: int
    """Tokens that every prompt begins with."""
    answer: int
    """Tokens to write in each conversation."""
    batches: Sequence[int]
    dtype: torch.dtype = torch.bfloat16


FULL = Plan(STARCODER, context=4096, answer=64, batches=(1, 4, 16, 32))
TINY = Plan(TOY, context=256, answer=8, batches=(1, 4))


class Costs:
    """What one token costs at least, in seconds of each limit."""

    def __init__(self, plan: Plan, module: GPTBigCodeForCausalLM, limits: Limits) -> None:
        size = module.dtype.itemsize
        self.parameters = sum(parameter.numel() for parameter in module.parameters())
        self._weights = self.parameters * size
        # Of one head alone: all others share its keys and values.
        self._kept = plan.context * plan.shape.layers * 2 * (plan.shape.hidden // plan.shape.heads) * size
        self._work = 2 * self.parameters + 4 * plan.shape.layers * plan.shape.hidden * plan.context
        # Attention looks at half of the context on average while that is being read.
        self._reading = plan.context * (self._work - 2 * plan.shape.layers * plan.shape.hidden * plan.context)
        self._limits = limits

    def fractions(self, batch: int, rate: float) -> str:
        """`rate` in tokens a second of all conversations; the ideal reads the weights once for each step of all."""
        moved = (self._weights / batch + self._kept) / self._limits.bandwidth
        return f"{rate * moved:7.1%} of bandwidth {rate * self._work / self._limits.flops:7.1%} of arithmetic"

    def reading(self, seconds: float) -> str:
        return f"{self._reading / self._limits.flops / seconds:7.1%} of arithmetic"

    def one_step(self, seconds: float) -> str:
        return f"{(self._weights + self._kept) / self._limits.bandwidth / seconds:7.1%} of bandwidth"


def text_of(tokenizer: PreTrainedTokenizerFast, tokens: int) -> str:
    words = "\n".join(path.read_text("utf-8") for path in sorted(PROMPTS.rglob("*.jinja"))) * 8
    return str(tokenizer.decode(tokenizer(words).input_ids[:tokens]))


async def ours(plan: Plan, model: CausalModel, prefix: str, costs: Costs, folder: Path) -> None:
    runtime = Runtime(model, {"model": "random"}, folder, on_crash=lambda: None, concurrency=max(plan.batches))
    chat = runtime.language_model(CARD.options)
    try:
        await our_answer(chat, "Kernels are chosen and compiled.", 4)
        cold = (await our_answer(chat, f"{prefix}\nHuman: one", 4)).first
        line("first token, prefix unread", f"{cold:8.3f} s", costs.reading(cold))
        began = time.perf_counter()
        await runtime.read_prefix(prefix, lambda fraction: None)
        line("reading the prefix", f"{time.perf_counter() - began:8.3f} s")
        warm = (await our_answer(chat, f"{prefix}\nHuman: two", 4)).first
        line("first token, prefix read", f"{warm:8.3f} s", costs.one_step(warm))
        for batch in plan.batches:
            began = time.perf_counter()
            asked = [our_answer(chat, f"{prefix}\nHuman: {batch} {number}", plan.answer) for number in range(batch)]
            tokens = sum(answer.tokens for answer in await asyncio.gather(*asked))
            rate = tokens / (time.perf_counter() - began)
            line(f"{batch} conversations", f"{rate:8.1f} tokens/s", costs.fractions(batch, rate))
    finally:
        runtime.close()


async def restored(model: CausalModel, prefix: str, folder: Path) -> None:
    runtime = Runtime(model, {"model": "random"}, folder, on_crash=lambda: None)
    try:
        began = time.perf_counter()
        await runtime.read_prefix(prefix, lambda fraction: None)
        line("the prefix after a restart", f"{time.perf_counter() - began:8.3f} s")
    finally:
        runtime.close()


def plain(plan: Plan, module: GPTBigCodeForCausalLM, ids: Sequence[int], costs: Costs) -> None:
    """Rates after the first token: `generate` reads every prompt whole, which is its first token's time."""
    for batch in plan.batches:
        watch = StepWatch()
        given = torch.tensor([ids] * batch, device=module.device)
        began = time.perf_counter()
        module.generate(
            given,
            attention_mask=torch.ones_like(given),
            max_new_tokens=plan.answer,
            do_sample=False,
            pad_token_id=0,
            stopping_criteria=[watch],
        )
        rate = batch * (plan.answer - 1) / (time.perf_counter() - watch.times[0])
        first = f"first token {watch.times[0] - began:.3f} s"
        line(f"{batch} conversations", f"{rate:8.1f} tokens/s", costs.fractions(batch, rate), first)


def line(what: str, value: str, *more: str) -> None:
    print(f"  {what:28}{value:18}" + "  ".join(more), flush=True)


def run(plan: Plan, device: torch.device) -> None:
    limits = measure_limits(device, plan.dtype)
    name = torch.cuda.get_device_name(device) if device.type == "cuda" else "CPU: a toy, and not measured on a GPU"
    print(f"{name}; torch {torch.__version__}, {plan.dtype}")
    print(f"copy {limits.bandwidth / 1e9:.0f} GB/s   matrix product {limits.flops / 1e12:.2f} TFLOP/s")
    tokenizer = random_tokenizer(plan.shape.vocabulary)
    module = random_module(plan.shape, device, plan.dtype)
    costs = Costs(plan, module, limits)
    prefix = text_of(tokenizer, plan.context)
    print(f"{costs.parameters / 1e9:.3f} billion parameters, prefix of {plan.context} tokens\nthis app")
    model = CausalModel(module, tokenizer, replace(CARD, context_window=plan.shape.positions))
    # A random model may choose a token that ends an answer as soon as any other.
    model.end_ids = frozenset()
    module.generation_config.eos_token_id = None
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(ours(plan, model, prefix, costs, Path(folder)))
        asyncio.run(restored(model, prefix, Path(folder)))
    print("plain generate, after its first token")
    plain(plan, module, tokenizer(prefix).input_ids, costs)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scale", choices=("full", "tiny"), default="full")
    tiny = parser.parse_args(arguments).scale == "tiny"
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    run(TINY if tiny or device.type == "cpu" else FULL, device)


if __name__ == "__main__":
    main()

"""The first word of a new conversation: with the prompt's prefix read beforehand, and without.

    python -m benchmarks.prefix [prompt ...]

Each round starts the engine anew, asks once cold, reads the prefix, asks something else, and starts once more with the
prefix on disk. Prints the medians.
"""

import asyncio
import statistics
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from langchain_core.language_models import BaseLLM

from assistant.backends.embedded import EmbeddedLoader
from assistant.backends.hub import fetch
from assistant.conversation import GenerationOptions
from assistant.engine import EngineStage
from assistant.generation.answer_stream import AnswerStream
from assistant.prompting.assembler import PromptAssembler
from assistant.prompting.library import load_template
from assistant.prompting.template import PromptTemplate
from benchmarks.prompt_formats import question

PROMPTS = ("tech_assistant/v1", "tech_assistant/compact")
ROUNDS = 3
COLD_QUESTION = "How do I reverse a list in Python?"
WARM_QUESTION = "Which git command shows the last commits?"


def silent(stage: EngineStage, fraction: float | None = None) -> None:
    """Nobody watches this engine's start."""


async def first_word(assembler: PromptAssembler, template: PromptTemplate, model: BaseLLM, text: str) -> float:
    """Seconds from asking to the first visible text."""
    options = GenerationOptions(temperature=0, max_new_tokens=8, seed=1)
    prompt = assembler.assemble(question(text), options.max_new_tokens)
    began = time.perf_counter()
    async for _ in AnswerStream(model, prompt.value, options, template.stops, template.marks.reply_lead):
        return time.perf_counter() - began
    raise RuntimeError("the model said nothing")


async def started(name: str, folder: Path) -> tuple[EmbeddedLoader, PromptAssembler, PromptTemplate, BaseLLM]:
    loader = EmbeddedLoader("", folder)
    template = load_template(name, loader.card.prompt, fetch)
    loaded = await loader.load(silent)
    model = loaded.language_model
    assembler = await asyncio.to_thread(PromptAssembler, template, model.get_num_tokens, loaded.context_window)
    return loader, assembler, template, model


async def measured(name: str) -> tuple[float, float, float]:
    """Seconds to the first word cold and warm, and of the next start to have the prefix again."""
    with TemporaryDirectory() as folder:
        loader, assembler, template, model = await started(name, Path(folder))
        cold = await first_word(assembler, template, model, COLD_QUESTION)
        await loader.warm(template.prefix)
        warm = await first_word(assembler, template, model, WARM_QUESTION)
        await loader.close()
        loader, *_ = await started(name, Path(folder))
        began = time.perf_counter()
        await loader.warm(template.prefix)
        restored = time.perf_counter() - began
        await loader.close()
        return cold, warm, restored


def main() -> None:
    for name in sys.argv[1:] or PROMPTS:
        rounds = [asyncio.run(measured(name)) for _ in range(ROUNDS)]
        cold, warm, restored = (statistics.median(values) for values in zip(*rounds, strict=True))
        ratio = f"warm/cold {warm / cold:.3f}   restored in {restored:.2f} s"
        print(f"{name:24} cold {cold:6.2f} s   warm {warm:6.2f} s   {ratio}", flush=True)


if __name__ == "__main__":
    main()

"""Which prompt suits a model: the same questions through each format, answers checked by running or reading them.

    python -m benchmarks.prompt_formats [format ...]

Prints a row a format: questions right of all asked, stray turns (the model went on as the person), seconds an answer.
"""

import asyncio
import re
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from assistant.backends.embedded import EmbeddedLoader
from assistant.backends.hub import fetch
from assistant.conversation import GenerationOptions
from assistant.engine import Engine, ReadyEngine
from assistant.generation.answer_stream import AnswerStream
from assistant.prompt_choice import SUITED_PROMPT
from assistant.prompting.library import load_template
from tests.backend_contract import question

FORMATS = ("chat/chatml", "tech_assistant/compact", "tech_assistant/v1")
SEEDS = (1, 2, 3)
FENCE = re.compile(r"```(?:python)?\n(.*?)```", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Question:
    text: str
    right: Callable[[str], bool]


def runs(check: str) -> Callable[[str], bool]:
    """The answer's Python blocks, followed by `check`, run without an error."""

    def judge(answer: str) -> bool:
        code = "\n".join(FENCE.findall(answer)) + "\n" + check
        try:
            done = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, timeout=10, check=False)
        except subprocess.TimeoutExpired:
            return False
        return done.returncode == 0

    return judge


def says(*patterns: str) -> Callable[[str], bool]:
    return lambda answer: all(re.search(pattern, answer, re.IGNORECASE) for pattern in patterns)


QUESTIONS = (
    Question("Write a Python function add(a, b) that returns their sum.", runs("assert add(2, 3) == 5")),
    Question("Write a Python function is_even(n).", runs("assert is_even(4) and not is_even(7)")),
    Question(
        "Write a Python function reversed_copy(items) that returns the list in reverse order.",
        runs("assert reversed_copy([1, 2, 3]) == [3, 2, 1]"),
    ),
    Question("Write a Python function factorial(n).", runs("assert factorial(5) == 120")),
    Question(
        "Write a Python function count_vowels(text) that counts the letters a, e, i, o and u.",
        runs("assert count_vowels('education') == 5"),
    ),
    Question(
        "Write a Python function maximum(numbers) without using max().",
        runs("assert maximum([3, 9, 2]) == 9"),
    ),
    Question("How do I reverse a list in Python?", says(r"reverse|\[::-1\]")),
    Question("Which git command shows the history of commits?", says(r"git log")),
    Question("Which SQL statement reads all rows of the table users?", says(r"select\s+\*\s+from\s+users")),
    Question("Which bash command lists the files of a folder?", says(r"\bls\b")),
    Question("What does the Python function len() do?", says(r"length|number of")),
    Question("In Python, what is the difference between a list and a tuple?", says(r"mutable|change")),
)


async def answer(ready: ReadyEngine, engine: Engine, text: str, seed: int) -> str:
    options = GenerationOptions(**{**ready.model.card.options.model_dump(), "seed": seed, "max_new_tokens": 256})
    prompt = await asyncio.to_thread(
        ready.prompts.assembler(SUITED_PROMPT).assemble, [question(text)], options.max_new_tokens
    )
    stream = AnswerStream(
        ready.model.language_model, prompt.value, options, prompt.template.stops, prompt.template.marks.reply_lead
    )
    return "".join([piece async for piece in stream])


async def measure(prompt: str) -> None:
    loader = EmbeddedLoader("", Path("data", "prefixes"))
    engine = Engine(loader, lambda card: load_template(prompt, card.prompt, fetch))
    ready = await engine.ready()
    right = stray = 0
    began = time.monotonic()
    for asked in QUESTIONS:
        for seed in SEEDS:
            text = await answer(ready, engine, asked.text, seed)
            right += asked.right(text)
            stray += "Human:" in text or "<|im_" in text
    count = len(QUESTIONS) * len(SEEDS)
    seconds = (time.monotonic() - began) / count
    print(f"{prompt:28} right {right:3} of {count}   stray turns {stray:2}   {seconds:5.1f} s an answer", flush=True)
    await engine.close()


def main() -> None:
    for prompt in sys.argv[1:] or FORMATS:
        asyncio.run(measure(prompt))


if __name__ == "__main__":
    main()

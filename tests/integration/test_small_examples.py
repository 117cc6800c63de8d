"""What the page offers to ask the embedded model is what it can answer: its code is run, its words are read.

And it finds names for what is asked at length."""

import ast
import asyncio
import re
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio

from assistant.backends.embedded import EmbeddedLoader
from assistant.backends.openai_protocol.completions import OpenAICompletions
from assistant.engine import LoadedModel
from assistant.generation.answer_stream import AnswerStream
from assistant.model_catalog import SMALL_EXAMPLES
from assistant.prompting.assembler import PromptAssembler
from assistant.prompting.library import load_template
from assistant.title_text import title_from
from assistant.wording import Wording
from tests.backend_contract import ignore, question

pytestmark = pytest.mark.asyncio(loop_scope="module")

CODE = re.compile(r"```python\n(.*?)```", re.DOTALL)
CALLS = {
    "sum": [([3, 1, 2], 6), ([-4], -4), ([], 0)],
    "reverse_string": [("abc", "cba"), ("", "")],
    "largest": [([3, 8, 2], 8), ([-5, -2], -2)],
}
"""What the first function of an answer is called with, and what it gives then."""
WORDS = {"html": re.compile("hypertext markup language", re.IGNORECASE)}
LONG = (
    "Hello, how do I sort a list of numbers in Python, the biggest one first, please?",
    "Hi! I would like to know how I can undo the last commit in git without losing my changes.",
    "What is the best way to read a large CSV file line by line in Python without running out of memory?",
)
LONGEST = 160
"""Tokens, by which each has said what counts."""


@dataclass(frozen=True, slots=True)
class Asked:
    """The model, and the prompt that its page gives it."""

    loaded: LoadedModel
    assembler: PromptAssembler

    async def pieces(self, text: str, **options: float) -> AsyncIterator[str]:
        prompt = await asyncio.to_thread(self.assembler.assemble, [question(text)], LONGEST)
        sampling = self.loaded.card.options.model_copy(update={"max_new_tokens": LONGEST, **options})
        template = self.assembler.template
        stream = AnswerStream(
            self.loaded.language_model, prompt.value, sampling, template.stops, template.marks.reply_lead
        )
        async with aclosing(aiter(stream)) as pieces:
            async for piece in pieces:
                yield piece

    async def until(self, enough: re.Pattern[str], text: str, **options: float) -> re.Match[str]:
        """What counts, as soon as the answer has said it."""
        said = ""
        async with aclosing(self.pieces(text, **options)) as pieces:
            async for piece in pieces:
                said += piece
                if found := enough.search(said):
                    return found
        pytest.fail(f"not in: {said}")

    async def line(self, text: str) -> str:
        """All of the likeliest answer, which is to be one line."""
        return "".join([piece async for piece in self.pieces(text, temperature=0, repetition_penalty=1)])


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def asked(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Asked]:
    loader = EmbeddedLoader("", tmp_path_factory.mktemp("prefixes"))
    loaded = await loader.load(ignore)
    assert isinstance(loaded.language_model, OpenAICompletions)
    template = load_template(loaded.card.prompt, "", Path)
    count = loaded.language_model.get_num_tokens
    yield Asked(loaded, await asyncio.to_thread(PromptAssembler, template, count, loaded.context_window))
    await loader.close()


@pytest.mark.parametrize("options", [{"temperature": 0.0}, {"seed": 1}], ids=["likeliest", "sampled"])
@pytest.mark.parametrize("example", SMALL_EXAMPLES)
async def test_an_example_is_answered_rightly(
    example: str, options: dict[str, float], asked: Asked, tmp_path: Path
) -> None:
    found = await asked.until(WORDS.get(example, CODE), Wording()(f"example.{example}"), **options)
    if example in CALLS:
        check_calls(found[1], CALLS[example], tmp_path)


def check_calls(source: str, calls: list[tuple[object, object]], folder: Path) -> None:
    """In a process of its own: a model wrote it."""
    function = next(node.name for node in ast.parse(source).body if isinstance(node, ast.FunctionDef))
    checks = [f"assert {function}({given!r}) == {due!r}, {function}({given!r})" for given, due in calls]
    program = [sys.executable, "-I", "-c", "\n".join([source, *checks])]
    ran = subprocess.run(program, check=False, cwd=folder, capture_output=True, text=True, timeout=30)
    assert ran.returncode == 0, f"{source}\n{ran.stderr}"


async def test_of_some_long_questions_one_is_named_by_its_own_words(asked: Asked) -> None:
    template = load_template("titles/v1", "", Path)
    count = asked.loaded.language_model.get_num_tokens
    naming = Asked(asked.loaded, await asyncio.to_thread(PromptAssembler, template, count, asked.loaded.context_window))
    names = [title_from(await naming.line(each), each) for each in LONG]
    assert any(names)

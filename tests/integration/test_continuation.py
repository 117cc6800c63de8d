"""An answer that goes on where it was cut off is the answer that it would have been in one piece: on real engines."""

from collections.abc import AsyncIterator
from contextlib import aclosing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from assistant.backends.embedded import EmbeddedLoader
from assistant.backends.openai_protocol.chat import OpenAIChat
from assistant.backends.openai_protocol.completions import OpenAICompletions
from assistant.backends.openai_protocol.dialect import Dialect
from assistant.conversation import GenerationOptions, Message, MessageStatus, Role
from assistant.engine import EngineStage, LoadedModel
from assistant.generation.answer_stream import AnswerStream
from assistant.prompting.assembler import PromptAssembler
from assistant.prompting.library import load_template
from assistant.prompting.template import PromptTemplate
from tests.fakes.desk import TEMPLATE
from tests.fakes.tiny_models import POSITIONS, WatchedModel, served

pytestmark = pytest.mark.asyncio(loop_scope="module")

QUESTION = Message(
    id="q",
    conversation_id="c",
    parent_id=None,
    role=Role.USER,
    text="Write a Python function that reverses a list, with a test.",
    status=MessageStatus.COMPLETE,
    created_at=datetime(2026, 11, 23, tzinfo=UTC),
)
CHATML = load_template("chat/chatml", "", Path)
BREAKS = (2, 9, 41)
"""Tokens of the first part: some end within a word, some within the code."""
FURTHER = 6
"""Tokens of the second; more of them might meet a near tie, which reading and writing need not decide alike."""
SAID = "Sure 👩🏽‍💻:\n\n```py\ndef f(x):\n    return  x\nHumans: in text here\n```\n\n- 日本  \n- end."


def ignore(stage: EngineStage, fraction: float | None) -> None:
    """A report that nobody reads."""


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def loaded(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[LoadedModel]:
    loader = EmbeddedLoader("", tmp_path_factory.mktemp("prefixes"))
    yield await loader.load(ignore)
    await loader.close()


class Asked:
    """One question, answered greedily."""

    def __init__(self, model: Any, template: PromptTemplate, window: int) -> None:
        self._model = model
        self._template = template
        self._assembler = PromptAssembler(template, model.get_num_tokens, window)

    async def answer(self, tokens: int, beginning: str = "") -> str:
        prompt = self._assembler.assemble([QUESTION], tokens, beginning)
        options = GenerationOptions(
            temperature=0, top_p=1.0, top_k=0, repetition_penalty=1.0, max_new_tokens=tokens, seed=1
        )
        lead = self._template.marks.reply_lead
        stream = AnswerStream(self._model, prompt.value, options, self._template.stops, lead, beginning=beginning)
        pieces = [piece async for piece in stream]
        return stream.beginning + "".join(pieces)

    async def check_break(self, first: int) -> None:
        beginning = await self.answer(first)
        joined = await self.answer(FURTHER, beginning)
        whole = await self.answer(first + FURTHER)
        assert joined.startswith(beginning)
        assert len(joined) > len(beginning)
        # The text's own tokens may be other ones than those it was written in, and fewer.
        assert joined.startswith(whole) or whole.startswith(joined)


@pytest.mark.parametrize("first", BREAKS)
async def test_an_answer_of_llama_cpp_goes_on_as_it_would_have(loaded: LoadedModel, first: int) -> None:
    await Asked(loaded.language_model, CHATML, loaded.context_window).check_break(first)


@pytest.mark.parametrize("first", BREAKS)
async def test_llama_cpps_server_goes_on_with_a_last_message_of_the_assistants(loaded: LoadedModel, first: int) -> None:
    model = loaded.language_model
    assert isinstance(model, OpenAICompletions)
    async with aclosing(OpenAIChat(base_url=model.base_url, api_key=model.api_key, dialect=Dialect.LLAMA_CPP)) as chat:
        await Asked(chat, CHATML, loaded.context_window).check_break(first)


async def test_an_answer_of_transformers_in_two_parts_is_the_answer_in_one_wherever_it_breaks() -> None:
    """Tokens of one byte, so that breaks fall within characters too."""
    async with served(WatchedModel("gpt_bigcode")) as engine:
        asked = Asked(engine.language_model, TEMPLATE, POSITIONS)
        engine.model.will_say("A dialogue.\n\n-----\n\nHuman: " + QUESTION.text + "\n\nAssistant:", " " + SAID)
        length = len(SAID.encode()) + 2
        assert await asked.answer(length) == SAID
        for first in range(2, length, 3):
            assert await asked.answer(length, await asked.answer(first)) == SAID

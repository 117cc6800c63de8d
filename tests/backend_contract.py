"""All that the app relies on in a language model behind `assistant.engine.ModelLoader`, as tests.

A subclass gives the fixtures `backend`, loaded, and `new_loader`, which makes loaders that are closed at the end. Its
model goes on with a line that the prompt repeats, for as long as it is let; see tests/integration.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any, ClassVar

import pytest

from assistant.conversation import GenerationOptions, Message, MessageStatus, Role
from assistant.engine import EngineStage, LoadedModel, ModelLoader
from assistant.errors.engine import EngineError
from assistant.errors.input import UnsupportedOptionError
from assistant.generation.answer_stream import AnswerStream
from assistant.generation.stop_rules import StopRule
from assistant.prompting.assembler import PromptAssembler
from assistant.prompting.prompt_value import TranscriptPromptValue, prompt_value
from assistant.prompting.transcript import Turn
from tests.contract.samples import at
from tests.fakes.desk import TEMPLATE

LINE = "one 🎉 two 漢字 three\n"
PROMPT = LINE * 4
ANSWER_TOKENS = 40
"""More than the line has in any vocabulary."""
OPTIONS = GenerationOptions(
    temperature=0, top_p=1.0, top_k=0, repetition_penalty=1.0, max_new_tokens=ANSWER_TOKENS, seed=7
)
UNUSUAL: dict[str, Any] = {
    "temperature": 0.7,
    "top_p": 0.5,
    "top_k": 9,
    "repetition_penalty": 1.3,
    "max_new_tokens": ANSWER_TOKENS - 1,
    "seed": 8,
}


def ignore(stage: EngineStage, fraction: float | None) -> None:
    """A report that nobody reads."""


async def no_sign() -> None:
    """Of a real engine's end of work there is only the next answer."""


async def a_moment() -> None:
    """Of a real engine's beginning there is no sign before the first word."""
    await asyncio.sleep(0.05)


def no_script(*said_before: str) -> None:
    """A real engine is slow by itself."""


@dataclass(frozen=True, kw_only=True)
class Backend:
    loader: ModelLoader
    loaded: LoadedModel
    key: str = ""
    """What the engine is asked with."""
    slow_prompt: str = PROMPT
    """Its first word takes a while, after `stalls` where the engine is a fake."""
    stalls: Callable[..., None] = no_script
    """The next answer comes to a halt after these pieces."""
    halted: Callable[[], Awaitable[None]] = a_moment
    """Until it has."""
    client_left: Callable[[], Awaitable[None]] = no_sign
    """Until the engine has noticed."""

    def ask(self, prompt: str = PROMPT, *stops: str, **options: Any) -> AnswerStream:
        return AnswerStream(
            self.loaded.language_model,
            as_value(prompt),
            OPTIONS.model_copy(update=options),
            [StopRule(stop, inside_code=True) for stop in stops],
            reply_lead="",
        )

    async def answer(self, prompt: str = PROMPT, *stops: str, **options: Any) -> str:
        return "".join([piece async for piece in self.ask(prompt, *stops, **options)])

    async def count(self, text: str) -> int:
        return await asyncio.to_thread(self.loaded.language_model.get_num_tokens, text)


def as_value(prompt: str) -> TranscriptPromptValue:
    return prompt_value(prompt, "", [Turn(Role.USER, prompt)])


def question(text: str) -> Message:
    return Message(
        id="m",
        conversation_id="c",
        parent_id=None,
        role=Role.USER,
        text=text,
        status=MessageStatus.COMPLETE,
        created_at=at(0),
    )


class BackendContract:
    refused: ClassVar[frozenset[str]] = frozenset()
    """Options that the engine can only have at their neutral values."""
    honours_seeds: ClassVar[bool] = False
    """False: what it says is scripted."""
    count_error: ClassVar[float] = 0.02
    """Of the count of a prompt, as a part of what the engine reports."""

    async def test_loading_says_so_and_gives_what_the_page_and_the_provenance_need(
        self, new_loader: Callable[[], ModelLoader]
    ) -> None:
        loader = new_loader()
        named_before = loader.card.name
        stages: list[EngineStage] = []
        loaded = await loader.load(lambda stage, _: stages.append(stage))
        assert EngineStage.LOADING in stages
        for name in (named_before, loaded.card.name):
            assert name and "/" not in name and "\\" not in name
        assert loader.card is loaded.card
        assert loaded.revision
        assert loaded.context_window > 0
        assert loaded.concurrency >= 1

    async def test_loading_again_closes_what_was_held_and_closing_may_be_repeated(
        self, new_loader: Callable[[], ModelLoader]
    ) -> None:
        loader = new_loader()
        before = Backend(loader=loader, loaded=await loader.load(ignore))
        after = Backend(loader=loader, loaded=await loader.load(ignore))
        with pytest.raises(EngineError):
            await before.answer()
        assert await after.answer()
        await loader.close()
        await loader.close()

    async def test_a_loader_that_loaded_nothing_can_be_closed(self, new_loader: Callable[[], ModelLoader]) -> None:
        await new_loader().close()

    async def test_after_closing_a_question_fails_as_the_engines_fault(
        self, new_loader: Callable[[], ModelLoader]
    ) -> None:
        loader = new_loader()
        backend = Backend(loader=loader, loaded=await loader.load(ignore))
        await backend.answer()
        await loader.close()
        async with asyncio.timeout(60):
            with pytest.raises(EngineError):
                await backend.answer()

    async def test_after_warming_the_answer_is_the_same(self, backend: Backend) -> None:
        before = await backend.answer()
        await backend.loader.warm(LINE * 2)
        await backend.loader.warm("")
        assert await backend.answer() == before

    async def test_the_text_comes_in_pieces_and_whole(self, backend: Backend) -> None:
        pieces = [piece async for piece in backend.ask()]
        assert len(pieces) > 1
        assert all(pieces)
        text = "".join(pieces)
        assert (LINE * ANSWER_TOKENS).startswith(text)
        assert text.startswith(LINE.rstrip())

    async def test_an_answer_that_fills_its_room_ends_by_length_and_is_counted(self, backend: Backend) -> None:
        stream = backend.ask()
        async for _ in stream:
            pass
        assert (stream.finish_reason, stream.completion_tokens) == ("length", ANSWER_TOKENS)
        assert stream.prompt_tokens

    async def test_a_stop_string_ends_the_answer_and_is_never_shown(self, backend: Backend) -> None:
        stop = " 漢字 three"
        stream = backend.ask(PROMPT, "not said", stop)
        text = "".join([piece async for piece in stream])
        assert (text, stream.finish_reason) == (LINE.partition(stop)[0], "stop")

    async def test_tokens_are_counted(self, backend: Backend) -> None:
        counts = [await backend.count(text) for text in ("", "one", LINE, LINE * 10)]
        assert counts[0] == 0
        assert sorted(set(counts)) == counts

    async def test_the_prompt_is_as_long_as_the_engine_finds_it(self, backend: Backend) -> None:
        window, count = backend.loaded.context_window, backend.loaded.language_model.get_num_tokens
        assembler = await asyncio.to_thread(PromptAssembler, TEMPLATE, count, window)
        prompt = await asyncio.to_thread(assembler.assemble, [question(LINE * 8)], ANSWER_TOKENS)
        stream = backend.ask(prompt.value.to_string())
        async for _ in stream:
            pass
        assert stream.prompt_tokens
        assert prompt.tokens.prompt == pytest.approx(stream.prompt_tokens, rel=self.count_error)

    async def test_an_unknown_option_is_refused_by_name(self, backend: Backend) -> None:
        with pytest.raises(UnsupportedOptionError) as refused:
            await anext(backend.loaded.language_model.astream(as_value(PROMPT), **OPTIONS.model_dump(), mirostat=2))
        assert refused.value.facts["option"] == "mirostat"

    async def test_every_option_is_taken_or_refused_by_name(self, backend: Backend) -> None:
        assert set(UNUSUAL) == set(GenerationOptions.model_fields)
        found = set()
        for name, value in UNUSUAL.items():
            try:
                assert await backend.answer(**{name: value})
            except UnsupportedOptionError as error:
                assert error.facts["option"] == name
                found.add(name)
        assert found == self.refused

    async def test_no_seed_and_the_models_own_options_are_taken(self, backend: Backend) -> None:
        options = backend.loaded.card.options.model_dump() | {"max_new_tokens": ANSWER_TOKENS}
        assert options["seed"] is None
        assert await backend.answer(**options)

    async def test_the_same_seed_gives_the_same_text(self, backend: Backend) -> None:
        texts = [await backend.answer(temperature=2.0, seed=seed) for seed in (7, 7, 8)]
        assert texts[0] == texts[1]
        assert (texts[1] != texts[2]) is self.honours_seeds

    async def test_whoever_leaves_early_ends_the_engines_work(self, backend: Backend) -> None:
        began = time.monotonic()
        await backend.answer()
        alone = time.monotonic() - began
        for _ in range(min(backend.loaded.concurrency, 4)):
            backend.stalls("one", " two")
            stream: Any = aiter(backend.ask(max_new_tokens=3000))
            async with aclosing(stream):
                assert await anext(stream)
            await backend.client_left()
        # Less than 3000 tokens take, on whatever machine, busy or not.
        async with asyncio.timeout(max(20, 25 * alone)):
            assert (await backend.answer()).startswith("one")

    async def test_whoever_gives_up_before_the_first_word_is_free_at_once(self, backend: Backend) -> None:
        backend.stalls()
        asking = asyncio.create_task(backend.answer(backend.slow_prompt))
        await backend.halted()
        assert not asking.done()
        asking.cancel()
        async with asyncio.timeout(20):
            with pytest.raises(asyncio.CancelledError):
                await asking
        await backend.client_left()
        assert (await backend.answer()).startswith("one")

    async def test_the_log_holds_nothing_of_prompt_answer_or_key(
        self, backend: Backend, new_loader: Callable[[], ModelLoader], caplog: pytest.LogCaptureFixture
    ) -> None:
        loader = new_loader()
        with caplog.at_level(logging.DEBUG, "assistant"):
            again = Backend(loader=loader, loaded=await loader.load(ignore))
            await loader.warm(LINE)
            await backend.answer()
            await backend.count(LINE)
            with pytest.raises(UnsupportedOptionError):
                await anext(backend.loaded.language_model.astream(as_value(PROMPT), mirostat=2))
            await loader.close()
            with pytest.raises(EngineError):
                await again.answer()
        told = "\n".join(record.getMessage() + repr(record.exc_info) for record in caplog.records)
        for secret in ("one 🎉", "漢字", "three", backend.key or "no key"):
            assert secret not in told

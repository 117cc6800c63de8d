"""The embedded engine, the real one, reads the prompt's prefix once: for every slot, and for the starts to come."""

import hashlib
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from langchain_core.outputs import GenerationChunk

from assistant.backends.embedded import SLOTS, EmbeddedLoader
from assistant.backends.hub import fetch
from assistant.backends.openai_protocol.completions import OpenAICompletions
from assistant.backends.slot_prefix import SlotPrefix
from assistant.engine import EngineStage
from assistant.prompting.assembler import PromptAssembler
from assistant.prompting.library import load_template
from tests.unit.assembling import branch

PREFIX = "A dialogue between a person and an assistant.\n\n" + "Human: One?\n\nAssistant: Two.\n\n" * 20


def ignore(stage: EngineStage, fraction: float | None) -> None:
    """A report that nobody reads."""


class Engine:
    """A started engine that counts what it has to read."""

    def __init__(self, loader: EmbeddedLoader, model: OpenAICompletions) -> None:
        self.loader = loader
        self.model = model
        self.read_slots: list[int] = []

    async def fill(self, prefix: str = PREFIX) -> None:
        slots = self.loader._prefix
        assert isinstance(slots, SlotPrefix)
        await slots.fill(prefix, SLOTS, self._read)

    async def cached_tokens(self) -> int:
        """Of a question after the prefix: how much of it was known."""
        chunks: list[GenerationChunk] = [
            chunk async for chunk in self.model._astream(PREFIX + "Human: Three?", max_new_tokens=1)
        ]
        return int((chunks[-1].generation_info or {})["cached_tokens"])

    async def greedy(self, prompt: str) -> tuple[str, int]:
        """The answer, and how much of the prompt was known."""
        result = await self.model.agenerate([prompt], temperature=0, max_new_tokens=16)
        generation = result.generations[0][0]
        return generation.text, int((generation.generation_info or {})["cached_tokens"])

    async def _read(self, prefix: str, slot: int) -> None:
        self.read_slots.append(slot)
        await self.model.read(prefix, slot)


@asynccontextmanager
async def started(folder: Path) -> AsyncIterator[Engine]:
    loader = EmbeddedLoader("", folder)
    loaded = await loader.load(ignore)
    assert isinstance(loaded.language_model, OpenAICompletions)
    try:
        yield Engine(loader, loaded.language_model)
    finally:
        await loader.close()


async def test_it_is_read_once_for_all_slots_and_not_at_all_at_the_next_start(tmp_path: Path) -> None:
    async with started(tmp_path) as engine:
        await engine.fill()
        assert engine.read_slots == [0]
        known = await engine.cached_tokens()
        assert known > 0.9 * engine.model.get_num_tokens(PREFIX)
    async with started(tmp_path) as again:
        await again.fill()
        assert again.read_slots == []
        assert await again.cached_tokens() == known
        await again.fill(PREFIX + "Another prompt.")
        assert again.read_slots == [0]
    assert all(file.stat().st_mode & 0o077 == 0 for file in tmp_path.glob("*.slot"))


async def test_a_greedy_answer_is_the_same_with_the_prefix_unread_read_and_restored(tmp_path: Path) -> None:
    template = load_template("tech_assistant/compact", "tech_assistant/compact", fetch)
    answers: list[tuple[str, int]] = []
    for begins_cold in (True, False):
        async with started(tmp_path) as engine:
            prompt = PromptAssembler(template, engine.model.get_num_tokens, 4096).assemble(branch(["What is git?"]), 16)
            text = prompt.value.to_string()
            if begins_cold:
                answers.append(await engine.greedy(text))
            await engine.fill(template.prefix)
            answers.append(await engine.greedy(text))
            assert engine.read_slots == [0] * begins_cold
    (cold, nothing), (read, known), (restored, known_again) = answers
    assert cold == read == restored
    assert len(cold) > 20
    assert nothing == 0
    assert known_again == known > 500


async def test_a_damaged_file_is_not_used_and_made_anew(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async with started(tmp_path) as engine:
        await engine.fill()
        (file,) = tmp_path.glob("*.slot")
        content = bytearray(file.read_bytes())
        content[len(content) // 2] ^= 1
        file.write_bytes(content)
        with caplog.at_level(logging.WARNING):
            await engine.fill()
        assert engine.read_slots == [0, 0]
        assert "it is damaged" in caplog.text
        await engine.fill()
        assert engine.read_slots == [0, 0]


async def test_a_file_of_something_else_with_a_right_checksum_is_refused_by_the_engine(tmp_path: Path) -> None:
    async with started(tmp_path) as engine:
        await engine.fill()
        (file,) = tmp_path.glob("*.slot")
        file.write_bytes(b"not a slot")
        file.with_suffix(".sha256").write_text(hashlib.sha256(b"not a slot").hexdigest())
        await engine.fill()
        assert engine.read_slots == [0, 0]


async def test_a_disk_that_does_not_take_it_costs_time_and_nothing_else(tmp_path: Path) -> None:
    async with started(tmp_path) as engine:
        # A folder where the file should go: fails for root too.
        await engine.fill()
        (file,) = tmp_path.glob("*.slot")
        file.unlink()
        file.mkdir()
        engine.read_slots.clear()
        await engine.fill()
        assert engine.read_slots == [0, *range(1, SLOTS)]
        assert await engine.cached_tokens() > 0

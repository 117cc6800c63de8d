"""What was read once is not read again, and makes no difference to the answer: in memory, and across starts."""

import asyncio

import pytest
import torch

from assistant.backends.torch_engine.kv_cache import GrowingCache, KvSnapshot
from assistant.backends.torch_engine.kv_memory import shared_length
from tests.fakes.tiny_models import KINDS, PREFIX, WatchedModel, served

CHUNK = 16
PROMPTS = {
    "one token more": PREFIX + "a",
    "up to a border of chunks": PREFIX + "a" * 16,
    "beyond a border of chunks": PREFIX + "a" * 17,
    "a question": PREFIX + "how do I reverse a list?\n\nAssistant:",
    "the prefix alone": PREFIX,
    "all but the end of the prefix": PREFIX[:-1],
    "shorter than the prefix": PREFIX[:20],
    "shorter, then otherwise": PREFIX[:33] + "else",
    "something else": "nothing in common",
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("prompt", PROMPTS.values(), ids=PROMPTS.keys())
async def test_the_answer_is_the_same_with_the_prefix_read_before(kind: str, prompt: str) -> None:
    async with served(WatchedModel(kind, chunk=CHUNK)) as without, served(WatchedModel(kind, chunk=CHUNK)) as engine:
        await engine.read_prefix(PREFIX)
        expected, _ = await without.answer(prompt, max_new_tokens=24)
        answered, info = await engine.answer(prompt, max_new_tokens=24)
        assert answered == expected
        # Their texts could be the same though their tokens are not.
        assert engine.memory._kept[-1].ids == without.memory._kept[-1].ids
        ids, prefix_ids = engine.model.prompt_ids(prompt), engine.model.prompt_ids(PREFIX)
        assert info["cached_tokens"] == min(shared_length(ids, prefix_ids), len(ids) - 1)


@pytest.mark.parametrize("kind", KINDS)
async def test_a_conversation_that_goes_on_gets_the_same_answers(kind: str) -> None:
    async with served(WatchedModel(kind, chunk=CHUNK)) as without, served(WatchedModel(kind, chunk=CHUNK)) as engine:
        await engine.read_prefix(PREFIX)
        prompt, read = PREFIX, len(PREFIX)
        for turn in (" one?", " two?", " three?"):
            prompt += f"{turn}\n\nAssistant:"
            without.memory.forget()
            expected, _ = await without.answer(prompt, max_new_tokens=20)
            answered, info = await engine.answer(prompt, max_new_tokens=20)
            assert answered == expected
            assert info["cached_tokens"] >= read
            read = len(engine.model.prompt_ids(prompt))
            prompt += f"{answered}\n\nHum:"


async def test_the_prefix_is_read_once_for_all_conversations() -> None:
    async with served() as engine:
        await engine.read_prefix(PREFIX)
        read = len(engine.model.steps)
        await asyncio.gather(*(engine.answer(f"{PREFIX}{name}: hello", max_new_tokens=4) for name in "abc"))
        begun = {whose: before for whose, before, _ in reversed(engine.model.steps[read:])}
        assert set(begun.values()) == {len(PREFIX)}
        assert sum(tokens for *_, tokens in engine.model.steps[:read]) == len(PREFIX)


async def test_nobody_writes_into_what_is_shared() -> None:
    async with served() as engine:
        prefix = await engine.read_prefix(PREFIX)
        before = [tensor.clone() for layer in prefix.layers for tensor in layer]
        prompts = [PREFIX[:at] + "other words" for at in (10, 40, 63, 64)]
        await asyncio.gather(*(engine.answer(prompt, max_new_tokens=12) for prompt in prompts * 2))
        after = [tensor for layer in prefix.layers for tensor in layer]
        assert all(torch.equal(a, b) for a, b in zip(before, after, strict=True))


@pytest.mark.parametrize("kind", KINDS)
async def test_kept_conversations_take_the_prefix_once_and_what_comes_after_it_each(kind: str) -> None:
    async with served(WatchedModel(kind)) as engine:
        prefix = await engine.read_prefix(PREFIX)
        for name in "abcdefgh":
            await engine.answer(f"{PREFIX} {name * 20}?\n\nAssistant:", max_new_tokens=12)
        kept, begin = engine.memory._kept, len(prefix.ids)
        assert len(kept) == 8
        shown = [
            tensor for one in (prefix, *kept) for part in one.parts(len(one.ids)) for pair in part for tensor in pair
        ]
        storages = {tensor.untyped_storage().data_ptr(): tensor.untyped_storage().nbytes() for tensor in shown}
        each = prefix.bytes / begin
        assert sum(storages.values()) == prefix.bytes + sum((len(one.ids) - begin) * each for one in kept)
        told = {figure.name: figure.value for figure in engine.memory.figures()}
        assert told["kv_prefix_bytes"] + told["kv_kept_bytes"] == sum(storages.values())


async def test_a_conversation_without_room_to_be_kept_has_its_answer_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def full(*_: object) -> KvSnapshot:
        raise RuntimeError("DefaultCPUAllocator: can't allocate memory")

    async with served() as engine:
        expected = await engine.answer(PROMPTS["a question"], max_new_tokens=20)
        engine.memory.forget()
        with monkeypatch.context() as patched:
            patched.setattr(GrowingCache, "snapshot", full)
            assert await engine.answer(PROMPTS["a question"], max_new_tokens=20) == expected
        assert engine.memory._kept == []
        assert await engine.answer(PROMPTS["a question"], max_new_tokens=20) == expected


async def test_a_prefix_is_read_in_steps_between_those_of_others() -> None:
    async with served() as engine:
        with engine.model.held():
            reading = asyncio.create_task(engine.read_prefix(PREFIX))
            async with asyncio.timeout(60):
                while not engine.model.begun:
                    await asyncio.sleep(0)
            run = asyncio.create_task(engine.answer("b", max_new_tokens=3))
            async with asyncio.timeout(60):
                while not engine.thread._queue._waiting:
                    await asyncio.sleep(0)
        await asyncio.gather(reading, run)
        assert engine.model.steps[:4] == [(0, 0, 16), (1, 0, 1), (0, 16, 16), (1, 1, 1)]


async def test_a_stopped_answer_need_not_be_read_again() -> None:
    async with served() as engine:
        prompt = "a" * 100
        engine.model.will_say(prompt, "Yes.\n\nHuman: and")
        await engine.answer(prompt, stop=["\n\nHuman:"], max_new_tokens=60)
        follow_up = f"{prompt}Yes.\n\nHuman: well?"
        _, info = await engine.answer(follow_up, max_new_tokens=1)
        # What the model wrote last had no successor, so that it was not read.
        assert info["cached_tokens"] == len(f"{prompt}Yes.\n\nHuman")

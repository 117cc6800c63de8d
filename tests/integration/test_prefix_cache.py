"""What was read once is not read again, and makes no difference to the answer: in memory, and across starts."""

import asyncio
import logging
import time
from array import array
from pathlib import Path

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from assistant.backends.torch_engine import runtime
from assistant.backends.torch_engine.kv_cache import GrowingCache, KvSnapshot
from assistant.backends.torch_engine.kv_memory import KvMemory, shared_length
from assistant.backends.torch_engine.prefix_file import PrefixFile
from assistant.backends.torch_engine.runtime import Runtime
from tests.fakes.tiny_models import CARD, KINDS, WatchedModel, served

# 64 tokens for GPTBigCode, one more for a model that wants a first token: at a border of chunks of 16, and beside one.
PREFIX = "Here are dialogues between people and an assistant.\n\n-----\n\nHum:"
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


def snapshot(*ids: int, size: int = 1) -> KvSnapshot:
    return KvSnapshot(array("i", ids), ((torch.zeros(1, 1, len(ids), size), torch.zeros(1, 1, len(ids), size)),))


def test_the_conversation_that_was_used_longest_ago_goes_first() -> None:
    one, two, three = (snapshot(*[name] * 100) for name in (1, 2, 3))
    memory = KvMemory(limit=2 * one.bytes)
    memory.keep(one)
    memory.keep(two)
    assert memory.longest_start([1] * 50) == (one, 50)
    memory.keep(three)
    assert memory.longest_start([2] * 50) == (None, 0)
    assert memory.longest_start([1] * 50) == (one, 50)


def test_what_alone_is_larger_than_the_memory_is_not_kept() -> None:
    memory = KvMemory(limit=snapshot(1, 2).bytes)
    memory.keep(snapshot(1, 2, 3))
    assert memory.longest_start([1, 2, 3]) == (None, 0)


def test_the_prefix_stays_when_conversations_have_to_go() -> None:
    prefix = snapshot(1, 2)
    memory = KvMemory(limit=0)
    memory.pin(prefix)
    memory.keep(snapshot(1, 2, 3))
    assert memory.longest_start([1, 2, 3]) == (prefix, 2)
    assert not memory.forget()
    assert memory.longest_start([1, 2, 3]) == (prefix, 2)


def test_what_stands_on_a_prefix_goes_with_it() -> None:
    prefix, other = snapshot(1, 2), snapshot(1, 3)
    memory = KvMemory(limit=10**6)
    memory.pin(prefix)
    assert memory.base_of([1, 2, 3]) is prefix
    assert memory.base_of([1]) is memory.base_of([1, 3]) is None
    on_prefix, alone = KvSnapshot(array("i", [1, 2, 3]), snapshot(3).layers, prefix), snapshot(9, 9)
    memory.keep(on_prefix)
    memory.keep(alone)
    memory.pin(other)
    memory.keep(on_prefix)
    assert memory._kept == [alone]


def test_a_longer_conversation_takes_the_place_of_its_own_beginning() -> None:
    memory = KvMemory(limit=10**6)
    beginning, other = snapshot(*range(50), 7, 7, 7), snapshot(*range(30), *[9] * 40)
    memory.keep(beginning)
    memory.keep(other)
    memory.keep(snapshot(*range(90)))
    assert memory._kept == [other, memory._kept[1]]


def test_a_thousand_kept_conversations_hold_up_nobody() -> None:
    memory, prefix, nothing = KvMemory(limit=10**9), list(range(4000)), torch.zeros(1, 1, 0, 1)
    for number in range(1000):
        memory._kept.append(KvSnapshot(array("i", [*prefix, number, *range(100)]), ((nothing, nothing),)))
    began = time.thread_time()
    assert memory.longest_start([*prefix, 500, 7])[1] == 4001
    memory.keep(snapshot(*prefix, 1000, *range(100)))
    # Token by token in Python it takes more than a second.
    assert time.thread_time() - began < 0.4
    assert len(memory._kept) == 1001


@given(st.lists(st.integers(0, 1)), st.lists(st.integers(0, 1)))
def test_the_shared_start_is_as_long_as_it_can_be(one: list[int], other: list[int]) -> None:
    shared = shared_length(one, other)
    assert one[:shared] == other[:shared]
    assert one[shared : shared + 1] != other[shared : shared + 1] or not one[shared:] or not other[shared:]


@given(st.lists(st.integers(1, 300), min_size=1, max_size=6), st.integers(0, 400))
def test_a_cache_grows_and_is_cut_without_losing_a_token(pieces: list[int], cut: int) -> None:
    cache, whole = GrowingCache(), torch.arange(sum(pieces), dtype=torch.float32).reshape(1, 1, -1, 1)
    for piece in whole.split(pieces, dim=-2):
        cache.update(piece, -piece, 0)
    cache.rewind(cut)
    kept = min(cut, sum(pieces))
    assert cache.length == kept
    keys, values = cache.update(whole[..., kept:, :], -whole[..., kept:, :], 0)
    assert torch.equal(keys, whole)
    assert torch.equal(values, -whole)


@given(st.integers(1, 600), st.data())
def test_a_conversation_on_a_prefix_goes_on_from_any_of_its_tokens(tokens: int, data: st.DataObject) -> None:
    whole = torch.arange(tokens, dtype=torch.float32).reshape(1, 1, -1, 1)
    cache, ids = GrowingCache(), list(range(tokens))
    cache.update(whole, -whole, 0)
    shared, length = data.draw(st.integers(0, tokens)), data.draw(st.integers(1, tokens))
    base = KvSnapshot(array("i", ids[:shared]), ((whole[..., :shared, :], -whole[..., :shared, :]),))
    kept = cache.snapshot(ids, base)
    assert kept.bytes == 8 * (tokens - shared)
    again = GrowingCache(kept, length)
    assert again.length == length
    keys, values = again.update(whole[..., length:, :], -whole[..., length:, :], 0)
    assert torch.equal(keys, whole)
    assert torch.equal(values, -whole)


KEY = {"model": "tiny", "revision": "1", "weights": "float32", "tokenizer": "t"}
CPU = torch.device("cpu")


def made(dtype: torch.dtype = torch.float32) -> KvSnapshot:
    torch.manual_seed(0)
    layers = tuple((torch.randn(1, 1, 3, 8).to(dtype), torch.randn(1, 1, 3, 8).to(dtype)) for _ in range(12))
    return KvSnapshot(array("i", [5, 6, 7]), layers)


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16, torch.float16])
def test_a_file_gives_back_what_was_saved(tmp_path: Path, dtype: torch.dtype) -> None:
    file = PrefixFile(tmp_path / "new", KEY, (5, 6, 7))
    assert file.load(CPU) is None
    file.save(made(dtype))
    loaded = file.load(CPU)
    assert loaded is not None
    assert loaded.ids == array("i", [5, 6, 7])
    for ours, theirs in zip(loaded.layers, made(dtype).layers, strict=True):
        assert torch.equal(ours[0], theirs[0])
        assert torch.equal(ours[1], theirs[1])


def files_in(folder: Path) -> list[Path]:
    return sorted(folder.iterdir())


def test_only_the_finished_file_is_left_in_the_folder(tmp_path: Path) -> None:
    file = PrefixFile(tmp_path, KEY, (5, 6, 7))
    file.save(made())
    file.save(made())
    assert files_in(tmp_path) == [file.path]


@pytest.mark.parametrize("name", KEY)
def test_another_model_revision_type_or_tokenizer_has_another_file(tmp_path: Path, name: str) -> None:
    PrefixFile(tmp_path, KEY, (5, 6, 7)).save(made())
    assert PrefixFile(tmp_path, KEY | {name: "other"}, (5, 6, 7)).load(CPU) is None
    assert PrefixFile(tmp_path, KEY, (5, 6, 8)).load(CPU) is None


def test_a_foreign_file_under_our_name_is_not_used(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    ours, theirs = PrefixFile(tmp_path, KEY, (5, 6, 7)), PrefixFile(tmp_path, KEY | {"revision": "2"}, (5, 6, 7))
    theirs.save(made())
    theirs.path.rename(ours.path)
    assert ours.load(CPU) is None
    assert "is not used: it was made for something else" in caplog.text


@pytest.mark.parametrize("at", [0, 8, 60, 300, -600, -1])
def test_a_changed_byte_is_noticed(tmp_path: Path, at: int, caplog: pytest.LogCaptureFixture) -> None:
    file = PrefixFile(tmp_path, KEY, (5, 6, 7))
    file.save(made())
    content = bytearray(file.path.read_bytes())
    content[at] ^= 1
    file.path.write_bytes(content)
    assert file.load(CPU) is None
    assert "is not used" in caplog.text


@pytest.mark.parametrize("size", [0, 7, 100, 2000])
def test_half_a_file_is_noticed(tmp_path: Path, size: int, caplog: pytest.LogCaptureFixture) -> None:
    file = PrefixFile(tmp_path, KEY, (5, 6, 7))
    file.save(made())
    file.path.write_bytes(file.path.read_bytes()[:size])
    assert file.load(CPU) is None
    assert "is not used" in caplog.text


def test_a_disk_that_takes_nothing_costs_no_more_than_the_file(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "occupied").write_text("a file where the folder should be")
    PrefixFile(tmp_path / "occupied", KEY, (5, 6, 7)).save(made())
    assert "cannot be written" in caplog.text


def test_files_of_old_prefixes_do_not_pile_up(tmp_path: Path) -> None:
    files = [PrefixFile(tmp_path, KEY, (at,)) for at in range(6)]
    for at, file in enumerate(files):
        file.save(KvSnapshot(array("i", [at]), made().layers))
    assert [file.path.exists() for file in files] == [False, False, True, True, True, True]


async def started(folder: Path, prefix: str, **identity: str) -> tuple[WatchedModel, list[float], str]:
    """A start of the app: the prefix is read, a question answered. The model, the fractions reported, the answer."""
    model, told = WatchedModel(), list[float]()
    running = Runtime(model, KEY | identity, folder, lambda: None)
    try:
        await running.read_prefix(prefix, told.append)
        answer = await running.language_model(CARD.options).ainvoke(prefix + "and then?")
    finally:
        running.close()
    return model, told, answer


async def test_the_next_start_does_not_read_the_prefix_again(tmp_path: Path) -> None:
    first, told, expected = await started(tmp_path, PREFIX)
    assert first.steps[0] == (0, 0, 16)
    assert told == [0.25, 0.5, 0.75]
    second, told, answer = await started(tmp_path, PREFIX)
    assert second.steps[0][1:] == (len(PREFIX), len("and then?"))
    assert (told, answer) == ([], expected)


async def test_a_damaged_file_is_made_anew(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    _, _, expected = await started(tmp_path, PREFIX)
    (path,) = files_in(tmp_path)
    path.write_bytes(path.read_bytes()[:-1])
    again, _, answer = await started(tmp_path, PREFIX)
    assert (again.steps[0], answer) == ((0, 0, 16), expected)
    assert "is not used" in caplog.text
    third, _, _ = await started(tmp_path, PREFIX)
    assert third.steps[0][1] == len(PREFIX)


async def test_other_weights_do_not_use_the_file(tmp_path: Path) -> None:
    await started(tmp_path, PREFIX)
    other, _, _ = await started(tmp_path, PREFIX, revision="2")
    assert other.steps[0] == (0, 0, 16)


@pytest.mark.parametrize(("free", "limit"), [(2**33, 2**31), (2**20, 2**28), (None, 2**30)])
def test_conversations_may_take_a_quarter_of_what_the_weights_leave(
    free: int | None, limit: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runtime, "free_memory", lambda: free)
    made = Runtime(WatchedModel(), KEY, tmp_path, lambda: None)
    made.close()
    assert {figure.name: figure.value for figure in made.figures()}["kv_kept_limit_bytes"] == limit


async def test_without_a_prefix_there_is_nothing_to_read(tmp_path: Path) -> None:
    model, _, _ = await started(tmp_path, "")
    assert model.steps[0] == (0, 0, len("and then?"))
    assert files_in(tmp_path) == []

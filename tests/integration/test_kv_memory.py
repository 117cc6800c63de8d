"""The memory of conversations that were read: which go first, and what of two texts is the same."""

import time
from array import array

import torch
from hypothesis import given
from hypothesis import strategies as st

from assistant.backends.torch_engine.kv_cache import GrowingCache, KvSnapshot
from assistant.backends.torch_engine.kv_memory import KvMemory, shared_length


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

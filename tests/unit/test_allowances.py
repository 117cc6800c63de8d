"""How an allowance fills up, whoever keeps it."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.allowances import AllowanceStore
from assistant.memory_allowances import MemoryAllowanceStore
from tests.contract.allowances import AllowanceContract, of, taken


class TestMemoryAllowances(AllowanceContract):
    @pytest.fixture
    def allowances(self) -> AllowanceStore:
        return MemoryAllowanceStore()

    # Threads of the fake take turns only by luck.
    test_many_at_the_same_moment_get_no_more_than_is_allowed = None  # type: ignore[assignment]  # left out


@given(most=st.integers(1, 20), pauses=st.lists(st.floats(0, 30), max_size=80))
def test_in_any_span_no_more_than_all_and_what_filled_up_meanwhile(most: int, pauses: list[float]) -> None:
    store = MemoryAllowanceStore()
    second, had = 0.0, []
    for pause in pauses:
        second += pause
        if taken(store, of("ann", most), second=second) == 0:
            had.append(second)
    for begin, first in enumerate(had):
        for end, last in enumerate(had[begin:], begin):
            assert end - begin + 1 <= most + (last - first) * most / 60 + 0.01


@given(most=st.integers(1, 20), pauses=st.lists(st.floats(0, 30), max_size=80))
def test_whoever_waits_as_told_gets_it(most: int, pauses: list[float]) -> None:
    store = MemoryAllowanceStore()
    second = 0.0
    for pause in pauses:
        second += pause
        if wait := taken(store, of("ann", most), second=second):
            second += wait + 1e-5
            assert taken(store, of("ann", most), second=second) == 0


def test_an_allowance_is_full_again_a_period_after_all_of_it_was_taken() -> None:
    assert of("ann", 7).period == timedelta(seconds=60)
    store = MemoryAllowanceStore()
    assert [taken(store, of("ann", 7)) for _ in range(8)][-1] > 0
    assert [taken(store, of("ann", 7), second=60) for _ in range(8)][:7] == [0] * 7

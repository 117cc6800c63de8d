"""Which replica a conversation goes to, and when one that failed is tried again."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.backends.replication.replicas import Replicas

NAMES = ["a", "b", "c"]
CONVERSATIONS = [f"conversation {number}" for number in range(300)]


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def replicas(clock: Clock) -> Replicas:
    return certain(clock)


def certain(clock: Clock) -> Replicas:
    """Waits are as long as they can be."""
    return Replicas(NAMES, clock, chance=lambda: 1.0)


def wait_of(replicas: Replicas, clock: Clock, name: str) -> float:
    """Seconds until the failed one is due; moves the clock there."""
    waited = 0.0
    while name not in replicas.take_due():
        clock.now += 0.25
        waited += 0.25
    return waited


def test_a_conversation_stays_with_one_replica_also_after_a_restart(clock: Clock) -> None:
    orders = [[certain(clock).order(conversation) for conversation in CONVERSATIONS] for _ in range(2)]
    assert orders[0] == orders[1]


def test_conversations_are_shared_evenly(replicas: Replicas) -> None:
    shares = Counter(replicas.order(conversation)[0] for conversation in CONVERSATIONS)
    assert all(70 <= shares[name] <= 130 for name in NAMES)


def test_only_the_conversations_of_a_failed_replica_move_and_they_come_back(replicas: Replicas, clock: Clock) -> None:
    before = {conversation: replicas.order(conversation) for conversation in CONVERSATIONS}
    replicas.failed("b")
    for conversation, order in before.items():
        assert replicas.order(conversation) == [name for name in order if name != "b"]
    wait_of(replicas, clock, "b")
    replicas.recovered("b")
    assert {conversation: replicas.order(conversation) for conversation in CONVERSATIONS} == before


def test_without_a_conversation_the_first_healthy_one_is_first(replicas: Replicas) -> None:
    assert replicas.order(None) == NAMES
    replicas.failed("a")
    assert replicas.order(None) == ["b", "c"]


def test_the_wait_doubles_up_to_a_minute(replicas: Replicas, clock: Clock) -> None:
    waits = []
    replicas.failed("a")
    for _ in range(9):
        waits.append(wait_of(replicas, clock, "a"))
        replicas.failed("a")
    assert waits == [1, 2, 4, 8, 16, 32, 60, 60, 60]


def test_a_probe_that_went_well_does_not_forget_the_failures_but_an_answer_does(
    replicas: Replicas, clock: Clock
) -> None:
    replicas.failed("a")
    assert wait_of(replicas, clock, "a") == 1
    replicas.recovered("a")
    replicas.failed("a")
    assert wait_of(replicas, clock, "a") == 2
    replicas.recovered("a")
    replicas.answered("a")
    replicas.failed("a")
    assert wait_of(replicas, clock, "a") == 1


def test_requests_that_fail_together_count_once(replicas: Replicas, clock: Clock) -> None:
    for _ in range(10):
        replicas.failed("a")
    assert wait_of(replicas, clock, "a") == 1


def test_a_due_replica_is_given_to_one_prober_and_gets_no_conversation_until_it_is_found_well(
    replicas: Replicas, clock: Clock
) -> None:
    replicas.failed("a")
    assert replicas.take_due() == []
    clock.now += 1
    assert replicas.take_due() == ["a"]
    assert replicas.take_due() == []
    assert "a" not in replicas.order("any")
    replicas.recovered("a")
    assert "a" in replicas.order("any")


@pytest.mark.parametrize(("told", "waited"), [(7.0, 7.0), (0.25, 1.0), (3600.0, 60.0), (None, 1.0)])
def test_a_replica_that_says_when_to_come_back_is_left_alone_as_long_within_a_minute(
    replicas: Replicas, clock: Clock, told: float | None, waited: float
) -> None:
    replicas.failed("a", retry_after=told)
    assert wait_of(replicas, clock, "a") == waited


def test_with_none_healthy_it_is_told_when_the_next_one_is_due(replicas: Replicas, clock: Clock) -> None:
    for name, told in zip(NAMES, (30.0, 5.0, 10.0), strict=True):
        replicas.failed(name, retry_after=told)
    assert replicas.order("any") == []
    assert replicas.seconds_to_wait() == 5.0
    clock.now += 9
    assert replicas.seconds_to_wait() == 0.0


@given(chance=st.floats(0, 1), failures=st.integers(1, 100))
def test_chance_only_shortens_a_wait_and_by_a_quarter_at_most(chance: float, failures: int) -> None:
    clock = Clock()
    replicas = Replicas(["a"], clock, chance=lambda: chance)
    for _ in range(failures):
        clock.now += replicas.seconds_to_wait()
        replicas.take_due()
        replicas.failed("a")
    full = min(2.0 ** (failures - 1), 60.0)
    assert 0.75 * full - 1e-6 <= replicas.seconds_to_wait() <= full + 1e-6

"""What every store of allowances has to do; a subclass gives the fixture `allowances`, an empty one."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from assistant.allowances import Allowance, AllowanceStore
from tests.contract.samples import at


def of(who: str, most: int, amount: int = 1, what: str = "questions") -> Allowance:
    return Allowance(what=what, who=who, most=most, period=timedelta(seconds=60), amount=amount)


def taken(store: AllowanceStore, *wanted: Allowance, second: float = 0) -> float:
    """Seconds to wait; 0 when it could be had."""
    refusal = store.take(wanted, at(second))
    return refusal.wait.total_seconds() if refusal else 0


class AllowanceContract:
    def test_as_many_as_allowed_can_be_had_at_once_and_then_one_at_a_time(self, allowances: AllowanceStore) -> None:
        assert [taken(allowances, of("ann", 3)) for _ in range(5)] == [0, 0, 0, 20, 20]
        assert taken(allowances, of("ann", 3), second=19) == 1
        assert taken(allowances, of("ann", 3), second=20) == 0
        assert taken(allowances, of("ann", 3), second=20) == 20

    def test_what_one_takes_is_nobody_elses_and_nothing_elses(self, allowances: AllowanceStore) -> None:
        assert taken(allowances, of("ann", 1)) == 0
        assert taken(allowances, of("ann", 1)) == 60
        assert taken(allowances, of("bob", 1)) == 0
        assert taken(allowances, of("ann", 1, what="links")) == 0

    def test_of_several_all_are_had_or_none(self, allowances: AllowanceStore) -> None:
        assert taken(allowances, of("ann", 1), of("home", 2)) == 0
        # Ann is refused, which costs her home nothing.
        assert taken(allowances, of("ann", 1), of("home", 2)) == 60
        assert taken(allowances, of("bob", 1), of("home", 2)) == 0
        assert taken(allowances, of("eve", 1), of("home", 2)) == 30

    def test_the_longest_wait_is_told(self, allowances: AllowanceStore) -> None:
        allowances.charge([of("ann", 1), of("home", 4, 4)], at(0))
        refusal = allowances.take([of("home", 4), of("ann", 1)], at(0))
        assert refusal is not None
        assert (refusal.allowance.who, refusal.wait.total_seconds()) == ("ann", 60)

    def test_what_was_had_already_counts_even_beyond_what_was_left(self, allowances: AllowanceStore) -> None:
        allowances.charge([of("ann", 10, 25)], at(0))
        assert taken(allowances, of("ann", 10, 0)) == 90
        assert taken(allowances, of("ann", 10, 0), second=90) == 0

    def test_what_is_given_back_can_be_had_again(self, allowances: AllowanceStore) -> None:
        assert taken(allowances, of("ann", 1)) == 0
        allowances.charge([of("ann", 1, -1)], at(1))
        assert taken(allowances, of("ann", 1), second=1) == 0

    def test_giving_back_makes_no_more_than_all(self, allowances: AllowanceStore) -> None:
        allowances.charge([of("ann", 2, -5)], at(0))
        assert [taken(allowances, of("ann", 2)) for _ in range(3)] == [0, 0, 30]

    def test_asking_for_nothing_takes_nothing(self, allowances: AllowanceStore) -> None:
        assert [taken(allowances, of("ann", 1, 0)) for _ in range(3)] == [0, 0, 0]
        assert taken(allowances, of("ann", 1)) == 0

    def test_what_is_full_again_is_forgotten(self, allowances: AllowanceStore) -> None:
        assert taken(allowances, of("ann", 1)) == 0
        assert taken(allowances, of("bob", 2)) == 0
        assert allowances.forget_full(at(31)) == 1
        assert taken(allowances, of("ann", 1), second=31) == 29
        assert allowances.forget_full(at(61)) == 1

    def test_many_at_the_same_moment_get_no_more_than_is_allowed(self, allowances: AllowanceStore) -> None:
        def wants(number: int) -> Sequence[Allowance]:
            both = [of(f"person-{number % 4}", 5), of("home", 11)]
            return both if number % 2 else both[::-1]

        with ThreadPoolExecutor(8) as threads:
            refusals = [*threads.map(lambda number: allowances.take(wants(number), at(0)), range(40))]
        assert sum(refusal is None for refusal in refusals) == 11

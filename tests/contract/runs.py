"""Runs among processes: signs of life, stops that are asked for, and what is done with a lost one."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from assistant.conversation import MessageStatus
from assistant.errors.app import NotFoundError
from assistant.errors.visitor import TooManyAnswersError
from assistant.new_turn import AnswersAtOnce
from assistant.ports import ConversationStore
from tests.contract.samples import ANN, BOB, PROVENANCE, at, complete, first_turn


class RunContract:
    def test_what_a_run_has_made_can_be_looked_at_while_it_grows_and_when_it_has_ended(
        self, store: ConversationStore
    ) -> None:
        store.begin_turn(first_turn(answer_beginning="So"))
        assert (store.answer(ANN, "r1").id, store.answer(ANN, "r1").text) == ("a1", "So")
        store.checkpoint("r1", "So far", at(2))
        assert (store.answer(ANN, "r1").text, store.answer(ANN, "r1").status) == ("So far", MessageStatus.STREAMING)
        store.finish("r1", complete("Done."), at(3))
        ended = store.answer(ANN, "r1")
        assert (ended.text, ended.status, ended.provenance) == ("Done.", MessageStatus.COMPLETE, PROVENANCE)

    def test_nobody_else_sees_what_a_run_makes(self, store: ConversationStore) -> None:
        store.begin_turn(first_turn())
        for owner, run_id in ((BOB, "r1"), (ANN, "r404"), (BOB, "r404")):
            with pytest.raises(NotFoundError) as refused:
                store.answer(owner, run_id)
            assert refused.value.facts == {"kind": "run"}

    def test_a_run_has_given_a_sign_of_life_with_its_beginning_and_each_checkpoint(
        self, store: ConversationStore
    ) -> None:
        store.begin_turn(first_turn())
        store.begin_turn(first_turn(2, owner_id=BOB))
        store.checkpoint("r2", "So far", at(7.25))
        assert store.unfinished_runs() == {"r1": at(1), "r2": at(7.25)}

    def test_a_beat_is_a_sign_of_life_for_the_runs_that_it_names(self, store: ConversationStore) -> None:
        for number in (1, 2, 3):
            store.begin_turn(first_turn(number))
        store.finish("r3", complete(), at(5))
        assert store.beat(["r1", "r3", "never"], at(6)) == set()
        assert store.unfinished_runs() == {"r1": at(6), "r2": at(2)}
        assert store.beat([], at(7)) == set()

    def test_a_beat_tells_which_runs_somebody_asked_to_stop(self, store: ConversationStore) -> None:
        for number in (1, 2):
            store.begin_turn(first_turn(number))
        assert store.request_stop("r2", at(3)) is True
        assert store.request_stop("r2", at(4)) is True
        assert store.beat(["r1", "r2"], at(5)) == {"r2"}
        assert store.beat(["r1"], at(6)) == set()
        assert store.run(ANN, "r2").status is MessageStatus.STREAMING

    def test_what_has_ended_cannot_be_asked_to_stop(self, store: ConversationStore) -> None:
        store.begin_turn(first_turn())
        store.finish("r1", complete(), at(2))
        assert store.request_stop("r1", at(3)) is False
        assert store.request_stop("never", at(3)) is False

    def test_a_run_without_a_sign_of_life_since_is_interrupted_once_with_its_text(
        self, store: ConversationStore
    ) -> None:
        store.begin_turn(first_turn())
        store.checkpoint("r1", "So far", at(2))
        assert store.interrupt("r1", at(2), at(20)) is True
        assert store.interrupt("r1", at(2), at(21)) is False
        answer = store.answer(ANN, "r1")
        assert (answer.text, answer.status) == ("So far", MessageStatus.INTERRUPTED)
        assert store.active_run(ANN, "c1") is None
        assert store.unfinished_runs() == {}

    @pytest.mark.parametrize(
        "sign",
        [
            lambda store: store.beat(["r1"], at(3)),
            lambda store: store.checkpoint("r1", "More", at(3)),
        ],
        ids=["beat", "checkpoint"],
    )
    def test_a_run_that_gave_a_sign_of_life_is_left_alone(
        self, store: ConversationStore, sign: Callable[[ConversationStore], object]
    ) -> None:
        store.begin_turn(first_turn())
        sign(store)
        assert store.interrupt("r1", at(1), at(20)) is False
        assert store.run(ANN, "r1").status is MessageStatus.STREAMING

    def test_what_was_interrupted_stays_so_whatever_its_maker_says(self, store: ConversationStore) -> None:
        store.begin_turn(first_turn())
        store.interrupt("r1", at(1), at(20))
        assert store.checkpoint("r1", "More", at(21)) is False
        assert store.beat(["r1"], at(21)) == set()
        assert store.finish("r1", complete(), at(21)) is False
        assert store.answer(ANN, "r1").status is MessageStatus.INTERRUPTED

    def test_so_many_runs_of_one_person_are_unfinished_at_once(self, store: ConversationStore) -> None:
        for number in (1, 2):
            store.begin_turn(first_turn(number, at_once=AnswersAtOnce(most=2)))
        with pytest.raises(TooManyAnswersError) as refused:
            store.begin_turn(first_turn(3, at_once=AnswersAtOnce(most=2)))
        assert refused.value.facts["allowed"] == 2
        assert len(store.conversations(ANN, 10)) == 2
        store.begin_turn(first_turn(4, owner_id=BOB, at_once=AnswersAtOnce(most=2)))
        # The same request again is no further run.
        assert store.begin_turn(first_turn(2, at_once=AnswersAtOnce(most=2))).id == "r2"
        store.finish("r1", complete(), at(5))
        store.begin_turn(first_turn(3, at_once=AnswersAtOnce(most=2)))

    def test_so_many_runs_from_one_address_are_unfinished_at_once(self, store: ConversationStore) -> None:
        near = AnswersAtOnce(asked_from="203.0.113.7", most_from_there=2)
        store.begin_turn(first_turn(1, at_once=near))
        store.begin_turn(first_turn(2, owner_id=BOB, at_once=near))
        with pytest.raises(TooManyAnswersError):
            store.begin_turn(first_turn(3, at_once=near))
        store.begin_turn(first_turn(4, at_once=replace(near, asked_from="203.0.113.8")))
        store.begin_turn(first_turn(5, at_once=replace(near, asked_from="")))
        assert store.interrupt("r2", at(2), at(9))
        store.begin_turn(first_turn(3, at_once=near))

    def test_of_many_who_ask_at_the_same_moment_no_more_are_answered_than_may_be(
        self, store: ConversationStore
    ) -> None:
        def begun(number: int) -> bool:
            try:
                store.begin_turn(
                    first_turn(number, at_once=AnswersAtOnce(most=3, asked_from="here", most_from_there=5))
                )
            except TooManyAnswersError:
                return False
            return True

        with ThreadPoolExecutor(8) as threads:
            assert sum(threads.map(begun, range(1, 17))) == 3

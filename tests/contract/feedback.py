"""Ratings of answers, and the consent to their export."""

from datetime import datetime

import pytest

from assistant.conversation import Feedback, Vote
from assistant.errors.app import NotFoundError
from assistant.ports import ConversationStore
from tests.contract.samples import ANN, BOB, answer_again, at, chain, complete, conversation_of, first_turn, next_turn

GOOD = Feedback(vote=Vote.UP, reason="clear", comment="Quick! 👩🏽‍💻", given_at=at(20))
BAD = Feedback(vote=Vote.DOWN, given_at=at(21))


def answered(store: ConversationStore, number: int, owner: str = ANN) -> None:
    store.begin_turn(first_turn(number, owner_id=owner))
    store.finish(f"r{number}", complete(f"Answer {number}."), at(number))


def rating(store: ConversationStore, number: int = 1, owner: str = ANN) -> Feedback | None:
    return next(m.feedback for m in store.messages(owner, f"c{number}") if m.id == f"a{number}")


def exported(store: ConversationStore, limit: int = 10, after: str = "") -> list[str]:
    return [turn.answer.id for turn in store.rated_turns(limit, after)]


class FeedbackContract:
    def test_an_answers_rating_is_kept_changed_and_taken_back(self, store: ConversationStore) -> None:
        answered(store, 1)
        assert rating(store) is None
        for feedback in (GOOD, BAD, None):
            store.rate(ANN, "c1", "a1", feedback)
            assert rating(store) == feedback

    def test_only_own_answers_can_be_rated(self, store: ConversationStore) -> None:
        answered(store, 1)
        answered(store, 2)
        for owner, conversation, message in (
            (BOB, "c1", "a1"),
            (ANN, "c1", "q1"),
            (ANN, "c1", "a2"),
            (ANN, "c1", "never"),
            (ANN, "never", "a1"),
        ):
            with pytest.raises(NotFoundError):
                store.rate(owner, conversation, message, GOOD)

    def test_nobody_has_agreed_until_they_say_so_and_may_think_again(self, store: ConversationStore) -> None:
        assert store.agreed_to_export(ANN) is None
        agreed: tuple[datetime | None, ...] = (at(5), at(6), None, None)
        for when in agreed:
            store.agree_to_export(ANN, when)
            assert store.agreed_to_export(ANN) == when
            assert store.agreed_to_export(BOB) is None

    def test_a_rated_answer_that_was_made_elsewhere_is_not_given_out(self, store: ConversationStore) -> None:
        store.agree_to_export(ANN, at(1))
        store.add_conversation(conversation_of(chain(2)), chain(2))
        store.rate(ANN, "copy", "copy-0001", GOOD)
        store.begin_turn(next_turn(7, "copy", "copy-0001"))
        store.finish("r7", complete(), at(8))
        store.rate(ANN, "copy", "a7", GOOD)
        assert exported(store) == ["a7"]

    def test_only_rated_turns_of_those_who_agreed_are_given_out(self, store: ConversationStore) -> None:
        for number, owner in ((1, ANN), (2, BOB), (3, BOB)):
            answered(store, number, owner)
        store.rate(ANN, "c1", "a1", GOOD)
        store.rate(BOB, "c2", "a2", BAD)
        assert exported(store) == []
        store.agree_to_export(BOB, at(5))
        (turn,) = store.rated_turns(10)
        assert (turn.question.text, turn.answer.text, turn.answer.feedback) == ("Question 2?", "Answer 2.", BAD)
        store.agree_to_export(BOB, None)
        assert exported(store) == []

    def test_rated_turns_come_in_pages(self, store: ConversationStore) -> None:
        store.agree_to_export(ANN, at(5))
        for number in (1, 2, 3):
            answered(store, number)
            store.rate(ANN, f"c{number}", f"a{number}", GOOD)
        assert exported(store, 2) == ["a1", "a2"]
        assert exported(store, 2, "a2") == ["a3"]
        assert exported(store, 2, "a3") == []

    def test_what_was_deleted_is_not_given_out(self, store: ConversationStore) -> None:
        store.agree_to_export(ANN, at(5))
        for number in (1, 2):
            answered(store, number)
            store.rate(ANN, f"c{number}", f"a{number}", GOOD)
        store.begin_turn(answer_again(3, "q2", "c2"))
        store.finish("r3", complete(), at(9))
        store.delete(ANN, "c1", at(30))
        store.delete_branch(ANN, "c2", "a2", "a3", at(30))
        assert exported(store) == []

    def test_with_all_of_a_person_the_consent_goes_too(self, store: ConversationStore) -> None:
        store.agree_to_export(ANN, at(5))
        store.delete_owner(ANN)
        assert store.agreed_to_export(ANN) is None

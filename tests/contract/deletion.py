"""What is really deleted, and what stays: by age, and all of one person's."""

from dataclasses import replace

import pytest

from assistant.errors.app import NotFoundError
from assistant.ports import MESSAGES_AT_ONCE, ConversationStore
from tests.contract.samples import (
    ANN,
    BOB,
    at,
    chain,
    complete,
    conversation_of,
    first_turn,
    keys,
    next_turn,
    share,
    snapshot,
)

NEVER = at(1_000_000)


def with_share(store: ConversationStore, number: int, owner: str = ANN) -> str:
    """A conversation with one answer and a link to it; the link's hash."""
    store.begin_turn(first_turn(number, owner_id=owner))
    store.finish(f"r{number}", complete(), at(number))
    store.add_share(owner, share(number, f"c{number}"), keys(f"{number:064}"), snapshot())
    return f"{number:064}"


class DeletionContract:
    def test_what_can_be_brought_back_is_listed_for_its_owner_the_last_deleted_first(
        self, store: ConversationStore
    ) -> None:
        for number in (1, 2, 3):
            with_share(store, number)
        with_share(store, 4, BOB)
        for number, when in ((2, 5), (1, 6), (3, 7)):
            store.delete(ANN, f"c{number}", at(when))
        store.delete(BOB, "c4", at(8))
        assert [c.id for c in store.deleted_conversations(ANN, 10)] == ["c3", "c1", "c2"]
        assert [c.id for c in store.deleted_conversations(ANN, 1)] == ["c3"]
        store.restore(ANN, "c1")
        store.purge_deleted(at(6))
        assert [c.id for c in store.deleted_conversations(ANN, 10)] == ["c3"]

    def test_only_what_nobody_went_on_with_since_then_expires_with_its_shares(self, store: ConversationStore) -> None:
        links = [with_share(store, number) for number in (1, 2, 3)]
        store.begin_turn(next_turn(4, "c1"))
        store.finish("r4", complete(), at(4))
        assert store.delete_unchanged(at(3), 10) == 1
        assert [c.id for c in store.conversations(ANN, 10)] == ["c1", "c3"]
        with pytest.raises(NotFoundError):
            store.snapshot(links[1])
        assert store.snapshot(links[0])

    def test_what_expires_cannot_be_brought_back_hidden_or_not(self, store: ConversationStore) -> None:
        for number in (1, 2):
            with_share(store, number)
        store.delete(ANN, "c1", at(5))
        assert store.delete_unchanged(NEVER, 10) == 2
        for gone in ("c1", "c2"):
            with pytest.raises(NotFoundError):
                store.restore(ANN, gone)
        assert store.purge_deleted(NEVER) == 0

    def test_the_oldest_expire_first_and_no_more_than_asked_for(self, store: ConversationStore) -> None:
        for number in (3, 1, 2, 4):
            store.begin_turn(first_turn(number, owner_id=ANN if number % 2 else BOB))
        assert store.delete_unchanged(at(4), 2) == 2
        assert [c.id for c in store.conversations(ANN, 10)] == ["c3"]
        assert [c.id for c in store.conversations(BOB, 10)] == ["c4"]
        assert [store.delete_unchanged(at(4), 2) for _ in range(2)] == [1, 0]

    def test_of_one_age_they_expire_in_the_order_of_their_ids(self, store: ConversationStore) -> None:
        for number in (3, 1, 2):
            copy = conversation_of(chain(2, f"c{number}"))
            store.add_conversation(replace(copy, id=f"c{number}", updated_at=at(1)), chain(2, f"c{number}"))
        assert store.delete_unchanged(at(2), 1) == 1
        assert [c.id for c in store.conversations(ANN, 10)] == ["c3", "c2"]

    def test_a_long_conversation_can_expire(self, store: ConversationStore) -> None:
        messages = chain(1200)
        store.add_conversation(conversation_of(messages), messages)
        assert store.delete_unchanged(NEVER, 10) == 1

    def test_what_was_deleted_goes_by_batches_the_first_deleted_first(self, store: ConversationStore) -> None:
        for number in (1, 2, 3):
            with_share(store, number)
        for number, when in ((2, 5), (3, 6), (1, 7)):
            store.delete(ANN, f"c{number}", at(when))
        assert store.purge_deleted(NEVER, 2) == 2
        assert [c.id for c in store.deleted_conversations(ANN, 10)] == ["c1"]
        assert [store.purge_deleted(NEVER, 2) for _ in range(2)] == [1, 0]

    def test_a_batch_has_few_messages_or_one_conversation(self, store: ConversationStore) -> None:
        long, rather_long = MESSAGES_AT_ONCE + 2, MESSAGES_AT_ONCE // 2 + 2
        for number, length in enumerate((long, rather_long, rather_long, 2, 2), start=1):
            messages = chain(length, f"c{number}")
            store.add_conversation(conversation_of(messages, conversation_id=f"c{number}"), messages)
            store.delete(ANN, f"c{number}", at(number))
        assert [store.purge_deleted(at(5)) for _ in range(4)] == [1, 1, 2, 0]
        store.restore(ANN, "c5")
        assert store.delete_unchanged(NEVER, 10) == 1

    def test_all_of_one_person_goes_at_once_and_nothing_of_anybody_else(self, store: ConversationStore) -> None:
        mine, others = with_share(store, 1), with_share(store, 2, BOB)
        with_share(store, 3)
        store.pin(ANN, "c1", True)
        store.archive(ANN, "c3", True)
        store.begin_turn(first_turn(4))
        store.delete(ANN, "c4", at(5))
        assert store.delete_owner(ANN) == 3
        for gone in ("c1", "c3", "c4"):
            with pytest.raises(NotFoundError):
                store.restore(ANN, gone)
        with pytest.raises(NotFoundError):
            store.snapshot(mine)
        assert store.snapshot(others)
        assert len(store.messages(BOB, "c2")) == 2
        assert store.delete_owner(ANN) == 0

    def test_what_a_person_agreed_to_goes_too(self, store: ConversationStore) -> None:
        for owner in (ANN, BOB):
            store.agree_to_export(owner, at(1))
        store.delete_owner(ANN)
        assert (store.agreed_to_export(ANN), store.agreed_to_export(BOB)) == (None, at(1))

    def test_an_answer_in_the_making_goes_too_and_its_end_is_nobodys(self, store: ConversationStore) -> None:
        store.begin_turn(first_turn())
        store.delete_owner(ANN)
        assert store.active_runs(ANN) == []
        assert store.checkpoint("r1", "More", at(2)) is False
        assert store.finish("r1", complete(), at(3)) is False

    def test_whoever_deleted_everything_can_begin_anew_with_the_same_request(self, store: ConversationStore) -> None:
        with_share(store, 1)
        store.delete_owner(ANN)
        store.begin_turn(first_turn())
        assert [c.id for c in store.conversations(ANN, 10)] == ["c1"]
        assert store.shares(ANN, "c1") == []

    def test_answers_in_the_making_are_known_for_all_of_a_persons_conversations(self, store: ConversationStore) -> None:
        for number in (1, 2, 3):
            store.begin_turn(first_turn(number))
        store.begin_turn(first_turn(4, owner_id=BOB))
        store.finish("r2", complete(), at(5))
        store.delete(ANN, "c3", at(6))
        assert [run.id for run in store.active_runs(ANN)] == ["r1", "r3"]

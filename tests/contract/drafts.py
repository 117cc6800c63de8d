"""What is typed is kept until it is sent, and nothing newer is overwritten."""

import pytest

from assistant.draft import Draft
from assistant.errors.app import NotFoundError
from assistant.ports import ConversationStore
from tests.contract.samples import ANN, BOB, ODD_TEXTS, answer_again, at, complete, first_turn, next_turn


def answered(store: ConversationStore, number: int = 1) -> None:
    store.begin_turn(first_turn(number))
    store.finish(f"r{number}", complete(), at(number))


class DraftContract:
    @pytest.mark.parametrize("place", [None, "c1"])
    def test_a_draft_is_kept_changed_and_emptied(self, store: ConversationStore, place: str | None) -> None:
        answered(store)
        assert store.draft(ANN, place) == Draft()
        seen = ""
        for number, text in enumerate(["How", *ODD_TEXTS.values()]):
            draft = Draft(text, f"v{number}")
            assert store.keep_draft(ANN, place, draft, seen=seen, now=at(number)) == draft
            assert store.draft(ANN, place) == draft
            seen = draft.version
        assert store.keep_draft(ANN, place, Draft(), seen=seen, now=at(90)) == Draft()
        assert store.draft(ANN, place) == Draft()

    def test_each_conversation_and_the_new_chat_have_their_own(self, store: ConversationStore) -> None:
        answered(store, 1)
        answered(store, 2)
        for place in (None, "c1", "c2"):
            store.keep_draft(ANN, place, Draft(f"In {place}", "v1"), seen="", now=at(3))
        store.keep_draft(BOB, None, Draft("Bob's", "v1"), seen="", now=at(3))
        assert [store.draft(ANN, place).text for place in (None, "c1", "c2")] == ["In None", "In c1", "In c2"]
        assert store.draft(BOB, None).text == "Bob's"

    def test_what_another_tab_kept_meanwhile_is_left_and_told(self, store: ConversationStore) -> None:
        first, others = Draft("One", "v1"), Draft("One and two", "v2")
        store.keep_draft(ANN, None, first, seen="", now=at(1))
        store.keep_draft(ANN, None, others, seen="v1", now=at(2))
        for text, seen in (("One or two", "v1"), ("", "v1"), ("Three", "")):
            assert store.keep_draft(ANN, None, Draft(text, "v3" if text else ""), seen=seen, now=at(3)) == others
        assert store.draft(ANN, None) == others

    def test_what_is_gone_can_be_overwritten_by_nobody(self, store: ConversationStore) -> None:
        store.keep_draft(ANN, None, Draft("One", "v1"), seen="", now=at(1))
        store.keep_draft(ANN, None, Draft(), seen="v1", now=at(2))
        late = Draft("One, typed on elsewhere", "v2")
        assert store.keep_draft(ANN, None, late, seen="v1", now=at(3)) == late

    def test_nobody_has_a_draft_in_a_conversation_of_others(self, store: ConversationStore) -> None:
        answered(store)
        store.keep_draft(ANN, "c1", Draft("Mine", "v1"), seen="", now=at(1))
        for owner, place in ((BOB, "c1"), (ANN, "never")):
            with pytest.raises(NotFoundError):
                store.draft(owner, place)
            with pytest.raises(NotFoundError):
                store.keep_draft(owner, place, Draft("x", "v2"), seen="v1", now=at(2))
        assert store.draft(ANN, "c1").text == "Mine"

    def test_a_draft_is_gone_when_it_is_sent(self, store: ConversationStore) -> None:
        store.keep_draft(ANN, None, Draft("Question", "v1"), seen="", now=at(1))
        answered(store)
        assert store.draft(ANN, None) == Draft()
        store.keep_draft(ANN, "c1", Draft("Question 2?", "v1"), seen="", now=at(1))
        store.keep_draft(ANN, None, Draft("Another", "v1"), seen="", now=at(1))
        store.begin_turn(next_turn(2))
        assert (store.draft(ANN, "c1"), store.draft(ANN, None).text) == (Draft(), "Another")

    def test_a_draft_that_is_not_what_was_sent_stays(self, store: ConversationStore) -> None:
        answered(store)
        store.keep_draft(ANN, "c1", Draft("Something else", "v1"), seen="", now=at(1))
        store.begin_turn(answer_again(2, "q1"))
        store.finish("r2", complete(), at(2))
        store.begin_turn(next_turn(3, parent_id="a2"))
        assert store.draft(ANN, "c1").text == "Something else"

    def test_a_deleted_conversations_draft_comes_back_with_it_or_goes_for_good(self, store: ConversationStore) -> None:
        answered(store)
        store.keep_draft(ANN, "c1", Draft("Half a th", "v1"), seen="", now=at(1))
        store.delete(ANN, "c1", at(5))
        with pytest.raises(NotFoundError):
            store.draft(ANN, "c1")
        store.restore(ANN, "c1")
        assert store.draft(ANN, "c1").text == "Half a th"
        store.delete(ANN, "c1", at(5))
        store.purge_deleted(at(6))
        answered(store)
        assert store.draft(ANN, "c1") == Draft()

    def test_old_drafts_go_with_old_conversations(self, store: ConversationStore) -> None:
        store.keep_draft(ANN, None, Draft("Old", "v1"), seen="", now=at(1))
        store.keep_draft(BOB, None, Draft("New", "v1"), seen="", now=at(9))
        store.delete_unchanged(at(5), 10)
        assert (store.draft(ANN, None), store.draft(BOB, None).text) == (Draft(), "New")

    def test_with_all_of_a_person_their_drafts_go(self, store: ConversationStore) -> None:
        answered(store)
        for place in (None, "c1"):
            store.keep_draft(ANN, place, Draft("x", "v1"), seen="", now=at(1))
        store.keep_draft(BOB, None, Draft("y", "v1"), seen="", now=at(1))
        store.delete_owner(ANN)
        assert (store.draft(ANN, None), store.draft(BOB, None).text) == (Draft(), "y")

"""Order among conversations and within them: shelves, names, branches that are hidden and brought back."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from assistant.conversation import Attachment, Shelf, TitleSource
from assistant.errors.app import ConversationBusyError, NotFoundError
from assistant.ports import ConversationStore
from tests.contract.samples import ANN, answer_again, at, chain, complete, conversation_of, first_turn, next_turn


def whole(store: ConversationStore, *numbers: int) -> None:
    """Conversations of one turn each."""
    for number in numbers:
        store.begin_turn(first_turn(number))
        store.finish(f"r{number}", complete(), at(number))


def ids(store: ConversationStore) -> list[str]:
    return sorted(message.id for message in store.messages(ANN, "c1"))


def two_answers(store: ConversationStore) -> None:
    """c1: q1 with a1, followed by q2 and a2, and with a3 beside a1."""
    whole(store, 1)
    for turn in (next_turn(2), answer_again(3, "q1")):
        store.begin_turn(turn)
        store.finish(turn.run_id, complete(), turn.now)


class ShelfContract:
    def test_each_conversation_is_on_one_shelf(self, store: ConversationStore) -> None:
        whole(store, 1, 2, 3, 4)
        for pinned in ("c2", "c3"):
            store.pin(ANN, pinned, True)
        for archived in ("c3", "c4"):
            store.archive(ANN, archived, True)
        shelves = {shelf: [c.id for c in store.conversations(ANN, 10, shelf=shelf)] for shelf in Shelf}
        assert shelves == {Shelf.PINNED: ["c2"], Shelf.MAIN: ["c1"], Shelf.ARCHIVED: ["c4", "c3"]}

    def test_a_shelf_comes_by_pages(self, store: ConversationStore) -> None:
        whole(store, 1, 2, 3)
        for number in (1, 2, 3):
            store.pin(ANN, f"c{number}", True)
        first = store.conversations(ANN, 2, shelf=Shelf.PINNED)
        rest = store.conversations(ANN, 2, (first[-1].updated_at, first[-1].id), Shelf.PINNED)
        assert [c.id for c in [*first, *rest]] == ["c3", "c2", "c1"]

    def test_what_was_put_on_a_shelf_can_be_taken_back_and_nothing_else_changes(self, store: ConversationStore) -> None:
        whole(store, 1)
        before = store.conversation(ANN, "c1")
        for change in (store.pin, store.archive):
            change(ANN, "c1", True)
            assert store.conversation(ANN, "c1") != before
            change(ANN, "c1", False)
            assert store.conversation(ANN, "c1") == before

    def test_a_name_of_the_models_replaces_the_first_words_but_never_a_persons_name(
        self, store: ConversationStore
    ) -> None:
        whole(store, 1, 2)
        assert store.conversation(ANN, "c1").title_source is TitleSource.QUESTION
        store.rename(ANN, "c1", "By the model", TitleSource.MODEL)
        assert store.conversation(ANN, "c1").title == "By the model"
        store.rename(ANN, "c1", "By the model again", TitleSource.MODEL)
        assert store.conversation(ANN, "c1").title == "By the model"
        for title in ("Mine", "Mine after all"):
            store.rename(ANN, "c1", title)
        store.rename(ANN, "c1", "By the model", TitleSource.MODEL)
        named = store.conversation(ANN, "c1")
        assert (named.title, named.title_source) == ("Mine after all", TitleSource.PERSON)

    def test_a_deleted_branch_goes_with_all_that_follows_and_its_neighbour_is_shown(
        self, store: ConversationStore
    ) -> None:
        two_answers(store)
        store.delete_branch(ANN, "c1", "a1", "a3", at(9))
        assert ids(store) == ["a3", "q1"]
        assert store.conversation(ANN, "c1").leaf_id == "a3"
        store.restore_branch(ANN, "c1", "a1")
        assert ids(store) == ["a1", "a2", "a3", "q1", "q2"]

    @pytest.mark.parametrize("leaf_id", ["a1", "a2", "never"])
    def test_what_would_be_hidden_cannot_be_shown_instead(self, store: ConversationStore, leaf_id: str) -> None:
        two_answers(store)
        before = store.conversation(ANN, "c1")
        with pytest.raises(NotFoundError):
            store.delete_branch(ANN, "c1", "a1", leaf_id, at(9))
        assert ids(store) == ["a1", "a2", "a3", "q1", "q2"]
        assert store.conversation(ANN, "c1") == before

    def test_while_an_answer_is_made_no_branch_is_deleted(self, store: ConversationStore) -> None:
        two_answers(store)
        store.begin_turn(next_turn(4, parent_id="a3"))
        with pytest.raises(ConversationBusyError) as refused:
            store.delete_branch(ANN, "c1", "a1", "a4", at(9))
        assert refused.value.facts == {"run_id": "r4"}

    def test_a_branch_within_a_deleted_one_stays_deleted_when_that_comes_back(self, store: ConversationStore) -> None:
        two_answers(store)
        store.begin_turn(answer_again(4, "q2"))
        store.finish("r4", complete(), at(4))
        store.delete_branch(ANN, "c1", "a2", "a4", at(8))
        store.delete_branch(ANN, "c1", "a1", "a3", at(9))
        assert ids(store) == ["a3", "q1"]
        with pytest.raises(NotFoundError):
            store.restore_branch(ANN, "c1", "a2")
        store.restore_branch(ANN, "c1", "a1")
        assert ids(store) == ["a1", "a3", "a4", "q1", "q2"]
        store.restore_branch(ANN, "c1", "a2")
        assert ids(store) == ["a1", "a2", "a3", "a4", "q1", "q2"]

    def test_bringing_back_what_is_there_changes_nothing(self, store: ConversationStore) -> None:
        two_answers(store)
        store.restore_branch(ANN, "c1", "a1")
        assert ids(store) == ["a1", "a2", "a3", "q1", "q2"]

    @pytest.mark.parametrize("asked", ["a1", "q2", "a2"])
    def test_a_hidden_message_is_neither_asked_on_nor_shown(self, store: ConversationStore, asked: str) -> None:
        two_answers(store)
        store.delete_branch(ANN, "c1", "a1", "a3", at(9))
        with pytest.raises(NotFoundError):
            store.begin_turn(next_turn(5, parent_id=asked, parent_must_be_leaf=False))
        with pytest.raises(NotFoundError):
            store.select_leaf(ANN, "c1", asked)
        with pytest.raises(NotFoundError):
            store.delete_branch(ANN, "c1", asked, "a3", at(10))

    def test_a_purge_takes_branches_that_were_hidden_before_that_time_and_the_rest_can_come_back(
        self, store: ConversationStore
    ) -> None:
        two_answers(store)
        store.begin_turn(answer_again(4, "q1"))
        store.finish("r4", complete(), at(4))
        store.delete_branch(ANN, "c1", "a1", "a4", at(10))
        store.delete_branch(ANN, "c1", "a3", "a4", at(20))
        assert store.purge_deleted(at(20)) == 0
        with pytest.raises(NotFoundError):
            store.restore_branch(ANN, "c1", "a1")
        store.restore_branch(ANN, "c1", "a3")
        assert ids(store) == ["a3", "a4", "q1"]

    def test_a_question_is_kept_with_its_files(self, store: ConversationStore) -> None:
        files = (Attachment(name="a.py", text="print('é')\r\n"), Attachment(name="empty.txt", text=""))
        store.begin_turn(first_turn(attachments=files))
        question, answer = sorted(store.messages(ANN, "c1"), key=lambda m: m.role, reverse=True)
        assert (question.attachments, answer.attachments) == (files, ())

    def test_an_answer_that_goes_on_with_another_begins_with_its_text(self, store: ConversationStore) -> None:
        whole(store, 1)
        store.begin_turn(replace(answer_again(2, "q1"), answer_beginning="So far "))
        assert store.answer(ANN, "r2").text == "So far "

    def test_the_same_copy_from_many_at_once_is_one(self, store: ConversationStore) -> None:
        messages = chain(4)
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda _: store.add_conversation(conversation_of(messages), messages), range(8)))
        assert store.messages(ANN, "copy") == messages

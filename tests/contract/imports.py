"""Conversations that come from a file: hidden until all are there, shown at once, and only to their owner."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from assistant.conversation import Attachment, Conversation, Feedback, Message, MessageStatus, TitleSource, Vote
from assistant.errors.app import NotFoundError
from assistant.errors.root import ErrorReport
from assistant.ports import ConversationStore
from assistant.search_query import SearchQuery
from tests.contract.samples import ANN, BOB, at, chain, conversation_of, first_turn


def imported(count: int, owner: str = ANN) -> list[tuple[Conversation, Sequence[Message]]]:
    copies = [(f"i{number}", chain(4, f"i{number}")) for number in range(count)]
    return [(conversation_of(messages, owner=owner, conversation_id=each), messages) for each, messages in copies]


class ImportContract:
    def test_what_is_imported_is_nowhere_until_it_is_revealed(self, store: ConversationStore) -> None:
        store.add_hidden(imported(3), at(10))
        assert store.conversations(ANN, 10) == []
        with pytest.raises(NotFoundError):
            store.messages(ANN, "i0")
        assert store.search(ANN, SearchQuery(text="Text"), 10) == []
        assert len(store.reveal(ANN, ["i0", "i1", "i2"])) == 3
        assert {c.id for c in store.conversations(ANN, 10)} == {"i0", "i1", "i2"}
        assert store.messages(ANN, "i1") == chain(4, "i1")
        assert {hit.conversation.id for hit in store.search(ANN, SearchQuery(text="Text"), 20)} == {"i0", "i1", "i2"}

    def test_everything_of_a_conversation_and_its_messages_is_kept(self, store: ConversationStore) -> None:
        question, answer = chain(2, "i0")
        question = replace(question, attachments=(Attachment(name="a.py", text="print()"),))
        error = ErrorReport("engine", True, {"fault": "gone"})
        rating = Feedback(vote=Vote.DOWN, reason="wrong", comment="No.", given_at=at(5))
        answer = replace(answer, status=MessageStatus.FAILED, error=error, feedback=rating)
        conversation = replace(
            conversation_of([question, answer], conversation_id="i0"),
            title_source=TitleSource.MODEL,
            pinned=True,
            archived=True,
        )
        store.add_hidden([(conversation, [question, answer])], at(10))
        store.reveal(ANN, ["i0"])
        assert store.conversation(ANN, "i0") == conversation
        assert store.messages(ANN, "i0") == [question, answer]

    def test_what_is_known_already_is_left_as_it_is(self, store: ConversationStore) -> None:
        store.add_hidden(imported(2), at(10))
        store.reveal(ANN, ["i0", "i1"])
        store.rename(ANN, "i0", "My own")
        store.add_hidden(imported(3), at(20))
        assert len(store.reveal(ANN, ["i0", "i1", "i2"])) == 1
        assert store.conversation(ANN, "i0").title == "My own"
        assert len(store.messages(ANN, "i0")) == 4

    def test_what_was_deleted_comes_back_by_an_import(self, store: ConversationStore) -> None:
        store.add_hidden(imported(1), at(10))
        store.reveal(ANN, ["i0"])
        store.delete(ANN, "i0", at(20))
        assert store.known_conversations(ANN, ["i0"]) == {"i0"}
        store.add_hidden(imported(1), at(30))
        assert len(store.reveal(ANN, ["i0"])) == 1

    def test_an_import_that_was_broken_off_cannot_be_restored_and_goes_with_the_next_purge(
        self, store: ConversationStore
    ) -> None:
        store.add_hidden(imported(2), at(10))
        assert store.deleted_conversations(ANN, 10) == []
        with pytest.raises(NotFoundError):
            store.restore(ANN, "i0")
        assert store.purge_deleted(at(11)) == 2
        assert store.known_conversations(ANN, ["i0", "i1"]) == set()

    def test_an_import_that_was_broken_off_is_gone_on_with(self, store: ConversationStore) -> None:
        store.add_hidden(imported(1), at(10))
        assert store.known_conversations(ANN, ["i0"]) == {"i0"}
        assert store.extend(ANN, "i0", chain(6, "i0"), "i0-0005", at(20)) == 2
        assert store.reveal(ANN, ["i0"]) == {"i0"}
        store.delete(ANN, "i0", at(30))
        assert [c.id for c in store.deleted_conversations(ANN, 10)] == ["i0"]
        store.restore(ANN, "i0")

    def test_nobody_is_told_of_or_can_reveal_what_is_somebody_elses(self, store: ConversationStore) -> None:
        store.begin_turn(first_turn())
        store.delete(ANN, "c1", at(20))
        assert store.known_conversations(BOB, ["c1", "c404"]) == set()
        assert len(store.reveal(BOB, ["c1", "c404"])) == 0
        assert store.conversations(ANN, 10) == store.conversations(BOB, 10) == []

    def test_more_can_come_than_one_statement_may_name(self, store: ConversationStore) -> None:
        store.add_hidden(imported(1100), at(10))
        ids = [f"i{number}" for number in range(1100)]
        assert len(store.known_conversations(ANN, ids)) == len(store.reveal(ANN, ids)) == 1100

    def test_a_newer_copy_adds_what_is_new_and_is_shown_where_it_only_goes_on(self, store: ConversationStore) -> None:
        store.add_conversation(conversation_of(chain(4)), chain(4))
        assert store.extend(ANN, "copy", chain(6), "copy-0005", at(50)) == 2
        assert store.messages(ANN, "copy") == chain(6)
        grown = store.conversation(ANN, "copy")
        assert (grown.leaf_id, grown.updated_at, grown.title) == ("copy-0005", at(50), "A copy")
        assert store.extend(ANN, "copy", chain(6), "copy-0005", at(60)) == 0
        assert store.conversation(ANN, "copy") == grown
        assert len(store.search(ANN, SearchQuery(text="Text"), 20)) == 6

    def test_a_newer_copy_changes_nothing_that_is_there(self, store: ConversationStore) -> None:
        store.add_conversation(conversation_of(chain(4)), chain(4))
        store.rename(ANN, "copy", "My own")
        store.select_leaf(ANN, "copy", "copy-0001")
        elsewhere = [replace(message, text="Changed elsewhere.") for message in chain(4)]
        store.extend(ANN, "copy", [*elsewhere, *chain(6)[4:]], "copy-0003", at(1))
        assert store.messages(ANN, "copy") == chain(6)
        grown = store.conversation(ANN, "copy")
        assert (grown.leaf_id, grown.updated_at, grown.title) == ("copy-0001", at(2), "My own")

    def test_a_newer_copy_adds_nothing_to_a_branch_that_was_deleted(self, store: ConversationStore) -> None:
        question, answer, other = *chain(2), replace(chain(2)[1], id="other")
        store.add_conversation(conversation_of([question, answer]), [question, answer, other])
        store.delete_branch(ANN, "copy", "copy-0001", "other", at(20))
        assert store.message_ids(ANN, "copy") == {"copy-0000", "copy-0001", "other"}
        assert store.extend(ANN, "copy", chain(4), "copy-0003", at(50)) == 0
        assert [m.id for m in store.messages(ANN, "copy")] == ["copy-0000", "other"]
        assert store.conversation(ANN, "copy").leaf_id == "other"

    def test_a_hidden_conversation_can_grow_and_nobody_elses(self, store: ConversationStore) -> None:
        store.add_conversation(conversation_of(chain(2)), chain(2))
        store.delete(ANN, "copy", at(20))
        assert store.extend(ANN, "copy", chain(4), "copy-0003", at(50)) == 2
        assert store.reveal(ANN, ["copy"]) == {"copy"}
        assert store.messages(ANN, "copy") == chain(4)
        for attempt in (
            lambda: store.extend(BOB, "copy", chain(6), "copy-0005", at(60)),
            lambda: store.message_ids(BOB, "copy"),
            lambda: store.message_ids(ANN, "never"),
        ):
            with pytest.raises(NotFoundError):
                attempt()

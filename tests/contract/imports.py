"""Conversations that come from a file: hidden until all are there, shown at once, and only to their owner."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from assistant.conversation import Attachment, Conversation, Feedback, Message, MessageStatus, TitleSource, Vote
from assistant.errors import ErrorReport, NotFoundError
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
        assert store.reveal(ANN, ["i0", "i1", "i2"]) == 3
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
        assert store.reveal(ANN, ["i0", "i1", "i2"]) == 1
        assert store.conversation(ANN, "i0").title == "My own"
        assert len(store.messages(ANN, "i0")) == 4

    def test_what_was_deleted_comes_back_by_an_import(self, store: ConversationStore) -> None:
        store.add_hidden(imported(1), at(10))
        store.reveal(ANN, ["i0"])
        store.delete(ANN, "i0", at(20))
        assert store.known_conversations(ANN, ["i0"]) == {"i0"}
        store.add_hidden(imported(1), at(30))
        assert store.reveal(ANN, ["i0"]) == 1

    def test_an_import_that_was_broken_off_goes_with_the_next_purge(self, store: ConversationStore) -> None:
        store.add_hidden(imported(2), at(10))
        assert store.purge_deleted(at(11)) == 2
        assert store.known_conversations(ANN, ["i0", "i1"]) == set()

    def test_nobody_is_told_of_or_can_reveal_what_is_somebody_elses(self, store: ConversationStore) -> None:
        store.begin_turn(first_turn())
        store.delete(ANN, "c1", at(20))
        assert store.known_conversations(BOB, ["c1", "c404"]) == set()
        assert store.reveal(BOB, ["c1", "c404"]) == 0
        assert store.conversations(ANN, 10) == store.conversations(BOB, 10) == []

    def test_more_can_come_than_one_statement_may_name(self, store: ConversationStore) -> None:
        store.add_hidden(imported(1100), at(10))
        ids = [f"i{number}" for number in range(1100)]
        assert len(store.known_conversations(ANN, ids)) == store.reveal(ANN, ids) == 1100

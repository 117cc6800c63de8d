"""Conversations: theirs alone, listed, renamed, copied, deleted and brought back."""

from collections.abc import Callable
from datetime import timedelta, timezone

import pytest

from assistant.conversation import GenerationOptions, MessageStatus
from assistant.errors.app import NotFoundError
from assistant.errors.root import ErrorReport
from assistant.ports import ConversationStore, NewTurn, RunOutcome
from tests.contract.samples import (
    ANN,
    BOB,
    ODD_TEXTS,
    OPTIONS,
    answer_again,
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

# What an owner may try with ids: all that they name may be somebody else's, or nobody's.
Attempt = Callable[[ConversationStore, str, str], object]
ATTEMPTS: dict[str, Attempt] = {
    "conversation": lambda store, owner, n: store.conversation(owner, f"c{n}"),
    "messages": lambda store, owner, n: store.messages(owner, f"c{n}"),
    "run": lambda store, owner, n: store.run(owner, f"r{n}"),
    "active_run": lambda store, owner, n: store.active_run(owner, f"c{n}"),
    "begin_turn": lambda store, owner, n: store.begin_turn(next_turn(7, f"c{n}", f"a{n}", owner_id=owner)),
    "rename": lambda store, owner, n: store.rename(owner, f"c{n}", "Mine"),
    "set_options": lambda store, owner, n: store.set_options(owner, f"c{n}", OPTIONS),
    "select_leaf": lambda store, owner, n: store.select_leaf(owner, f"c{n}", f"q{n}"),
    "delete": lambda store, owner, n: store.delete(owner, f"c{n}", at(50)),
    "restore": lambda store, owner, n: store.restore(owner, f"c{n}"),
    "add_share": lambda store, owner, n: store.add_share(owner, share(7, f"c{n}"), keys("7" * 64), snapshot()),
    "shares": lambda store, owner, n: store.shares(owner, f"c{n}"),
    "revoke_share": lambda store, owner, n: store.revoke_share(owner, f"s{n}", at(50)),
}


class ConversationContract:
    @pytest.mark.parametrize("attempt", ATTEMPTS.values(), ids=ATTEMPTS.keys())
    def test_what_is_somebody_elses_is_refused_as_what_never_was(
        self, store: ConversationStore, attempt: Attempt
    ) -> None:
        store.begin_turn(first_turn())
        store.add_share(ANN, share(), keys("1" * 64), snapshot())
        before = (store.conversation(ANN, "c1"), store.messages(ANN, "c1"), store.shares(ANN, "c1"))
        with pytest.raises(NotFoundError) as theirs:
            attempt(store, BOB, "1")
        with pytest.raises(NotFoundError) as nobodys:
            attempt(store, BOB, "404")
        assert theirs.value.report() == nobodys.value.report()
        assert (store.conversation(ANN, "c1"), store.messages(ANN, "c1"), store.shares(ANN, "c1")) == before

    @pytest.mark.parametrize("attempt", [name for name in ATTEMPTS if name not in ("restore", "run")])
    def test_a_deleted_conversation_is_not_there_for_its_owner_either(
        self, store: ConversationStore, attempt: str
    ) -> None:
        store.begin_turn(first_turn())
        store.add_share(ANN, share(), keys("1" * 64), snapshot())
        store.delete(ANN, "c1", at(20))
        with pytest.raises(NotFoundError):
            ATTEMPTS[attempt](store, ANN, "1")

    def test_conversations_are_listed_newest_first_and_only_ones_own(self, store: ConversationStore) -> None:
        for number in (1, 2, 3):
            store.begin_turn(first_turn(number))
        store.begin_turn(first_turn(4, owner_id=BOB))
        store.finish("r2", complete(), at(60))
        store.delete(ANN, "c3", at(70))
        assert [c.id for c in store.conversations(ANN, 10)] == ["c2", "c1"]

    @pytest.mark.parametrize("size", [1, 2, 3, 7, 8])
    def test_pages_show_each_conversation_once_however_many_are_of_one_time(
        self, store: ConversationStore, size: int
    ) -> None:
        for number, second in enumerate([5, 1, 5, 5, 2, 1, 5], start=1):
            store.begin_turn(first_turn(number, now=at(second)))
        listed: list[str] = []
        page = store.conversations(ANN, size)
        while page:
            assert len(page) <= size
            listed += [c.id for c in page]
            page = store.conversations(ANN, size, before=(page[-1].updated_at, page[-1].id))
        assert listed == ["c7", "c4", "c3", "c1", "c5", "c6", "c2"]

    def test_the_messages_of_a_conversation_come_oldest_first(self, store: ConversationStore) -> None:
        messages = chain(6)
        store.add_conversation(conversation_of(messages), messages)
        assert store.messages(ANN, "copy") == messages

    def test_times_come_back_with_their_zone_to_the_microsecond(self, store: ConversationStore) -> None:
        moment = at(0.123456).astimezone(timezone(timedelta(hours=5, minutes=30)))
        store.begin_turn(first_turn(now=moment))
        kept = store.conversation(ANN, "c1")
        for time in (kept.created_at, kept.updated_at, store.messages(ANN, "c1")[0].created_at):
            assert time == moment
            assert time.utcoffset() is not None
        assert [c.id for c in store.conversations(ANN, 10, before=(moment, "c2"))] == ["c1"]
        assert store.conversations(ANN, 10, before=(moment, "c1")) == []

    @pytest.mark.parametrize("text", ODD_TEXTS.values(), ids=ODD_TEXTS.keys())
    def test_any_text_comes_back_as_it_went_in(self, store: ConversationStore, text: str) -> None:
        store.begin_turn(first_turn(question=text, new_conversation_title=text))
        store.checkpoint("r1", text, at(2))
        assert {m.text for m in store.messages(ANN, "c1")} == {text}
        error = ErrorReport("engine", True, {"fault": text})
        store.finish("r1", RunOutcome(status=MessageStatus.FAILED, text=text, error=error), at(3))
        store.add_share(ANN, share(), keys("1" * 64), snapshot(text))
        assert {m.text for m in store.messages(ANN, "c1")} == {text}
        assert [m.error for m in store.messages(ANN, "c1") if m.error] == [error]
        assert store.conversation(ANN, "c1").title == text
        assert store.snapshot("1" * 64).messages[0].text == text

    def test_a_name_changes_the_name_alone(self, store: ConversationStore) -> None:
        store.begin_turn(first_turn())
        store.rename(ANN, "c1", "Sorting")
        kept = store.conversation(ANN, "c1")
        assert (kept.title, kept.updated_at, kept.leaf_id) == ("Sorting", at(1), "a1")

    def test_options_are_kept_as_they_were_chosen(self, store: ConversationStore) -> None:
        store.begin_turn(first_turn())
        chosen = GenerationOptions(temperature=0.1, top_p=0.33, top_k=0, seed=None, max_new_tokens=4096)
        store.set_options(ANN, "c1", chosen)
        assert store.conversation(ANN, "c1").options == chosen

    def test_another_branch_can_be_shown_and_asked_on(self, store: ConversationStore) -> None:
        store.begin_turn(first_turn())
        store.finish("r1", complete(), at(2))
        store.begin_turn(answer_again(2, "q1"))
        store.finish("r2", complete(), at(3))
        store.select_leaf(ANN, "c1", "a1")
        assert store.conversation(ANN, "c1").leaf_id == "a1"
        assert store.begin_turn(next_turn(3, parent_id="a1")).id == "r3"

    @pytest.mark.parametrize("leaf_id", ["a2", "never"])
    def test_the_leaf_is_a_message_of_its_conversation(self, store: ConversationStore, leaf_id: str) -> None:
        store.begin_turn(first_turn())
        store.begin_turn(first_turn(2))
        with pytest.raises(NotFoundError):
            store.select_leaf(ANN, "c1", leaf_id)
        assert store.conversation(ANN, "c1").leaf_id == "a1"

    def test_a_copy_is_made_once_and_what_was_done_with_it_stays(self, store: ConversationStore) -> None:
        messages = chain(4)
        copy = conversation_of(messages)
        store.add_conversation(copy, messages)
        assert store.conversation(ANN, "copy") == copy
        store.rename(ANN, "copy", "My own")
        store.add_conversation(copy, messages)
        assert store.conversation(ANN, "copy").title == "My own"
        assert store.messages(ANN, "copy") == messages

    def test_a_copy_that_its_owner_deleted_comes_back_when_it_is_made_again(self, store: ConversationStore) -> None:
        messages = chain(2)
        store.add_conversation(conversation_of(messages), messages)
        store.delete(ANN, "copy", at(20))
        store.add_conversation(conversation_of(messages), messages)
        assert store.messages(ANN, "copy") == messages

    def test_nobody_can_copy_over_somebody_elses_conversation(self, store: ConversationStore) -> None:
        store.begin_turn(first_turn())
        stolen = chain(2, "c1")
        with pytest.raises(NotFoundError):
            store.add_conversation(conversation_of(stolen, owner=BOB, conversation_id="c1"), stolen)
        assert [m.id for m in store.messages(ANN, "c1")] == ["a1", "q1"]

    def test_undo_brings_back_all_that_was_deleted(self, store: ConversationStore) -> None:
        store.begin_turn(first_turn())
        store.finish("r1", complete(), at(2))
        before = (store.conversation(ANN, "c1"), store.messages(ANN, "c1"), store.run(ANN, "r1"))
        store.delete(ANN, "c1", at(20))
        store.restore(ANN, "c1")
        assert (store.conversation(ANN, "c1"), store.messages(ANN, "c1"), store.run(ANN, "r1")) == before
        store.restore(ANN, "c1")
        assert [c.id for c in store.conversations(ANN, 10)] == ["c1"]

    def test_branches_that_were_shown_before_are_known_the_last_first(self, store: ConversationStore) -> None:
        def shown() -> tuple[str | None, tuple[str, ...]]:
            conversation = store.conversation(ANN, "c1")
            return conversation.leaf_id, conversation.left_leaves

        def turn(new: NewTurn) -> None:
            store.begin_turn(new)
            store.finish(new.run_id, complete(), new.now)

        turn(first_turn())
        turn(next_turn(2, parent_id="a1"))
        assert shown() == ("a2", ())
        turn(answer_again(3, "q2"))
        assert shown() == ("a3", ("a2",))
        store.select_leaf(ANN, "c1", "a2")
        store.select_leaf(ANN, "c1", "a2")
        assert shown() == ("a2", ("a3",))
        turn(next_turn(4, parent_id=None, parent_must_be_leaf=False))
        assert shown() == ("a4", ("a2", "a3"))
        turn(next_turn(5, parent_id="a4"))
        store.delete_branch(ANN, "c1", "q4", "a3", at(9))
        assert shown() == ("a3", ("a5", "a2"))

    def test_only_what_was_deleted_before_that_time_is_purged(self, store: ConversationStore) -> None:
        for number in (1, 2, 3):
            store.begin_turn(first_turn(number))
        store.delete(ANN, "c1", at(20))
        store.delete(ANN, "c2", at(30))
        assert store.purge_deleted(at(30)) == 1
        assert store.purge_deleted(at(30)) == 0
        with pytest.raises(NotFoundError):
            store.restore(ANN, "c1")
        store.restore(ANN, "c2")
        assert [c.id for c in store.conversations(ANN, 10)] == ["c3", "c2"]

    def test_what_is_purged_takes_its_messages_runs_and_requests_with_it(self, store: ConversationStore) -> None:
        store.begin_turn(first_turn())
        store.delete(ANN, "c1", at(20))
        store.purge_deleted(at(21))
        assert store.finish("r1", complete(), at(22)) is False
        assert store.begin_turn(first_turn()).status is MessageStatus.STREAMING
        assert len(store.messages(ANN, "c1")) == 2

    def test_a_conversation_of_many_turns_can_be_purged(self, store: ConversationStore) -> None:
        messages = chain(1200)
        store.add_conversation(conversation_of(messages), messages)
        store.delete(ANN, "copy", at(20))
        assert store.purge_deleted(at(21)) == 1

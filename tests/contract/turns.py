"""Turns and runs: claimed once, kept while they are made, ended once."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from assistant.conversation import Message, MessageStatus, Role, Run
from assistant.errors.app import ConversationBusyError, ConversationMovedError, NotFoundError
from assistant.errors.root import ErrorReport
from assistant.new_turn import NewTurn
from assistant.ports import ConversationStore, RunOutcome
from tests.contract.samples import ANN, BOB, OPTIONS, PROVENANCE, answer_again, at, complete, first_turn, next_turn

ENDS = [status for status in MessageStatus if status is not MessageStatus.STREAMING]


def message(store: ConversationStore, message_id: str, conversation_id: str = "c1") -> Message:
    return next(m for m in store.messages(ANN, conversation_id) if m.id == message_id)


class TurnContract:
    def test_a_first_turn_makes_conversation_question_and_empty_answer_at_once(self, store: ConversationStore) -> None:
        run = store.begin_turn(first_turn())
        conversation = store.conversation(ANN, "c1")
        assert (conversation.title, conversation.options, conversation.leaf_id) == ("Title 1", OPTIONS, "a1")
        assert (conversation.created_at, conversation.updated_at, conversation.origin) == (at(1), at(1), None)
        question, answer = message(store, "q1"), message(store, "a1")
        assert (question.parent_id, question.role, question.text) == (None, Role.USER, "Question 1?")
        assert (answer.parent_id, answer.role, answer.text) == ("q1", Role.ASSISTANT, "")
        assert (question.status, answer.status) == (MessageStatus.COMPLETE, MessageStatus.STREAMING)
        assert (answer.created_at, answer.error, answer.provenance) == (at(1), None, None)
        assert run == store.run(ANN, "r1") == store.active_run(ANN, "c1")
        assert run == Run(
            id="r1",
            conversation_id="c1",
            owner_id=ANN,
            answer_id="a1",
            client_request_id="request-1",
            status=MessageStatus.STREAMING,
            process_id="process-1",
            started_at=at(1),
        )

    def test_a_next_turn_follows_the_leaf_and_becomes_it(self, store: ConversationStore) -> None:
        ended(store, first_turn())
        store.begin_turn(next_turn(2))
        assert message(store, "q2").parent_id == "a1"
        assert store.conversation(ANN, "c1").leaf_id == "a2"
        assert store.conversation(ANN, "c1").updated_at == at(2)

    @pytest.mark.parametrize("end", [None, *ENDS])
    def test_the_same_request_again_is_the_same_run_whatever_became_of_it(
        self, store: ConversationStore, end: MessageStatus | None
    ) -> None:
        run = store.begin_turn(first_turn())
        if end is not None:
            store.finish("r1", RunOutcome(status=end, text="x"), at(5))
        again = store.begin_turn(first_turn(2, client_request_id="request-1"))
        assert again == replace(run, status=end or MessageStatus.STREAMING)
        assert [c.id for c in store.conversations(ANN, 10)] == ["c1"]

    def test_the_same_request_again_is_neither_refused_as_busy_nor_as_behind(self, store: ConversationStore) -> None:
        ended(store, first_turn())
        run = store.begin_turn(next_turn(2))
        assert store.begin_turn(next_turn(2)) == run
        store.finish("r2", complete(), at(20))
        assert store.begin_turn(next_turn(2)).id == "r2"
        assert len(store.messages(ANN, "c1")) == 4

    def test_a_request_is_known_to_who_made_it_whatever_became_of_it(self, store: ConversationStore) -> None:
        run = store.begin_turn(first_turn())
        assert store.requested_run(ANN, "request-1") == run
        store.finish("r1", complete(), at(5))
        assert store.requested_run(ANN, "request-1") == replace(run, status=MessageStatus.COMPLETE)
        assert store.requested_run(ANN, "request-2") is store.requested_run(BOB, "request-1") is None

    def test_the_same_request_of_somebody_else_is_another_turn(self, store: ConversationStore) -> None:
        store.begin_turn(first_turn())
        assert store.begin_turn(first_turn(2, owner_id=BOB, client_request_id="request-1")).id == "r2"

    def test_while_an_answer_is_made_the_conversation_is_busy_with_its_run(self, store: ConversationStore) -> None:
        store.begin_turn(first_turn())
        with pytest.raises(ConversationBusyError) as refused:
            store.begin_turn(next_turn(2))
        assert refused.value.facts == {"run_id": "r1"}
        assert {m.id for m in store.messages(ANN, "c1")} == {"q1", "a1"}

    @pytest.mark.parametrize("end", ENDS)
    def test_after_any_end_the_conversation_is_free(self, store: ConversationStore, end: MessageStatus) -> None:
        store.begin_turn(first_turn())
        store.finish("r1", RunOutcome(status=end, text="x"), at(5))
        assert store.active_run(ANN, "c1") is None
        assert store.begin_turn(next_turn(2)).id == "r2"

    def test_a_conversation_that_went_on_refuses_with_its_newest_message(self, store: ConversationStore) -> None:
        ended(store, first_turn())
        ended(store, next_turn(2))
        with pytest.raises(ConversationMovedError) as refused:
            store.begin_turn(next_turn(3, parent_id="a1"))
        assert refused.value.facts == {"leaf_id": "a2"}
        assert len(store.messages(ANN, "c1")) == 4

    def test_an_edited_question_may_stand_beside_the_first(self, store: ConversationStore) -> None:
        ended(store, first_turn())
        store.begin_turn(next_turn(2, parent_id=None, parent_must_be_leaf=False))
        assert (message(store, "q2").parent_id, store.conversation(ANN, "c1").leaf_id) == (None, "a2")

    def test_a_question_that_is_answered_again_has_two_answers(self, store: ConversationStore) -> None:
        ended(store, first_turn())
        store.begin_turn(answer_again(2, "q1"))
        assert {m.id: m.parent_id for m in store.messages(ANN, "c1")} == {"q1": None, "a1": "q1", "a2": "q1"}
        assert store.conversation(ANN, "c1").leaf_id == "a2"

    @pytest.mark.parametrize("not_a_question", ["a1", "q2", "never"])
    def test_only_a_question_of_this_conversation_can_be_answered_again(
        self, store: ConversationStore, not_a_question: str
    ) -> None:
        ended(store, first_turn())
        ended(store, first_turn(2))
        with pytest.raises(NotFoundError):
            store.begin_turn(answer_again(3, not_a_question))

    @pytest.mark.parametrize("parent_id", ["a2", "never"])
    def test_a_question_can_only_follow_a_message_of_its_conversation(
        self, store: ConversationStore, parent_id: str
    ) -> None:
        ended(store, first_turn())
        ended(store, first_turn(2))
        with pytest.raises(NotFoundError):
            store.begin_turn(next_turn(3, parent_id=parent_id, parent_must_be_leaf=False))
        assert len(store.messages(ANN, "c1")) == 2

    def test_a_refused_first_turn_leaves_no_conversation_behind(self, store: ConversationStore) -> None:
        with pytest.raises(NotFoundError):
            store.begin_turn(first_turn(parent_id="never", parent_must_be_leaf=False))
        assert store.conversations(ANN, 10) == []

    def test_a_checkpoint_keeps_the_text_so_far(self, store: ConversationStore) -> None:
        store.begin_turn(first_turn())
        assert store.checkpoint("r1", "So", at(2)) is True
        assert store.checkpoint("r1", "So far", at(3)) is True
        assert (message(store, "a1").text, message(store, "a1").status) == ("So far", MessageStatus.STREAMING)

    def test_an_end_keeps_the_answer_and_where_it_came_from(self, store: ConversationStore) -> None:
        store.begin_turn(first_turn())
        assert store.finish("r1", complete("Done."), at(9)) is True
        answer = message(store, "a1")
        assert (answer.text, answer.status, answer.error) == ("Done.", MessageStatus.COMPLETE, None)
        assert answer.provenance == PROVENANCE
        assert store.run(ANN, "r1").status is MessageStatus.COMPLETE
        assert store.conversation(ANN, "c1").updated_at == at(9)

    def test_a_failed_answer_keeps_its_error(self, store: ConversationStore) -> None:
        store.begin_turn(first_turn())
        error = ErrorReport("engine_unavailable", True, {"fault": "busy", "retry_after": 1.5, "status": None})
        store.finish("r1", RunOutcome(status=MessageStatus.FAILED, text="", error=error), at(2))
        assert message(store, "a1").error == error

    def test_a_checkpoint_that_comes_after_the_end_writes_nothing(self, store: ConversationStore) -> None:
        ended(store, first_turn(), complete("Done."))
        assert store.checkpoint("r1", "Do", at(20)) is False
        assert (message(store, "a1").text, message(store, "a1").status) == ("Done.", MessageStatus.COMPLETE)

    def test_a_second_end_changes_nothing(self, store: ConversationStore) -> None:
        ended(store, first_turn(), complete("Done."))
        assert store.finish("r1", RunOutcome(status=MessageStatus.STOPPED, text="Do"), at(20)) is False
        assert (message(store, "a1").text, message(store, "a1").status) == ("Done.", MessageStatus.COMPLETE)
        assert store.run(ANN, "r1").status is MessageStatus.COMPLETE
        assert store.conversation(ANN, "c1").updated_at == at(10)

    def test_a_run_that_never_was_is_neither_kept_nor_ended(self, store: ConversationStore) -> None:
        assert store.checkpoint("never", "x", at(1)) is False
        assert store.finish("never", complete(), at(1)) is False

    def test_runs_of_a_dead_process_are_interrupted_once_with_their_text(self, store: ConversationStore) -> None:
        store.begin_turn(first_turn(1, process_id="dead"))
        store.checkpoint("r1", "So far", at(2))
        ended(store, first_turn(2, process_id="dead"))
        store.begin_turn(first_turn(3, process_id="alive"))
        assert store.interrupt_lost_runs("alive", at(30)) == 1
        assert store.interrupt_lost_runs("alive", at(31)) == 0
        answer = message(store, "a1")
        assert (answer.text, answer.status) == ("So far", MessageStatus.INTERRUPTED)
        statuses = [store.run(ANN, run_id).status for run_id in ("r1", "r2", "r3")]
        assert statuses == [MessageStatus.INTERRUPTED, MessageStatus.COMPLETE, MessageStatus.STREAMING]

    def test_a_lost_run_cannot_end_again_and_leaves_the_conversation_free(self, store: ConversationStore) -> None:
        store.begin_turn(first_turn(process_id="dead"))
        store.interrupt_lost_runs("alive", at(30))
        assert store.finish("r1", complete(), at(31)) is False
        assert store.active_run(ANN, "c1") is None
        assert store.begin_turn(next_turn(2)).id == "r2"

    def test_a_run_of_a_deleted_conversation_is_not_found(self, store: ConversationStore) -> None:
        ended(store, first_turn())
        store.delete(ANN, "c1", at(20))
        with pytest.raises(NotFoundError):
            store.run(ANN, "r1")

    def test_the_same_request_from_many_at_once_is_one_turn(self, store: ConversationStore) -> None:
        turns = [first_turn(n, client_request_id="same") for n in range(1, 9)]
        with ThreadPoolExecutor(len(turns)) as pool:
            runs = list(pool.map(store.begin_turn, turns))
        assert len({run.id for run in runs}) == 1
        assert len(store.conversations(ANN, 10)) == 1

    def test_of_many_questions_at_once_one_is_taken(self, store: ConversationStore) -> None:
        ended(store, first_turn())

        def begun(turn: NewTurn) -> bool:
            try:
                store.begin_turn(turn)
            except ConversationBusyError:
                return False
            return True

        with ThreadPoolExecutor(8) as pool:
            taken = list(pool.map(begun, [next_turn(n) for n in range(2, 10)]))
        assert taken.count(True) == 1
        assert len(store.messages(ANN, "c1")) == 4


def ended(store: ConversationStore, turn: NewTurn, outcome: RunOutcome | None = None) -> None:
    """A whole turn; it ends at second 10."""
    store.begin_turn(turn)
    assert store.finish(turn.run_id, outcome or complete(), at(10))

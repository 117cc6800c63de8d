"""Search: by words of questions, answers and titles, of one's own that is not hidden, the newest first."""

from dataclasses import replace
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assistant.conversation import Attachment, MessageStatus, Role
from assistant.ports import ConversationStore, RunOutcome
from assistant.search_query import SearchQuery
from assistant.search_terms import query_terms
from tests.contract.samples import (
    ANN,
    BOB,
    ODD_TEXTS,
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

NUMBERS = count(1)
# One store for all examples of a test; the same test for several stores, so what failed on one is not kept for others.
ANY_TEXT = settings(
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.differing_executors],
)

FOUND = [
    ("path", "Use os.path.join here"),
    ("os.path.join", "Use os.path.join here"),
    ("snake", "def snake_case(): ..."),
    ("snake_case", "def snake_case(): ..."),
    ("snake_ca", "def snake_case(): ..."),
    ("camel", "new camelCaseName()"),
    ("CAMELCASENAME", "new camelCaseName()"),
    ("http", "an XMLHttpRequest2"),
    ("C++", "a C++17 compiler"),
    ("c#", "is C# fast?"),
    ("->", "ptr->next"),
    ("ptr->ne", "ptr->next"),
    ("::", "std::vector<int>::iterator"),
    ("!=", "if a!=b:"),
    ("**", "f(**kwargs)"),
    ("==", "a === b"),
    ("__init__", "def __init__(self)"),
    ("数据", "如何设计数据库？"),
    ("据库", "如何设计数据库？"),
    ("库", "如何设计数据库？"),
    ("データベース", "関係データベースとは"),
    ("ภาษา", "เรียนภาษาไพทอน"),
    ("हिन्दी", "यह हिन्दी है"),
    ("ПИТОН", "Как учить питон"),
    ("ＡＢＣ", "abc"),
    ("cafe\u0301", "café"),
    ("straße", "STRASSE"),
    ("😀 ok", "ok 😀"),
    ("sort lis", "How to sort a big list?"),
]
NOT_FOUND = [
    ("sort tuple", "How to sort a list?"),
    ("so list", "How to sort a list?"),
    ("ist", "How to sort a list?"),
    ("l", "How to sort a list?"),
    ("C++", "plain C is not enough"),
    ("->", "a-b > c"),
    ("据数", "如何设计数据库？"),
    ("sort OR tuple", "How to sort a list?"),
    ("NOT tuple", "How to sort a list?"),
    ("()", "f()"),
    ("", "f()"),
    ("   ", "f()"),
    ("*", "f()"),
    ("\x00\ud800", "f()"),
]


def ids(store: ConversationStore, text: str = "question", owner: str = ANN, **filters: object) -> list[str | None]:
    found = store.search(owner, SearchQuery(text=text, **filters), 100)  # type: ignore[arg-type]  # by name
    return [hit.message_id for hit in found]


def ask(store: ConversationStore, number: int, question: str = "A question?", owner: str = ANN) -> None:
    """A conversation of its own, with nothing else in it that can be found."""
    turn = first_turn(number, question=question, new_conversation_title="", owner_id=owner)
    store.begin_turn(turn)
    store.finish(f"r{number}", complete(""), at(number))


class SearchContract:
    def test_a_question_is_found_by_the_names_and_the_beginnings_of_its_files(self, store: ConversationStore) -> None:
        script = Attachment(name="deploy_all.sh", text="kubectl apply\n" + "x " * 20_000 + "zygote")
        store.begin_turn(first_turn(attachments=(script,)))
        store.add_hidden([(conversation_of(chain(1), owner=BOB), [replace(chain(1)[0], attachments=(script,))])], at(2))
        store.reveal(BOB, ["copy"])
        for owner, message_id in ((ANN, "q1"), (BOB, "copy-0000")):
            for words, found in (("kubectl", [message_id]), ("deploy_all", [message_id]), ("zygote", [])):
                assert [hit.message_id for hit in store.search(owner, SearchQuery(text=words), 10)] == found
        assert "kubectl apply" in store.search(ANN, SearchQuery(text="kubectl"), 10)[0].text

    @pytest.mark.parametrize(("text", "question"), FOUND)
    def test_code_and_every_script_are_found_by_their_words(
        self, store: ConversationStore, text: str, question: str
    ) -> None:
        ask(store, 1, question)
        ask(store, 2, "Something else")
        assert ids(store, text) == ["q1"]

    @pytest.mark.parametrize(("text", "question"), NOT_FOUND)
    def test_every_term_has_to_occur_as_it_is_typed(self, store: ConversationStore, text: str, question: str) -> None:
        ask(store, 1, question)
        assert ids(store, text) == []

    def test_questions_answers_and_titles_are_found_the_newest_first(self, store: ConversationStore) -> None:
        store.begin_turn(first_turn(new_conversation_title="Sorting", question="Sorting lists?"))
        store.finish("r1", complete("Sorting is easy."), at(2))
        title, question, answer = store.search(ANN, SearchQuery(text="sorting"), 10)[::-1]
        kept = store.conversation(ANN, "c1")
        assert [hit.conversation for hit in (title, question, answer)] == [kept] * 3
        assert (title.message_id, title.role, title.text, title.when) == (None, None, "Sorting", at(2))
        assert (question.message_id, question.role, question.text) == ("q1", Role.USER, "Sorting lists?")
        assert (answer.message_id, answer.role, answer.when) == ("a1", Role.ASSISTANT, at(1))
        assert title.position < question.position < answer.position

    def test_an_answer_is_found_when_it_has_ended_however_it_did(self, store: ConversationStore) -> None:
        store.begin_turn(first_turn())
        store.checkpoint("r1", "Half an ambulance", at(2))
        assert ids(store, "ambulance") == []
        store.finish("r1", RunOutcome(status=MessageStatus.STOPPED, text="An ambulance, stopped"), at(3))
        assert ids(store, "ambulance") == ["a1"]

    def test_what_was_kept_of_a_lost_answer_is_found(self, store: ConversationStore) -> None:
        store.begin_turn(first_turn())
        store.checkpoint("r1", "Half an ambulance", at(2))
        store.interrupt_lost_runs("process-2", at(3))
        assert ids(store, "ambulance") == ["a1"]

    def test_answers_that_were_lost_together_are_found_the_newest_first(self, store: ConversationStore) -> None:
        # The order in which a database has them is any.
        for number in (2, 1, 3):
            store.begin_turn(first_turn(number))
            store.checkpoint(f"r{number}", "A walrus", at(4))
        store.interrupt_lost_runs("another", at(5))
        assert [hit.message_id for hit in store.search(ANN, SearchQuery(text="walrus"), 10)] == ["a3", "a2", "a1"]

    def test_a_new_name_is_found_and_the_old_one_is_not(self, store: ConversationStore) -> None:
        store.begin_turn(first_turn(new_conversation_title="Elephants", question="Trunks?"))
        store.rename(ANN, "c1", "Mammoths")
        assert ids(store, "elephants") == []
        assert ids(store, "mammoths") == [None]
        store.rename(ANN, "c1", "Mammoths again")
        assert ids(store, "mammoths") == [None]

    def test_a_copy_is_found_with_its_name_once(self, store: ConversationStore) -> None:
        messages = chain(4)
        for _ in range(2):
            store.add_conversation(conversation_of(messages), messages)
        assert ids(store, "text") == [message.id for message in messages[::-1]]
        assert ids(store, "copy") == [None]

    def test_nobody_finds_what_is_somebody_elses(self, store: ConversationStore) -> None:
        ask(store, 1)
        ask(store, 2, owner=BOB)
        assert ids(store) == ["q1"]
        assert ids(store, owner=BOB) == ["q2"]
        assert ids(store, owner="owner-eve") == []

    def test_a_deleted_conversation_is_found_again_when_it_is_restored(self, store: ConversationStore) -> None:
        store.begin_turn(first_turn(new_conversation_title="A question"))
        store.delete(ANN, "c1", at(5))
        assert ids(store) == []
        store.restore(ANN, "c1")
        assert ids(store) == ["q1", None]

    def test_what_is_really_deleted_is_really_gone(self, store: ConversationStore) -> None:
        ask(store, 1)
        ask(store, 2)
        store.delete(ANN, "c1", at(5))
        store.purge_deleted(at(6))
        assert ids(store) == ["q2"]

    def test_a_hidden_branch_is_found_again_when_it_is_restored(self, store: ConversationStore) -> None:
        store.begin_turn(first_turn(question="First question", new_conversation_title=""))
        store.finish("r1", complete("Yes."), at(2))
        store.begin_turn(next_turn(3, question="Second question"))
        store.finish("r3", complete("A question, too."), at(4))
        store.delete_branch(ANN, "c1", "q3", "a1", at(5))
        assert ids(store) == ["q1"]
        store.restore_branch(ANN, "c1", "q3")
        assert ids(store) == ["a3", "q3", "q1"]

    def test_pages_follow_each_other_without_gap_or_repetition(self, store: ConversationStore) -> None:
        for number in range(1, 8):
            ask(store, number)
        pages, before = [], None
        while page := store.search(ANN, SearchQuery(text="question"), 3, before):
            pages.append([hit.message_id for hit in page])
            before = page[-1].position
            ask(store, 100 + len(pages))
        assert pages == [["q7", "q6", "q5"], ["q4", "q3", "q2"], ["q1"]]

    def test_filters_of_pinned_archived_and_shared(self, store: ConversationStore) -> None:
        for number in range(1, 6):
            ask(store, number)
        store.pin(ANN, "c2", True)
        store.archive(ANN, "c3", True)
        store.add_share(ANN, share(4, "c4"), keys("4" * 64), snapshot())
        store.add_share(ANN, share(5, "c5"), keys("5" * 64), snapshot())
        store.revoke_share(ANN, "s5", at(50))
        ended = replace(share(1, "c1"), expires_at=at(60)), replace(share(2, "c2"), view_limit=1)
        lasting = replace(share(3, "c3"), expires_at=at(60.5), view_limit=2)
        for number, made in enumerate((*ended, lasting), start=1):
            store.add_share(ANN, made, keys(f"{number}" * 64), snapshot())
            store.count_views(made.id, 1)
        assert ids(store, pinned=True) == ["q2"]
        assert ids(store, pinned=False) == ["q5", "q4", "q3", "q1"]
        assert ids(store, archived=True) == ["q3"]
        assert ids(store, archived=False) == ["q5", "q4", "q2", "q1"]
        assert ids(store, shared=True, now=at(60)) == ["q4", "q3"]
        assert ids(store, shared=False, now=at(60)) == ["q5", "q2", "q1"]
        assert ids(store, pinned=True, archived=True) == []

    def test_filters_of_time_are_of_the_conversations_last_change(self, store: ConversationStore) -> None:
        for number in range(1, 5):
            ask(store, number)
        assert ids(store, updated_after=at(2), updated_before=at(4)) == ["q3", "q2"]
        assert ids(store, updated_after=at(4)) == ["q4"]

    @pytest.mark.parametrize("text", ODD_TEXTS.values(), ids=ODD_TEXTS.keys())
    def test_odd_texts_are_kept_and_searched_for(self, store: ConversationStore, text: str) -> None:
        ask(store, 1, text)
        ids(store, text)

    def test_of_a_huge_text_the_beginning_is_found(self, store: ConversationStore) -> None:
        ask(store, 1, " ".join(f"{number:040}" for number in range(40_000)))
        assert ids(store, f"{7:040}") == ["q1"]

    def test_a_word_longer_than_any_index_takes_is_found(self, store: ConversationStore) -> None:
        ask(store, 1, "é" * 100_000)
        assert ids(store, "é" * 100_000) == ["q1"]

    @settings(ANY_TEXT, max_examples=60)
    @given(text=st.text(max_size=40) | st.text("\"'*()&|!:<->\\ ^~NEAR-+@%_.,;{}[]a0é数\u0301", max_size=12))
    def test_no_text_breaks_a_search(self, store: ConversationStore, text: str) -> None:
        ids(store, text)

    @settings(ANY_TEXT, max_examples=40)
    @given(text=st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), min_size=1, max_size=60))
    def test_whatever_has_a_term_is_found_by_its_own_text(self, store: ConversationStore, text: str) -> None:
        number = next(NUMBERS)
        ask(store, number, text)
        assert not query_terms(text) or ids(store, text)[0] == f"q{number}"

"""Hits come with a line of their text; what was kept before there was a search is made findable."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.conversation import GenerationOptions
from assistant.errors.app import StorageError
from assistant.search import SearchService
from assistant.search_query import SearchQuery
from assistant.search_terms import query_terms
from assistant.snippet import snippet
from tests.contract.samples import ANN, first_turn
from tests.fakes.desk import Desk, open_desk
from tests.fakes.memory_store import MemoryConversationStore


def marked(text: str, query: str) -> str:
    parts = snippet(text, query_terms(query))
    return "".join(f"[{part.text}]" if part.is_match else part.text for part in parts)


MARKS_OF_CODE = re.compile(r"^[ \t]*(`{3,}|~{3,})", re.MULTILINE)
MARKED = [
    ("Use os.path.join here", "path.jo", "Use os.[path].[join] here"),
    ("in parse_json, parseJson", "json", "in parse_[json], parse[Json]"),
    ("a C++ and C", "c++", "a [C++] and C"),
    ("p->q", "->", "p[->]q"),
    ("如何设计数据库", "数据库", "如何设计[数据库]"),
    ("Ｐｙｔｈｏｎ 3", "python", "[Ｐｙｔｈｏｎ] 3"),
    ("un cafe\u0301 noir", "café", "un [cafe\u0301] noir"),
    ("one\n  two", "two", "one [two]"),
    ("<b>bold</b>", "bold", "<b>[bold]</b>"),
    ("So:\n```python\nprint(1)\n```\nDone", "python", "So: [python] print(1) Done"),
    ("a ``` b", "b", "a ``` [b]"),
]


@pytest.mark.parametrize(("text", "query", "expected"), MARKED)
def test_what_was_found_is_marked_in_the_text_as_it_was_written(text: str, query: str, expected: str) -> None:
    assert marked(text, query) == expected


def test_of_a_long_text_the_place_is_shown_and_that_there_is_more() -> None:
    shown = marked("before " * 100 + "needle" + " after" * 100, "needle")
    assert shown.startswith("…before ")
    assert shown.endswith(" after…")
    assert "[needle]" in shown
    assert len(shown) < 180


def test_a_place_far_down_in_a_text_of_many_forms_is_left_out_of_sight() -> None:
    assert marked("① " + "x " * 20_000 + "needle", "needle").startswith("① x x")


@given(st.text(), st.text(max_size=10))
def test_a_snippet_is_a_piece_of_the_text(text: str, query: str) -> None:
    shown = "".join(part.text for part in snippet(text, query_terms(query)))
    plain = " ".join(MARKS_OF_CODE.sub("", text).split())
    assert " ".join(shown.removeprefix("…").removesuffix("…").split()) in plain or "…" in text


async def test_a_finding_is_a_hit_with_its_snippet() -> None:
    store = MemoryConversationStore()
    store.begin_turn(first_turn(question="Where is the needle?"))
    (finding,) = await SearchService(store).find(ANN, SearchQuery(text="needle"), 20)
    assert finding.hit.message_id == "q1"
    assert [part.text for part in finding.snippet if part.is_match] == ["needle"]


class OldStore(MemoryConversationStore):
    """With conversations that nobody can find yet."""

    def __init__(self, batches: list[int | StorageError]) -> None:
        super().__init__()
        self.batches = batches

    def index_missing(self, limit: int) -> int:
        batch = self.batches.pop(0)
        if isinstance(batch, StorageError):
            raise batch
        return batch


async def test_old_conversations_are_indexed_until_there_are_none() -> None:
    store = OldStore([20, 20, 3, 0])
    await SearchService(store).index_missing()
    assert store.batches == []


async def test_a_database_that_fails_meanwhile_ends_the_indexing_and_nothing_else() -> None:
    store = OldStore([20, StorageError(fault="it reports an error"), 20])
    await SearchService(store).index_missing()
    assert store.batches == [20]


async def two_versions(desk: Desk) -> tuple[str, list[str]]:
    """A conversation that goes on after the older of two answers, which is shown: its id, the answers' ids."""
    run = await desk.answered("Question?", "One.")
    desk.model.will_say(" Two.")
    again = await desk.service.regenerate(
        ANN, run.conversation_id, run.answer_id, client_request_id="again", options=GenerationOptions()
    )
    await desk.end_of(again)
    await desk.conversations.select_version(ANN, run.conversation_id, run.answer_id)
    return run.conversation_id, [run.answer_id, again.answer_id]


async def test_a_message_of_another_branch_is_shown_with_its_branch() -> None:
    async with open_desk() as desk:
        conversation_id, (_, newer) = await two_versions(desk)
        await desk.conversations.reveal(ANN, conversation_id, newer)
        assert await desk.texts(conversation_id) == ["Question?", "Two."]


async def test_a_message_that_is_on_the_shown_branch_leaves_it_as_it_is() -> None:
    async with open_desk() as desk:
        conversation_id, _ = await two_versions(desk)
        question = (await desk.conversations.open(ANN, conversation_id)).messages[0]
        await desk.conversations.reveal(ANN, conversation_id, question.id)
        assert await desk.texts(conversation_id) == ["Question?", "One."]

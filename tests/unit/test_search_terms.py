"""Text becomes the terms that it is found by."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.search_terms import document_terms, query_terms

CUT = {
    "os.path.join": ["os", "path", "join"],
    "parse_json": ["parse_json", "parse", "json"],
    "XMLHttpRequest2": ["xmlhttprequest2", "xml", "http", "request"],
    "__init__": ["__init__", "init"],
    "C++17": ["c", "c++", "++", "17"],
    "F#": ["f", "f#"],
    "p->q": ["p", "->", "q"],
    "x != y": ["x", "!=", "y"],
    ">::": [">:", "::", ">::"],
    "f(x, y);": ["f", "x", "y"],
    "数据库": ["数据", "据库", "库"],
    "用Python写": ["用", "python", "写"],
    "ＡＢＣ ﬁ": ["abc", "fi"],
    "Straße STRASSE": ["strasse"],
    "हिन्दी": ["हिन्दी"],
}


@pytest.mark.parametrize(("text", "terms"), CUT.items())
def test_a_text_is_cut_into_names_their_parts_and_operators(text: str, terms: list[str]) -> None:
    assert document_terms(text) == terms


def test_of_a_query_the_whole_names_are_looked_for_and_the_last_is_a_beginning() -> None:
    asked = [(term.text, term.is_beginning) for term in query_terms("parse_json camelCa")]
    assert asked == [("parse_json", False), ("camelca", True)]


@pytest.mark.parametrize("text", ["sort ", "sort(", "sort."])
def test_a_word_that_something_follows_is_whole(text: str) -> None:
    assert not query_terms(text)[0].is_beginning


def test_a_single_letter_is_a_word_and_no_beginning() -> None:
    assert not query_terms("c")[0].is_beginning


def test_a_text_pasted_into_the_box_is_not_looked_for_without_end() -> None:
    assert len(query_terms(" ".join(map(str, range(1000))))) == 24


def test_a_document_keeps_less_than_a_database_takes() -> None:
    georgian = "ა" * 56
    terms = document_terms(" ".join(f"{georgian}{number:06}" for number in range(3200)))
    assert 400_000 < sum(len(term.encode()) for term in terms) <= 500_000


def test_the_end_of_a_huge_text_is_not_found() -> None:
    assert document_terms("text " * 30_000 + "late") == ["text", "late"]
    assert document_terms("text " * 40_000 + "late") == ["text"]


@given(st.text())
def test_no_term_holds_what_would_part_it(text: str) -> None:
    for term in document_terms(text):
        assert term
        assert len(term) <= 64
        assert not any(character.isspace() or not character.isprintable() for character in term if character < "\x80")


@given(st.text())
def test_what_is_asked_for_is_in_the_text_that_was_asked_with(text: str) -> None:
    terms = document_terms(text)
    assert all(any(asked.means(term) for term in terms) for asked in query_terms(text))

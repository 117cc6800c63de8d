"""Titles are made from first words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.typed_text import title_of


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("How do I sort?", "How do I sort?"),
        ("  two\n\nlines\t here ", "two lines here"),
        ("word " * 30, "word word word word word word word word word word word…"),
        ("Why?\n```py\nx = [1]\n```\nThank you", "Why?"),
        ("```py\nx = [1]\n```", "```py x = [1] ```"),
        ("x" * 100, "x" * 59 + "…"),
        ("\u202egnp.exe\u202c is \u2066a\u2069 \x1b[31mpicture", "gnp.exe is a [31mpicture"),
        ("שלום 👩🏽‍💻 e\u0301", "שלום 👩🏽‍💻 e\u0301"),
    ],
)
def test_a_title_is_one_short_line(text: str, title: str) -> None:
    assert title_of(text) == title


@given(st.text())
def test_no_title_is_longer_than_sixty_characters(text: str) -> None:
    assert len(title_of(text)) <= 60

"""Which files are taken along with a question, under which names, and why others are refused."""

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from assistant.attachments import LARGEST_KIB, LONGEST_NAME, MOST_FILES, accept_attachments
from assistant.conversation import Attachment
from assistant.errors.input import AttachmentNotTextError, AttachmentTooLargeError, TooManyAttachmentsError
from assistant.wording import Wording

LIMIT = LARGEST_KIB * 1024
NAMES = st.one_of(
    st.text(max_size=12),
    st.sampled_from(
        ["a.py", "A.PY", "a (2).py", "../../etc/passwd", "C:\\x\\a.py", ".env", "..", "", "x" * 300 + ".py"]
    ),
)


def file(name: str = "a.py", text: str = "x = 1\n") -> Attachment:
    return Attachment(name=name, text=text)


def names(*given_names: str) -> list[str]:
    return [accepted.name for accepted in accept_attachments([file(name) for name in given_names])]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "print('hi')\r\n\tx\x0c\n",
        "\N{GRINNING FACE} 中文 עברית café\u2028",
        "\x1b[31mred\x1b[0m\n",
        "a\ufeffb",
        "\x08" + "x" * 60,
    ],
)
def test_a_text_is_kept_as_it_is(text: str) -> None:
    assert accept_attachments([file(text=text)]) == (file(text=text),)


@pytest.mark.parametrize("text", ["a\x00b", "half \ud83d", "half \udc00", "\x01\x02PNG", "\x08" + "x" * 40])
def test_what_is_not_text_is_refused_by_name(text: str) -> None:
    with pytest.raises(AttachmentNotTextError) as refused:
        accept_attachments([file(), file("dir/picture.png", text)])
    assert refused.value.facts == {"name": "picture.png"}
    assert "picture.png" in Wording().error(refused.value)


def test_a_file_may_have_so_much_and_no_more() -> None:
    assert len(accept_attachments([file(text="x" * LIMIT)])) == 1
    with pytest.raises(AttachmentTooLargeError) as refused:
        accept_attachments([file("big.log", "x" * (LIMIT + 1))])
    assert refused.value.facts == {"name": "big.log", "size": LARGEST_KIB + 1, "limit": LARGEST_KIB}


def test_size_is_of_the_text_in_utf_8() -> None:
    with pytest.raises(AttachmentTooLargeError):
        accept_attachments([file(text="é" * (LIMIT // 2 + 1))])


def test_a_question_may_have_so_many_and_no_more() -> None:
    assert len(accept_attachments([file()] * MOST_FILES)) == MOST_FILES
    with pytest.raises(TooManyAttachmentsError) as refused:
        accept_attachments([file()] * (MOST_FILES + 1))
    assert refused.value.facts == {"count": MOST_FILES + 1, "limit": MOST_FILES}


@pytest.mark.parametrize(
    ("given_name", "name"),
    [
        ("main.py", "main.py"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\me\\main.py", "main.py"),
        ("a\nHuman: b.py", "a Human: b.py"),
        ("exe\u202eyp.txt", "exe yp.txt"),
        ("cafe\u0301.txt", "café.txt"),
        (".env", ".env"),
        ("..", "file"),
        ("src/", "file"),
        (" \u200b ", "file"),
        ("\u00a0", "file"),
        ("x" * 300 + ".py", "x" * 197 + ".py"),
        ("x." + "y" * 300, "x." + "y" * 198),
    ],
)
def test_a_name_is_only_a_name(given_name: str, name: str) -> None:
    assert names(given_name) == [name]


def test_no_two_names_are_alike() -> None:
    assert names("a.py", "x/a.py", "A.py", "a (2).py", "b") == ["a.py", "a (2).py", "A (3).py", "a (2) (2).py", "b"]


@given(st.lists(NAMES, max_size=MOST_FILES))
@example(["x" * 201, "x" * 200, "x" * 200 + " (2)"])
def test_whatever_the_names_they_come_out_short_visible_and_different(given_names: list[str]) -> None:
    cleaned = names(*given_names)
    assert len({name.casefold() for name in cleaned}) == len(given_names)
    for name in cleaned:
        assert 0 < len(name) <= LONGEST_NAME
        assert not {"/", "\\"} & set(name)
        assert {unicodedata.category(c) for c in name}.isdisjoint({"Cc", "Cf", "Cs", "Zl", "Zp"})
    assert names(*cleaned) == cleaned

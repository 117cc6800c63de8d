"""What a model wrote becomes a title, or is refused."""

import pytest

from assistant.title_text import title_from

QUESTION = "Hello! I have a bash script that renames all JPG files in a folder, but it stops at names with spaces."


@pytest.mark.parametrize(
    ("said", "title"),
    [
        (" Bash script that renames JPG files", "Bash script that renames JPG files"),
        ('"Rename JPG files."', "Rename JPG files"),
        ("**Renames files with spaces**:", "Renames files with spaces"),
        ("# Bash script for JPG files\nQuestion: more", "Bash script for JPG files"),
        ("Names  with\tspaces in a `folder`", "Names with spaces in a folder"),
        ("Why the script stops?", "Why the script stops?"),
        ("Why the \u202escript\u202c stops?", "Why the script stops?"),
    ],
)
def test_a_title_is_one_line_without_decoration(said: str, title: str) -> None:
    assert title_from(said, QUESTION) == title


@pytest.mark.parametrize(
    "said",
    [
        "",
        " \n ",
        "JP",
        '""',
        "```",
        "script " * 10,
        QUESTION,
        QUESTION.upper(),
        "Python script that renames files",
        "JPG files in PowerShell",
        "Convert images to another format",
        "Bash-Skript zum Umbenennen",
    ],
)
def test_what_is_no_title_of_this_question_is_refused(said: str) -> None:
    assert title_from(said, QUESTION) is None


def test_a_title_stays_in_the_language_of_its_question() -> None:
    german = "Wie sortiere ich in Java eine Liste von Objekten nach zwei Feldern?"
    assert title_from("Liste von Objekten in Java sortieren", german) == "Liste von Objekten in Java sortieren"
    assert title_from("How to sort a list of objects by two fields", german) is None


def test_scripts_without_spaces_are_looked_at_character_by_character() -> None:
    chinese = "用Python怎么读取一个很大的文件？我的内存不够"
    assert title_from("Python读取文件", chinese) == "Python读取文件"
    assert title_from("Python写入文件", chinese) is None

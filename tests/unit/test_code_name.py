"""A block of code says its language as people write it, and is saved under a fitting name that does no harm."""

import pytest

from assistant.rendering.code_name import name_of_block, name_of_file


@pytest.mark.parametrize(
    ("info", "label", "file"),
    [
        ("python", "Python", "code.py"),
        ("py", "Python", "code.py"),
        ("js", "JavaScript", "code.js"),
        ("c++", "C++", "code.cpp"),
        ("sh", "Bash", "code.sh"),
        ("r", "R", "code.R"),
        ("fortran", "Fortran", "code.f90"),
        ("dockerfile", "Docker", "Dockerfile"),
        ("make", "Makefile", "Makefile"),
        ("console", "Bash Session", "session.txt"),
        ("markdown", "markdown", "code.md"),
        ("text", "text", "code.txt"),
        ("nosuchlanguage", "nosuchlanguage", "code.txt"),
        ("x" * 50, "x" * 30, "code.txt"),
        ("", "", "code.txt"),
    ],
)
def test_the_fence_says_the_language(info: str, label: str, file: str) -> None:
    named = name_of_block("x = 1\n", info)
    assert (named.label, named.file) == (label, file)


@pytest.mark.parametrize(
    ("info", "code", "file"),
    [
        ("python app.py", "", "app.py"),
        ("python:src/app.py", "", "app.py"),
        ('js title="src/a-b.test.js"', "", "a-b.test.js"),
        ("python {1,3} filename=app.py", "", "app.py"),
        ("app.py", "", "app.py"),
        ("python", "# app.py\nx = 1\n", "app.py"),
        ("js", "// src/app.js\n", "app.js"),
        ("html", "<!-- index.html -->\n<p>\n", "index.html"),
        ("css", "/* filename: main.css */\n", "main.css"),
        ("sql", "-- schema.sql\n", "schema.sql"),
        ("cmake", "# CMakeLists.txt\n", "CMakeLists.txt"),
        ("", "# README.md\n", "README.md"),
        ("python first.py", "# second.py\n", "first.py"),
    ],
)
def test_a_name_in_the_fence_or_the_first_comment_is_taken(info: str, code: str, file: str) -> None:
    named = name_of_block(code, info)
    assert named.file == file
    assert named.label.endswith(file)


@pytest.mark.parametrize(
    "name",
    [
        "../../.bashrc",
        ".bashrc",
        "con.py",
        "NUL.py",
        "com1.py",
        "evil.exe",
        "app.py.exe",
        "app.py.",
        "a\u202ebat.py",
        "аpp.py",  # a Cyrillic letter
        "<b>.py",
        "%2e%2e.py",
        "x" * 70 + ".py",
        "setup.bat",
    ],
)
def test_a_name_that_could_do_harm_is_not(name: str) -> None:
    assert name_of_block(f"# {name}\n", f"python title={name}").file == "code.py"
    assert name_of_block(f"# {name}\n", f'python "{name}"').label == "Python"


def test_a_comment_that_is_no_name_is_left_alone() -> None:
    for line in ("# see app.py\n", "#!/usr/bin/env python3\n", "import a.py\n", "# e.g.\n", "#\n", "# a b.py\n"):
        assert name_of_block(line, "python").file == "code.py"


def test_an_attached_file_is_saved_under_its_own_name_where_that_is_safe() -> None:
    assert name_of_file("notes.csv").file == "notes.csv"
    assert name_of_file("src/app.py").label == "Python"
    assert name_of_file("übung.py").file == "code.py"
    assert name_of_file("tool.exe").file == "code.txt"

"""The prompts practise what they preach: their dialogues are well formed and every code example runs or compiles.

The rule: within one dialogue the blocks of one language, in order, make one program. So an answer may build on what was
shown before it, and a corrected function replaces the faulty one above it. Knows nothing of how prompts are assembled.
"""

import os
import re
import shutil
import sqlite3
import subprocess
import sys
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from jinja2 import Environment, FileSystemLoader

PROMPTS = Path(__file__).parents[2] / "prompts"
TRANSCRIPTS = ("tech_assistant/v1", "tech_assistant/compact")
SEPARATOR = "-----"
FENCED_BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
TURN_START = re.compile(r"^(Human|Assistant): ", re.MULTILINE)


def render(template: str) -> str:
    # Prompts are plain text for a model; HTML escaping would garble the code in them.
    environment = Environment(
        loader=FileSystemLoader(PROMPTS), trim_blocks=False, keep_trailing_newline=True, autoescape=False
    )
    return environment.get_template(f"{template}.jinja").render()


def dialogues(template: str) -> list[str]:
    body = render(template).removesuffix(f"\n\n{SEPARATOR}\n")
    return body.split(f"\n\n{SEPARATOR}\n\n")[1:]


@dataclass(frozen=True, slots=True)
class Program:
    """All blocks of one language in one dialogue."""

    template: str
    number: int
    language: str
    blocks: tuple[str, ...]

    @property
    def source(self) -> str:
        return "\n".join(self.blocks)

    def __str__(self) -> str:
        return f"{self.template}-{self.number}-{self.language}"


def programs() -> list[Program]:
    found: dict[tuple[str, int, str], list[str]] = {}
    for template in TRANSCRIPTS:
        for number, dialogue in enumerate(dialogues(template), start=1):
            for language, code in FENCED_BLOCK.findall(dialogue):
                found.setdefault((template, number, language), []).append(code)
    return [Program(*key, tuple(blocks)) for key, blocks in found.items()]


def run(*command: str, folder: Path, text: str = "", **environment: str) -> str:
    """Standard output; a command that fails, fails the test with what it wrote."""
    result = subprocess.run(
        command,
        check=False,
        cwd=folder,
        input=text,
        capture_output=True,
        text=True,
        timeout=120,
        env=os.environ | environment,
    )
    assert result.returncode == 0, f"{' '.join(command)}\n{result.stdout}{result.stderr}"
    return result.stdout


def check_python(source: str, folder: Path) -> None:
    call_tests = "\nfor _name in [name for name in globals() if name.startswith('test_')]:\n    globals()[_name]()\n"
    (folder / "example.py").write_text(source + call_tests)
    run(sys.executable, "-I", "-W", "error", "example.py", folder=folder)


def check_sql(source: str, folder: Path) -> None:
    connection = sqlite3.connect(folder / "example.db")
    connection.executescript(source)
    connection.close()


def check_bash(source: str, folder: Path) -> None:
    """In a repository with two empty commits on main and no file."""
    own_settings = {"HOME": str(folder), "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    for role in ("AUTHOR", "COMMITTER"):
        own_settings |= {f"GIT_{role}_NAME": "Example", f"GIT_{role}_EMAIL": "example@example.org"}
    run("git", "init", "--quiet", "--initial-branch=main", folder=folder, **own_settings)
    for message in ("First", "Second"):
        run("git", "commit", "--quiet", "--allow-empty", "--message", message, folder=folder, **own_settings)
    run("bash", "-euo", "pipefail", "-s", folder=folder, text=source, **own_settings)


def check_javascript(source: str, folder: Path) -> str:
    (folder / "example.cjs").write_text(source)
    return run("node", "example.cjs", folder=folder)


def check_c(source: str, folder: Path) -> None:
    (folder / "example.c").write_text(source)
    whole = "int main(" in source
    goal = ["-o", "example"] if whole else ["-c"]
    run("gcc", "-std=c11", "-Wall", "-Wextra", "-Werror", "example.c", *goal, folder=folder)
    if whole:
        run("./example", folder=folder)


def check_java(source: str, folder: Path) -> None:
    (folder / "Example.java").write_text(source)
    run("javac", "-Xlint:all", "-Werror", "Example.java", folder=folder)


def check_rust(source: str, folder: Path) -> None:
    (folder / "example.rs").write_text(source)
    kind = "bin" if "fn main(" in source else "lib"
    # An example calls its function nowhere, which is the one warning that does not count.
    strict = ["-D", "warnings", "-A", "dead_code"]
    run("rustc", "--edition", "2021", "--crate-type", kind, "--emit", "metadata", *strict, "example.rs", folder=folder)


@dataclass(frozen=True, slots=True)
class Checker:
    tool: str
    check: Callable[[str, Path], object]
    required: bool = True

    @property
    def present(self) -> bool:
        return shutil.which(self.tool) is not None


CHECKERS = {
    "python": Checker(sys.executable, check_python),
    "sql": Checker(sys.executable, check_sql),
    "bash": Checker("bash", check_bash),
    "javascript": Checker("node", check_javascript),
    "c": Checker("gcc", check_c, required=False),
    "java": Checker("javac", check_java, required=False),
    "rust": Checker("rustc", check_rust, required=False),
}
CHECKED = [program for program in programs() if program.language in CHECKERS and CHECKERS[program.language].present]


@pytest.mark.parametrize("program", CHECKED, ids=str)
def test_code_example_runs_or_compiles(program: Program, tmp_path: Path) -> None:
    CHECKERS[program.language].check(program.source, tmp_path)


def test_only_compiled_languages_go_unchecked_and_they_are_named(
    pytestconfig: pytest.Config, capsys: pytest.CaptureFixture[str]
) -> None:
    missing = {language: checker for language, checker in CHECKERS.items() if not checker.present}
    with capsys.disabled():
        for language, checker in missing.items():
            line = f"prompt examples not checked (no {checker.tool} here): {language}"
            pytestconfig.get_terminal_writer().line(f"\n{line}")
    assert [language for language, checker in missing.items() if checker.required] == []


@pytest.mark.parametrize(
    ("question", "with_the_bug", "corrected"),
    [
        ("Why does this print 0 instead of 60?", "0\n", "60\n"),
        ("Why does this print 1, 10, 9?", "[ 1, 10, 9 ]\n", "[ 1, 10, 9 ]\n[ 1, 9, 10 ]\n"),
    ],
)
def test_shown_bug_is_real_and_its_correction_works(
    question: str, with_the_bug: str, corrected: str, tmp_path: Path
) -> None:
    [dialogue] = [text for template in TRANSCRIPTS for text in dialogues(template) if question in text]
    shown = [code for _, code in FENCED_BLOCK.findall(dialogue)]
    assert check_javascript(shown[0], tmp_path) == with_the_bug
    assert check_javascript("\n".join(shown), tmp_path) == corrected


@pytest.mark.parametrize("template", TRANSCRIPTS)
def test_every_dialogue_opens_with_a_person_alternates_and_ends_with_an_answer(template: str) -> None:
    for dialogue in dialogues(template):
        turns = TURN_START.findall(dialogue)
        assert TURN_START.match(dialogue)
        assert turns == ["Human", "Assistant"] * (len(turns) // 2)
        assert len(re.findall(r"\n\n(?:Human|Assistant): \S", dialogue)) == len(turns) - 1


def test_first_version_shows_a_dozen_dialogues_some_longer_over_six_languages() -> None:
    shown = dialogues("tech_assistant/v1")
    multi_turn = [text for text in shown if len(TURN_START.findall(text)) > 2]
    languages = {program.language for program in programs() if program.template == "tech_assistant/v1"}
    assert len(shown) >= 10
    assert len(multi_turn) >= 4
    assert len(languages - {"text"}) >= 6


@pytest.mark.parametrize("template", TRANSCRIPTS)
def test_separators_are_five_hyphens_with_blank_lines_around(template: str) -> None:
    text = render(template)
    assert text.endswith(f"\n\n{SEPARATOR}\n")
    assert len(re.findall(r"^[ \t]*-{3,}", text, re.MULTILINE)) == len(dialogues(template)) + 1
    assert len(re.findall(r"\n\n-----\n(?:\n(?!\n)|$)", text)) == len(dialogues(template)) + 1


@pytest.mark.parametrize("template", TRANSCRIPTS)
def test_code_never_looks_like_the_structure_around_it(template: str) -> None:
    for dialogue in dialogues(template):
        for _, code in FENCED_BLOCK.findall(dialogue):
            assert not re.search(r"^\s*(human|assistant|system)\s*:|^\s*-{5,}", code, re.MULTILINE | re.IGNORECASE)


@pytest.mark.parametrize("template", TRANSCRIPTS)
def test_every_code_block_names_a_language_that_is_checked(template: str) -> None:
    text = render(template)
    blocks = FENCED_BLOCK.findall(text)
    assert {language for language, _ in blocks} <= CHECKERS.keys() | {"text"}
    assert text.count("```") == 2 * len(blocks)


@pytest.mark.parametrize("template", TRANSCRIPTS)
def test_text_has_no_trailing_spaces_and_no_template_syntax_beside_the_preamble(template: str) -> None:
    assert not re.search(r"[ \t\r]$", render(template), re.MULTILINE)
    # Braces of a code example that Jinja takes for its own would silently change the example.
    assert len(re.findall(r"\{[{%#]", (PROMPTS / f"{template}.jinja").read_text())) == 1


@pytest.mark.parametrize(
    ("template", "layout"),
    [
        (
            "chat/chatml",
            "<|im_start|>system\n{system}<|im_end|>\n<|im_start|>user\nQ<|im_end|>\n"
            "<|im_start|>assistant\nA<|im_end|>\n<|im_start|>user\nR<|im_end|>\n<|im_start|>assistant\n",
        ),
        (
            "chat/starcoder2_instruct",
            "<|endoftext|>{system}\n\n### Instruction\nQ\n\n"
            "### Response\nA<|endoftext|>\n\n### Instruction\nR\n\n### Response\n",
        ),
        (
            "chat/starchat",
            "<|system|>\n{system}<|end|>\n<|user|>\nQ<|end|>\n"
            "<|assistant|>\nA<|end|>\n<|user|>\nR<|end|>\n<|assistant|>\n",
        ),
    ],
)
def test_chat_format_is_laid_out_as_the_model_was_trained(template: str, layout: str) -> None:
    turns = tomllib.loads((PROMPTS / f"{template}.toml").read_text())["turns"]
    first, second = (turns["user_start"] + text + turns["user_end"] for text in "QR")
    answer_opens = turns["assistant_start"]
    replayed = answer_opens + turns["reply_lead"] + "A" + turns["assistant_end"]
    prompt = render(template) + first + replayed + second + answer_opens
    # Stripped: a newline at the end of the preamble's file would come between it and the token that ends it.
    assert prompt == layout.format(system=render("tech_assistant/preamble").strip())

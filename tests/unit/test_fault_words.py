"""What went wrong in detail is told in each language, whichever words of the code it comes in."""

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

import assistant
from assistant.errors.engine import EngineLoadError, EngineUnavailableError
from assistant.errors.input import BrokenFileError, InvalidOptionError
from assistant.errors.root import AssistantError
from assistant.fault_words import FaultWords
from assistant.languages import DEFAULT, LOCALES, languages, speaking
from assistant.ui.option_values import read_options
from assistant.wording import Wording
from storage import postgres

ROOT = Path(assistant.__file__).parents[1]
WORDING = Wording()
ON_THE_TERMINAL = ("SettingsError", "ExportError", "BackupError")
"""Told to whoever starts the app, in the default language."""
OTHERS = [tag for tag in languages() if tag != DEFAULT]


def known(language: str) -> dict[str, str]:
    return dict(tomllib.loads((LOCALES / f"{language}.toml").read_text("utf-8"))["fault"])


def faults_in_code() -> Iterator[str]:
    for room in ("assistant", "storage"):
        for path in (ROOT / room).rglob("*.py"):
            source = path.read_text("utf-8")
            # What is made ready for a terminal, in modules that raise nothing else.
            if not any(re.search(rf"raise {kind}|SettingsError\(", source) for kind in ON_THE_TERMINAL):
                for node in ast.walk(ast.parse(source)):
                    yield from filter(None, map(words, told(node)))


def told(node: ast.AST) -> list[ast.expr]:
    match node:
        case ast.Call(func=ast.Name(id="broken"), args=[first, *_]):
            return [first]
        case ast.Call(keywords=keywords):
            return [keyword.value for keyword in keywords if keyword.arg == "fault"]
        case ast.Assign(targets=[ast.Name(id="fault" | "_FAULT" | "_NO_REFERENCE")], value=value):
            return [value]
        case _:
            return []


def words(node: ast.expr) -> str | None:
    """With a number for each thing that differs. None for what is made elsewhere, or is a name and no words."""
    if isinstance(node, ast.Constant) and node.value:
        return str(node.value)
    if isinstance(node, ast.JoinedStr):
        said = "".join(str(part.value) if isinstance(part, ast.Constant) else "7" for part in node.values)
        return said if re.search(r"[a-z]{2}", said) else None
    return None


IN_CODE = sorted({*faults_in_code(), *postgres._BY_STATE.values(), *postgres._BY_MESSAGE.values()})


@pytest.mark.parametrize("language", OTHERS)
def test_each_language_knows_the_faults_that_code_tells(language: str) -> None:
    assert len(IN_CODE) > 100
    translated = FaultWords(known(language))
    assert [fault for fault in IN_CODE if translated(fault) == fault] == []


@pytest.mark.parametrize("language", languages())
def test_a_fault_has_the_same_names_in_both_languages(language: str) -> None:
    for fault, translation in known(language).items():
        assert set(re.findall(r"\{(\w+)\}", translation)) <= set(re.findall(r"\{(\w+)\}", fault)), fault


@pytest.mark.parametrize(
    ("error", "english", "chinese"),
    [
        (
            BrokenFileError(place="a.json, conversation 3, message 12", fault="it is cut off"),
            "Nothing was imported. The fault is here: a.json, conversation 3, message 12: it is cut off.",
            "没有导入任何内容。问题在这里：a.json, 第 3 段对话, 第 12 条消息：内容被截断。",
        ),
        (
            EngineLoadError(model="m", fault="its server answered 500: is it text-generation-inference?"),
            "The model m cannot be loaded: its server answered 500: is it text-generation-inference?",
            "无法加载模型 m：它的服务器返回了 500：它是 text-generation-inference 吗？",
        ),
        (
            EngineUnavailableError(fault="ConnectError {x}"),
            "The model is not reachable right now (ConnectError {x}).",
            "暂时连不上模型（ConnectError {x}）。",
        ),
    ],
)
def test_a_fault_is_part_of_its_sentence(error: AssistantError, english: str, chinese: str) -> None:
    assert WORDING.error(error) == english
    with speaking("zh-CN"):
        assert WORDING.error(error) == chinese


@pytest.mark.parametrize(
    ("option", "value", "english"),
    [
        ("temperature", 3, "Temperature: at most 2."),
        ("temperature", -1, "Temperature: at least 0."),
        ("top_p", 0, "Top-p: more than 0."),
        ("top_k", 1.5, "Top-k: a whole number."),
        ("seed", "one", "Seed: a whole number."),
        ("seed", "9" * 5000, "Seed: a smaller number."),
        ("max_new_tokens", None, "Longest answer: a whole number."),
        ("repetition_penalty", "x", "Repetition penalty: a number."),
        ("repetition_penalty", float("nan"), "Repetition penalty: at most 2."),
    ],
)
def test_a_value_out_of_bounds_is_told_in_full_by_the_name_on_the_page(
    option: str, value: object, english: str
) -> None:
    with pytest.raises(InvalidOptionError) as refused:
        read_options({option: value})
    assert WORDING.error(refused.value) == english
    with speaking("zh-CN"):
        assert not re.search(r"[A-Za-z]{6}", WORDING.error(refused.value))

"""What a person reads stands in the locales: templates have none of it, nor does what scripts and Python name
controls by."""

import ast
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest

import assistant

ASSISTANT = Path(assistant.__file__).parent
TEMPLATES = [path for room in ("ui", "web") for path in (ASSISTANT / room / "templates").glob("*.jinja")]
SCRIPTS = [path for room in ("ui", "web", "rendering") for path in (ASSISTANT / room / "static").glob("*.js")]
MODULES = [path for room in ("ui", "web", "rendering") for path in (ASSISTANT / room).glob("*.py")]
READ = {"aria-label", "title", "placeholder", "alt", "content"}
UNITS = {"KiB", "MB", "s", "sha"}
"""The same in every language, as the names of algorithms are."""
KEYS = {"Enter", "Shift+Enter", "Esc"}
"""As keyboards have them."""
WORDS = re.compile(r"[A-Z][a-z]+\b|.*[a-z]{2,}[.,:]? [A-Za-z]{2,}", re.DOTALL)
"""What begins as a sentence does, or has two words."""
SHOWN = {"label", "info", "placeholder", "title", "alt", "content", "value", "text"}
"""Arguments of components and fragments that a person reads."""


class Text(HTMLParser):
    """Letters that are no expression's: between tags, and in the attributes that are read out or shown."""

    def __init__(self, template: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self._note(re.sub(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", "", template, flags=re.DOTALL))

    def _note(self, html: str) -> None:
        self.feed(html)
        self.close()

    def handle_data(self, data: str) -> None:
        self.found += [word for word in re.findall(r"[^\W\d_]+", data) if word not in UNITS]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag != "meta":
            self.found += [
                f"{name}={value}" for name, value in attrs if name in READ and re.search(r"[^\W\d_]", value or "")
            ]


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_a_template_has_no_text_of_its_own(template: Path) -> None:
    assert Text(template.read_text("utf-8")).found == []


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_a_script_has_no_text_of_its_own(script: Path) -> None:
    text = r"""\s*["'`](?=[^"'`]*\w)"""
    shown = r"(?:textContent|innerText|title|placeholder|ariaLabel)\s*="
    named = r"""setAttribute\("(?:aria-label|title)","""
    assert re.findall(f"(?:{shown}|{named}){text}", script.read_text("utf-8")) == []


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_nor_have_a_templates_expressions(template: Path) -> None:
    code = re.findall(r"\{%(.*?)%\}|\{\{(.*?)\}\}", template.read_text("utf-8"), re.DOTALL)
    literals = [text for parts in code for part in parts for text in re.findall(r'"([^"]*)"', part)]
    assert [text for text in literals if WORDS.match(text) and text not in KEYS] == []


def shown(module: ast.Module) -> Iterator[str]:
    """Texts that stand in the code as what a component or a fragment shows, and between tags of HTML."""
    for node in ast.walk(module):
        if isinstance(node, ast.Call):
            given = [keyword.value for keyword in node.keywords if keyword.arg in SHOWN]
            if (
                isinstance(node.func, ast.Attribute)
                and isinstance(node.func.value, ast.Name)
                and node.func.value.id == "gr"
            ):
                given += node.args
            texts = [each.value for each in given if isinstance(each, ast.Constant)]
            yield from (text for text in texts if isinstance(text, str) and re.search(r"[^\W\d_]", text))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield from re.findall(r">[^<>{}]*[^\W\d_]{2,}[^<>{}]*</", node.value)


@pytest.mark.parametrize("module", MODULES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_a_module_has_no_text_of_its_own(module: Path) -> None:
    assert list(shown(ast.parse(module.read_text("utf-8")))) == []


def test_what_stands_in_code_is_found() -> None:
    for wrong in ('gr.Button("Send")', 'gr.Slider(label="Top")', 'notice(text="Saved.")', 'html = "<p>Not here</p>"'):
        assert list(shown(ast.parse(wrong)))
    for right in ('gr.Button(t("control.send"))', 'gr.Row(elem_id="top")', '"""Some <p> or other."""'):
        assert list(shown(ast.parse(right))) == []

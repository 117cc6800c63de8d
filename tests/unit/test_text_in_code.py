"""What a person reads stands in the locales: templates have none of it, nor does what scripts name controls by."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

import assistant

ASSISTANT = Path(assistant.__file__).parent
TEMPLATES = [path for room in ("ui", "web") for path in (ASSISTANT / room / "templates").glob("*.jinja")]
SCRIPTS = [path for room in ("ui", "web") for path in (ASSISTANT / room / "static").glob("*.js")]
READ = {"aria-label", "title", "placeholder", "alt", "content"}
UNITS = {"KiB", "MB", "s", "sha"}
"""The same in every language, as the names of algorithms are."""


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

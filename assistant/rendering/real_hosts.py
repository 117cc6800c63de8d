"""Says behind a link where it really leads, where its words name another place or its letters may deceive."""

import re
from collections.abc import Iterator
from html import escape
from urllib.parse import urlsplit

from markdown_it.rules_core import StateCore
from markdown_it.token import Token

_NAMES_A_PLACE = re.compile(r"(?:https?:)?//|\b[\w-]+\.[a-z]{2,}\b", re.IGNORECASE)


def show_real_hosts(state: StateCore) -> None:
    """A rule for the parser's core, after links were found."""
    for block in state.tokens:
        if block.children:
            block.children = [*_told(block.children)]


def _told(tokens: list[Token]) -> Iterator[Token]:
    host, words = "", ""
    for token in tokens:
        yield token
        if token.type == "link_open":
            host, words = _host(str(token.attrs.get("href", ""))), ""
        elif token.type == "link_close" and host and _deceives(host, words):
            yield Token("html_inline", "", 0, content=f' <span class="host">({escape(host)})</span>')
        else:
            words += token.content


def _host(address: str) -> str:
    try:
        return urlsplit(address).hostname or ""
    except ValueError:
        return ""


def _deceives(host: str, words: str) -> bool:
    """What is before an `@` is no host, and `xn--` stands for letters of any script."""
    named = _NAMES_A_PLACE.search(words) is not None
    return "xn--" in host or "@" in words or (named and _host_of(words) != host)


def _host_of(words: str) -> str:
    return _host(words if "//" in words else f"//{words.strip()}")

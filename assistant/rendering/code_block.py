"""A block of code as HTML: highlighted, named, to be copied, saved, wrapped, and folded where it is very long.

Wrapping and folding are boxes to tick that the style sheet reads, so that they work where no script runs; copying and
saving are its scripts' work.
"""

import html
import time
from functools import lru_cache
from typing import Any

from pygments import format as formatted
from pygments.formatters import HtmlFormatter
from pygments.lexer import Lexer

from assistant.rendering.code_language import Language, lexer_of
from assistant.rendering.code_name import CodeName, name_of_block, name_of_file
from assistant.wording import Wording

# Highlighting is a help for reading; nobody reads a block this long, and it would hold up everybody's page. Most lexers
# take quadratic time on some text (C's on empty lines), so that a short one can hold it up too.
_LONGEST_HIGHLIGHTED = 10_000
_LONGEST_SECONDS = 0.5
_MOST_LINES = 60
"""A block with more of them is folded."""
_FORMATTER: HtmlFormatter[str] = HtmlFormatter(nowrap=True)


def render_code(code: str, info: str, t: Wording) -> str:
    """`info` is a fence's info string, which names the language and may name a file."""
    return _block(code, name_of_block(code, info), t)


def render_code_of_file(code: str, name: str, t: Wording) -> str:
    return _block(code, name_of_file(name), t)


def _block(code: str, name: CodeName, t: Wording) -> str:
    label = html.escape(name.label or t("code.unnamed"))
    file = html.escape(name.file)
    wrap = html.escape(t("code.wrap"))
    # The cache is for short texts: thousands of whole files would fill the memory.
    shown = _highlighted(code, name.language) if len(code) <= _LONGEST_HIGHLIGHTED else html.escape(code)
    return (
        f'<div class="code-block" dir="ltr" role="group" aria-label="{label}">'
        f'<div class="code-head"><span>{label}</span>'
        f'<button type="button" data-copy="code">{html.escape(t("control.copy"))}</button>'
        f'<button type="button" data-save="{file}" title="{html.escape(t("code.save", file=name.file))}"></button>'
        f'<input type="checkbox" class="wrap" title="{wrap}" aria-label="{wrap}"></div>'
        f'<pre tabindex="0"><code>{shown}</code></pre>{_fold(code.count(chr(10)), t)}</div>\n'
    )


def _fold(lines: int, t: Wording) -> str:
    if lines <= _MOST_LINES:
        return ""
    return f'<label class="fold"><input type="checkbox">{html.escape(t("code.unfold", count=lines))}</label>'


# A growing answer is rendered again and again; its finished blocks are not.
@lru_cache(maxsize=1000)
def _highlighted(code: str, language: Language | None) -> str:
    if language is None:
        return html.escape(code)
    # Lexers of sessions lose a last line without its end, which is what a growing answer shows.
    lines = code.removesuffix("\n") + "\n"
    tokens = _tokens(lexer_of(language), lines)
    if "".join(text for _, text in tokens) != lines:
        return html.escape(code)
    return formatted(tokens, _FORMATTER).removesuffix("\n") + code[len(lines) - 1 :]


def _tokens(lexer: Lexer, code: str) -> list[tuple[Any, str]]:
    """Not all of them where the lexer takes too long."""
    tokens = []
    deadline = time.monotonic() + _LONGEST_SECONDS
    for token in lexer.get_tokens(code):
        tokens.append(token)
        if time.monotonic() > deadline:
            break
    return tokens

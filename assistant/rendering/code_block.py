"""A block of code as HTML: highlighted, named, with a button to copy it."""

import html
from functools import lru_cache

from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexer import Lexer
from pygments.lexers import get_lexer_by_name
from pygments.util import ClassNotFound

# Highlighting is a help for reading; nobody reads a block this long, and it would hold up everybody's page.
_LONGEST_HIGHLIGHTED = 20_000
_FORMATTER: HtmlFormatter[str] = HtmlFormatter(nowrap=True)
_LEXERS: dict[str, Lexer | None] = {}


def render_code(code: str, info: str = "") -> str:
    """`info` is a fence's info string; its first word names the language."""
    language = (info.split() or [""])[0][:30]
    name = html.escape(language)
    return (
        f'<div class="code-block"><div class="code-head"><span>{name}</span>'
        '<button type="button" data-copy="code">Copy</button></div>'
        f'<pre tabindex="0"><code>{_highlighted(code, language)}</code></pre></div>\n'
    )


# A growing answer is rendered again and again; its finished blocks are not.
@lru_cache(maxsize=1000)
def _highlighted(code: str, language: str) -> str:
    lexer = _lexer(language.lower())
    if lexer is None or len(code) > _LONGEST_HIGHLIGHTED:
        return html.escape(code)
    return str(highlight(code, lexer, _FORMATTER))


def _lexer(language: str) -> Lexer | None:
    """Lexers are kept: finding one reads files. Unknown names are not, since anybody can make them up."""
    if language in _LEXERS:
        return _LEXERS[language]
    try:
        _LEXERS[language] = get_lexer_by_name(language, stripnl=False, ensurenl=False)
    except ClassNotFound:
        return None
    return _LEXERS[language]

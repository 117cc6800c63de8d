"""A block of code as HTML: highlighted, named, with a button to copy it."""

import html
import time
from functools import lru_cache
from typing import Any

from pygments import format as formatted
from pygments.formatters import HtmlFormatter
from pygments.lexer import Lexer
from pygments.lexers import get_lexer_by_name
from pygments.util import ClassNotFound

from assistant.wording import Wording

# Highlighting is a help for reading; nobody reads a block this long, and it would hold up everybody's page. Most lexers
# take quadratic time on some text (C's on empty lines), so that a short one can hold it up too.
_LONGEST_HIGHLIGHTED = 10_000
_LONGEST_SECONDS = 0.5
# Anybody can name any of Pygments' 600 lexers, and some of the rarer ones never come back from a few brackets.
_LANGUAGES = {
    "asm", "awk", "bash", "batch", "c", "clojure", "cmake", "console", "cpp", "csharp", "css", "cuda", "dart", "diff",
    "docker", "elixir", "erlang", "fortran", "fsharp", "go", "graphql", "groovy", "haskell", "hcl", "html", "ini",
    "java", "javascript", "json", "jsx", "julia", "kotlin", "lua", "make", "matlab", "nasm", "nginx", "objective-c",
    "ocaml", "perl", "php", "powershell", "prolog", "protobuf", "pycon", "pytb", "python", "r", "rst", "ruby", "rust",
    "scala", "scheme", "scss", "sql", "swift", "terraform", "tex", "toml", "tsx", "typescript", "vb.net", "vim",
    "xml", "yaml", "zig",
}  # fmt: skip
_FORMATTER: HtmlFormatter[str] = HtmlFormatter(nowrap=True)
_LEXERS: dict[str, Lexer] = {}


def render_code(code: str, info: str, t: Wording) -> str:
    """`info` is a fence's info string; its first word names the language."""
    language = (info.split() or [""])[0][:30]
    name = html.escape(language)
    # The cache is for short texts: thousands of whole files would fill the memory.
    shown = _highlighted(code, language) if len(code) <= _LONGEST_HIGHLIGHTED else html.escape(code)
    return (
        f'<div class="code-block" dir="ltr"><div class="code-head"><span>{name}</span>'
        f'<button type="button" data-copy="code">{html.escape(t("control.copy"))}</button></div>'
        f'<pre tabindex="0"><code>{shown}</code></pre></div>\n'
    )


# A growing answer is rendered again and again; its finished blocks are not.
@lru_cache(maxsize=1000)
def _highlighted(code: str, language: str) -> str:
    lexer = _lexer(language.lower())
    if lexer is None:
        return html.escape(code)
    # Lexers of sessions lose a last line without its end, which is what a growing answer shows.
    lines = code.removesuffix("\n") + "\n"
    tokens = _tokens(lexer, lines)
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


def _lexer(language: str) -> Lexer | None:
    """Lexers are kept: finding one reads files. Unknown names are not, since anybody can make them up."""
    if language in _LEXERS:
        return _LEXERS[language]
    try:
        lexer = get_lexer_by_name(language, stripnl=False, ensurenl=False)
    except ClassNotFound:
        return None
    if not _LANGUAGES.intersection(lexer.aliases):
        return None
    _LEXERS[language] = lexer
    return lexer

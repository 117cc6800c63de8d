"""Messages as HTML that is safe to show: Markdown first, sanitised after, whoever wrote it.

The one renderer of the chat page and of shared pages. Raw HTML is shown as the text that was typed, an image becomes a
link to it: a page that shows an answer loads nothing from anywhere.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from html import escape

import nh3
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from markdown_it.utils import OptionsDict

from assistant.conversation import Role
from assistant.rendering.code_block import render_code
from assistant.rendering.real_hosts import show_real_hosts
from assistant.rendering.unseen import show_unseen
from assistant.wording import Wording

_TAGS = {
    "p", "br", "hr", "h1", "h2", "h3", "h4", "h5", "h6", "strong", "em", "s", "code", "pre", "blockquote", "ul", "ol",
    "li", "table", "thead", "tbody", "tr", "th", "td", "a", "span", "div", "button", "input", "label",
}  # fmt: skip
_ATTRIBUTES = {
    "a": {"href", "title"},
    "ol": {"start"},
    "th": {"align"},
    "td": {"align"},
    "div": {"class", "dir", "role", "aria-label"},
    "span": {"class"},
    "pre": {"tabindex"},
    "button": {"type", "data-copy", "data-save", "title"},
    "input": {"type", "class", "title", "aria-label"},
    "label": {"class"},
}
_SCHEMES = {"http", "https", "mailto"}
_LONGEST_MARKDOWN = 100_000
"""Characters. Hostile text takes the parser 20 microseconds a character, and no answer is this long."""
_DEEPEST = 30
"""Blocks within blocks: 15 lists, one in the other."""


def render_markdown(text: str, t: Wording) -> str:
    """An answer, finished or still growing: a fence that is not closed yet is a block of code already."""
    if len(text) > _LONGEST_MARKDOWN:
        return render_typed(text, t)
    env = {"t": t}
    blocks = _MARKDOWN.parse(_encodable(text), env)
    # The parser leaves out what is deeper, and all that follows it.
    if any(block.level >= _DEEPEST - 1 for block in blocks):
        return render_typed(text, t)
    return _sanitised(_MARKDOWN.renderer.render(blocks, _MARKDOWN.options, env))


def render_typed(text: str, t: Wording) -> str:
    """What a person typed, as it was typed; only fenced code is set as code."""
    lines = re.split("\r\n|\r|\n", _encodable(text))
    parts: list[str] = []
    at = 0
    for token in _FENCES.parse("\n".join(lines)):
        if token.type == "fence" and token.map:
            parts += [_typed(lines[at : token.map[0]]), render_code(token.content, token.info, t)]
            at = token.map[1]
    return _sanitised("".join([*parts, _typed(lines[at:])]))


def render_message_body(role: Role, text: str, t: Wording) -> str:
    """A finished message; the last thousand are kept, since a page shows the same ones again and again."""
    return _message_body(role, text, t, t.locale)


@lru_cache(maxsize=1000)
def _message_body(role: Role, text: str, t: Wording, locale: str) -> str:
    """`locale` is what `t` speaks now: code has its buttons in it."""
    return render_typed(text, t) if role is Role.USER else render_markdown(text, t)


def _typed(lines: Sequence[str]) -> str:
    text = "\n".join(lines).strip("\n")
    return f'<div class="typed">{escape(text)}</div>' if text.strip() else ""


def _encodable(text: str) -> str:
    """Half a character, as broken JSON can carry it, has no place in a page; two halves are the whole one."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _sanitised(rendered: str) -> str:
    return show_unseen(
        nh3.clean(
            rendered,
            tags=_TAGS,
            attributes=_ATTRIBUTES,
            url_schemes=_SCHEMES,
            link_rel="nofollow ugc noopener noreferrer",
            set_tag_attribute_values={"a": {"target": "_blank"}},
        )
    )


def _fence(
    self: RendererHTML, tokens: Sequence[Token], index: int, options: OptionsDict, env: dict[str, Wording]
) -> str:
    return render_code(tokens[index].content, tokens[index].info, env["t"])


def _image(
    self: RendererHTML, tokens: Sequence[Token], index: int, options: OptionsDict, env: dict[str, object]
) -> str:
    address = escape(str(tokens[index].attrs.get("src", "")))
    return f'<a href="{address}">{escape(tokens[index].content) or address}</a>'


def _align_columns(state: StateCore) -> None:
    """Says by an attribute what the parser says by a style, which no page allows."""
    for token in state.tokens:
        if token.type in ("th_open", "td_open") and (style := token.attrs.pop("style", None)):
            token.attrs["align"] = str(style).removeprefix("text-align:")


def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False, "maxNesting": _DEEPEST}).enable(["table", "strikethrough"])
    parser.add_render_rule("fence", _fence)
    parser.add_render_rule("code_block", _fence)
    parser.add_render_rule("image", _image)
    parser.core.ruler.push("real_hosts", show_real_hosts)
    parser.core.ruler.push("align_columns", _align_columns)
    return parser


_MARKDOWN = _parser()
# Finds fenced blocks; it has to know indented code, which fences are not found in.
_FENCES = MarkdownIt("zero").enable(["fence", "code"]).disable("inline")

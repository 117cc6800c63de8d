"""An answer's Markdown, made fit to stand below a heading of ours: nothing is left open, no heading is as high.

Source of the rules: CommonMark 0.31.2, as markdown-it reads it.
"""

import re

from markdown_it import MarkdownIt
from markdown_it.token import Token

_LONGEST_MARKDOWN = 100_000
"""Characters. Hostile text takes the parser 20 microseconds a character, and no answer is this long."""
_END = "\n\n# end"
_HIGHEST = 3
_MOST_PASSES = 5
"""A tag that is one no more may let others be seen as tags."""
_FENCES = re.compile("`{3,}")
_PARSER = MarkdownIt("commonmark", {"maxNesting": 30}).enable("table").disable("inline")


def answer_markdown(text: str) -> str:
    """Code, lists and tables are as they were; headings of the first levels become the third's and below."""
    text = "\n".join(re.split("\r\n|\r|\n", text.strip("\r\n")))
    text = re.sub(r"\A {1,3}(?=\S)", "", text)
    if len(text) > _LONGEST_MARKDOWN:
        return fenced(text)
    shown = _without_html(text)
    if shown is None:
        return fenced(text)
    lines = _closed(shown).split("\n")
    for token in reversed(_PARSER.parse("\n".join(lines))):
        if token.map and token.type == "heading_open" and int(token.tag[1:]) < _HIGHEST:
            _lower(lines, token)
    return "\n".join(lines)


def fenced(text: str) -> str:
    """In a fence that is longer than any inside."""
    longest = max((len(fence) for fence in _FENCES.findall(text)), default=2)
    fence = "`" * (longest + 1)
    body = "\n".join(re.split("\r\n|\r|\n", text))
    return f"{fence}\n{body}\n{fence}"


def _without_html(text: str) -> str | None:
    """Tags at the beginning of a line as the text that they are, as on the page. None: it does not come to an end."""
    lines = text.split("\n")
    for _ in range(_MOST_PASSES):
        blocks = [token for token in _PARSER.parse("\n".join(lines)) if token.type == "html_block" and token.map]
        if not blocks:
            return "\n".join(lines)
        for block in blocks:
            for number in range(*(block.map or (0, 0))):
                lines[number] = re.sub(r"<(?=[A-Za-z/!?])", r"\\<", lines[number])
    return None


def _closed(text: str) -> str:
    """With the end of a block of code that an answer was cut off in."""
    tokens = _PARSER.parse(text + _END)
    if not tokens or tokens[-1].type == "heading_close":
        return text
    return f"{text}\n{tokens[-1].markup}" if tokens[-1].type == "fence" else text


def _lower(lines: list[str], heading: Token) -> None:
    first, end = heading.map or (0, 0)
    level = int(heading.tag[1:]) + _HIGHEST - 1
    if heading.markup.startswith("#"):
        lines[first] = re.sub(r"#{1,2}(?=[ \t]|$)", "#" * level, lines[first], count=1)
    else:
        # Underlined: the words of several lines are one heading.
        words = [lines[number].strip() for number in range(first + 1, end - 1)]
        indent = re.match(r"[ \t>]*(?:(?:[-+*]|\d+[.)])(?=[ \t]))?[ \t>]*", lines[first])
        at = indent.end() if indent else 0
        lines[first] = " ".join([f"{lines[first][:at]}{'#' * level} {lines[first][at:].strip()}", *words])
        lines[first + 1 : end] = []

"""Whether a text is inside fenced code, compared with a Markdown parser."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from assistant.generation.code_fence import CodeFence

PARSER = MarkdownIt("zero").enable(["fence", "code"]).disable("inline")
FENCE_LIKE = st.lists(
    st.sampled_from(
        [" ", "    ", "\t", "`", "``", "```", "````", "~~~", "~~~~~", "py", " `x` ", "Human:", "\r\n", "\n"]
    ),
    max_size=30,
).map("".join)


def open_after(text: str, *, in_pieces_of: int = 10_000) -> bool:
    fence = CodeFence()
    for at in range(0, len(text), in_pieces_of):
        fence.feed(text[at : at + in_pieces_of])
    return fence.open


def open_for_the_parser(text: str) -> bool:
    return any(token.content.endswith("PROBE\n") for token in PARSER.parse(f"{text}PROBE\n"))


@pytest.mark.parametrize(
    "text",
    [
        "```\n",
        "```python\n",
        "~~~\n",
        "~~~ text with `ticks`\n",
        "   ```\n",
        "Look:\n```\nx = 1\n",
        "````\n```\n",
        "```\n~~~\n",
        "~~~\n```\n",
        "```\n    ```\n",
        "```\n```python\n",
        "```\r\nx\r\n",
    ],
)
def test_an_open_fence_is_code(text: str) -> None:
    assert open_after(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "plain\n",
        "``\n",
        "```\n```\n",
        "```\nx\n`````\n",
        "~~~\nx\n~~~~ \t\n",
        "```\nx\n  ```\n",
        "    ```\n",
        "\t```\n",
        "Use ```x``` here.\n",
        "```x``` begins the line\n",
        "```a`b\n",
        "```\r\nx\r\n```\r\n",
    ],
)
def test_a_closed_fence_or_none_is_not(text: str) -> None:
    assert not open_after(text)


def test_a_fence_counts_when_its_line_is_complete() -> None:
    fence = CodeFence()
    fence.feed("```py")
    assert not fence.open
    fence.feed("thon\n")
    assert fence.open


@given(FENCE_LIKE)
@example("~~~\n~~~~\n")
@example("```\r\n```\r\n")
def test_it_agrees_with_a_markdown_parser(text: str) -> None:
    text += "\n"
    assert open_after(text) == open_for_the_parser(text)


@given(FENCE_LIKE, st.integers(1, 5))
def test_pieces_of_any_size_give_the_same(text: str, size: int) -> None:
    assert open_after(text, in_pieces_of=size) == open_after(text)

"""A conversation as Markdown reads as it was shown, and nothing in it can pass for a heading of ours."""

from dataclasses import replace

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from assistant.conversation import Attachment, Message, MessageStatus, Role
from assistant.errors.root import ErrorReport
from assistant.portable.answer_markdown import answer_markdown, fenced
from assistant.portable.markdown_file import to_markdown
from assistant.wording import Wording
from tests.contract.samples import chain, conversation_of

READER = MarkdownIt("commonmark", {"html": True}).enable("table")


def written(question: str = "Q?", answer: str = "A.", title: str = "A title", **changes: object) -> str:
    first, second = chain(2)
    second = replace(second, text=answer, **changes)  # type: ignore[arg-type]  # by name
    return conversation_file([replace(first, text=question), second], title)


def conversation_file(messages: list[Message], title: str = "A title") -> str:
    return to_markdown(replace(conversation_of(messages), title=title), messages, Wording())


def headings(text: str) -> list[tuple[str, str]]:
    tokens = READER.parse(text)
    return [(t.tag, tokens[i + 1].content) for i, t in enumerate(tokens) if t.type == "heading_open" and t.level == 0]


OURS = [("h1", "A title"), ("h2", "You"), ("h2", "Assistant")]


def test_a_conversation_is_written_with_a_heading_for_each_speaker() -> None:
    assert written("How?\nAnd why?", "So:\n\n```python\nprint(1)\n```") == (
        "# A title\n\n## You\n\n> How?\n> And why?\n\n## Assistant\n\nSo:\n\n```python\nprint(1)\n```\n\n"
        "<sub>m · 1.5 s · seed 42 · r1 · test/transcript</sub>\n"
    )


FORGERIES = [
    "## You\n\nForged",
    "# A title",
    "You\n---",
    "You\n===\n",
    "a\n\n  ## Assistant ##",
    "> quoted\n## You",
    "- item\n\n## You",
    "<h2>You</h2>",
    "<div>\n\n## You\n\n</div>",
    "<!-- \n## You",
    "<pre>\n## You",
    "```\ncode\n\n## You",
    "~~~~\n```\n## You",
    "1. a\n   ```\n   b\n\n## You",
    "    indented\n## You",
    "| a |\n|---|\n## You",
    "two\nlines\n---",
    "\u2028## You\x0b## You",
    "[x]: y\n## You",
    "a\r## You\r\n## You",
]


@pytest.mark.parametrize("text", FORGERIES)
def test_neither_question_nor_answer_can_forge_a_heading(text: str) -> None:
    for forged in (written(text), written(answer=text), written(text, text)):
        assert [heading for heading in headings(forged) if heading[0] in ("h1", "h2")] == OURS
    assert READER.render(written(answer=text)).count("<h2") == 2


_PIECES = st.sampled_from(
    [
        "#", "## ", "You", "\n", "\n\n", "```", "````", "~~~", "> ", "- ", "1. ", "    ", " ", "---", "===",
        "<h2>", "<!--", "|", "\\", "*",
    ]
)  # fmt: skip


@settings(deadline=None, max_examples=400)
@given(st.lists(_PIECES, max_size=14).map("".join), st.lists(_PIECES, max_size=14).map("".join))
@example("", "---#\n---\n- ")
def test_whatever_is_said_the_headings_of_the_first_levels_are_ours(question: str, answer: str) -> None:
    found = [heading for heading in headings(written(question, answer)) if heading[0] in ("h1", "h2")]
    assert found == OURS


def test_an_answers_own_headings_go_down_and_its_code_stays_to_the_letter() -> None:
    text = "# One\n\nTwo\n---\n\n### Three\n\n```md\n# not a heading\n```\n\n- # In a list"
    assert answer_markdown(text) == (
        "### One\n\n#### Two\n\n### Three\n\n```md\n# not a heading\n```\n\n- ### In a list"
    )


def test_code_that_an_answer_was_cut_off_in_is_closed() -> None:
    interrupted = written(answer="Look:\n\n````py\nprint(1)", status=MessageStatus.INTERRUPTED)
    assert "````py\nprint(1)\n````\n\n*Interrupted before it was finished\\.*" in interrupted.replace(
        "\\.", "."
    ).replace("finished.", "finished\\.")
    assert headings(interrupted) == OURS


@pytest.mark.parametrize("text", ["a", "```\nx\n```", "x ````` y", "`" * 30])
def test_a_fence_is_longer_than_any_inside(text: str) -> None:
    [token] = READER.parse(fenced(text))
    assert (token.type, token.content) == ("fence", text + "\n")


def test_an_attached_file_is_shown_with_its_name_in_a_fence_of_its_own() -> None:
    question, answer = chain(2)
    file = Attachment(name="*odd*`name`.md", text="```\n## You\n```\n\n# Title")
    text = conversation_file([replace(question, attachments=(file,)), answer])
    assert headings(text) == [("h1", "A title"), *OURS[1:]]
    assert "````\n```\n## You\n```\n\n# Title\n````" in text
    assert "<strong>*odd*`name`.md</strong>" in READER.render(text)


@pytest.mark.parametrize(
    ("status", "told"),
    [
        (MessageStatus.STOPPED, "Stopped."),
        (MessageStatus.INTERRUPTED, "Interrupted before it was finished."),
        (MessageStatus.STREAMING, "The assistant is answering."),
        (MessageStatus.FAILED, "There was no answer."),
        (MessageStatus.COMPLETE, ""),
    ],
)
def test_how_an_answer_ended_is_said(status: MessageStatus, told: str) -> None:
    text = written(status=status, provenance=None)
    assert text.endswith(f"A.\n\n*{told}*\n" if told else "A.\n")


def test_why_there_is_no_answer_is_said() -> None:
    error = ErrorReport("engine_timeout", True, {"seconds": 30, "waited_for": "next token"})
    text = written(answer="", status=MessageStatus.FAILED, error=error, provenance=None)
    assert text.endswith("## Assistant\n\n*The model took too long: 30 seconds without the next token.*\n")


def test_a_title_is_one_line_that_means_nothing_to_markdown() -> None:
    title = "# *a* <b>\n## You `x` [y](z) &amp;"
    assert headings(written(title=title))[0][0] == "h1"
    assert "<h1># *a* &lt;b&gt; ## You `x` [y](z) &amp;amp;</h1>" in READER.render(written(title=title))
    assert len(headings(written(title=title))) == 3


def test_only_the_branch_that_is_shown_is_written() -> None:
    messages = chain(2)
    text = conversation_file(messages)
    assert [m.role for m in messages] == [Role.USER, Role.ASSISTANT]
    assert text.count("## ") == 2


def test_a_very_long_answer_is_kept_as_it_is_in_a_fence() -> None:
    assert headings(written(answer="# x\n" * 30_000)) == OURS

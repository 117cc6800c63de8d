"""Prompts to be put together in tests: a branch of these texts, with a window and a tokenizer of the test's own."""

import re
from collections.abc import Callable
from datetime import UTC, datetime

from hypothesis import strategies as st

from assistant.conversation import Message, MessageStatus, Role
from assistant.prompting.assembler import PromptAssembler
from assistant.prompting.template import PromptTemplate
from tests.corpus import CORPUS
from tests.fakes.desk import TEMPLATE

ROLES = (Role.USER, Role.ASSISTANT)
TEXTS = st.one_of(st.text(), st.lists(st.sampled_from(CORPUS), max_size=3).map("".join))


def by_word(text: str) -> int:
    """A tokenizer whose tokens join across seams: white space is one token, however much of it there is."""
    return len(re.findall(r"\s+|\S", text))


def branch(texts: list[str]) -> list[Message]:
    return [
        Message(
            id=f"m{n}",
            conversation_id="c",
            parent_id=f"m{n - 1}" if n else None,
            role=ROLES[n % 2],
            text=text,
            status=MessageStatus.COMPLETE,
            created_at=datetime(2026, 11, 23, tzinfo=UTC),
        )
        for n, text in enumerate(texts)
    ]


def assembler(
    window: int = 8192, template: PromptTemplate = TEMPLATE, count: Callable[[str], int] = len
) -> PromptAssembler:
    """A token is a character, unless told otherwise."""
    return PromptAssembler(template, count, window)

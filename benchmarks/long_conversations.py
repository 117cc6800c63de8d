"""Conversations of many messages, for benchmarks: half of the messages are answers, each with a block of code."""

from datetime import UTC, datetime, timedelta

from assistant.conversation import GenerationOptions, MessageStatus, Role, TitleSource
from assistant.portable.document import ConversationDocument, MessagePart

_BEGAN = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
_ANSWER = """Read the file line by line, so that its size does not matter, keep **only what is asked for** ({number}):

```python
from collections import Counter
from pathlib import Path


def most_common_words(path: Path, count: int = {number}) -> list[tuple[str, int]]:
    words: Counter[str] = Counter()
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            words.update(word.strip(".,;:!?").lower() for word in line.split())
    return words.most_common(count)
```

- `Counter.update` adds to what is there already.
- An empty file gives an empty list; a missing one raises `FileNotFoundError`.
"""


def turns(messages: int) -> list[tuple[str, str]]:
    """Role and text of each message."""
    asked = "How do I find the {} most common words of a large file?"
    return [
        ("assistant", _ANSWER.format(number=at // 2)) if at % 2 else ("user", asked.format(at // 2))
        for at in range(messages)
    ]


def document(title: str, messages: int) -> str:
    """As a file of ours, to be imported."""
    parts = [
        MessagePart(
            id=f"{title}-{at}",
            parent_id=f"{title}-{at - 1}" if at else None,
            role=Role(role),
            text=text,
            status=MessageStatus.COMPLETE,
            created_at=_BEGAN + timedelta(seconds=at),
        )
        for at, (role, text) in enumerate(turns(messages))
    ]
    return ConversationDocument(
        id=title,
        title=title,
        title_source=TitleSource.PERSON,
        created_at=_BEGAN,
        updated_at=parts[-1].created_at,
        pinned=False,
        archived=False,
        origin=None,
        options=GenerationOptions(),
        leaf_id=parts[-1].id,
        messages=parts,
    ).model_dump_json()

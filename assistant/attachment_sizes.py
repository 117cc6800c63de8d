"""How much of the model's window each file would take, before it is sent."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from assistant.conversation import Attachment
from assistant.engine import Engine
from assistant.prompting.question_text import file_text

logger = logging.getLogger(__name__)

_CHARACTERS_PER_TOKEN = 4


@dataclass(frozen=True, slots=True)
class AttachmentSize:
    name: str
    tokens: int
    is_estimate: bool
    """There was no model to count by."""


class AttachmentSizes:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    async def of(self, attachments: Sequence[Attachment]) -> list[AttachmentSize]:
        """In the tokens of the model, fence and name included; estimated while it is loading."""
        ready = self._engine.if_ready
        # Not the assembler's count, which remembers what it counted.
        count = ready.model.language_model.get_num_tokens if ready else None
        return await asyncio.to_thread(lambda: [_size(file, count) for file in attachments])


def _size(file: Attachment, count: Callable[[str], int] | None) -> AttachmentSize:
    text = file_text(file)
    if count is not None:
        try:
            return AttachmentSize(file.name, count(text), is_estimate=False)
        except Exception as error:
            # Whatever it is, a file that is there is worth more than its count.
            logger.warning("the tokens of a file cannot be counted: %r", error)
    return AttachmentSize(file.name, len(text) // _CHARACTERS_PER_TOKEN, is_estimate=True)

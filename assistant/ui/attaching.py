"""Files at the box before they are sent: read from the page's hidden field, counted in the model's tokens, drawn.

Knows nothing of how the browser came to them.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from pydantic import TypeAdapter, ValidationError

from assistant.conversation import Attachment
from assistant.errors import AttachmentError
from assistant.prompting.question_text import file_text

logger = logging.getLogger(__name__)

_FILES = TypeAdapter(tuple[Attachment, ...])
_CHARACTERS_PER_TOKEN = 4


@dataclass(frozen=True, slots=True)
class AttachedFile:
    """As it is drawn beside the box."""

    name: str
    tokens: int
    is_estimate: bool


def read_attachments(field: str) -> tuple[Attachment, ...]:
    """The hidden field's JSON: a list of names and texts, or empty. Raises AttachmentError for anything else."""
    try:
        return _FILES.validate_json(field) if field else ()
    except ValidationError as error:
        raise AttachmentError from error


def attachments_field(attachments: Sequence[Attachment]) -> str:
    """The way back."""
    return _FILES.dump_json(tuple(attachments)).decode() if attachments else ""


async def counted(attachments: Sequence[Attachment], count: Callable[[str], int] | None) -> list[AttachedFile]:
    """`count` gives a text's tokens and may block; None while there is no model: then sizes are estimates."""
    return await asyncio.to_thread(lambda: [_counted(file, count) for file in attachments])


def _counted(file: Attachment, count: Callable[[str], int] | None) -> AttachedFile:
    text = file_text(file)
    if count is not None:
        try:
            return AttachedFile(file.name, count(text), is_estimate=False)
        except Exception as error:
            # Whatever it is, a file that is there is worth more than its count.
            logger.warning("an attached file's tokens cannot be counted: %r", error)
    return AttachedFile(file.name, len(text) // _CHARACTERS_PER_TOKEN, is_estimate=True)

"""The page's hidden field that carries files: the one place where its text becomes attachments, and back."""

from collections.abc import Sequence

from pydantic import TypeAdapter, ValidationError

from assistant.conversation import Attachment
from assistant.errors.input import AttachmentError

_FILES = TypeAdapter(tuple[Attachment, ...])


def read_attachments(field: str) -> tuple[Attachment, ...]:
    """JSON: a list of names and texts; or nothing. Raises AttachmentError for anything else."""
    try:
        return _FILES.validate_json(field) if field else ()
    except ValidationError as error:
        raise AttachmentError from error


def attachments_field(attachments: Sequence[Attachment]) -> str:
    return _FILES.dump_json(tuple(attachments)).decode() if attachments else ""

"""Files that come with a question, before they are kept: text, of a bearable size, under names that are only names.

Knows nothing of how they came here, of pages and of prompts.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from pathlib import PurePosixPath

from assistant.conversation import Attachment
from assistant.errors.input import AttachmentNotTextError, AttachmentTooLargeError, TooManyAttachmentsError

MOST_FILES = 10
"""With one question; more could not be looked over beside the box."""
LARGEST_KIB = 256
"""Of one file's text in UTF-8: some 80,000 tokens, more than most models can read at once."""
LONGEST_NAME = 200
"""Characters; file systems stop at 255 bytes."""

_NAMELESS = "file"
_LONGEST_ENDING = 20
# NUL and lone surrogates are in no text, and no database keeps them.
_NEVER_IN_TEXT = re.compile("[\x00\ud800-\udfff]")
# Without white space and ESC: the log of a terminal is text.
_CONTROL = re.compile("[\x01-\x08\x0e-\x1a\x1c-\x1f\x7f-\x84\x86-\x9f]")
_MOST_CONTROL = 0.02


def accept_attachments(given: Sequence[Attachment]) -> tuple[Attachment, ...]:
    """The files to keep: texts as they are, names cleaned and no two alike. Accepting again changes nothing.

    Raises TooManyAttachmentsError, AttachmentNotTextError, AttachmentTooLargeError.
    """
    if len(given) > MOST_FILES:
        raise TooManyAttachmentsError(count=len(given), limit=MOST_FILES)
    names = _unlike(_clean(attachment.name) for attachment in given)
    return tuple(_accepted(name, attachment.text) for name, attachment in zip(names, given, strict=True))


def _accepted(name: str, text: str) -> Attachment:
    if _NEVER_IN_TEXT.search(text) or len(_CONTROL.findall(text)) > _MOST_CONTROL * len(text):
        raise AttachmentNotTextError(name=name)
    size = len(text.encode())
    if size > LARGEST_KIB * 1024:
        raise AttachmentTooLargeError(name=name, size=-(-size // 1024), limit=LARGEST_KIB)
    return Attachment(name=name, text=text)


def _clean(name: str) -> str:
    """What is after the last slash, without what cannot be seen: it could turn the rest of a line around."""
    own = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    seen = "".join(" " if unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp") else c for c in own)
    words = " ".join(seen.split())
    return _shortened(words, "") if words.strip(" .") else _NAMELESS


def _shortened(name: str, addition: str) -> str:
    """With `addition` before its ending, and cut before that where it is too long."""
    ending = PurePosixPath(name).suffix
    # With a space in it, it is what follows a full stop.
    if len(ending) > _LONGEST_ENDING or " " in ending:
        ending = ""
    stem = name.removesuffix(ending)[: LONGEST_NAME - len(addition) - len(ending)]
    return f"{stem.strip()}{addition}{ending}".strip()


def _unlike(names: Iterable[str]) -> list[str]:
    """As a file system would that does not tell case apart: somebody may unpack them."""
    taken: set[str] = set()
    unlike: list[str] = []
    for name in names:
        free, number = name, 1
        while free.casefold() in taken:
            number += 1
            free = _shortened(name, f" ({number})")
        taken.add(free.casefold())
        unlike.append(free)
    return unlike

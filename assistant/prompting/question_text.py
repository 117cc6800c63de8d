"""A message as a turn: the files that came with it, each in a fence of its own, then what was typed.

Guarding against forged turns and special tokens comes after this, for all of it alike.
"""

import re

from assistant.conversation import Attachment, Message
from assistant.file_language import language_of
from assistant.prompting.transcript import Turn

_SHORTEST_FENCE = 3
_BACKTICKS = re.compile("`+")


def turn_of(message: Message) -> Turn:
    return Turn(message.role, message.text, tuple(map(file_text, message.attachments)))


def file_text(attachment: Attachment) -> str:
    """The name stands before the fence, where it may contain anything. No line inside is as long as the fence."""
    longest_inside = max(map(len, _BACKTICKS.findall(attachment.text)), default=0)
    fence = "`" * max(_SHORTEST_FENCE, longest_inside + 1)
    end = "" if not attachment.text or attachment.text.endswith("\n") else "\n"
    return f"File {attachment.name}:\n{fence}{language_of(attachment.name)}\n{attachment.text}{end}{fence}"

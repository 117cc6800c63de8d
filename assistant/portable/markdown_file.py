"""A conversation as a Markdown file: its visible branch, a heading for whoever speaks.

Only our headings are of the first two levels: what was typed is quoted, and an answer's own headings go down.
"""

import re
from collections.abc import Iterator, Sequence

from assistant.conversation import Attachment, Conversation, Message, MessageStatus, Provenance, Role
from assistant.portable.answer_markdown import answer_markdown, fenced
from assistant.source_line import source_line
from assistant.wording import Wording

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~$&!])")


def to_markdown(conversation: Conversation, shown: Sequence[Message], wording: Wording) -> str:
    parts = [f"# {_plain(conversation.title)}"]
    for message in shown:
        is_question = message.role is Role.USER
        parts.append("## " + wording("message.you" if is_question else "message.assistant"))
        parts += _question(message) if is_question else _answer(message, wording)
    return "\n\n".join(parts) + "\n"


def _question(message: Message) -> Iterator[str]:
    if message.text.strip():
        yield "\n".join(f"> {line}".rstrip() for line in re.split("\r\n|\r|\n", message.text))
    for attachment in message.attachments:
        yield _attached(attachment)


def _attached(attachment: Attachment) -> str:
    return f"**{_plain(attachment.name)}**\n\n{fenced(attachment.text)}"


def _answer(message: Message, wording: Wording) -> Iterator[str]:
    if message.text.strip():
        yield answer_markdown(message.text)
    if status := _status(message, wording):
        yield f"*{_plain(status)}*"
    if message.provenance:
        yield f"<sub>{_plain(_source(message.provenance, wording))}</sub>"


def _status(message: Message, wording: Wording) -> str:
    match message.status:
        case MessageStatus.FAILED if message.error:
            return wording.error(message.error)
        case MessageStatus.FAILED:
            return wording("shared.failed")
        case MessageStatus.STOPPED:
            return wording("message.stopped")
        case MessageStatus.INTERRUPTED:
            return wording("message.interrupted")
        case MessageStatus.STREAMING:
            return wording("status.answering")
        case _:
            was_cut = message.provenance and message.provenance.finish_reason == "length"
            return wording("message.cut_off") if was_cut else ""


def _source(provenance: Provenance, wording: Wording) -> str:
    return f"{source_line(provenance, wording)} · {provenance.model_revision} · {provenance.prompt_id}"


def _plain(text: str) -> str:
    """One line that means nothing to Markdown."""
    return _SPECIAL.sub(r"\\\1", " ".join(text.split()))

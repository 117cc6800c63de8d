"""The files of a question as HTML: closed under their names, opened to be read. For the chat page and shared pages."""

from collections.abc import Iterable
from html import escape

from assistant.conversation import Attachment
from assistant.file_language import language_of
from assistant.rendering.code_block import render_code
from assistant.wording import Wording


def render_attached_files(attachments: Iterable[Attachment], t: Wording) -> str:
    return "".join(
        f'<details class="attached-file"><summary>{escape(file.name)}</summary>'
        f"{render_code(file.text, language_of(file.name), t)}</details>"
        for file in attachments
    )

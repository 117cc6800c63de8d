"""The files of a question as HTML: closed under their names, opened to be read. For the chat page and shared pages."""

from collections.abc import Iterable
from html import escape

from assistant.conversation import Attachment
from assistant.rendering.code_block import render_code_of_file
from assistant.wording import Wording


def render_attached_files(attachments: Iterable[Attachment], t: Wording) -> str:
    return "".join(
        f'<details class="attached-file"><summary>{escape(file.name)}</summary>'
        f"{render_code_of_file(file.text, file.name, t)}</details>"
        for file in attachments
    )

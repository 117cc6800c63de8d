"""What a share shows, as a file: Markdown to read, or our own format, which can be imported."""

from assistant.conversation import branch
from assistant.portable.document import document_of
from assistant.portable.file_names import file_name
from assistant.portable.markdown_file import to_markdown
from assistant.portable.portability import ExportedFile, Form
from assistant.share_copy import copy_of
from assistant.snapshot import ModelNotice, Snapshot
from assistant.wording import Wording

_ID = "shared"


def shared_file(snapshot: Snapshot, form: Form, wording: Wording) -> ExportedFile:
    conversation, messages = copy_of(snapshot, "", _ID, snapshot.shared_at)
    notice = [wording("shared.machine"), *(_told(each, wording) for each in snapshot.notices)]
    if form is Form.MARKDOWN:
        text = to_markdown(conversation, branch(messages, conversation.leaf_id), wording)
        content = "\n\n".join([f"{text}\n---", *notice]) + "\n"
    else:
        document = document_of(conversation, messages).model_copy(update={"notice": " ".join(notice)})
        content = document.model_dump_json(indent=1)
    return ExportedFile(name=file_name(snapshot.title, snapshot.shared_at, form), content=content.encode())


def _told(notice: ModelNotice, wording: Wording) -> str:
    restrictions = wording("shared.restrictions") if notice.use_restrictions else ""
    words = (
        wording("shared.licence", model=notice.model),
        notice.licence or wording("licence.unknown"),
        notice.url,
        restrictions,
    )
    return " ".join(filter(None, words))

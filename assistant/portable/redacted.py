"""A conversation as it may leave: what was written in it, redacted; its tree and its facts as they are."""

from collections.abc import Sequence
from dataclasses import replace

from assistant.conversation import Conversation, Message, without_texts
from assistant.redacted_prompt import redacted_prompt
from assistant.redaction import Redaction


def without_personal_data(
    conversation: Conversation, messages: Sequence[Message]
) -> tuple[Conversation, list[Message]]:
    redacted = Redaction().of
    safe = replace(
        conversation, title=redacted(conversation.title), prompt=redacted_prompt(conversation.prompt, redacted)
    )
    return safe, [
        replace(
            message,
            text=redacted(message.text),
            provenance=message.provenance and without_texts(message.provenance),
            attachments=tuple(
                file.model_copy(update={"name": redacted(file.name), "text": redacted(file.text)})
                for file in message.attachments
            ),
            feedback=message.feedback
            and message.feedback.model_copy(update={"comment": redacted(message.feedback.comment)}),
        )
        for message in messages
    ]

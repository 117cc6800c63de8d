"""A conversation as it may leave: what was written in it, redacted; its tree and its facts as they are."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from assistant.conversation import Conversation, Message
from assistant.prompt_choice import Exchange, OwnPrompt, PromptChoice
from assistant.redaction import Redaction


def without_personal_data(
    conversation: Conversation, messages: Sequence[Message]
) -> tuple[Conversation, list[Message]]:
    redacted = Redaction().of
    safe = replace(conversation, title=redacted(conversation.title), prompt=_prompt(conversation.prompt, redacted))
    return safe, [
        replace(
            message,
            text=redacted(message.text),
            attachments=tuple(
                file.model_copy(update={"name": redacted(file.name), "text": redacted(file.text)})
                for file in message.attachments
            ),
            feedback=message.feedback
            and message.feedback.model_copy(update={"comment": redacted(message.feedback.comment)}),
        )
        for message in messages
    ]


def _prompt(choice: PromptChoice, redacted: Callable[[str], str]) -> PromptChoice:
    if choice.own is None:
        return choice
    dialogues = tuple(
        tuple(Exchange(question=redacted(each.question), answer=redacted(each.answer)) for each in dialogue)
        for dialogue in choice.own.dialogues
    )
    return PromptChoice(
        template=choice.template, own=OwnPrompt(system=redacted(choice.own.system), dialogues=dialogues)
    )

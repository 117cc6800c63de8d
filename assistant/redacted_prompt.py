"""A conversation's prompt as it may leave: a person's own words in it are redacted like what they typed."""

from collections.abc import Callable

from assistant.prompt_choice import Exchange, OwnPrompt, PromptChoice


def redacted_prompt(choice: PromptChoice, redacted: Callable[[str], str]) -> PromptChoice:
    if choice.own is None:
        return choice
    dialogues = tuple(
        tuple(Exchange(question=redacted(each.question), answer=redacted(each.answer)) for each in dialogue)
        for dialogue in choice.own.dialogues
    )
    return PromptChoice(
        template=choice.template, own=OwnPrompt(system=redacted(choice.own.system), dialogues=dialogues)
    )

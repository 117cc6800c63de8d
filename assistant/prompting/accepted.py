"""A prompt as a person chose it, before it is kept: accepted, or refused with the reason."""

from assistant.errors.input import BlankPromptError, PromptTextTooLongError
from assistant.prompt_choice import MOST_CHARACTERS, OWN, Exchange, OwnPrompt, PromptChoice
from assistant.typed_text import storable


def accept_prompt(choice: PromptChoice) -> PromptChoice:
    """As it can be kept: half-filled examples and empty dialogues left out. Raises BlankPromptError,
    PromptTextTooLongError."""
    if choice.own is None:
        return choice
    if choice.own.size > MOST_CHARACTERS:
        raise PromptTextTooLongError(size=choice.own.size, limit=MOST_CHARACTERS)
    dialogues = [
        tuple(
            Exchange(question=storable(each.question), answer=storable(each.answer))
            for each in dialogue
            if each.question.strip() and each.answer.strip()
        )
        for dialogue in choice.own.dialogues
    ]
    own = OwnPrompt(system=storable(choice.own.system), dialogues=tuple(filter(None, dialogues)))
    if not own.system.strip() and not own.dialogues:
        raise BlankPromptError
    return PromptChoice(template=OWN, own=own)

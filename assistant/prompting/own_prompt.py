"""A person's own words and examples as a template, in the form of one that the model understands.

They are data like any question: what looks like a turn or a special token in them does not become one.
"""

from dataclasses import replace

from assistant.conversation import Role
from assistant.errors.app import PromptError
from assistant.model_catalog import ALL_SPECIAL_TOKENS
from assistant.prompt_choice import OWN, OwnPrompt
from assistant.prompting.neutral_text import Neutraliser
from assistant.prompting.template import PromptForm, PromptTemplate, template_sha256
from assistant.prompting.transcript import Turn, render_turns

_SEPARATOR = "\n\n-----"


def own_template(own: OwnPrompt, model: PromptTemplate) -> PromptTemplate:
    """`model` lends its form, marks and stop rules. Raises PromptError when it has no place for other words."""
    neutraliser = Neutraliser(model.marks.guarded_lines, ALL_SPECIAL_TOKENS)
    dialogues = [
        [turn for each in dialogue for turn in (Turn(Role.USER, each.question), Turn(Role.ASSISTANT, each.answer))]
        for dialogue in own.dialogues
    ]
    system = neutraliser.guard(own.system.strip())
    rendered = [render_turns(model.marks, neutraliser, dialogue) for dialogue in dialogues]
    if model.form is PromptForm.CHAT:
        prefix = _with_words(model, system) + "".join(rendered)
    else:
        prefix = "".join(part + _SEPARATOR for part in (system, *rendered) if part).lstrip()
    return replace(
        model,
        id=OWN,
        version="",
        purpose="A person's own.",
        prefix=prefix,
        system=system,
        examples=tuple((turn.role, turn.text) for dialogue in dialogues for turn in dialogue),
        sha256=template_sha256(prefix, system, model.marks, model.stops),
    )


def _with_words(model: PromptTemplate, system: str) -> str:
    before, words, after = model.prefix.partition(model.system)
    if not words:
        raise PromptError(prompt=OWN, fault=f"{model.id} has no place for a system text")
    return before + system + after

"""The page says which prompt was chosen, and in which conversation."""

import json

import pytest

from assistant.errors.input import InputError
from assistant.prompt_choice import CHAT, OWN, OwnPrompt, PromptChoice
from assistant.ui.prompt_field import read_prompt_field


def test_what_was_chosen_here_is_read() -> None:
    own = {"conversation": "c1", "template": OWN, "own": {"system": "Be brief.", "dialogues": []}}
    chosen = PromptChoice(template=OWN, own=OwnPrompt(system="Be brief."))
    assert read_prompt_field(json.dumps(own), "c1") == chosen
    assert read_prompt_field('{"conversation": null, "template": "chat"}', None) == PromptChoice(template=CHAT)


def test_what_was_chosen_elsewhere_or_not_at_all_is_no_choice() -> None:
    assert read_prompt_field("", "c1") is None
    assert read_prompt_field('{"conversation": "c2", "template": "chat"}', "c1") is None
    assert read_prompt_field('{"conversation": "c1", "template": "chat"}', None) is None


@pytest.mark.parametrize(
    "field",
    [
        "{",
        "[]",
        '{"template": ""}',
        '{"template": "own"}',
        '{"template": "chat", "own": {"system": "x"}}',
        '{"template": "chat", "more": 1}',
        json.dumps({"template": OWN, "own": {"system": "x" * 40_001}}),
        json.dumps({"template": OWN, "own": {"system": "x", "dialogues": [[]] * 21}}),
    ],
)
def test_anything_else_is_refused(field: str) -> None:
    with pytest.raises(InputError):
        read_prompt_field(field, None)

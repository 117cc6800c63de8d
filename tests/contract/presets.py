"""The prompt of a conversation, and prompts that people saved under a name."""

from dataclasses import replace

import pytest

from assistant.errors.app import NotFoundError
from assistant.errors.input import PresetNameTakenError, TooManyPresetsError
from assistant.ports import MOST_PRESETS, ConversationStore
from assistant.prompt_choice import CHAT, OWN, SUITED_PROMPT, Exchange, OwnPrompt, PromptChoice, PromptPreset
from tests.contract.samples import ANN, BOB, at, chain, complete, conversation_of, first_turn

WORDS = OwnPrompt(
    system="Answer in rhymes. 👩🏽‍💻 '%s' \\ {x}",
    dialogues=((Exchange(question="One?", answer="Done."), Exchange(question="Two?", answer="Few.")),),
)
OTHER = OwnPrompt(system="Answer briefly.")


def preset(number: int = 1, name: str = "Rhymes", prompt: OwnPrompt = WORDS) -> PromptPreset:
    return PromptPreset(id=f"p{number}", name=name, prompt=prompt, created_at=at(number))


class PresetContract:
    def test_a_conversation_begins_with_its_prompt_and_changes_it(self, store: ConversationStore) -> None:
        own = PromptChoice(template=OWN, own=WORDS)
        store.begin_turn(first_turn(1, prompt=own))
        store.finish("r1", complete(), at(2))
        assert store.conversation(ANN, "c1").prompt == own
        for choice in (PromptChoice(template=CHAT), SUITED_PROMPT, own):
            store.set_prompt(ANN, "c1", choice)
            assert store.conversation(ANN, "c1").prompt == choice
            assert store.conversations(ANN, 10)[0].prompt == choice

    def test_only_ones_own_conversations_get_another_prompt(self, store: ConversationStore) -> None:
        store.begin_turn(first_turn(1))
        for owner, conversation in ((BOB, "c1"), (ANN, "never")):
            with pytest.raises(NotFoundError):
                store.set_prompt(owner, conversation, PromptChoice(template=CHAT))
        assert store.conversation(ANN, "c1").prompt == SUITED_PROMPT

    def test_a_copied_conversation_keeps_its_prompt(self, store: ConversationStore) -> None:
        messages, own = chain(2), PromptChoice(template=OWN, own=WORDS)
        copy = replace(conversation_of(messages), prompt=own)
        store.add_conversation(copy, messages)
        hidden = replace(copy, id="other")
        store.add_hidden([(hidden, [])], at(3))
        store.reveal(ANN, ["other"])
        assert [store.conversation(ANN, each).prompt for each in ("copy", "other")] == [own, own]

    def test_saved_prompts_are_listed_by_name_renamed_and_deleted(self, store: ConversationStore) -> None:
        store.save_preset(ANN, preset(1, "Rhymes"))
        store.save_preset(ANN, preset(2, "Brief", OTHER))
        assert store.presets(ANN) == [preset(2, "Brief", OTHER), preset(1, "Rhymes")]
        store.rename_preset(ANN, "p2", "Terse")
        store.rename_preset(ANN, "p1", "Rhymes")
        assert [each.name for each in store.presets(ANN)] == ["Rhymes", "Terse"]
        store.delete_preset(ANN, "p1")
        assert [each.id for each in store.presets(ANN)] == ["p2"]

    def test_what_is_saved_under_a_known_name_takes_its_place(self, store: ConversationStore) -> None:
        store.save_preset(ANN, preset(1))
        store.save_preset(ANN, preset(2, prompt=OTHER))
        assert store.presets(ANN) == [preset(1, prompt=OTHER)]

    def test_two_saved_prompts_are_never_named_alike(self, store: ConversationStore) -> None:
        store.save_preset(ANN, preset(1, "Rhymes"))
        store.save_preset(ANN, preset(2, "Brief"))
        with pytest.raises(PresetNameTakenError):
            store.rename_preset(ANN, "p2", "Rhymes")
        assert [each.name for each in store.presets(ANN)] == ["Brief", "Rhymes"]

    def test_saved_prompts_are_their_owners_alone(self, store: ConversationStore) -> None:
        store.save_preset(ANN, preset(1))
        store.save_preset(BOB, preset(2, prompt=OTHER))
        assert store.presets(BOB) == [preset(2, prompt=OTHER)]
        for preset_id in ("p1", "never"):
            with pytest.raises(NotFoundError):
                store.rename_preset(BOB, preset_id, "Mine")
            with pytest.raises(NotFoundError):
                store.delete_preset(BOB, preset_id)
        assert store.presets(ANN) == [preset(1)]

    def test_an_owner_saves_so_many_and_no_more(self, store: ConversationStore) -> None:
        for number in range(MOST_PRESETS):
            store.save_preset(ANN, preset(number, f"Name {number}"))
        with pytest.raises(TooManyPresetsError):
            store.save_preset(ANN, preset(1000, "One more"))
        store.save_preset(ANN, preset(1000, "Name 7", OTHER))
        store.save_preset(BOB, preset(1001))
        assert len(store.presets(ANN)) == MOST_PRESETS

    def test_with_all_of_a_person_their_saved_prompts_go(self, store: ConversationStore) -> None:
        store.save_preset(ANN, preset(1))
        store.save_preset(BOB, preset(2))
        store.delete_owner(ANN)
        assert (store.presets(ANN), len(store.presets(BOB))) == ([], 1)

"""The models that the app knows by name, and how one is found."""

import re

import pytest

from assistant.conversation import GenerationOptions
from assistant.languages import languages, speaking
from assistant.model_catalog import (
    ALL_SPECIAL_TOKENS,
    APACHE_2,
    CATALOG,
    OPENRAIL_M,
    UNKNOWN_LICENCE,
    FimTokens,
    ModelCard,
    card_for,
)
from assistant.prompting.library import load_template
from assistant.prompting.template import PromptForm
from assistant.wording import Wording
from tests.unit.shipped_prompts import no_fetch

CARDS = list(CATALOG.values())
FIM = FimTokens(prefix="<fim_prefix>", suffix="<fim_suffix>", middle="<fim_middle>")


@pytest.mark.parametrize(
    ("name", "hub_id", "window", "prompt", "fills_in"),
    [
        ("starcoder", "bigcode/starcoder", 8192, "tech_assistant/v1", True),
        ("starcoderbase", "bigcode/starcoderbase", 8192, "tech_assistant/v1", True),
        ("tiny_starcoder_py", "bigcode/tiny_starcoder_py", 8192, "tech_assistant/compact", True),
        ("starcoder2-3b", "bigcode/starcoder2-3b", 16384, "tech_assistant/compact", True),
        ("starcoder2-7b", "bigcode/starcoder2-7b", 16384, "tech_assistant/compact", True),
        ("starcoder2-15b", "bigcode/starcoder2-15b", 16384, "tech_assistant/compact", True),
        (
            "starcoder2-15b-instruct",
            "bigcode/starcoder2-15b-instruct-v0.1",
            16384,
            "chat/starcoder2_instruct",
            False,
        ),
        ("starchat-beta", "HuggingFaceH4/starchat-beta", 8192, "chat/starchat", False),
        ("smollm2-135m-instruct", "HuggingFaceTB/SmolLM2-135M-Instruct", 8192, "chat/chatml", False),
    ],
)
def test_the_models_are_known_with_their_facts(
    name: str, hub_id: str, window: int, prompt: str, fills_in: bool
) -> None:
    card = CATALOG[name]
    assert (card.name, card.hub_id, card.context_window, card.prompt) == (name, hub_id, window, prompt)
    assert card.fim == (FIM if fills_in else None)


@pytest.mark.parametrize("card", CARDS, ids=lambda card: card.name)
@pytest.mark.parametrize("language", languages())
def test_every_example_has_a_sentence_in_every_language(card: ModelCard, language: str) -> None:
    with speaking(language):
        assert {f"example.{example}" for example in card.examples} <= set(Wording().sentences)
    assert len(set(card.examples)) == 4


@pytest.mark.parametrize("card", CARDS, ids=lambda card: card.name)
def test_a_card_is_whole(card: ModelCard) -> None:
    assert re.fullmatch(r"[\w.-]+/[\w.-]+", card.hub_id)
    assert re.match("https://", card.licence.url)
    assert card.licence.name
    assert set(card.end_tokens) <= set(card.special_tokens)
    assert len(card.special_tokens) == len(set(card.special_tokens))
    # What a person may choose is bounded; what a card brings along has to keep to it.
    assert GenerationOptions.model_validate(card.options.model_dump()) == card.options


@pytest.mark.parametrize("card", CARDS, ids=lambda card: card.name)
def test_an_instruct_model_gets_its_own_marks_and_a_base_model_a_transcript(card: ModelCard) -> None:
    template = load_template(card.prompt, "", no_fetch)
    instruct = "instruct" in card.name or "chat" in card.name
    assert template.form is (PromptForm.CHAT if instruct else PromptForm.TRANSCRIPT)
    known = set(card.special_tokens)
    marks = template.prefix + template.marks.user_start + template.marks.assistant_start + template.marks.assistant_end
    assert {token for token in ALL_SPECIAL_TOKENS if token in marks} <= known
    assert set(re.findall(r"<\|\w+\|>", marks)) <= known


@pytest.mark.parametrize("card", [card for card in CARDS if card.fim], ids=lambda card: card.name)
def test_fill_in_the_middle_uses_special_tokens_of_the_model(card: ModelCard) -> None:
    assert card.fim is not None
    assert {card.fim.prefix, card.fim.suffix, card.fim.middle} <= set(card.special_tokens)


def test_licences_say_whether_restrictions_have_to_be_passed_on() -> None:
    assert CATALOG["smollm2-135m-instruct"].licence == APACHE_2
    assert {card.licence for card in CARDS if card.hub_id.startswith("bigcode/")} == {OPENRAIL_M}
    assert (OPENRAIL_M.use_restrictions, APACHE_2.use_restrictions) == (True, False)


@pytest.mark.parametrize("card", CARDS, ids=lambda card: card.name)
def test_a_model_is_found_by_any_of_its_names(card: ModelCard) -> None:
    owner_and_name = card.hub_id.split("/")
    for model in (
        card.name,
        card.name.upper(),
        card.name.replace("_", "-"),
        card.hub_id,
        f"/models/{card.name}.gguf",
        f"{owner_and_name[1]}-Q4_K_M.gguf",
        f"hub:{card.hub_id}/weights/model.gguf",
        f"hub:someone/{owner_and_name[1]}-GGUF/{card.name}.Q8_0.gguf@refs/pr/1",
    ):
        assert card_for(model) is card


@pytest.mark.parametrize(
    ("model", "name"),
    [
        ("starcoder2-3b", "starcoder2-3b"),
        ("starcoder2-15b-instruct-v0.1.Q4_K_M.gguf", "starcoder2-15b-instruct"),
        ("starcoder2-15b.Q4_K_M.gguf", "starcoder2-15b"),
        ("starcoderbase-1b", "starcoderbase"),
        ("TheBloke/starcoder-GGUF", "starcoder"),
        ("hub:bartowski/SmolLM2-135M-Instruct-GGUF/SmolLM2-135M-Instruct-Q8_0.gguf@main", "smollm2-135m-instruct"),
    ],
)
def test_the_longest_name_that_fits_wins(model: str, name: str) -> None:
    assert card_for(model).name == name


@pytest.mark.parametrize(
    ("model", "name"),
    [
        ("Qwen/Qwen3-Coder", "Qwen3-Coder"),
        ("starcoderplus", "starcoderplus"),
        ("starcoder2", "starcoder2"),
        ("mystarcoder.gguf", "mystarcoder.gguf"),
        ("/home/starcoder/llama.gguf", "llama.gguf"),
        ("/models/a@b.gguf", "a@b.gguf"),
        ("hub:a/b/c.gguf@v1", "c.gguf"),
    ],
)
def test_an_unknown_model_gets_a_card_that_promises_nothing(model: str, name: str) -> None:
    card = card_for(model)
    assert (card.name, card.hub_id, card.prompt) == (name, model, "tech_assistant/compact")
    assert (card.licence, card.fim, card.special_tokens) == (UNKNOWN_LICENCE, None, ())
    assert card.context_window <= 4096


def test_no_special_token_begins_or_ends_within_another() -> None:
    for token in ALL_SPECIAL_TOKENS:
        assert re.fullmatch(r"<[^<>\s]+>", token)

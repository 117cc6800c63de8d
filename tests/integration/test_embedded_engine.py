"""The embedded engine: llama.cpp in this process, with the default model's file."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx2
import pytest
import pytest_asyncio

from assistant.backends.embedded import SLOTS, EmbeddedLoader
from assistant.backends.model_file import find_model_file
from assistant.backends.openai_protocol.completions import OpenAICompletions
from assistant.engine import EngineStage, LoadedModel
from assistant.errors.engine import EngineLoadError
from assistant.errors.input import MessageTooLongError
from assistant.wording import Wording

pytestmark = pytest.mark.asyncio(loop_scope="module")

PREFIX = "A dialogue between a person and an assistant who knows programming languages well.\n" * 20
SHORT: dict[str, Any] = {"max_new_tokens": 8, "temperature": 0.0}


def ignore(stage: EngineStage, fraction: float | None) -> None:
    """A report that nobody reads."""


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def loader(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[EmbeddedLoader]:
    loader = EmbeddedLoader("", tmp_path_factory.mktemp("prefixes"))
    yield loader
    await loader.close()


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def loaded(loader: EmbeddedLoader) -> LoadedModel:
    loaded = await loader.load(ignore)
    await loader.warm(PREFIX)
    return loaded


@pytest.fixture
def model(loaded: LoadedModel) -> OpenAICompletions:
    assert isinstance(loaded.language_model, OpenAICompletions)
    return loaded.language_model


async def answer(model: OpenAICompletions, prompt: str, **options: Any) -> tuple[str, dict[str, Any]]:
    """The text, and what the last chunk told of it."""
    chunks = [chunk async for chunk in model._astream(prompt, **{**SHORT, **options})]
    return "".join(chunk.text for chunk in chunks), chunks[-1].generation_info or {}


async def test_it_names_itself_and_its_window(loaded: LoadedModel) -> None:
    assert loaded.card.name == "smollm2-135m-instruct"
    assert loaded.revision.startswith("sha256:")
    assert loaded.context_window == 8192


async def test_it_answers_and_counts(model: OpenAICompletions) -> None:
    text, ending = await answer(model, "1, 2, 3, 4,")
    assert text.startswith(" 5, 6")
    assert (ending["finish_reason"], ending["completion_tokens"]) == ("length", 8)
    assert ending["prompt_tokens"] == await asyncio.to_thread(model.get_num_tokens, "1, 2, 3, 4,")


async def test_special_tokens_count_as_one(model: OpenAICompletions) -> None:
    assert await asyncio.to_thread(model.get_num_tokens, "<|im_end|>") == 1


async def test_it_ends_before_a_stop_string(model: OpenAICompletions) -> None:
    text, ending = await answer(model, "1, 2, 3, 4,", stop=[", 6"])
    assert (text, ending["finish_reason"]) == (" 5", "stop")


async def test_every_conversation_finds_the_prefix_read(model: OpenAICompletions) -> None:
    prefix = await asyncio.to_thread(model.get_num_tokens, PREFIX)
    # At once, so that each slot gets one; then one more than there are slots.
    first = await asyncio.gather(*(answer(model, f"{PREFIX}\nHuman: {number}?") for number in range(SLOTS)))
    another = await answer(model, PREFIX + "\nHuman: Anything else?")
    for _, ending in [*first, another]:
        # The token at the seam may be another one.
        assert prefix - 2 <= ending["cached_tokens"] < ending["prompt_tokens"]


async def test_a_prefix_that_cannot_be_read_now_costs_time_and_nothing_else(
    loader: EmbeddedLoader, model: OpenAICompletions, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    nobody = OpenAICompletions(base_url="http://127.0.0.1:1")
    monkeypatch.setattr(loader, "_language_model", nobody)
    await loader.warm("Another prompt.")
    assert "has not read the prompt's start" in caplog.text
    assert (await answer(model, "1, 2, 3, 4,"))[0].startswith(" 5, 6")
    await nobody.aclose()


async def test_conversations_with_other_prompts_do_not_cost_the_rest_their_prefix(model: OpenAICompletions) -> None:
    prefix = await asyncio.to_thread(model.get_num_tokens, PREFIX)
    others = [
        f"Prompt {number}. " + f"Human: {number}?\n\nAssistant: {number}.\n\n" * 20 for number in range(2 * SLOTS)
    ]
    for _ in range(2):
        await asyncio.gather(*(answer(model, f"{other}Human: Once more?") for other in others))
        back = await asyncio.gather(*(answer(model, f"{PREFIX}\nHuman: And {number}?") for number in range(SLOTS)))
        assert all(ending["cached_tokens"] >= prefix - 2 for _, ending in back)
    _, own = await answer(model, f"{others[0]}Human: And then?")
    assert own["cached_tokens"] >= 0.9 * await asyncio.to_thread(model.get_num_tokens, others[0])


async def test_the_same_seed_gives_the_same_text(model: OpenAICompletions) -> None:
    texts = [(await answer(model, "Once upon a time", temperature=1.5, seed=seed))[0] for seed in (7, 7, 8)]
    assert texts[0] == texts[1] != texts[2]


async def test_a_repetition_is_penalised_however_long_ago_it_was_said(model: OpenAICompletions) -> None:
    # More than a hundred tokens before the question: llama.cpp itself would look at the last 64.
    prompt = "The secret word is zebra. " + "Filler text goes on and on. " * 20 + "\nThe secret word is"
    assert (await answer(model, prompt, repetition_penalty=1.0))[0].startswith(" zebra")
    assert not (await answer(model, prompt, repetition_penalty=2.0))[0].startswith(" zebra")


async def test_characters_of_several_tokens_come_whole(model: OpenAICompletions) -> None:
    party = "🎉🎊🎉🎊"
    text, _ = await answer(model, f"{party}\n{party}\n{party}\n", max_new_tokens=16)
    assert text.startswith("🎉🎊")
    assert "\N{REPLACEMENT CHARACTER}" not in text


async def test_a_prompt_beyond_the_window_is_refused_in_tokens(loaded: LoadedModel, model: OpenAICompletions) -> None:
    with pytest.raises(MessageTooLongError) as refused:
        await answer(model, "a " * 9000)
    assert refused.value.facts["limit"] == loaded.context_window
    assert 9000 <= int(refused.value.facts["size"] or 0) < 9100


@pytest.mark.parametrize("path", ["/v1/models", "/props", "/slots", "/lora-adapters", "/metrics"])
async def test_nothing_is_told_without_the_key(model: OpenAICompletions, path: str) -> None:
    async with httpx2.AsyncClient(base_url=model.base_url) as stranger:
        assert (await stranger.get(path)).status_code == 401
        assert (await stranger.get(path, headers={"Authorization": "Bearer guessed"})).status_code == 401


@pytest.mark.parametrize("path", ["/v1/completions", "/completion", "/tokenize", "/v1/chat/completions", "/slots/0"])
async def test_nothing_is_done_without_the_key(model: OpenAICompletions, path: str) -> None:
    async with httpx2.AsyncClient(base_url=model.base_url) as stranger:
        assert (await stranger.post(path, json={"prompt": "Hello", "content": "Hello"})).status_code == 401


async def test_it_listens_on_one_loopback_address_alone(model: OpenAICompletions) -> None:
    address = urlsplit(model.base_url)
    assert address.hostname == "127.0.0.1"
    # A server on every interface would also answer here.
    assert not is_listening("127.0.0.2", address.port or 0)


async def test_closing_stops_its_port(tmp_path: Path) -> None:
    loader = EmbeddedLoader("", tmp_path)
    stages: list[EngineStage] = []
    loaded = await loader.load(lambda stage, _: stages.append(stage))
    assert isinstance(loaded.language_model, OpenAICompletions)
    port = urlsplit(loaded.language_model.base_url).port or 0
    assert is_listening("127.0.0.1", port)
    await loader.close()
    assert not is_listening("127.0.0.1", port)
    assert stages == [EngineStage.FETCHING, EngineStage.LOADING]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (None, "No such file"),
        (b"", "not a GGUF file"),
        (b"<!doctype html>", "not a GGUF file"),
        (b"GGUF", "llama.cpp cannot load my-model.gguf"),
        (b"GGUF\x03\0\0\0" + b"\xff" * 64, "llama.cpp cannot load my-model.gguf"),
        (b"GGUF\x03\0\0\0" + bytes(range(256)) * 40, "llama.cpp cannot load my-model.gguf"),
    ],
    ids=["missing", "empty", "a web page", "cut off", "absurd counts", "noise"],
)
async def test_a_file_that_is_no_model_is_refused_in_words(tmp_path: Path, content: bytes | None, told: str) -> None:
    path = tmp_path / "my-model.gguf"
    if content is not None:
        path.write_bytes(content)
    loader = EmbeddedLoader(str(path), tmp_path)
    with pytest.raises(EngineLoadError) as refused:
        await loader.load(ignore)
    await loader.close()
    sentence = Wording().error(refused.value)
    assert "my-model.gguf" in sentence
    assert told in sentence
    # Visitors read it: where the server keeps its files is not theirs to know.
    assert str(tmp_path) not in sentence


async def test_half_a_model_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "half.gguf"
    with find_model_file("", fetch=Path).open("rb") as whole:
        path.write_bytes(whole.read(4_000_000))
    with pytest.raises(EngineLoadError, match=r"half\.gguf"):
        await EmbeddedLoader(str(path), tmp_path).load(ignore)


def is_listening(host: str, port: int) -> bool:
    with closing(socket.socket()) as probe:
        probe.settimeout(2)
        return probe.connect_ex((host, port)) == 0

"""Who counts tokens for a server of the OpenAI protocol: itself, a tokenizer from the Hub, an estimate."""

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import pytest
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import Whitespace

from tests.openai_servers import (
    LLAMA_CPP,
    PLAIN,
    SGLANG,
    VLLM,
    House,
    open_house,
)


@pytest.fixture
async def house() -> AsyncIterator[House]:
    async with open_house() as house:
        yield house


@pytest.mark.parametrize(
    ("routes", "names"),
    [(LLAMA_CPP, {"content", "parse_special"}), (VLLM, {"model", "prompt"}), (SGLANG, {"model", "prompt"})],
    ids=["llama.cpp", "vllm", "sglang"],
)
async def test_the_servers_own_tokenizer_counts(
    house: House, caplog: pytest.LogCaptureFixture, routes: Mapping[str, object], names: set[str]
) -> None:
    caplog.set_level(logging.INFO)
    engine, loaded = await house.load(routes)
    assert await asyncio.to_thread(loaded.language_model.get_num_tokens, "héllo") == 6
    assert set(engine.requests[-1].body) == names
    assert "counted by the server" in caplog.text


async def test_else_the_models_tokenizer_from_the_hub_counts(
    house: House, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    caplog.set_level(logging.INFO)
    tokenizer = Tokenizer(WordLevel({"one": 0, "two": 1, "?": 2}, unk_token="?"))
    tokenizer.pre_tokenizer = Whitespace()
    # As in files that were saved after training.
    tokenizer.enable_truncation(3)
    tokenizer.enable_padding(length=8)
    tokenizer.save(str(tmp_path / "tokenizer.json"))
    fetched: list[str] = []

    def fetch(reference: str) -> Path:
        fetched.append(reference)
        return tmp_path / "tokenizer.json"

    _, loaded = await house.load(PLAIN, fetch=fetch)
    assert await asyncio.to_thread(loaded.language_model.get_num_tokens, "one two one two one") == 5
    assert fetched == ["hub:bigcode/starcoder/tokenizer.json"]
    assert "the tokenizer of bigcode/starcoder" in caplog.text


async def test_else_half_the_bytes_are_the_estimate(house: House, caplog: pytest.LogCaptureFixture) -> None:
    _, loaded = await house.load(PLAIN)
    count = loaded.language_model.get_num_tokens
    assert [await asyncio.to_thread(count, text) for text in ("", "a", "ab", "abc", "漢字", "\ud800")] == [
        0, 1, 1, 2, 3, 1,
    ]  # fmt: skip
    assert "estimated" in caplog.text


@pytest.mark.parametrize("content", ["", "<!doctype html>", "{}"])
async def test_a_file_that_is_no_tokenizer_leaves_the_estimate(house: House, tmp_path: Path, content: str) -> None:
    (tmp_path / "tokenizer.json").write_text(content)
    _, loaded = await house.load(PLAIN, fetch=lambda _: tmp_path / "tokenizer.json")
    assert await asyncio.to_thread(loaded.language_model.get_num_tokens, "abcd") == 2


async def test_a_server_whose_tokenizer_is_switched_off_is_counted_for(house: House) -> None:
    _, loaded = await house.load({**VLLM, "/tokenize": 404})
    assert await asyncio.to_thread(loaded.language_model.get_num_tokens, "abcd") == 2

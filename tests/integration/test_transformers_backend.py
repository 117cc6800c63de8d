"""The transformers backend on tiny models: real weights, real tokenizer, real thread, the CPU."""

import asyncio

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.backends.torch_engine.answer_pieces import TextStream
from assistant.conversation import GenerationOptions
from assistant.errors.input import InvalidOptionError, MessageTooLongError, UnsupportedOptionError
from assistant.generation.answer_stream import AnswerStream
from assistant.prompting.prompt_value import prompt_value
from tests.fakes.tiny_models import FIRST, KINDS, POSITIONS, WatchedModel, served, tiny_tokenizer

PROMPT = "Human: how do I reverse a list?\n\nAssistant:"
SAMPLED = {"temperature": 0.9, "top_p": 0.9, "top_k": 40, "repetition_penalty": 1.3}


def said_by_generate(model: WatchedModel, prompt: str, tokens: int, **settings: object) -> str:
    """What transformers' own loop gives."""
    ids = torch.tensor([model.prompt_ids(prompt)])
    made = model._module.generate(
        ids, attention_mask=torch.ones_like(ids), max_new_tokens=tokens, pad_token_id=0, **settings
    )
    return str(model.tokenizer.decode(made[0, ids.shape[1] :].tolist()))


@pytest.mark.parametrize("kind", KINDS)
async def test_greedy_text_is_what_transformers_itself_generates(kind: str) -> None:
    async with served(WatchedModel(kind)) as engine:
        expected = said_by_generate(engine.model, PROMPT, 40, do_sample=False)
        text, _ = await engine.answer(PROMPT, max_new_tokens=40)
        assert expected.rstrip("�").startswith(text)
        assert len(text) > 10


@pytest.mark.parametrize("seed", range(3))
async def test_sampled_text_is_what_transformers_itself_samples(seed: int) -> None:
    async with served() as engine:
        torch.manual_seed(seed)
        expected = said_by_generate(engine.model, PROMPT, 40, do_sample=True, **SAMPLED)
        text, _ = await engine.answer(PROMPT, max_new_tokens=40, seed=seed, **SAMPLED)
        assert expected.rstrip("�").startswith(text)
        assert len(text) > 10


async def test_a_penalty_holds_for_greedy_text_too() -> None:
    async with served() as engine:
        expected = said_by_generate(engine.model, PROMPT, 40, do_sample=False, repetition_penalty=1.5)
        text, _ = await engine.answer(PROMPT, max_new_tokens=40, repetition_penalty=1.5)
        assert expected.rstrip("�").startswith(text)
        assert text != (await engine.answer(PROMPT, max_new_tokens=40))[0]


async def test_a_seed_gives_the_same_answer_whoever_is_served_beside_it() -> None:
    async with served() as engine:
        alone, _ = await engine.answer(PROMPT, seed=7, **SAMPLED)
        others = [engine.answer(PROMPT, seed=seed, **SAMPLED) for seed in (7, 8, 9)]
        texts = [text for text, _ in await asyncio.gather(*others)]
        assert texts[0] == alone
        assert len(set(texts)) == 3


async def test_without_a_seed_answers_differ() -> None:
    async with served() as engine:
        texts = {(await engine.answer(PROMPT, **SAMPLED))[0] for _ in range(3)}
        assert len(texts) > 1


async def test_an_unknown_option_is_refused_by_name() -> None:
    async with served() as engine:
        with pytest.raises(UnsupportedOptionError) as refused:
            await engine.answer(PROMPT, typical_p=0.9)
        assert refused.value.facts["option"] == "typical_p"


async def test_a_value_out_of_bounds_is_refused_by_name() -> None:
    async with served() as engine:
        with pytest.raises(InvalidOptionError) as refused:
            await engine.answer(PROMPT, top_p=1.5)
        assert refused.value.facts["option"] == "top_p"


@settings(deadline=None)
@given(st.text(st.characters(exclude_characters="�", exclude_categories=["Cs"])).filter(lambda text: "<|" not in text))
def test_characters_split_over_tokens_come_out_whole(text: str) -> None:
    tokenizer = tiny_tokenizer().backend_tokenizer
    stream = TextStream(tokenizer, [5, 6], ())
    pieces = [stream.feed(token) for token in tokenizer.encode(text).ids]
    assert "".join(pieces) == text
    assert not any("�" in piece for piece in pieces)


@given(st.lists(st.integers(2, 257)), st.text(max_size=4))
def test_bytes_that_are_no_text_do_not_end_a_stream(noise: list[int], after: str) -> None:
    tokenizer = tiny_tokenizer().backend_tokenizer
    stream = TextStream(tokenizer, [5], ())
    pieces = [stream.feed(token) for token in [*noise, *tokenizer.encode(f"!{after}!").ids]]
    assert "".join(pieces).endswith(f"!{after}!")


async def test_an_emoji_reaches_the_page_in_one_piece() -> None:
    async with served() as engine:
        engine.model.will_say(PROMPT, "漢字 👩‍💻!")
        pieces = [piece async for piece in engine.language_model.astream(PROMPT, max_new_tokens=60)]
        assert "".join(pieces) == "漢字 👩‍💻!"
        assert pieces[:2] == ["漢", "字"]


async def test_the_last_chunk_tells_how_it_ended() -> None:
    async with served() as engine:
        engine.model.will_say(PROMPT, "Done.")
        text, info = await engine.answer(PROMPT)
        assert text == "Done."
        assert info == {
            "finish_reason": "stop",
            "prompt_tokens": len(PROMPT),
            "completion_tokens": len("Done.") + 1,
            "cached_tokens": 0,
        }


async def test_an_answer_ends_at_its_room() -> None:
    async with served() as engine:
        engine.model.will_say(PROMPT, "Done and done.")
        text, info = await engine.answer(PROMPT, max_new_tokens=4)
        assert (text, info["finish_reason"], info["completion_tokens"]) == ("Done", "length", 4)


async def test_a_special_token_that_does_not_end_the_answer_is_not_shown() -> None:
    async with served() as engine:
        engine.model.will_say(PROMPT, "Done.", end=FIRST)
        text, info = await engine.answer(PROMPT, max_new_tokens=6)
        assert (text, info["finish_reason"]) == ("Done.", "length")


@pytest.mark.parametrize("stop", ["\n\nHuman:", "an", "man: m", "."])
async def test_a_stop_string_ends_the_stream_where_it_is_complete(stop: str) -> None:
    said = "Use reversed().\n\nHuman: more?"
    async with served() as engine:
        engine.model.will_say(PROMPT, said)
        text, info = await engine.answer(PROMPT, stop=["never", stop], max_new_tokens=60)
        assert (text, info["finish_reason"]) == (said[: said.index(stop) + len(stop)], "stop")


async def test_what_does_not_fit_is_refused_before_anything_is_read() -> None:
    async with served() as engine:
        with pytest.raises(MessageTooLongError) as refused:
            await engine.answer("a" * 500, max_new_tokens=13)
        assert refused.value.facts == {"size": 513, "limit": POSITIONS, "unit": "tokens"}
        assert engine.model.steps == []


@pytest.mark.parametrize("kind", KINDS)
async def test_the_last_position_can_be_used(kind: str) -> None:
    async with served(WatchedModel(kind, chunk=128)) as engine:
        prompt = "a" * (engine.model.context_window - 12)
        engine.model.will_say(prompt, "eleven more.")
        text, info = await engine.answer(prompt, max_new_tokens=12)
        assert (text, info["finish_reason"]) == ("eleven more.", "length")


async def test_an_empty_prompt_is_refused() -> None:
    async with served() as engine:
        with pytest.raises(InvalidOptionError):
            await engine.answer("")


def test_text_is_counted_without_the_token_that_a_model_wants_before_it() -> None:
    model = WatchedModel("llama")
    assert model.prompt_ids("abc") == [1, *model.text_ids("abc")]
    assert model.prompt_ids(f"{FIRST}abc") == model.prompt_ids("abc")
    assert model.context_window == POSITIONS - 1


async def test_how_far_a_prompt_is_read_is_told_after_each_piece_of_it() -> None:
    async with served(WatchedModel(chunk=16)) as engine:
        size = len(engine.model.prompt_ids(PROMPT))
        told: list[float] = []
        value = prompt_value(PROMPT, "", [])
        options = GenerationOptions(max_new_tokens=3)
        stream = AnswerStream(engine.language_model, value, options, [], "", on_read=told.append)
        async for _ in stream:
            pass
        assert told == [min(1.0, 16 * step / size) for step in range(1, -(-size // 16) + 1)]

"""Several conversations on one model: turns, stopping, and what goes wrong with one of them."""

import asyncio
from collections.abc import Callable
from contextlib import aclosing

import pytest
import torch

from assistant.errors.engine import EngineError, EngineUnavailableError
from tests.fakes.tiny_models import KINDS, Served, WatchedModel, served

LASTING = 4
"""Times: a step for several that fails is tried again alone, whoever's turn it is."""
PROMPT = "Human: how do I reverse a list?\n\nAssistant:"


async def test_leaving_the_stream_ends_the_work_within_one_step() -> None:
    async with served() as engine:
        engine.model.will_say(PROMPT, "one two three four")
        with engine.model.held() as let_through:
            async with aclosing(engine.language_model._astream(PROMPT, max_new_tokens=200)) as stream:
                let_through(3)
                assert (await anext(stream)).text == "o"
            # The step that may be under way, and none after it: the other request gets what is let through besides.
            let_through(4)
            await engine.answer("b", max_new_tokens=2)
        assert [whose for whose, *_ in engine.model.steps].count(0) <= 4


async def test_leaving_the_stream_that_the_app_sees_ends_the_work() -> None:
    async with served() as engine:
        with engine.model.held() as let_through:
            async with aclosing(engine.language_model.astream(PROMPT, max_new_tokens=400)) as stream:
                engine.model.will_say(PROMPT, "one two three four")
                let_through(4)
                assert await anext(stream) == "o"
        await until(lambda: not engine.thread._queue._active)
        assert len(engine.model.steps) < 100


async def test_a_cancelled_run_ends_the_work_while_a_long_prompt_is_read() -> None:
    async with served() as engine:
        with engine.model.held() as let_through:
            run = asyncio.create_task(engine.answer("a" * 400))
            let_through(2)
            await until(lambda: engine.model.begun == 3)
            run.cancel()
            await asyncio.gather(run, return_exceptions=True)
            let_through(1)
            await until(lambda: not engine.thread._queue._active)
        assert engine.model.steps == [(0, 0, 16), (0, 16, 16), (0, 32, 16)]


async def turns_of(engine: Served, *prompts: str, **options: object) -> list[int]:
    """Whose steps they were, when all came while the first was in its first step."""
    with engine.model.held():
        runs = []
        for place, prompt in enumerate(prompts):
            runs.append(asyncio.create_task(engine.answer(prompt, **options)))
            await until(lambda place=place: engine.model.begun == 1 and len(engine.thread._queue._waiting) == place)
    await asyncio.gather(*runs)
    begun = [tokens for _, before, tokens in engine.model.steps if before == 0]
    assert begun == [min(len(prompt), engine.model.chunk) for prompt in prompts], "not in the order in which they came"
    return [whose for whose, *_ in engine.model.steps]


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not condition():
            await asyncio.sleep(0)


async def test_requests_take_turns_token_by_token() -> None:
    async with served() as engine:
        turns = await turns_of(engine, "a", "bb", "ccc", max_new_tokens=5)
        assert turns == [0, 1, 2] * 5


async def test_a_long_prompt_does_not_hold_up_the_others() -> None:
    async with served() as engine:
        await turns_of(engine, "a" * 100, "b", max_new_tokens=6)
        assert engine.model.steps[:5] == [(0, 0, 16), (1, 0, 1), (0, 16, 16), (1, 1, 1), (0, 32, 16)]


async def test_who_comes_when_all_places_are_taken_waits_in_order() -> None:
    async with served(max_active=2) as engine:
        turns = await turns_of(engine, "a", "bb", "ccc", "dddd", max_new_tokens=3)
        assert turns == [0, 1, 0, 1, 0, 1, 2, 3, 2, 3, 2, 3]


@pytest.mark.parametrize("kind", KINDS)
async def test_answers_beside_each_other_are_those_given_alone(kind: str) -> None:
    # Of different lengths, some beyond the window that one kind looks back over.
    prompts = [f"{name} asks something" * times for times, name in enumerate(("Ann", "Bob", "Cid", "Dan", "Eve"), 1)]
    async with served(WatchedModel(kind)) as alone, served(WatchedModel(kind)) as together:
        expected = [(await alone.answer(prompt, max_new_tokens=40))[0] for prompt in prompts]
        answers = await asyncio.gather(*(together.answer(prompt, max_new_tokens=40) for prompt in prompts))
        assert [text for text, _ in answers] == expected
        assert max(together.model.together) == 4
        assert sum(together.model.together) > 100


async def test_a_fault_while_several_are_read_for_ends_its_own_request_alone() -> None:
    async with served() as alone:
        expected, _ = await alone.answer("b" * 10, max_new_tokens=40)
    async with served() as engine:
        engine.model.faults[30] = [RuntimeError("something")] * LASTING
        failed, answered = await asyncio.gather(
            engine.answer("a" * 20, max_new_tokens=40),
            engine.answer("b" * 10, max_new_tokens=19),
            return_exceptions=True,
        )
        assert isinstance(failed, EngineError)
        assert isinstance(answered, tuple)
        assert expected.startswith(answered[0])


async def test_a_model_that_cannot_read_for_several_answers_them_all_and_is_noticed_once(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: object) -> None:
        raise RuntimeError("shapes cannot be multiplied")

    async with served() as engine:
        expected = [(await engine.answer(name * 10, max_new_tokens=20))[0] for name in "ab"]
        monkeypatch.setattr(engine.model, "read_together", refuse)
        answers = await asyncio.gather(*(engine.answer(name * 10, max_new_tokens=20) for name in "ab"))
        assert [text for text, _ in answers] == expected
        assert caplog.text.count("a step for several has failed") == 1
        assert "shapes cannot be multiplied" in caplog.text
        assert "aaaa" not in caplog.text


async def test_a_model_whose_attention_cannot_be_chosen_reads_for_one_after_the_other() -> None:
    model = WatchedModel("mamba")
    assert not model.reads_together


OUT_OF_MEMORY = [
    torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 MiB"),
    RuntimeError("[enforce fail at alloc_cpu.cpp:119] DefaultCPUAllocator: can't allocate memory"),
    MemoryError(),
]


@pytest.mark.parametrize("fault", OUT_OF_MEMORY, ids=lambda fault: type(fault).__name__)
async def test_out_of_memory_fails_one_request_and_the_others_go_on(fault: Exception) -> None:
    async with served() as engine:
        engine.model.faults[17] = [fault] * LASTING
        failed, answered = await asyncio.gather(
            engine.answer("a" * 17), engine.answer("b" * 30), return_exceptions=True
        )
        assert isinstance(failed, EngineUnavailableError)
        assert failed.facts["fault"] == "out of memory"
        assert isinstance(answered, tuple)
        assert engine.crashes == []


async def test_out_of_memory_gives_up_what_other_conversations_left_and_tries_again() -> None:
    async with served() as engine:
        expected, _ = await engine.answer("a" * 40)
        engine.model.faults[48] = [torch.OutOfMemoryError("CUDA out of memory")]
        await engine.answer("b" * 60)
        assert engine.model.faults[48] == []
        assert (await engine.answer("a" * 40))[1]["cached_tokens"] == 0
        assert (await engine.answer("a" * 40))[0] == expected


async def test_a_step_that_failed_half_way_leaves_no_trace_in_the_cache() -> None:
    def fails_once(*_: object) -> None:
        hook.remove()
        raise torch.OutOfMemoryError("CUDA out of memory")

    async with served() as engine:
        expected, _ = await engine.answer(PROMPT)
        await engine.answer("something to give up")
        engine.memory.forget()
        await engine.answer("something to give up")
        # The first layer has taken the new tokens in when the second fails.
        hook = engine.model._module.transformer.h[1].register_forward_pre_hook(fails_once)
        assert (await engine.answer(PROMPT))[0] == expected


async def test_any_other_fault_fails_its_own_request_alone(caplog: pytest.LogCaptureFixture) -> None:
    async with served() as engine:
        engine.model.faults[17] = [RuntimeError("mat1 and mat2 shapes cannot be multiplied")] * LASTING
        failed, answered = await asyncio.gather(
            engine.answer("a" * 17), engine.answer("b" * 30), return_exceptions=True
        )
        assert isinstance(failed, EngineError)
        assert failed.facts == {"fault": "RuntimeError"}
        assert isinstance(answered, tuple)
        assert "a step has failed" in caplog.text


@pytest.mark.parametrize("score", [float("nan"), float("inf")])
async def test_scores_that_are_not_numbers_are_not_drawn_from(score: float) -> None:
    async with served() as engine:
        with torch.no_grad():
            engine.model._module.transformer.ln_f.bias.fill_(score)
        with pytest.raises(EngineError) as failed:
            await engine.answer(PROMPT, temperature=1.0)
        assert failed.value.facts["fault"] == "the model's scores are not numbers"


async def test_a_crash_fails_every_request_and_is_reported() -> None:
    async with served(max_active=1) as engine:
        engine.model.faults[17] = [torch.AcceleratorError("CUDA error: device-side assert triggered")]
        outcomes = await asyncio.gather(
            engine.answer("a" * 17), engine.answer("b"), engine.answer("c"), return_exceptions=True
        )
        assert [type(outcome) for outcome in outcomes] == [EngineUnavailableError] * 3
        assert engine.crashes == ["crashed"]
        with pytest.raises(EngineUnavailableError):
            await engine.answer("d")


async def test_closing_fails_what_is_not_done() -> None:
    async with served() as engine:
        with engine.model.held() as let_through:
            run = asyncio.create_task(engine.answer("a", max_new_tokens=200))
            let_through(2)
            await until(lambda: engine.model.begun == 3)
            closing = asyncio.create_task(asyncio.to_thread(engine.thread.close))
            await until(lambda: engine.thread._queue._closed)
        await closing
        with pytest.raises(EngineUnavailableError):
            await run
        assert engine.crashes == []

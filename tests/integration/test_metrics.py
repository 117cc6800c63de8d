"""`/metrics`: figures for the operator, and for nobody else."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.figures import Figure, as_text
from tests.fakes.scripted_model import ScriptedLoader, ScriptedModel
from tests.fakes.tiny_models import served
from tests.web_app import WebApp, web_app

TOKEN = "a-token-of-the-operators"  # of this test
SAMPLE = re.compile(r"# HELP (\w+) \S.*\n# TYPE (\w+) (?:gauge|counter)\n(\w+) (\S+)\n")


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebApp]:
    loader = ScriptedLoader(ScriptedModel(), held=True)
    with web_app(tmp_path_factory.mktemp("data"), loader, metrics_token=TOKEN) as running:
        yield running


def read(text: str) -> dict[str, float]:
    """Raises where it is not the text format."""
    assert SAMPLE.sub("", text) == ""
    assert all(one[0] == one[1] == one[2] for one in SAMPLE.findall(text))
    return {name: float(value) for *_, name, value in SAMPLE.findall(text)}


def test_whoever_has_the_token_reads_how_busy_the_engine_is(running: WebApp) -> None:
    seen = running.client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    assert seen.headers["content-type"].startswith("text/plain; version=0.0.4")
    assert read(seen.text) == {
        "assistant_engine_ready": 0,
        "assistant_answers_writing": 0,
        "assistant_answers_waiting": 0,
    }


@pytest.mark.parametrize("given", [None, "", "Bearer", "Bearer ", f"Bearer {TOKEN}x", f"Basic {TOKEN}", "Bearer é"])
def test_nobody_else_reads_them(running: WebApp, given: str | None) -> None:
    headers = {} if given is None else {"Authorization": given.encode()}
    refused = running.client.get("/metrics", headers=headers)
    assert (refused.status_code, refused.text) == (401, "")


def test_without_a_token_there_is_no_such_route(tmp_path: Path) -> None:
    with web_app(tmp_path) as running:
        for given in ("Bearer ", "Bearer"):
            assert running.client.get("/metrics", headers={"Authorization": given}).status_code == 404


async def test_torch_tells_what_it_keeps_of_conversations_and_what_it_gave_up() -> None:
    async with served() as engine:
        prefix = await engine.read_prefix("Here are dialogues.\n\n-----\n\nHum:")
        await engine.answer("One thing, at some length?", max_new_tokens=4)
        kept = engine.memory._kept[0].bytes
        figures = read(as_text(engine.memory.figures()))
        assert figures == {
            "assistant_kv_prefix_bytes": prefix.bytes,
            "assistant_kv_kept_bytes": kept,
            "assistant_kv_kept_limit_bytes": engine.memory._limit,
            "assistant_kv_kept_conversations": 1,
            "assistant_kv_evicted_total": 0,
        }
        engine.memory._limit = kept
        await engine.answer("New thing, at some length?", max_new_tokens=4)
        figures = read(as_text(engine.memory.figures()))
        assert figures["assistant_kv_kept_conversations"] == figures["assistant_kv_evicted_total"] == 1
        assert figures["assistant_kv_kept_bytes"] <= kept


def test_large_figures_lose_nothing() -> None:
    assert read(as_text([Figure("a_total", "Large.", 2**40 + 1)])) == {"assistant_a_total": 2**40 + 1}

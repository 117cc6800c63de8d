"""What the servers of a model say of it becomes the model that the assistant knows."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from pydantic import SecretStr

from assistant.backends.tgi.loader import TgiLoader
from assistant.engine import EngineStage, LoadedModel
from assistant.errors.engine import EngineAccessError, EngineLoadError, EngineRefusedError, EngineUnavailableError
from tests.fakes.fake_tgi import INFO, FakeTgi
from tests.fakes.tgi_script import TgiFault

KEY = SecretStr("sk-very-secret")


@asynccontextmanager
async def loader_of(*servers: FakeTgi, model: str = "") -> AsyncIterator[TgiLoader]:
    loader = TgiLoader([server.url for server in servers], KEY, model)
    yield loader
    await loader.close()


async def loaded(loader: TgiLoader) -> LoadedModel:
    return await loader.load(lambda stage, fraction: None)


async def test_without_a_setting_the_model_is_what_the_server_says() -> None:
    async with FakeTgi() as server, loader_of(server) as loader:
        assert loader.card.name == "model of the server"
        model = await loaded(loader)
        assert (loader.card.name, model.card.name, model.revision) == ("starcoder", "starcoder", INFO["model_sha"])


async def test_the_setting_names_a_model_whose_server_only_knows_a_folder(caplog: pytest.LogCaptureFixture) -> None:
    async with FakeTgi(model_id="/data", model_sha=None) as server, loader_of(server, model="starcoder2-3b") as loader:
        assert loader.card.name == "starcoder2-3b"
        model = await loaded(loader)
    assert (model.card.name, model.revision) == ("starcoder2-3b", "unknown")
    assert "/data" in caplog.text


async def test_its_tokens_are_counted_by_the_server() -> None:
    async with FakeTgi() as server, loader_of(server) as loader:
        model = await loaded(loader)
        assert await asyncio.to_thread(model.language_model.get_num_tokens, "four") == 4


@pytest.mark.parametrize(
    ("limits", "window"),
    [
        ({"max_input_tokens": 8191, "max_total_tokens": 8192}, 8192),
        ({"max_input_tokens": 16383, "max_total_tokens": 16384}, 8192),
        ({"max_input_tokens": 4095, "max_total_tokens": 4096}, 4096),
        # Any prompt that leaves a token of this window to its answer is one that the server takes.
        ({"max_input_tokens": 4000, "max_total_tokens": 8192}, 4001),
    ],
    ids=["the model's", "no more than the model's", "no more than the server's", "no more than a prompt may have"],
)
async def test_the_window_is_what_model_and_server_both_hold(limits: dict[str, Any], window: int) -> None:
    async with FakeTgi(**limits) as server, loader_of(server) as loader:
        assert (await loaded(loader)).context_window == window


async def test_the_server_of_an_older_version_tells_its_limit_under_another_name() -> None:
    async with FakeTgi() as server, loader_of(server) as loader:
        server.info["max_input_length"] = server.info.pop("max_input_tokens") - 91
        assert (await loaded(loader)).context_window == 8101


async def test_of_several_servers_the_least_room_counts() -> None:
    less: dict[str, Any] = {"max_input_tokens": 4095, "max_total_tokens": 4096}
    async with FakeTgi() as one, FakeTgi(**less) as other, loader_of(one, other) as loader:
        assert (await loaded(loader)).context_window == 4096


async def test_every_server_reads_the_prefix() -> None:
    async with FakeTgi() as one, FakeTgi() as other, loader_of(one, other) as loader:
        await loaded(loader)
        await loader.warm("A dialogue.")
        for server in (one, other):
            assert [request.body["inputs"] for request in server.prompts] == ["A dialogue."]


async def test_one_server_that_is_away_does_not_stop_the_others() -> None:
    async with FakeTgi() as away, FakeTgi() as there, loader_of(away, there) as loader:
        await away.stop()
        model = (await loaded(loader)).language_model
        await loader.warm("A dialogue.")
        assert await model.ainvoke("Who?") == "Hello there"
        assert [request.body["inputs"] for request in there.prompts] == ["A dialogue.", "Who?"]


async def test_a_conversation_stays_with_one_server() -> None:
    async with FakeTgi() as one, FakeTgi() as other, loader_of(one, other) as loader:
        model = (await loaded(loader)).language_model
        for _ in range(4):
            await model.ainvoke("Who?", {"metadata": {"conversation_id": "c1"}})
        assert sorted([len(one.prompts), len(other.prompts)]) == [0, 4]


@pytest.mark.parametrize(
    "script",
    [
        {"status": 424, "error_type": "generation"},
        {"status": 500, "error_type": "incomplete_generation"},
        {"error_type": "generation"},
        {"fault": TgiFault.HTML},
    ],
    ids=str,
)
async def test_a_server_that_fails_before_a_word_hands_the_question_on_and_is_left_alone(
    script: dict[str, Any],
) -> None:
    about: Any = {"metadata": {"conversation_id": "c1"}}
    async with FakeTgi() as one, FakeTgi() as other, loader_of(one, other) as loader:
        model = (await loaded(loader)).language_model
        await model.ainvoke("Who?", about)
        home, elsewhere = (one, other) if one.prompts else (other, one)
        home.will_answer(**script)
        for _ in range(2):
            elsewhere.will_answer("From elsewhere.")
            assert await model.ainvoke("Who?", about) == "From elsewhere."
        assert len(home.prompts) == 2


async def test_a_refused_question_is_not_handed_on() -> None:
    async with FakeTgi() as one, FakeTgi() as other, loader_of(one, other) as loader:
        model = (await loaded(loader)).language_model
        for server in (one, other):
            server.will_answer(error_type="validation", error="no words for it")
        with pytest.raises(EngineRefusedError):
            await model.ainvoke("Who?")
        assert len(one.prompts + other.prompts) == 1


@pytest.mark.parametrize("another", [{"model_id": "someone/else"}, {"model_sha": "another"}], ids=str)
@pytest.mark.parametrize("away_at_the_start", [True, False])
async def test_a_server_that_comes_back_with_another_model_gets_no_conversation(
    another: dict[str, Any], away_at_the_start: bool
) -> None:
    async with FakeTgi() as lost, FakeTgi() as there, loader_of(lost, there) as loader:
        if away_at_the_start:
            await lost.stop()
        failover = (await loaded(loader)).language_model.failover  # type: ignore[attr-defined]  # of a replicated model
        was = dict(lost.info)
        if not away_at_the_start:
            await lost.stop()
        await lost.start()
        lost.info |= another
        probe = failover._replicas[lost.url].probe
        with pytest.raises(EngineLoadError, match="another model"):
            await probe()
        lost.info = was
        await probe()


async def test_a_server_that_was_away_at_the_start_is_probed_before_it_is_asked() -> None:
    async with FakeTgi() as lost, FakeTgi() as there, loader_of(lost, there) as loader:
        await lost.stop()
        model = (await loaded(loader)).language_model
        await lost.start()
        for number in range(8):
            await model.ainvoke("Who?", {"metadata": {"conversation_id": f"c{number}"}})
        assert lost.prompts == []


async def test_a_server_that_comes_back_with_less_room_is_known_to_have_it() -> None:
    async with FakeTgi() as server, FakeTgi() as other, loader_of(server, other) as loader:
        failover = (await loaded(loader)).language_model.failover  # type: ignore[attr-defined]  # of a replicated model
        replica = failover._replicas[server.url]
        server.info |= {"max_input_tokens": 20, "max_total_tokens": 40}
        await replica.probe()
        assert (await replica.model.info()).max_total_tokens == 40


async def test_as_many_answers_are_written_at_a_time_as_the_servers_take() -> None:
    servers = FakeTgi(max_concurrent_requests=8), FakeTgi(max_concurrent_requests=4)
    async with servers[0], servers[1], loader_of(*servers) as loader:
        assert (await loaded(loader)).concurrency == 12


async def test_loading_again_closes_what_was_there_before() -> None:
    async with FakeTgi() as server, loader_of(server) as loader:
        await loaded(loader)
        await loaded(loader)
        await loader.close()
        await server.no_connection_left()
        assert server.connections == 2


async def test_servers_of_different_models_are_not_mixed() -> None:
    async with FakeTgi() as one, FakeTgi(model_sha="another") as other, loader_of(one, other) as loader:
        with pytest.raises(EngineLoadError, match="the same model"):
            await loaded(loader)


async def test_a_server_that_is_away_may_come_back() -> None:
    async with FakeTgi() as server, loader_of(server) as loader:
        await server.stop()
        with pytest.raises(EngineUnavailableError) as away:
            await loaded(loader)
        assert away.value.retryable


async def test_a_refused_key_is_told_as_such_and_no_retry_can_help() -> None:
    async with FakeTgi(api_key="another") as server, loader_of(server) as loader:
        with pytest.raises(EngineAccessError) as refused:
            await loaded(loader)
    assert not refused.value.retryable
    assert KEY.get_secret_value() not in repr(refused.value)


async def test_something_else_at_the_address_is_told_as_such() -> None:
    async with FakeTgi() as server, loader_of(server) as loader:
        del server.info["max_total_tokens"]
        with pytest.raises(EngineLoadError, match="is it text-generation-inference"):
            await loaded(loader)


async def test_a_prefix_that_a_server_cannot_read_now_is_no_failure(caplog: pytest.LogCaptureFixture) -> None:
    async with FakeTgi() as server, loader_of(server) as loader:
        model = (await loaded(loader)).language_model
        server.will_answer(fault=TgiFault.DROPPED)
        await loader.warm("A dialogue.")
        assert "connection lost" in caplog.text
        assert await model.ainvoke("Who?") == "Hello there"


async def test_the_page_is_told_that_the_model_is_being_loaded(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    stages: list[EngineStage] = []
    async with FakeTgi() as server, loader_of(server) as loader:
        await loader.load(lambda stage, fraction: stages.append(stage))
    assert stages == [EngineStage.LOADING]
    assert KEY.get_secret_value() not in caplog.text


async def test_closing_closes_every_connection() -> None:
    async with FakeTgi() as one, FakeTgi() as other, loader_of(one, other) as loader:
        await loaded(loader)
        await loader.close()
        await one.no_connection_left()
        await other.no_connection_left()

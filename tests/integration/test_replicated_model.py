"""Several servers as one model: a conversation stays with one, and moves when that one fails."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, aclosing
from typing import Any

import pytest
from langchain_core.messages import HumanMessage

from assistant.backends.replication.failover import Failover, Replica
from assistant.backends.replication.replicated_model import ReplicatedModel
from assistant.errors.engine import EngineError, EngineUnavailableError
from tests.fakes.engine_script import HOLD, Fault
from tests.fakes.fake_engine import FakeEngine
from tests.replica_cluster import PROMPT, Cluster

LONGEST_WAIT = 60.0


@pytest.fixture
async def cluster() -> AsyncIterator[Cluster]:
    tasks = asyncio.all_tasks()
    async with AsyncExitStack() as stack:
        engines = {name: await stack.enter_async_context(FakeEngine()) for name in ("a", "b", "c")}
        cluster = Cluster(engines)
        for name, engine in engines.items():
            engine.default_pieces(name)
        yield cluster
        await cluster.aclose()
        for engine in engines.values():
            await engine.all_left()
    assert asyncio.all_tasks() - {asyncio.current_task()} <= tasks


async def test_a_conversation_stays_with_one_server_and_others_go_elsewhere(cluster: Cluster) -> None:
    answers = {number: {await cluster.ask(f"conversation {number}") for _ in range(3)} for number in range(12)}
    assert all(len(names) == 1 for names in answers.values())
    assert set().union(*answers.values()) == {"a", "b", "c"}


async def test_without_a_conversation_the_first_server_answers(cluster: Cluster) -> None:
    assert await cluster.ask(None) == "a"


async def test_a_conversation_moves_when_its_server_is_gone_and_stays_there(cluster: Cluster) -> None:
    home = await cluster.ask("one")
    await cluster.engines[home].stop()
    elsewhere = await cluster.ask("one")
    assert elsewhere != home
    assert await cluster.ask("one") == elsewhere


async def test_it_comes_home_once_a_probe_has_found_the_server_well(cluster: Cluster) -> None:
    home = await cluster.ask("one")
    await cluster.engines[home].stop()
    elsewhere = await cluster.ask("one")
    await cluster.engines[home].start()
    # Well again, but not yet due.
    assert await cluster.ask("one") == elsewhere
    assert cluster.probed == []
    cluster.clock.now += 1
    # The probe runs beside this question, which does not wait for it.
    assert await cluster.ask("one") == elsewhere
    await cluster.settled()
    assert cluster.probed == [home]
    assert await cluster.ask("one") == home


async def test_a_server_whose_probe_fails_is_left_alone_for_longer(cluster: Cluster) -> None:
    home = await cluster.ask("one")
    await cluster.engines[home].stop()
    cluster.ill.add(home)
    for waited, probes in ((0, 0), (1, 1), (1, 1), (1, 2), (3, 2), (1, 3)):
        cluster.clock.now += waited
        await cluster.ask("one")
        await cluster.settled()
        assert len(cluster.probed) == probes


async def test_an_answer_forgets_the_failures_before_it(cluster: Cluster) -> None:
    home = await cluster.ask("one")
    for probes in (1, 2):
        await cluster.engines[home].stop()
        await cluster.ask("one")
        await cluster.engines[home].start()
        # A second failure in a row would keep it alone for two seconds.
        cluster.clock.now += 1
        await cluster.ask("one")
        await cluster.settled()
        assert len(cluster.probed) == probes
        assert await cluster.ask("one") == home


async def test_a_server_that_was_away_from_the_start_is_probed_first(cluster: Cluster) -> None:
    replicas = [Replica(name, model, cluster.probe_of(name)) for name, model in cluster.prompt_models.items()]
    cluster.model = ReplicatedModel(failover=Failover(replicas, {"a"}, cluster.clock, chance=lambda: 1.0))
    assert await cluster.ask(None) == "b"
    cluster.clock.now += 1
    await cluster.ask(None)
    await cluster.settled()
    assert cluster.probed == ["a"]
    assert await cluster.ask(None) == "a"


async def test_when_all_are_gone_it_is_told_at_once_and_when_to_come_back(cluster: Cluster) -> None:
    for engine in cluster.engines.values():
        await engine.stop()
    with pytest.raises(EngineUnavailableError, match="cannot be reached"):
        await cluster.ask("one")
    with pytest.raises(EngineUnavailableError) as none:
        await cluster.ask("one")
    assert none.value.facts == {"fault": "none of its servers answers", "retry_after": 1.0}
    assert cluster.probed == []


async def test_when_all_were_gone_the_first_that_is_found_well_answers(cluster: Cluster) -> None:
    for engine in cluster.engines.values():
        await engine.stop()
    with pytest.raises(EngineUnavailableError):
        await cluster.ask("one")
    await cluster.engines["b"].start()
    cluster.ill = {"a", "c"}
    cluster.clock.now += 1
    assert await cluster.ask("one") == "b"


@pytest.mark.parametrize(
    "script", [{"status": 503}, {"status": 429}, {"status": 502}, {"fault": Fault.DROPPED}], ids=str
)
async def test_a_server_that_cannot_take_a_question_hands_it_on(cluster: Cluster, script: dict[str, Any]) -> None:
    home = await cluster.ask("one")
    cluster.engines[home].will_answer("never", **script)
    assert await cluster.ask("one") not in (home, "never")


BROKEN: list[dict[str, Any]] = [
    {"status": 500},
    {"status": 424},
    {"fault": Fault.ERROR_EVENT},
    {"fault": Fault.HTML},
    {"fault": Fault.UNFINISHED},
]


@pytest.mark.parametrize("script", BROKEN, ids=str)
async def test_a_server_that_fails_before_a_word_hands_the_question_on_and_is_left_alone(
    cluster: Cluster, script: dict[str, Any]
) -> None:
    for ask in (cluster.ask, cluster.ask_chat):
        home = await ask("one")
        cluster.engines[home].will_answer(**script)
        elsewhere = await ask("one")
        assert elsewhere in set(cluster.engines) - {home}
        assert await ask("one") == elsewhere
        assert cluster.probed == []
        cluster.clock.now += 1
        await ask("one")
        await cluster.settled()
        assert cluster.probed == [home]
        assert await ask("one") == home
        cluster.probed.clear()


async def test_what_every_server_fails_at_is_the_questions_fault_and_leaves_all_of_them_well(cluster: Cluster) -> None:
    home = await cluster.ask("one")
    for engine in cluster.engines.values():
        engine.will_answer(status=500)
    with pytest.raises(EngineError, match="answered 500"):
        await cluster.ask("one")
    assert await cluster.ask("one") == home


async def test_a_fault_in_the_middle_of_an_answer_is_raised_and_the_server_left_alone(cluster: Cluster) -> None:
    home = await cluster.ask("one")
    cluster.engines[home].will_answer("half an answer", fault=Fault.ERROR_EVENT)
    with pytest.raises(EngineError, match="reported an error"):
        await cluster.ask("one")
    assert await cluster.ask("one") != home


async def test_a_busy_server_is_left_alone_for_as_long_as_it_says(cluster: Cluster) -> None:
    home = await cluster.ask("one")
    cluster.engines[home].will_answer(status=429, headers={"Retry-After": "20"})
    await cluster.ask("one")
    cluster.clock.now += 19
    await cluster.ask("one")
    assert cluster.probed == []
    cluster.clock.now += 1
    await cluster.ask("one")
    assert cluster.probed == [home]


async def test_after_the_first_piece_no_other_server_goes_on(cluster: Cluster) -> None:
    home = await cluster.ask("one")
    asked = sum(len(engine.requests) for engine in cluster.engines.values())
    cluster.engines[home].will_answer("half an answer", fault=Fault.CUT)
    seen = []
    with pytest.raises(EngineUnavailableError):
        async for piece in cluster.model.astream(PROMPT, {"metadata": {"conversation_id": "one"}}):
            seen.append(piece)
    assert seen == ["half an answer"]
    assert sum(len(engine.requests) for engine in cluster.engines.values()) == asked + 1
    # But it is known not to be well.
    assert await cluster.ask("one") != home


async def test_an_error_that_another_server_would_give_too_is_not_handed_on(cluster: Cluster) -> None:
    home = await cluster.ask("one")
    asked = sum(len(engine.requests) for engine in cluster.engines.values())
    cluster.engines[home].will_answer(status=422)
    with pytest.raises(EngineError, match="answered 422"):
        await cluster.ask("one")
    assert sum(len(engine.requests) for engine in cluster.engines.values()) == asked + 1
    assert await cluster.ask("one") == home


async def test_tokens_are_counted_by_any_server_that_answers(cluster: Cluster) -> None:
    for name in ("a", "b"):
        await cluster.engines[name].stop()
        assert await asyncio.to_thread(cluster.model.get_num_tokens, "héllo") == 6
    await cluster.engines["c"].stop()
    with pytest.raises(EngineUnavailableError):
        await asyncio.to_thread(cluster.model.get_num_tokens, "héllo")


async def test_tokens_are_counted_by_another_server_where_one_fails(cluster: Cluster) -> None:
    cluster.engines["a"].routes["/tokenize"] = 500
    assert await asyncio.to_thread(cluster.model.get_num_tokens, "héllo") == 6


async def test_counting_works_again_as_soon_as_a_server_is_back_so_that_a_turn_can_begin(cluster: Cluster) -> None:
    for engine in cluster.engines.values():
        await engine.stop()
    with pytest.raises(EngineUnavailableError):
        await asyncio.to_thread(cluster.model.get_num_tokens, "héllo")
    await cluster.engines["b"].start()
    assert await asyncio.to_thread(cluster.model.get_num_tokens, "héllo") == 6


async def test_stopping_closes_the_servers_connection(cluster: Cluster) -> None:
    cluster.engines["a"].will_answer("a", HOLD)
    stream: Any = cluster.model.astream(PROMPT)
    async with aclosing(stream):
        assert await anext(stream) == "a"
    await cluster.engines["a"].client_left()


async def test_whoever_stops_asking_while_a_probe_runs_does_not_end_the_probe(cluster: Cluster) -> None:
    for engine in cluster.engines.values():
        await engine.stop()
    with pytest.raises(EngineUnavailableError):
        await cluster.ask("one")
    for engine in cluster.engines.values():
        await engine.start()
    cluster.probe_gate = asyncio.Event()
    cluster.clock.now += 1
    asking = asyncio.create_task(cluster.ask("one"))
    await cluster.settled()
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    cluster.probe_gate.set()
    assert await cluster.ask("one") in cluster.engines
    assert sorted(cluster.probed) == ["a", "b", "c"]


async def test_closing_ends_probes_that_hang(cluster: Cluster) -> None:
    home = await cluster.ask("one")
    await cluster.engines[home].stop()
    await cluster.ask("one")
    cluster.probe_gate = asyncio.Event()
    cluster.clock.now += LONGEST_WAIT
    await cluster.ask("one")
    # The fixture closes the model and finds no task left.
    assert [task for task in asyncio.all_tasks() if task.get_name() == f"probe-{home}"]


async def test_ainvoke_answers_too(cluster: Cluster) -> None:
    assert (await cluster.model.ainvoke(PROMPT)).strip() == "a"
    assert (await cluster.chat.ainvoke([HumanMessage(PROMPT)])).text.strip() == "a"


async def test_models_that_take_messages_stay_and_move_in_the_same_way(cluster: Cluster) -> None:
    homes = {f"conversation {number}": await cluster.ask_chat(f"conversation {number}") for number in range(12)}
    assert set(homes.values()) == {"a", "b", "c"}
    conversation, home = next(iter(homes.items()))
    assert await cluster.ask_chat(conversation) == home
    await cluster.engines[home].stop()
    assert await cluster.ask_chat(conversation) != home

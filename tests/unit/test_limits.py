"""What is too much for one person or one address, on fakes: refused with the time of the next try, nothing lost."""

import asyncio
import itertools
from collections.abc import Iterator
from datetime import timedelta

import pytest

from assistant.conversation import GenerationOptions
from assistant.draft_service import DraftService
from assistant.errors.app import ConversationMovedError, NotFoundError, ShareDraftChangedError, StorageError
from assistant.errors.input import PassphraseError
from assistant.errors.visitor import (
    LimitError,
    TooManyAnswersError,
    TooManyExportsError,
    TooManyGuessesError,
    TooManyMissesError,
    TooManyRequestsError,
    TooManySharesError,
    TooManySignInsError,
    TooManyTokensError,
    TooManyTurnsError,
)
from assistant.internet_address import come_from
from assistant.limits import Bounds, Limits
from assistant.memory_allowances import MemoryAllowanceStore
from assistant.new_turn import AnswersAtOnce
from assistant.share_draft import Inclusions
from assistant.share_link import new_request
from assistant.sharing import Terms
from tests.fakes.desk import ANN, BOB, Clock, Desk, open_desk
from tests.fakes.memory_store import MemoryConversationStore
from tests.fakes.scripted_model import HOLD

HOME = "203.0.113.7"


@pytest.fixture(autouse=True)
def at_home() -> Iterator[None]:
    come_from(HOME)
    yield
    come_from("")


async def turn(desk: Desk, owner: str = ANN, address: str = HOME) -> None:
    come_from(address)
    desk.model.will_say(" Yes.")
    await desk.end_of(await desk.ask("Is it?", owner=owner))


async def test_one_question_too_many_is_refused_until_one_has_come_back() -> None:
    async with open_desk(bounds=Bounds(turns_per_minute=3)) as desk:
        for _ in range(3):
            await turn(desk)
        with pytest.raises(TooManyTurnsError) as refused:
            await desk.ask("Is it?")
        assert refused.value.facts == {"allowed": 3, "period": 60, "retry_after": 20}
        assert len(await desk.conversations.conversations(ANN, 10)) == 3
        desk.clock.now += timedelta(seconds=20)
        await turn(desk)


async def test_the_questions_of_a_day_are_bounded_too() -> None:
    async with open_desk(bounds=Bounds(turns_per_minute=5, turns_per_day=2)) as desk:
        await turn(desk)
        await turn(desk)
        with pytest.raises(TooManyTurnsError) as refused:
            await desk.ask("Is it?")
        assert (refused.value.facts["allowed"], refused.value.facts["period"]) == (2, 24 * 3600)


async def test_new_identities_at_one_address_do_not_get_around_it() -> None:
    async with open_desk(bounds=Bounds(turns_per_minute=2, people_per_address=2)) as desk:
        for number in range(4):
            await turn(desk, owner=f"owner-{number}")
        with pytest.raises(TooManyTurnsError) as refused:
            await desk.ask("Is it?", owner="owner-5")
        assert refused.value.facts["allowed"] == 4
        await turn(desk, owner="owner-5", address="203.0.113.8")


async def test_one_person_is_bounded_wherever_they_are() -> None:
    async with open_desk(bounds=Bounds(turns_per_minute=1, people_per_address=9)) as desk:
        await turn(desk, address="203.0.113.1")
        come_from("203.0.113.2")
        with pytest.raises(TooManyTurnsError):
            await desk.ask("Is it?")
        await turn(desk, owner=BOB, address="203.0.113.1")


async def test_tokens_are_counted_when_the_answer_has_ended() -> None:
    # A scripted answer reads 11 and writes 7.
    async with open_desk(bounds=Bounds(tokens_per_day=30)) as desk:
        await turn(desk)
        await turn(desk)
        await desk.runs.drain(5)
        desk.runs.draining = False
        with pytest.raises(TooManyTokensError) as refused:
            await desk.ask("Is it?")
        # Six too many, of thirty a day.
        assert refused.value.facts["retry_after"] == pytest.approx(6 * 24 * 3600 / 30, abs=1)


async def test_a_question_that_begins_no_turn_takes_nothing() -> None:
    async with open_desk(bounds=Bounds(turns_per_minute=2)) as desk:
        run = await desk.answered("One?", "First.")
        for _ in range(3):
            with pytest.raises(ConversationMovedError):
                await desk.service.send(
                    ANN,
                    run.conversation_id,
                    "Stale?",
                    expected_leaf_id=None,
                    client_request_id=desk.new_request(),
                    options=GenerationOptions(),
                )
        await desk.answered("Two?", "Second.")


async def test_the_same_request_again_takes_nothing() -> None:
    async with open_desk(bounds=Bounds(turns_per_minute=2)) as desk:
        desk.model.will_say(" Yes.")
        first = await desk.ask("Is it?", request="r")
        for _ in range(3):
            assert (await desk.ask("Is it?", request="r")).id == first.id
        await turn(desk)


async def test_so_many_answers_are_written_for_one_person_at_once() -> None:
    async with open_desk(bounds=Bounds(answers_at_once=2, people_per_address=2)) as desk:
        for _ in range(2):
            desk.model.will_say(HOLD, " Yes.")
            run = await desk.ask("Is it?")
        with pytest.raises(TooManyAnswersError) as refused:
            await desk.ask("Is it?")
        assert refused.value.facts == {"allowed": 2, "retry_after": 10}
        desk.model.will_say(HOLD, " Yes.")
        await desk.ask("Is it?", owner=BOB)
        await desk.service.stop(ANN, run.conversation_id)
        desk.model.will_say(HOLD, " Yes.")
        await desk.ask("Is it?")
        # Two of Ann's and one of Bob's: there is place for one more at their address.
        desk.model.will_say(HOLD, " Yes.")
        await desk.ask("Is it?", owner="owner-eve")
        with pytest.raises(TooManyAnswersError) as refused:
            await desk.ask("Is it?", owner="owner-tom")
        assert refused.value.facts["allowed"] == 4


async def test_so_many_links_are_made_within_an_hour() -> None:
    async with open_desk(bounds=Bounds(shares_per_hour=2)) as desk:
        run = await desk.answered("One?", "First.")
        for _ in range(2):
            await desk.share(run.conversation_id)
        with pytest.raises(TooManySharesError) as refused:
            await desk.share(run.conversation_id)
        assert refused.value.facts["retry_after"] == pytest.approx(1800, abs=1)


async def test_whoever_publishes_what_they_have_not_seen_goes_through_no_more_than_their_exports() -> None:
    async with open_desk(bounds=Bounds(exports_per_hour=2)) as desk:
        run = await desk.answered("One?", "First.")

        async def publish_unseen() -> None:
            await desk.sharing.publish(
                ANN, run.conversation_id, Inclusions(), Terms(), seen="unseen", request=new_request()
            )

        for refusal in (ShareDraftChangedError, ShareDraftChangedError, TooManyExportsError):
            with pytest.raises(refusal):
                await publish_unseen()


async def test_what_a_page_asks_for_is_bounded_and_costs_no_transaction() -> None:
    class Untouched(MemoryAllowanceStore):
        def take(self, *_: object) -> None:  # type: ignore[override]  # not to be called
            raise AssertionError

    clock = Clock()
    limits = Limits(Untouched(), Bounds(requests_per_minute=2, people_per_address=2), clock=clock)
    for owner in (ANN, ANN, BOB, BOB):
        limits.take_request(owner)
    for owner in (ANN, "owner-eve"):
        with pytest.raises(TooManyRequestsError):
            limits.take_request(owner)
    come_from("203.0.113.8")
    limits.take_request("owner-eve")
    clock.now += timedelta(seconds=30)
    limits.take_request(ANN)


async def test_whoever_tries_links_that_lead_nowhere_is_shown_none_for_a_while() -> None:
    async with open_desk(bounds=Bounds(misses_per_hour=2)) as desk:
        run = await desk.answered("One?", "First.")
        token = await desk.share(run.conversation_id)
        for _ in range(2):
            with pytest.raises(NotFoundError):
                await desk.reading.read("wrong")
        for tried in ("wrong", token):
            with pytest.raises(TooManyMissesError):
                await desk.reading.read(tried)
        come_from("203.0.113.8")
        assert await desk.reading.read(token)
        come_from(HOME)
        desk.clock.now += timedelta(hours=0.5)
        assert await desk.reading.read(token)


async def test_a_pass_phrase_is_guessed_so_often_from_all_addresses_together_and_right_ones_take_nothing() -> None:
    async with open_desk(bounds=Bounds(misses_per_hour=2)) as desk:
        run = await desk.answered("One?", "First.")
        token, other = [await desk.share(run.conversation_id, terms=Terms(passphrase="blind mice")) for _ in range(2)]
        for _ in range(5):
            await desk.reading.open(token, passphrase="blind mice")
        for number in range(2):
            come_from(f"203.0.113.{number}")
            with pytest.raises(PassphraseError):
                await desk.reading.open(token, passphrase="blind rats")
        come_from("203.0.113.9")
        for tried in ("blind rats", "blind mice"):
            with pytest.raises(TooManyGuessesError) as refused:
                await desk.reading.open(token, passphrase=tried)
            assert refused.value.facts["retry_after"] == pytest.approx(1800, abs=1)
        assert await desk.reading.open(other, passphrase="blind mice")
        desk.clock.now += timedelta(hours=0.5)
        assert await desk.reading.open(token, passphrase="blind mice")


async def test_no_more_pass_phrases_are_tried_at_once_than_may_be_wrong() -> None:
    async with open_desk(bounds=Bounds(misses_per_hour=2)) as desk:
        run = await desk.answered("One?", "First.")
        token = await desk.share(run.conversation_id, terms=Terms(passphrase="blind mice"))
        tries = (desk.reading.open(token, passphrase="blind rats") for _ in range(9))
        told = [type(error) for error in await asyncio.gather(*tries, return_exceptions=True)]
        assert told.count(PassphraseError) == 2
        assert set(told) <= {PassphraseError, TooManyGuessesError, TooManyMissesError}


async def test_links_that_lead_somewhere_are_not_counted() -> None:
    async with open_desk(bounds=Bounds(misses_per_hour=1)) as desk:
        run = await desk.answered("One?", "First.")
        token = await desk.share(run.conversation_id)
        for _ in range(5):
            await desk.reading.read(token)


async def test_sign_ins_are_bounded_by_address() -> None:
    limits = Limits(MemoryAllowanceStore(), Bounds(sign_ins_per_hour=1), clock=Clock())
    await limits.take_sign_in()
    with pytest.raises(TooManySignInsError):
        await limits.take_sign_in()
    come_from("203.0.113.8")
    await limits.take_sign_in()


async def test_a_draft_takes_what_it_grows_by_of_a_days_questions() -> None:
    limits = Limits(MemoryAllowanceStore(), Bounds(turns_per_day=3, people_per_address=2), clock=Clock())
    store = MemoryConversationStore()
    drafts = DraftService(store, limits, new_id=map(str, itertools.count()).__next__, clock=Clock(), limit=100_000)
    seen = ""
    for size in (1, 2001, 1, 2000):
        kept, _ = await drafts.keep(ANN, None, "x" * size, seen)
        seen = kept.version
    with pytest.raises(LimitError) as refused:
        await drafts.keep(ANN, None, "x" * 2001, seen)
    assert refused.value.facts["retry_after"] == pytest.approx(8 * 3600, abs=1)
    assert len(store.draft(ANN, None).text) == 2000
    # What is longer than all of a day's takes all of it.
    await drafts.keep(BOB, None, "x" * 100_000, "")


async def test_without_bounds_nothing_is_refused_and_nothing_kept() -> None:
    class Untouched(MemoryAllowanceStore):
        def take(self, *_: object) -> None:  # type: ignore[override]  # not to be called
            raise AssertionError

    limits = Limits(Untouched(), Bounds(), clock=Clock())
    with limits.turn(ANN):
        pass
    for take in (limits.take_share, limits.take_import, limits.take_export, limits.take_small):
        await take(ANN)
    await limits.take_draft(ANN, 100_000)
    await limits.take_ticket()
    limits.take_request(ANN)
    await limits.count_miss()
    await limits.take_sign_in()
    assert limits.answers_at_once() == AnswersAtOnce(asked_from=HOME)


async def test_what_cannot_be_counted_afterwards_costs_no_answer() -> None:
    class Full(MemoryAllowanceStore):
        def charge(self, *_: object) -> None:
            raise StorageError(fault="the disk is full")

    limits = Limits(Full(), Bounds(turns_per_minute=1, tokens_per_day=10), clock=Clock())
    async with open_desk(limits=limits) as desk:
        await turn(desk)

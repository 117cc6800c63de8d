"""A link opens as its owner meant it, so often, so long, with a pass-phrase; and what was seen can be gone on with."""

import asyncio
import threading
import time
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from assistant.errors.app import NotFoundError, ShareChangedError
from assistant.errors.input import PassphraseError
from assistant.passphrase import hash_passphrase, is_passphrase
from assistant.share_draft import Inclusions
from assistant.share_link import new_request
from assistant.share_looks import ShareLooks
from assistant.share_reading import ShareReader
from assistant.sharing import Terms
from assistant.snapshot import OpenShare, Share, Snapshot
from tests.contract.samples import chain, conversation_of
from tests.fakes.desk import ANN, BOB, Desk, open_desk
from tests.fakes.memory_store import MemoryConversationStore


async def shared(desk: Desk, **terms: object) -> tuple[str, str]:
    run = await desk.answered("One?", "First.")
    return run.conversation_id, await desk.share(run.conversation_id, terms=Terms(**terms))  # type: ignore[arg-type]  # by name


async def test_a_link_works_for_thirty_days_unless_said_otherwise() -> None:
    async with open_desk() as desk:
        of, token = await shared(desk)
        forever = await desk.share(of, terms=Terms(days=None))
        desk.clock.now += timedelta(days=29, hours=23)
        await desk.reading.open(token)
        desk.clock.now += timedelta(hours=2)
        with pytest.raises(NotFoundError):
            await desk.reading.open(token)
        desk.clock.now += timedelta(days=10_000)
        await desk.reading.open(forever)


async def test_a_new_expiry_brings_an_expired_link_back() -> None:
    async with open_desk() as desk:
        _, token = await shared(desk, days=1)
        (share,) = await desk.sharing.shares(ANN)
        desk.clock.now += timedelta(days=2)
        assert not desk.sharing.is_open(share)
        await desk.sharing.set_expiry(ANN, share.id, 7)
        await desk.reading.open(token)


async def test_after_its_views_a_link_is_gone_but_for_those_who_had_one() -> None:
    async with open_desk() as desk:
        _, token = await shared(desk, view_limit=2)
        first, _ = await desk.reading.open(token), await desk.reading.open(token)
        with pytest.raises(NotFoundError):
            await desk.reading.open(token)
        with pytest.raises(NotFoundError):
            await desk.reading.open(token, grant=f"{first.grant}x")
        assert (await desk.reading.read(token, grant=first.grant)).title == "One?"
        assert await desk.reading.continue_share(BOB, token, version=1, grant=first.grant)
        (share,) = await desk.sharing.shares(ANN)
        await desk.sharing.revoke(ANN, share.id)
        with pytest.raises(NotFoundError):
            await desk.reading.open(token, grant=first.grant)


async def test_views_at_once_are_no_more_than_allowed() -> None:
    async with open_desk() as desk:
        _, token = await shared(desk, view_limit=3)
        tries = await asyncio.gather(*(desk.reading.open(token) for _ in range(10)), return_exceptions=True)
        assert sum(isinstance(each, NotFoundError) for each in tries) == 7


async def test_a_pass_phrase_opens_and_is_kept_as_a_slow_hash() -> None:
    async with open_desk() as desk:
        _, token = await shared(desk, passphrase="three blind mice")
        for wrong in ("", "three blind rats", "x" * 10_000):
            with pytest.raises(PassphraseError):
                await desk.reading.open(token, passphrase=wrong)
        opened = await desk.reading.open(token, passphrase="three blind mice")
        assert (await desk.reading.read(token, grant=opened.grant)).title == "One?"
        assert opened.share.passphrase.startswith("scrypt:")
        assert "mice" not in opened.share.passphrase
    assert hash_passphrase("a") != hash_passphrase("a")
    assert is_passphrase("é\ud800", hash_passphrase("é\ud800"))


async def test_tries_on_one_share_hold_up_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    begun: list[str] = []
    gate = threading.Semaphore(0)

    def tried(passphrase: str, hashed: str) -> bool:
        begun.append(passphrase)
        assert gate.acquire(timeout=60)
        return is_passphrase(passphrase, hashed)

    async with open_desk() as desk:
        of, token = await shared(desk, passphrase="three blind mice")
        other = await desk.share(of, terms=Terms(passphrase="three blind mice"))
        monkeypatch.setattr("assistant.share_reading.is_passphrase", tried)
        guesses = [asyncio.create_task(desk.reading.open(token, passphrase=f"guess {n}")) for n in range(20)]
        while not begun:
            await asyncio.sleep(0)
        reader = asyncio.create_task(desk.reading.open(other, passphrase="three blind mice"))
        while len(begun) < 2:
            await asyncio.sleep(0)
        assert begun[1] == "three blind mice"
        for _ in range(21):
            gate.release()
        assert (await reader).grant
        assert all(isinstance(e, PassphraseError) for e in await asyncio.gather(*guesses, return_exceptions=True))


async def test_a_grant_of_one_share_opens_no_other() -> None:
    async with open_desk() as desk:
        of, token = await shared(desk, passphrase="p1")
        other = await desk.share(of, terms=Terms(passphrase="p1"))
        grant = (await desk.reading.open(token, passphrase="p1")).grant
        with pytest.raises(PassphraseError):
            await desk.reading.open(other, grant=grant)


async def test_what_was_updated_meanwhile_is_not_copied_unseen() -> None:
    async with open_desk() as desk:
        of, token = await shared(desk)
        copy = await desk.reading.continue_share(BOB, token, version=1)
        await desk.answered("Two?", "Second.", of)
        (share,) = await desk.sharing.shares(ANN)
        seen = (await desk.sharing.preview_update(ANN, share.id, Inclusions())).draft.fingerprint
        await desk.sharing.update(ANN, share.id, Inclusions(), seen=seen)
        with pytest.raises(ShareChangedError):
            await desk.reading.continue_share(BOB, token, version=1)
        newer = await desk.reading.continue_share(BOB, token, version=2)
        assert newer != copy
        assert [len(await desk.shown(each, BOB)) for each in (copy, newer)] == [2, 4]
        assert [v.number for v in await desk.sharing.versions(ANN, share.id)] == [1]
        assert len((await desk.sharing.version(ANN, share.id, 1)).messages) == 2


class UpdatedStore(MemoryConversationStore):
    """Somebody updates or ends the share while it is read."""

    def __init__(self, meanwhile: Callable[["UpdatedStore", Share], None]) -> None:
        super().__init__()
        self.meanwhile = meanwhile
        self.is_watched = False

    def snapshot(self, token_sha256: str) -> Snapshot:
        if self.is_watched:
            self.meanwhile(self, self.shares(ANN)[0])
        return super().snapshot(token_sha256)


def updated(store: UpdatedStore, share: Share) -> None:
    store.update_share(ANN, share.id, store.share_version(ANN, share.id, 1).model_copy(update={"title": "Two?"}))


def revoked(store: UpdatedStore, share: Share) -> None:
    store.revoke_share(ANN, share.id, datetime.now(UTC))


@pytest.mark.parametrize(("meanwhile", "told"), [(updated, ShareChangedError), (revoked, NotFoundError)])
async def test_what_changes_while_it_is_copied_is_not_copied(
    meanwhile: Callable[[UpdatedStore, Share], None], told: type[Exception]
) -> None:
    store = UpdatedStore(meanwhile)
    async with open_desk(store=store) as desk:
        _, token = await shared(desk)
        store.is_watched = True
        with pytest.raises(told):
            await desk.reading.continue_share(BOB, token, version=1)
        assert store.conversations(BOB, 10) == []


@pytest.mark.parametrize(("seconds", "counts"), [(-3700, False), (-3500, True), (30, True), (90, False)])
async def test_a_grant_counts_for_an_hour_by_clocks_that_are_a_little_apart(
    monkeypatch: pytest.MonkeyPatch, seconds: int, counts: bool
) -> None:
    async with open_desk() as desk:
        _, token = await shared(desk, view_limit=1)
        with monkeypatch.context() as other_process:
            there = time.time() + seconds
            other_process.setattr("time.time", lambda: there)
            grant = (await desk.reading.open(token)).grant
        with nullcontext() if counts else pytest.raises(NotFoundError):
            await desk.reading.open(token, grant=grant)


async def test_the_deletion_link_ends_a_share_for_whoever_has_it() -> None:
    async with open_desk() as desk:
        run = await desk.answered("One?", "First.")
        seen = (await desk.sharing.draft(ANN, run.conversation_id, Inclusions())).fingerprint
        made = await desk.sharing.publish(
            ANN, run.conversation_id, Inclusions(), Terms(), seen=seen, request=new_request()
        )
        with pytest.raises(NotFoundError):
            await desk.sharing.revoke_by(made.token)
        await desk.sharing.revoke_by(made.deletion_token)
        with pytest.raises(NotFoundError):
            await desk.reading.open(made.token)


async def test_a_copy_has_the_branches_settings_and_prompt_that_were_included() -> None:
    async with open_desk() as desk:
        messages = chain(4)
        side = replace(messages[3], id="side", text="The other version")
        desk.store.add_conversation(conversation_of(messages), [*messages, side])
        token = await desk.share("copy", chosen=Inclusions(branches=True, settings=True))
        view = await desk.conversations.open(BOB, await desk.reading.continue_share(BOB, token))
        assert [m.text for m in view.messages] == [m.text for m in messages]
        assert [len(view.versions[m.id]) for m in view.messages] == [1, 1, 1, 2]
        assert [m.created_at for m in view.messages] == [m.created_at for m in messages]
        assert view.conversation.options == conversation_of(messages).options


class GatedStore(MemoryConversationStore):
    """Looks one after the other, each when it is let through; counts them."""

    def __init__(self) -> None:
        super().__init__()
        self.looks = 0
        self.gate = threading.Semaphore(0)

    def open_share(self, token_sha256: str, now: datetime) -> OpenShare:
        self.looks += 1
        assert self.gate.acquire(timeout=60)
        return super().open_share(token_sha256, now)


async def test_many_who_ask_at_once_share_a_look_that_began_after_they_asked() -> None:
    async with open_desk(store=GatedStore()) as desk:
        store = desk.store
        assert isinstance(store, GatedStore)
        _, token = await shared(desk)
        first = asyncio.create_task(desk.reading.open(token))
        while not store.looks:
            await asyncio.sleep(0)
        late = [asyncio.create_task(desk.reading.open(token)) for _ in range(20)]
        for _ in range(3):
            await asyncio.sleep(0)
        store.gate.release()
        await first
        (share,) = await desk.sharing.shares(ANN)
        await desk.sharing.revoke(ANN, share.id)
        store.gate.release()
        seen = await asyncio.gather(*late, return_exceptions=True)
        assert all(isinstance(each, NotFoundError) for each in seen)
        assert store.looks == 2


async def test_every_reason_that_there_is_nothing_to_see_takes_the_same_way() -> None:
    """One look at the store, and nothing else: how long it takes tells nothing."""
    store = CountingStore()
    async with open_desk(store=store) as desk:
        of, used_up = await shared(desk, view_limit=1)
        await desk.reading.open(used_up)
        expired = await desk.share(of, terms=Terms(days=1))
        desk.clock.now += timedelta(days=2)
        revoked = await desk.share(of)
        await desk.sharing.revoke(ANN, (await desk.sharing.shares(ANN))[0].id)
        for token in (used_up, expired, revoked, "unknown"):
            store.calls.clear()
            with pytest.raises(NotFoundError):
                await desk.reading.open(token)
            assert store.calls == ["open_share"]


class CountingStore(MemoryConversationStore):
    def __init__(self) -> None:
        super().__init__()
        self.calls: list[str] = []

    def __getattribute__(self, name: str) -> object:
        if name in ("open_share", "count_views", "snapshot", "shares", "share"):
            self.calls.append(name)
        return super().__getattribute__(name)


async def test_views_without_a_limit_are_written_at_the_end_at_the_latest() -> None:
    async with open_desk() as desk:
        looks = ShareLooks(desk.store, clock=desk.clock)
        reader = ShareReader(desk.store, looks, desk.limits, clock=desk.clock)
        _, token = await shared(desk)
        for _ in range(3):
            await reader.open(token)
        await looks.close()
        assert (await desk.sharing.shares(ANN))[0].views == 3

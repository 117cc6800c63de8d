"""Shares: what is in one, who can read it, and how a reader goes on with it."""

import asyncio
import hashlib
from base64 import urlsafe_b64decode
from collections.abc import Coroutine
from dataclasses import replace

import pytest

from assistant.conversation import Conversation, GenerationOptions, Message, MessageStatus, Provenance, without_texts
from assistant.errors.app import NotFoundError, ShareDraftChangedError
from assistant.errors.engine import EngineUnavailableError
from assistant.limits import Bounds
from assistant.model_catalog import CATALOG
from assistant.share_draft import Inclusions
from assistant.share_link import ShareLink, link_tokens, new_request
from assistant.sharing import Terms
from assistant.snapshot import Share, ShareKeys, Snapshot
from tests.contract.samples import PROVENANCE, chain, conversation_of
from tests.fakes.desk import ANN, BOB, Desk, open_desk
from tests.fakes.memory_store import MemoryConversationStore
from tests.fakes.scripted_model import CARD, HOLD

OPTIONS = GenerationOptions()


class WatchedStore(MemoryConversationStore):
    """Shows what it was given to keep of a share."""

    def __init__(self) -> None:
        super().__init__()
        self.kept: list[tuple[str, Share, ShareKeys, Snapshot]] = []

    def add_share(self, owner_id: str, share: Share, keys: ShareKeys, snapshot: Snapshot) -> None:
        self.kept.append((owner_id, share, keys, snapshot))
        super().add_share(owner_id, share, keys, snapshot)


async def shared(desk: Desk, question: str = "One?", answer: str = "First.") -> tuple[str, str]:
    """Conversation and token of one ended turn."""
    run = await desk.answered(question, answer)
    return run.conversation_id, await desk.share(run.conversation_id)


async def read(desk: Desk, token: str) -> list[str]:
    return [message.text for message in (await desk.reading.read(token)).messages]


async def test_a_share_shows_the_conversation_and_where_its_answers_came_from() -> None:
    async with open_desk() as desk:
        conversation_id, token = await shared(desk)
        snapshot = await desk.reading.read(token)
        of = await desk.shown(conversation_id)
        assert [(m.role, m.text, m.status, m.provenance) for m in snapshot.messages] == [
            (m.role, m.text, m.status, m.provenance and without_texts(m.provenance)) for m in of
        ]
        assert snapshot.title == "One?"
        (notice,) = snapshot.notices
        assert (notice.model, notice.licence) == (CARD.name, CARD.licence.name)


async def test_a_share_tells_nothing_of_its_owner() -> None:
    async with open_desk() as desk:
        conversation_id, token = await shared(desk)
        told = (await desk.reading.read(token)).model_dump_json()
        for secret in (ANN, conversation_id, *(m.id for m in await desk.shown(conversation_id))):
            assert secret not in told


async def test_what_is_done_later_does_not_change_a_share() -> None:
    async with open_desk() as desk:
        conversation_id, token = await shared(desk)
        before = await desk.reading.read(token)
        await desk.answered("Two?", "Second.", conversation_id)
        await desk.conversations.rename(ANN, conversation_id, "Another name")
        assert await desk.reading.read(token) == before


async def test_only_the_branch_that_is_shown_is_shared() -> None:
    async with open_desk() as desk:
        run = await desk.answered("One?", "The secret version.")
        desk.model.will_say(" The good version.")
        again = await desk.service.regenerate(
            ANN, run.conversation_id, run.answer_id, client_request_id="x", options=OPTIONS
        )
        await desk.end_of(again)
        token = await desk.share(run.conversation_id)
        assert await read(desk, token) == ["One?", "The good version."]


async def test_an_answer_that_is_being_written_is_not_shared_half() -> None:
    async with open_desk() as desk:
        run = await desk.answered("One?", "First.")
        desk.model.will_say(" Half", HOLD, " whole.")
        writing = await desk.ask("Two?", run.conversation_id)
        await desk.model.held()
        token = await desk.share(run.conversation_id)
        desk.model.release()
        await desk.end_of(writing)
        assert await read(desk, token) == ["One?", "First.", "Two?"]


async def test_a_conversation_without_a_message_cannot_be_shared() -> None:
    async with open_desk() as desk:
        now = desk.clock()
        empty = Conversation(
            id="empty", owner_id=ANN, title="", created_at=now, updated_at=now, leaf_id=None, options=OPTIONS
        )
        desk.store.add_conversation(empty, [])
        with pytest.raises(NotFoundError):
            await desk.share("empty")


async def test_a_token_has_256_bits_and_only_its_hash_is_kept() -> None:
    store = WatchedStore()
    async with open_desk(store=store) as desk:
        conversation_id, token = await shared(desk)
        another = await desk.share(conversation_id)
        assert len(urlsafe_b64decode(token + "=")) == 32
        assert token != another
        assert [kept[2].token_sha256 for kept in store.kept] == [
            hashlib.sha256(t.encode()).hexdigest() for t in (token, another)
        ]
        assert token not in repr(store.kept)


async def test_a_request_that_comes_twice_publishes_once() -> None:
    async with open_desk(bounds=Bounds(shares_per_hour=1)) as desk:
        run = await desk.answered("One?", "First.")
        seen = (await desk.sharing.draft(ANN, run.conversation_id, Inclusions())).fingerprint
        request = new_request()

        def publish(terms: Terms = Terms()) -> Coroutine[None, None, ShareLink]:  # noqa: B008  # frozen
            return desk.sharing.publish(ANN, run.conversation_id, Inclusions(), terms, seen=seen, request=request)

        made, twice = await asyncio.gather(publish(), publish())
        assert made == twice
        await desk.conversations.rename(ANN, run.conversation_id, "Named by the model meanwhile")
        assert (await publish()).token == made.token
        assert await read(desk, made.token) == ["One?", "First."]
        assert len(await desk.sharing.shares(ANN)) == 1
        await desk.sharing.revoke(ANN, made.share.id)
        with pytest.raises(ShareDraftChangedError):
            await publish()


async def test_other_terms_or_another_person_make_another_link_of_the_same_request() -> None:
    request = new_request()
    said: list[tuple[str | int | None, ...]] = [
        ("ann", "c", 30, None, ""), ("bob", "c", 30, None, ""), ("ann", "c", None, 30, ""), ("ann", "c", 30, None, "p"),
    ]  # fmt: skip
    made = [link_tokens(each, *words) for each in (request, new_request()) for words in said]
    told = {text for tokens in made for text in (tokens.share_id, tokens.token, tokens.deletion_token)}
    assert len(told) == 3 * len(made)


async def test_the_licence_is_that_of_the_model_that_answered() -> None:
    other = next(card for card in CATALOG.values() if card.licence != CARD.licence)
    async with open_desk() as desk:
        made_by_other = PROVENANCE.model_copy(update={"model": other.name})
        desk.store.add_conversation(conversation_of(answered_by(made_by_other)), answered_by(made_by_other))
        snapshot = await desk.reading.read(await desk.share("copy"))
        (notice,) = snapshot.notices
        assert (notice.model, notice.url) == (other.name, other.licence.url)


def answered_by(provenance: Provenance) -> list[Message]:
    question, answer = chain(2)
    return [question, replace(answer, provenance=provenance)]


@pytest.mark.parametrize("token", ["", "never", "é\ud800", "x" * 10_000])
async def test_a_token_that_was_never_given_finds_nothing(token: str) -> None:
    async with open_desk() as desk:
        await shared(desk)
        with pytest.raises(NotFoundError):
            await desk.reading.read(token)
        with pytest.raises(NotFoundError):
            await desk.reading.continue_share(BOB, token)


async def test_a_revoked_share_can_neither_be_read_nor_copied() -> None:
    async with open_desk() as desk:
        conversation_id, token = await shared(desk)
        kept = await desk.share(conversation_id)
        newest, oldest = await desk.sharing.shares(ANN)
        await desk.sharing.revoke(ANN, oldest.id)
        for attempt in (desk.reading.read(token), desk.reading.continue_share(BOB, token)):
            with pytest.raises(NotFoundError):
                await attempt
        assert await read(desk, kept) == ["One?", "First."]
        states = [(s.id, s.revoked_at is not None) for s in await desk.sharing.shares(ANN)]
        assert states == [(newest.id, False), (oldest.id, True)]


async def test_nobody_else_can_revoke_a_share() -> None:
    async with open_desk() as desk:
        _, token = await shared(desk)
        (share,) = await desk.sharing.shares(ANN)
        with pytest.raises(NotFoundError):
            await desk.sharing.revoke(BOB, share.id)
        assert await read(desk, token) == ["One?", "First."]


async def test_a_share_of_a_deleted_conversation_comes_back_with_it() -> None:
    async with open_desk() as desk:
        conversation_id, token = await shared(desk)
        await desk.conversations.delete(ANN, [conversation_id])
        with pytest.raises(NotFoundError):
            await desk.reading.read(token)
        await desk.conversations.restore(ANN, [conversation_id])
        assert await read(desk, token) == ["One?", "First."]


async def test_a_copy_lands_in_the_readers_own_list_and_goes_on_there() -> None:
    async with open_desk() as desk:
        conversation_id, token = await shared(desk)
        copy_id = await desk.reading.continue_share(BOB, token)
        (listed,) = await desk.conversations.conversations(BOB, 10)
        assert (listed.id, listed.title, listed.origin) == (copy_id, "One?", "share")
        desk.model.will_say(" Second.")
        await desk.end_of(await desk.ask("Two?", copy_id, owner=BOB))
        assert [m.text for m in await desk.shown(copy_id, BOB)] == ["One?", "First.", "Two?", "Second."]
        assert await desk.texts(conversation_id) == ["One?", "First."]
        with pytest.raises(NotFoundError):
            await desk.shown(copy_id, ANN)


async def test_a_copy_keeps_where_its_answers_came_from_and_how_they_ended() -> None:
    async with open_desk() as desk:
        desk.model.will_say(" Half of", EngineUnavailableError(fault="gone"))
        run = await desk.ask("One?")
        await desk.end_of(run)
        copy_id = await desk.reading.continue_share(BOB, await desk.share(run.conversation_id))
        original, copy = (await desk.shown(run.conversation_id))[-1], (await desk.shown(copy_id, BOB))[-1]
        assert (copy.text, copy.status) == ("Half of", MessageStatus.INTERRUPTED)
        assert original.provenance
        assert copy.provenance == without_texts(original.provenance)


async def test_the_same_reader_has_one_copy_however_often_it_is_asked_for() -> None:
    async with open_desk() as desk:
        _, token = await shared(desk)
        copies = {await desk.reading.continue_share(BOB, token) for _ in range(3)}
        assert [c.id for c in await desk.conversations.conversations(BOB, 10)] == [*copies]


async def test_asking_again_gives_back_a_copy_that_was_deleted() -> None:
    async with open_desk() as desk:
        _, token = await shared(desk)
        copy_id = await desk.reading.continue_share(BOB, token)
        await desk.conversations.delete(BOB, [copy_id])
        assert await desk.reading.continue_share(BOB, token) == copy_id
        assert [m.text for m in await desk.shown(copy_id, BOB)] == ["One?", "First."]


async def test_each_reader_has_a_copy_and_the_owner_may_have_one_too() -> None:
    async with open_desk() as desk:
        conversation_id, token = await shared(desk)
        copies = {await desk.reading.continue_share(reader, token) for reader in (ANN, BOB, "owner-cat")}
        assert len(copies | {conversation_id}) == 4


async def test_a_copy_that_ends_with_a_question_can_have_it_answered() -> None:
    async with open_desk() as desk:
        desk.model.will_say(" Half", HOLD)
        run = await desk.ask("One?")
        await desk.model.held()
        copy_id = await desk.reading.continue_share(BOB, await desk.share(run.conversation_id))
        (question,) = await desk.shown(copy_id, BOB)
        desk.model.will_say(" Mine.")
        again = await desk.service.regenerate(BOB, copy_id, question.id, client_request_id="x", options=OPTIONS)
        await desk.end_of(again)
        assert [m.text for m in await desk.shown(copy_id, BOB)] == ["One?", "Mine."]

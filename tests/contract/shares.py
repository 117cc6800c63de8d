"""Shares: read by whoever has the link, until they are revoked or their conversation is deleted."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from assistant.errors.app import NotFoundError
from assistant.ports import ConversationStore
from assistant.snapshot import ShareVersion
from tests.contract.samples import ANN, BOB, at, complete, first_turn, keys, next_turn, share, snapshot

ONE, TWO = "1" * 64, "2f" * 32


class ShareContract:
    @pytest.fixture
    def shared(self, store: ConversationStore) -> ConversationStore:
        """One ended turn, shared twice; the second share is the newer one."""
        store.begin_turn(first_turn())
        store.finish("r1", complete(), at(2))
        store.add_share(ANN, share(1), keys(ONE), snapshot("First?"))
        store.add_share(ANN, share(2), keys(TWO), snapshot("Second?"))
        return store

    def test_a_snapshot_is_found_by_its_tokens_hash(self, shared: ConversationStore) -> None:
        assert shared.snapshot(ONE) == snapshot("First?")
        assert shared.snapshot(TWO) == snapshot("Second?")

    def test_an_unknown_token_finds_nothing(self, shared: ConversationStore) -> None:
        with pytest.raises(NotFoundError):
            shared.snapshot("3" * 64)

    def test_later_turns_do_not_change_a_snapshot(self, shared: ConversationStore) -> None:
        shared.begin_turn(next_turn(2))
        shared.rename(ANN, "c1", "Another name")
        assert shared.snapshot(ONE) == snapshot("First?")

    def test_shares_are_listed_newest_first(self, shared: ConversationStore) -> None:
        shared.begin_turn(first_turn(2))
        shared.add_share(ANN, share(3, "c2"), keys("3" * 64), snapshot())
        assert shared.shares(ANN, "c1") == [share(2), share(1)]

    def test_a_revoked_share_is_gone_for_readers_and_listed_for_its_owner(self, shared: ConversationStore) -> None:
        shared.revoke_share(ANN, "s1", at(200))
        with pytest.raises(NotFoundError):
            shared.snapshot(ONE)
        assert [(s.id, s.revoked_at) for s in shared.shares(ANN, "c1")] == [("s2", None), ("s1", at(200))]
        assert shared.snapshot(TWO) == snapshot("Second?")

    def test_revoking_again_keeps_the_first_time(self, shared: ConversationStore) -> None:
        shared.revoke_share(ANN, "s1", at(200))
        shared.revoke_share(ANN, "s1", at(300))
        assert shared.shares(ANN, "c1")[-1].revoked_at == at(200)

    def test_deleting_hides_shares_and_undo_brings_back_those_that_were_not_revoked(
        self, shared: ConversationStore
    ) -> None:
        shared.revoke_share(ANN, "s1", at(200))
        shared.delete(ANN, "c1", at(201))
        for token in (ONE, TWO):
            with pytest.raises(NotFoundError):
                shared.snapshot(token)
        shared.restore(ANN, "c1")
        assert shared.snapshot(TWO) == snapshot("Second?")
        with pytest.raises(NotFoundError):
            shared.snapshot(ONE)

    def test_a_purged_conversation_takes_its_shares_with_it(self, shared: ConversationStore) -> None:
        shared.delete(ANN, "c1", at(200))
        shared.purge_deleted(at(201))
        with pytest.raises(NotFoundError):
            shared.snapshot(TWO)

    def test_a_share_that_is_there_is_not_made_again(self, shared: ConversationStore) -> None:
        shared.add_share(ANN, share(1), keys("3" * 64), snapshot("Third?"))
        assert len(shared.shares(ANN)) == 2
        assert shared.snapshot(ONE) == snapshot("First?")

    # For how long, and for how many

    def test_a_link_opens_until_it_expires(self, shared: ConversationStore) -> None:
        shared.set_share_expiry(ANN, "s1", at(200))
        opened = shared.open_share(ONE, at(199))
        assert (opened.id, opened.version, opened.passphrase, opened.views_left) == ("s1", 1, "", None)
        for late in (200, 201):
            with pytest.raises(NotFoundError):
                shared.open_share(ONE, at(late))
        shared.set_share_expiry(ANN, "s1", None)
        assert shared.open_share(ONE, at(10_000)).id == "s1"

    def test_nothing_opens_that_is_unknown_revoked_or_deleted(self, shared: ConversationStore) -> None:
        shared.revoke_share(ANN, "s1", at(200))
        for token in (ONE, "3" * 64, ""):
            with pytest.raises(NotFoundError):
                shared.open_share(token, at(201))
        shared.delete(ANN, "c1", at(202))
        with pytest.raises(NotFoundError):
            shared.open_share(TWO, at(203))

    def test_views_are_counted_up_to_their_limit(self, shared: ConversationStore) -> None:
        shared.add_share(ANN, replace(share(3), view_limit=3), keys("3" * 64), snapshot())
        assert [shared.count_views("s3", views) for views in (2, 2, 1)] == [2, 1, 0]
        assert shared.open_share("3" * 64, at(1)).views_left == 0
        assert (shared.share(ANN, "s3").views, shared.share(ANN, "s3").is_open(at(1))) == (3, False)
        assert shared.count_views("s1", 5) == 5
        assert shared.share(ANN, "s1").views == 5
        assert shared.count_views("none", 1) == 0

    def test_a_pass_phrase_is_told_to_whoever_opens_and_not_to_the_owner(self, shared: ConversationStore) -> None:
        shared.add_share(ANN, share(3), replace(keys("3" * 64), passphrase="hashed"), snapshot())
        assert shared.open_share("3" * 64, at(1)).passphrase == "hashed"
        assert [s.has_passphrase for s in shared.shares(ANN)] == [True, False, False]

    # Later

    def test_an_update_is_at_the_same_link_and_the_earlier_ones_are_kept(self, shared: ConversationStore) -> None:
        for number, text in ((2, "Anew?"), (3, "Once more?")):
            shared.update_share(ANN, "s1", snapshot(text).model_copy(update={"title": text, "shared_at": at(number)}))
        assert shared.snapshot(ONE).messages[0].text == "Once more?"
        assert shared.open_share(ONE, at(1)).version == 3
        assert shared.share_versions(ANN, "s1") == [ShareVersion(2, at(2)), ShareVersion(1, at(100))]
        assert [shared.share_version(ANN, "s1", n).messages[0].text for n in (1, 2, 3)] == [
            "First?", "Anew?", "Once more?",
        ]  # fmt: skip
        assert (shared.share(ANN, "s1").title, shared.share(ANN, "s1").version) == ("Once more?", 3)
        assert shared.share_versions(ANN, "s2") == []
        for number in (-(10**41), 0, 4, 2**31, 2**63, 10**41):
            with pytest.raises(NotFoundError):
                shared.share_version(ANN, "s1", number)

    def test_an_update_that_shows_the_same_is_none(self, shared: ConversationStore) -> None:
        for _ in range(2):
            shared.update_share(ANN, "s1", snapshot("Anew?").model_copy(update={"shared_at": at(2)}))
        shared.update_share(ANN, "s1", snapshot("Anew?").model_copy(update={"shared_at": at(3)}))
        assert (shared.share(ANN, "s1").version, shared.snapshot(ONE).shared_at) == (2, at(2))

    def test_all_shares_of_a_person_are_listed_newest_first(self, shared: ConversationStore) -> None:
        shared.begin_turn(first_turn(2))
        shared.add_share(ANN, share(3, "c2"), keys("3" * 64), snapshot())
        shared.begin_turn(first_turn(4, owner_id=BOB))
        shared.add_share(BOB, share(4, "c4"), keys("4" * 64), snapshot())
        assert [s.id for s in shared.shares(ANN)] == ["s3", "s2", "s1"]
        shared.delete(ANN, "c1", at(200))
        assert [s.id for s in shared.shares(ANN)] == ["s3"]

    def test_the_deletion_link_revokes_one_share(self, shared: ConversationStore) -> None:
        shared.revoke_share_by(keys(ONE).deletion_sha256, at(200))
        shared.revoke_share_by(keys(ONE).deletion_sha256, at(300))
        assert [s.revoked_at for s in shared.shares(ANN)] == [None, at(200)]
        for unknown in ("3" * 64, ""):
            with pytest.raises(NotFoundError):
                shared.revoke_share_by(unknown, at(201))

    @pytest.mark.parametrize(
        "attempt",
        [
            lambda store: store.share(BOB, "s1"),
            lambda store: store.update_share(BOB, "s1", snapshot()),
            lambda store: store.share_versions(BOB, "s1"),
            lambda store: store.share_version(BOB, "s1", 1),
            lambda store: store.set_share_expiry(BOB, "s1", at(1)),
            lambda store: store.revoke_share(BOB, "s1", at(1)),
            lambda store: store.shares(BOB, "c1"),
        ],
    )
    def test_another_persons_share_is_not_there(
        self, shared: ConversationStore, attempt: Callable[[ConversationStore], object]
    ) -> None:
        before = shared.shares(ANN)
        with pytest.raises(NotFoundError):
            attempt(shared)
        assert shared.shares(ANN) == before
        assert shared.shares(BOB) == []

    def test_a_store_in_order_says_so(self, store: ConversationStore) -> None:
        store.ping()

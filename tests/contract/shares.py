"""Shares: read by whoever has the link, until they are revoked or their conversation is deleted."""

import pytest

from assistant.errors import NotFoundError
from assistant.ports import ConversationStore
from tests.contract.samples import ANN, at, complete, first_turn, next_turn, share, snapshot

ONE, TWO = "1" * 64, "2" * 64


class ShareContract:
    @pytest.fixture
    def shared(self, store: ConversationStore) -> ConversationStore:
        """One ended turn, shared twice; the second share is the newer one."""
        store.begin_turn(first_turn())
        store.finish("r1", complete(), at(2))
        store.add_share(ANN, share(1), ONE, snapshot("First?"))
        store.add_share(ANN, share(2), TWO, snapshot("Second?"))
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
        shared.add_share(ANN, share(3, "c2"), "3" * 64, snapshot())
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

    def test_a_store_in_order_says_so(self, store: ConversationStore) -> None:
        store.ping()

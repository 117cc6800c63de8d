"""Who people are: visitors, accounts, and what goes along when the one becomes the other."""

from datetime import date, timedelta
from typing import Protocol

import pytest

from assistant.draft import Draft
from assistant.errors.app import NotFoundError
from assistant.errors.visitor import SignedOutError
from assistant.identity import Account, Identity
from assistant.identity_port import IdentityStore
from assistant.ports import ConversationStore
from assistant.search_query import SearchQuery
from tests.contract.presets import preset
from tests.contract.samples import (
    ANN,
    BOB,
    at,
    chain,
    complete,
    conversation_of,
    first_turn,
    keys,
    next_turn,
    share,
    snapshot,
)

TODAY = date(2026, 11, 24)
TOMORROW = TODAY + timedelta(days=1)
TOKEN, OTHER_TOKEN = "a" * 64, "b" * 64
ACCOUNT = Account(issuer="https://id.example", subject="42", name="Ann")


class Store(ConversationStore, IdentityStore, Protocol):
    pass


class IdentityContract:
    def test_what_is_an_accounts_does_not_expire(self, store: Store) -> None:
        for number, owner in ((1, ANN), (2, BOB)):
            store.begin_turn(first_turn(number, owner_id=owner))
            store.finish(f"r{number}", complete(), at(number))
            store.keep_draft(owner, f"c{number}", Draft("Half a th", "v1"), seen="", now=at(3))
        owner_id = store.sign_in(ACCOUNT, TOKEN, ANN, TODAY).owner_id
        assert store.delete_unchanged(at(10), 10) == 1
        assert [c.id for c in store.conversations(owner_id, 10)] == ["c1"]
        assert store.draft(owner_id, "c1").text == "Half a th"
        assert store.conversations(BOB, 10) == []

    def test_a_draft_of_somebody_who_never_asked_anything_goes_after_a_time(self, store: Store) -> None:
        store.begin_turn(first_turn(1, owner_id=BOB))
        store.finish("r1", complete(), at(1))
        store.sign_in(ACCOUNT, OTHER_TOKEN, None, TODAY)
        account = store.identity(OTHER_TOKEN).owner_id
        store.save_preset(TOKEN, preset())
        for owner, second in ((ANN, 1), (TOKEN, 2), (BOB, 3), (account, 4), ("e" * 64, 9)):
            store.keep_draft(owner, None, Draft("Half a th", "v1"), seen="", now=at(second))
        assert [store.forget_drafts(at(5), limit=1) for _ in range(3)] == [1, 1, 0]
        kept = [store.draft(owner, None).text for owner in (ANN, TOKEN, BOB, account, "e" * 64)]
        assert kept == ["", "", "Half a th", "Half a th", "Half a th"]
        # Of whom nothing is left nothing is known; a saved prompt is something.
        assert [store.see(owner, TOMORROW) for owner in (ANN, TOKEN)] == [False, True]

    # Visitors

    def test_a_token_that_nothing_is_known_of_is_an_anonymous_visitors(self, store: Store) -> None:
        assert store.identity(TOKEN) == Identity(owner_id=TOKEN)

    def test_a_visit_is_noted_once_a_day_for_whom_something_is_kept(self, store: Store) -> None:
        assert store.see(ANN, TOMORROW) is False
        store.begin_turn(first_turn())
        assert [store.see(ANN, day) for day in (at(1).date(), TODAY, TODAY, TOMORROW)] == [False, True, False, True]

    def test_every_way_in_which_a_first_conversation_comes_makes_its_owner_known(self, store: Store) -> None:
        messages = chain(2)
        store.begin_turn(first_turn())
        store.add_conversation(conversation_of(messages, owner=BOB), messages)
        imported = chain(2, "imported")
        store.add_hidden([(conversation_of(imported, owner=TOKEN, conversation_id="imported"), imported)], at(3))
        assert [store.see(owner, TOMORROW) for owner in (ANN, BOB, TOKEN, OTHER_TOKEN)] == [True, True, True, False]

    def test_a_revoked_token_is_nobodys_and_nothing_more_is_kept_for_it(self, store: Store) -> None:
        for number, owner in enumerate((ANN, TOKEN), 1):
            store.begin_turn(first_turn(number, owner_id=owner))
            store.sign_out(owner, TODAY)
            with pytest.raises(SignedOutError):
                store.identity(owner)
            with pytest.raises(SignedOutError):
                store.begin_turn(first_turn(number + 2, owner_id=owner))
        assert store.identity(BOB) == Identity(owner_id=BOB)

    def test_of_a_token_that_nobody_has_no_end_is_kept(self, store: Store) -> None:
        store.sign_out(TOKEN, TODAY)
        assert store.identity(TOKEN) == Identity(owner_id=TOKEN)
        assert store.forget_revoked(TOMORROW) == 0

    def test_what_is_revoked_is_forgotten_when_no_browser_can_have_it_any_more(self, store: Store) -> None:
        store.begin_turn(first_turn(2, owner_id=TOKEN))
        store.sign_out(TOKEN, TODAY)
        store.begin_turn(first_turn())
        assert store.forget_revoked(TODAY) == 0
        assert store.forget_revoked(TOMORROW) == 1
        assert store.identity(ANN) == Identity(owner_id=ANN)

    # Accounts

    def test_whoever_signs_in_has_an_account_and_a_new_token(self, store: Store) -> None:
        identity = store.sign_in(ACCOUNT, TOKEN, ANN, TODAY)
        assert identity.account == ACCOUNT
        assert identity.owner_id not in (TOKEN, ANN)
        assert store.identity(TOKEN) == identity
        with pytest.raises(SignedOutError):
            store.identity(ANN)

    def test_the_same_person_is_the_same_owner_in_every_browser_and_by_the_newest_name(self, store: Store) -> None:
        renamed = Account(issuer=ACCOUNT.issuer, subject=ACCOUNT.subject, name="Ann B.")
        first = store.sign_in(ACCOUNT, TOKEN, None, TODAY)
        second = store.sign_in(renamed, OTHER_TOKEN, None, TODAY)
        assert second.owner_id == first.owner_id
        assert store.identity(TOKEN).account == store.identity(OTHER_TOKEN).account == renamed

    @pytest.mark.parametrize("other", [{"subject": "43"}, {"issuer": "https://other.example"}], ids=str)
    def test_another_person_or_provider_is_another_owner(self, store: Store, other: dict[str, str]) -> None:
        someone = Account(**{"issuer": ACCOUNT.issuer, "subject": ACCOUNT.subject, "name": "Ann", **other})
        owner_ids = {store.sign_in(a, t, None, TODAY).owner_id for a, t in ((ACCOUNT, TOKEN), (someone, OTHER_TOKEN))}
        assert len(owner_ids) == 2

    def test_signing_out_ends_one_browser_and_everywhere_ends_all(self, store: Store) -> None:
        tokens = ["1" * 64, "2" * 64, "3" * 64]
        (owner_id,) = {store.sign_in(ACCOUNT, token, None, TODAY).owner_id for token in tokens}
        stranger = store.sign_in(Account(issuer="i", subject="s", name="n"), OTHER_TOKEN, None, TODAY)
        store.sign_out(tokens[0], TODAY)
        with pytest.raises(SignedOutError):
            store.identity(tokens[0])
        assert store.identity(tokens[1]).owner_id == owner_id
        assert store.sign_out_everywhere(owner_id, TODAY) == 2
        for token in tokens:
            with pytest.raises(SignedOutError):
                store.identity(token)
        assert store.identity(OTHER_TOKEN) == stranger

    # What goes along

    def test_all_that_a_visitor_has_becomes_the_accounts(self, store: Store) -> None:
        store.begin_turn(first_turn())
        store.finish("r1", complete("A rare walrus."), at(2))
        store.begin_turn(next_turn(2))
        store.begin_turn(first_turn(3))
        store.add_share(ANN, share(), keys("1" * 64), snapshot())
        store.delete(ANN, "c3", at(4))
        store.agree_to_export(ANN, at(5))
        owner = store.sign_in(ACCOUNT, TOKEN, ANN, TODAY).owner_id
        assert [c.id for c in store.conversations(owner, 10)] == ["c1"]
        assert store.conversations(ANN, 10) == []
        assert [run.id for run in store.active_runs(owner)] == ["r2", "r3"]
        assert store.shares(owner, "c1") == [share()]
        assert store.snapshot("1" * 64) == snapshot()
        assert store.agreed_to_export(owner) == at(5)
        store.restore(owner, "c3")
        with pytest.raises(NotFoundError):
            store.messages(ANN, "c1")

    def test_prompts_and_drafts_come_along_and_the_accounts_own_of_the_same_name_stand(self, store: Store) -> None:
        owner = store.sign_in(ACCOUNT, TOKEN, None, TODAY).owner_id
        for number, (kept_for, text) in enumerate([(owner, "account"), (ANN, "visitor")]):
            store.keep_draft(kept_for, None, Draft(text, f"of-{text}"), seen="", now=at(1))
            store.save_preset(kept_for, preset(number, "Brief"))
        store.save_preset(ANN, preset(2, "Long"))
        store.sign_in(ACCOUNT, OTHER_TOKEN, ANN, TODAY)
        assert store.draft(owner, None).text == "account"
        assert [(p.name, p.id) for p in store.presets(owner)] == [("Brief", "p0"), ("Long", "p2")]
        assert (store.draft(ANN, None), store.presets(ANN)) == (Draft(), [])

    def test_what_came_along_is_found_by_the_account_alone_and_in_its_place_in_time(self, store: Store) -> None:
        store.begin_turn(first_turn(1, question="walrus one"))
        owner = store.sign_in(ACCOUNT, TOKEN, None, TODAY).owner_id
        store.begin_turn(first_turn(2, owner_id=owner, question="walrus two"))
        store.sign_in(ACCOUNT, OTHER_TOKEN, ANN, TODAY)
        found = store.search(owner, SearchQuery(text="walrus"), 10)
        assert [hit.text for hit in found] == ["walrus two", "walrus one"]
        assert store.search(ANN, SearchQuery(text="walrus"), 10) == []
        store.rename(owner, "c1", "A narwhal")
        assert [hit.text for hit in store.search(owner, SearchQuery(text="narwhal"), 10)] == ["A narwhal"]

    def test_an_answer_in_the_making_is_finished_for_the_account(self, store: Store) -> None:
        store.begin_turn(first_turn())
        owner = store.sign_in(ACCOUNT, TOKEN, ANN, TODAY).owner_id
        assert store.finish("r1", complete("A walrus."), at(2))
        assert store.answer(owner, "r1").text == "A walrus."
        assert [hit.text for hit in store.search(owner, SearchQuery(text="walrus"), 10)] == ["A walrus."]

    def test_where_both_decided_something_the_accounts_decision_stands(self, store: Store) -> None:
        owner = store.sign_in(ACCOUNT, TOKEN, None, TODAY).owner_id
        store.agree_to_export(owner, at(1))
        store.agree_to_export(ANN, at(2))
        store.sign_in(ACCOUNT, OTHER_TOKEN, ANN, TODAY)
        assert store.agreed_to_export(owner) == at(1)
        assert store.agreed_to_export(ANN) is None

    def test_nothing_is_moved_twice_and_nothing_of_one_account_to_another(self, store: Store) -> None:
        store.begin_turn(first_turn())
        ann = store.sign_in(ACCOUNT, TOKEN, ANN, TODAY).owner_id
        bob = store.sign_in(Account(issuer="i", subject="bob", name="Bob"), OTHER_TOKEN, TOKEN, TODAY).owner_id
        again = store.sign_in(ACCOUNT, "c" * 64, ANN, TODAY)
        assert [c.id for c in store.conversations(ann, 10)] == ["c1"]
        assert store.conversations(bob, 10) == []
        assert again.owner_id == ann

    def test_whoever_deletes_everything_of_an_account_is_signed_out_and_unknown(self, store: Store) -> None:
        owner = store.sign_in(ACCOUNT, TOKEN, None, TODAY).owner_id
        store.begin_turn(first_turn(owner_id=owner))
        assert store.delete_owner(owner) == 1
        with pytest.raises(SignedOutError):
            store.identity(TOKEN)
        assert store.sign_in(ACCOUNT, OTHER_TOKEN, None, TODAY).owner_id != owner

    def test_a_visitor_who_deletes_everything_is_as_new(self, store: Store) -> None:
        store.begin_turn(first_turn())
        store.delete_owner(ANN)
        assert store.see(ANN, TOMORROW) is False
        store.begin_turn(first_turn())

    # Sign-ins under way

    def test_a_step_of_a_sign_in_is_taken_once_and_in_time(self, store: Store) -> None:
        for key, end in (("1" * 64, 10), ("2" * 64, 10), ("3" * 64, 20)):
            store.add_sign_in_step(key, {"nonce": key[0]}, at(0), at(end))
        assert store.take_sign_in_step("1" * 64, at(9)) == {"nonce": "1"}
        store.add_sign_in_step("4" * 64, {}, at(10), at(20))
        for key in ("1" * 64, "2" * 64, "5" * 64):
            with pytest.raises(NotFoundError):
                store.take_sign_in_step(key, at(9))
        with pytest.raises(NotFoundError):
            store.take_sign_in_step("3" * 64, at(20))

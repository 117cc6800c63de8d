"""Accepted licences: by whom, which version, and when first."""

from assistant.ports import ConversationStore
from tests.contract.samples import ANN, BOB, at


class LicenceContract:
    def test_a_licence_is_accepted_by_one_person_and_in_one_version(self, store: ConversationStore) -> None:
        store.accept_licence(ANN, "OpenRAIL-M v1", at(1))
        assert store.licence_accepted_at(ANN, "OpenRAIL-M v1") == at(1)
        assert store.licence_accepted_at(ANN, "OpenRAIL-M v2") is None
        assert store.licence_accepted_at(BOB, "OpenRAIL-M v1") is None

    def test_accepting_again_keeps_the_first_time(self, store: ConversationStore) -> None:
        for second in (1, 2):
            store.accept_licence(ANN, "OpenRAIL-M v1", at(second))
        assert store.licence_accepted_at(ANN, "OpenRAIL-M v1") == at(1)

    def test_whoever_deletes_everything_is_asked_anew(self, store: ConversationStore) -> None:
        store.accept_licence(ANN, "OpenRAIL-M v1", at(1))
        store.delete_owner(ANN)
        assert store.licence_accepted_at(ANN, "OpenRAIL-M v1") is None

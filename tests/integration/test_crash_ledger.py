"""The crash test itself: text that a kill cost is excused by a slow database alone."""

import pytest

from storage.database import Database
from storage.store import SqlConversationStore
from tests.contract.samples import ANN, at, first_turn
from tests.crash.contents import Contents
from tests.crash.ledger import Ledger
from tests.crash.records import Asked, Asking, Handed, Kept, Record, Shown

ASKED = Asking(request="request-1", how="send", owner=ANN, conversation_id=None, at=None, text="Question 1?")
TAKEN = Asked(request="request-1", run_id="r1", conversation_id="c1", answer_id="a1")
ONE, TWO = (Shown(answer_id="a1", text=text) for text in ("One", "One two"))
HANDED, KEPT = Handed(run_id="r1", text="One two"), Kept(run_id="r1")
KILLED = 10.0


@pytest.mark.parametrize(
    ("told", "is_right"),
    [
        ([(9.1, TWO)], True),
        ([(8.9, TWO)], False),
        ([(8.9, TWO), (9.4, HANDED)], True),
        ([(8.9, TWO), (9.999, HANDED)], False),
        ([(8.9, TWO), (8.0, HANDED), (9.3, KEPT)], True),
        ([(8.9, TWO), (8.5, HANDED), (8.8, KEPT)], False),
    ],
)
def test_late_text_is_lost_unless_the_database_was_at_one_for_too_long(
    database: Database, told: list[tuple[float, Record]], is_right: bool
) -> None:
    store = SqlConversationStore(database)
    store.begin_turn(first_turn())
    store.checkpoint("r1", "One", at(2))
    ledger = Ledger()
    for now, record in ((0.0, ASKED), (0.0, TAKEN), (8.0, ONE), *told):
        ledger.keep(record, now)
    wrong = ledger.check(Contents(database), KILLED)
    assert (wrong == []) is is_right, wrong
    assert ledger.slow_writes == (is_right and told[0][0] < 9)

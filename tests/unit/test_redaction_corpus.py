"""The redaction on the labelled corpus: how much it finds, and how much of what it finds is nothing."""

import pytest

from assistant.detection.finding import Kind
from assistant.detection.scan import scan
from tests.redaction_corpus.case import Case, Score, measure
from tests.redaction_corpus.closer_positives import closer_positives
from tests.redaction_corpus.lookalikes import lookalikes
from tests.redaction_corpus.positives import positives

# A little under what was measured: see the README.
RECALL = dict.fromkeys(Kind, 0.97) | {Kind.PASSWORD: 0.92, Kind.PHONE: 0.93}
PRECISION = 0.97


@pytest.fixture(scope="module")
def scores() -> dict[Kind, Score]:
    return measure([*positives(), *closer_positives(), *lookalikes()], scan)


def test_the_corpus_is_large_enough_to_say_something() -> None:
    found, alike = [*positives(), *closer_positives()], list(lookalikes())
    assert min(len(found), len(alike)) >= 300
    assert all(case.text.count(case.value) == 1 and case.kind for case in found)
    assert all(sum(case.kind is kind for case in found) >= 30 for kind in Kind)


@pytest.mark.parametrize("kind", Kind)
def test_what_must_not_leave_is_found(scores: dict[Kind, Score], kind: Kind) -> None:
    assert scores[kind].recall >= RECALL[kind], scores[kind].missed


@pytest.mark.parametrize("kind", Kind)
def test_what_only_looks_like_it_stays(scores: dict[Kind, Score], kind: Kind) -> None:
    assert scores[kind].precision >= PRECISION, scores[kind].wrong


def test_a_scan_that_finds_nothing_or_everything_would_be_noticed() -> None:
    cases = [Case("a@acme.dev", Kind.EMAIL, "a@acme.dev"), Case("b@example.com")]
    (nothing, everything) = (
        measure(cases, lambda text: [])[Kind.EMAIL],
        measure(cases, lambda text: [f for f in scan("x@acme.dev") if f.kind is Kind.EMAIL])[Kind.EMAIL],
    )
    assert (nothing.recall, everything.recall, everything.precision) == (0, 1, 0.5)

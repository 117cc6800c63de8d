"""One text of the corpus, and how well a scan of all of them did."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from assistant.detection.finding import Finding, Kind


@dataclass(frozen=True, slots=True)
class Case:
    text: str
    kind: Kind | None = None
    """What `value` is; None: nothing in the text is to be found."""
    value: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    cases: int
    missed: tuple[Case, ...]
    """Of which a part at least stays in the text."""
    wrong: tuple[tuple[Case, str], ...]
    """What was found without being there."""
    right: int
    """Findings that are where they belong."""

    @property
    def recall(self) -> float:
        return 1 - len(self.missed) / self.cases

    @property
    def precision(self) -> float:
        return self.right / (self.right + len(self.wrong))


def measure(cases: Iterable[Case], scan: Callable[[str], list[Finding]]) -> dict[Kind, Score]:
    """A value is found when one finding of its kind covers it; a finding is right when it is within the value, or
    around it by a few characters."""
    found = [(case, scan(case.text)) for case in cases]
    return {kind: _score(kind, found) for kind in Kind if any(case.kind is kind for case, _ in found)}


def _score(kind: Kind, found: list[tuple[Case, list[Finding]]]) -> Score:
    labelled = [(case, findings) for case, findings in found if case.kind is kind]
    wrong: list[tuple[Case, str]] = []
    right = 0
    for case, findings in found:
        for finding in (f for f in findings if f.kind is kind):
            if case.kind is kind and _covers(case, finding):
                right += 1
            else:
                wrong.append((case, case.text[finding.start : finding.end]))
    missed = [case for case, findings in labelled if not any(f.kind is kind and _covers(case, f) for f in findings)]
    return Score(cases=len(labelled), missed=tuple(missed), wrong=tuple(wrong), right=right)


def _covers(case: Case, finding: Finding) -> bool:
    start = case.text.index(case.value)
    end = start + len(case.value)
    return start - 8 <= finding.start <= start and end <= finding.end <= end + 8

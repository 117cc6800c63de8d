"""How much of what must not leave the redaction finds, and how much it finds that is nothing, on the labelled corpus.

    python -m benchmarks.redaction [--cases]

`--cases` shows what was missed and what was found without being there.
"""

import sys
from collections.abc import Iterator, Sequence

from assistant.detection.scan import scan
from tests.redaction_corpus.case import Score, measure
from tests.redaction_corpus.closer_positives import closer_positives
from tests.redaction_corpus.lookalikes import lookalikes
from tests.redaction_corpus.positives import positives


def main(arguments: Sequence[str]) -> None:
    found, alike = [*positives(), *closer_positives()], list(lookalikes())
    scores = measure([*found, *alike], scan)
    print(f"{len(found)} texts with something to find, {len(alike)} that only look like it\n")
    print("| kind | texts | found (recall) | of what was found, right (precision) |\n|---|---|---|---|")
    for kind, score in scores.items():
        print(f"| {kind.replace('_', ' ')} | {score.cases} | {score.recall:.0%} | {score.precision:.0%} |")
    for line in _cases(scores.values()) if "--cases" in arguments else ():
        print(line)


def _cases(scores: Iterator[Score] | Sequence[Score]) -> Iterator[str]:
    for score in scores:
        yield from (f"missed {case.kind}: {case.text!r}" for case in score.missed)
        yield from (f"wrong: {text!r} in {case.text[:200]!r}" for case, text in score.wrong)


if __name__ == "__main__":
    main(sys.argv[1:])

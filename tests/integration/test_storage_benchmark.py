"""The storage benchmark at a tiny size: it fills both databases, measures every call, and says what it found."""

import re

import pytest

from benchmarks import storage


def test_it_measures_both_databases_at_both_sizes(capsys: pytest.CaptureFixture[str]) -> None:
    storage.main(["--small", "2", "--large", "11", "--rounds", "2"])

    for said in capsys.readouterr().out.split("conversations, filled in")[1:]:
        rows = re.findall(r"^\| ([a-z, ]+) \| [\d.]+ / [\d.]+ \| [\d.]+ / [\d.]+ \|", said, re.MULTILINE)
        assert rows == ["list", "open", "save", "search, common", "search, rare", "export"]


def test_a_target_that_is_not_reached_is_said() -> None:
    slow, quick, mostly_quick = [60.0] * 20, [1.0] * 20, [1.0] * 18 + [2.0] * 2
    taken = {
        "list": (quick, slow),
        "save": (quick, mostly_quick),
        "open": (quick, quick),
        "search, rare": (quick, slow),
    }
    verdicts = [line.rsplit("|", 2)[1].strip() for line in list(storage.report(taken))[2:]]
    assert verdicts == ["**missed**", "**missed**", "reached", "reached"]

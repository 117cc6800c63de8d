"""What docs/security.md says is tested is tested."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
SECURITY = (ROOT / "docs" / "security.md").read_text("utf-8")


def test_each_promise_names_tests_that_exist() -> None:
    promises = SECURITY.partition("## What is promised")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| (?!what|---)(.+?) \| (.*?) \|(.+)\|$", promises, re.MULTILINE)
    assert len(rows) >= 12
    for promise, items, proof in rows:
        assert re.match(r"\d+\.\d+\.\d+", items), promise
        named = re.findall(r"`(tests/[\w/]+\.py)::(test_\w+)`", proof)
        assert named, promise
        for file, name in named:
            assert f"def {name}(" in (ROOT / file).read_text("utf-8"), name

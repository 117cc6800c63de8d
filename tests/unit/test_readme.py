"""What the README says exists."""

import re
from pathlib import Path

from assistant.settings import PREFIX, Settings

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text("utf-8")


def test_the_table_names_exactly_the_settings() -> None:
    named = re.findall(rf"^\| `{PREFIX}(\w+)` \|", README, re.MULTILINE)
    assert sorted(named) == sorted(field.upper() for field in Settings.model_fields)


def test_every_setting_named_in_the_text_exists() -> None:
    named = set(re.findall(rf"{PREFIX}(\w+)", README))
    assert named <= {field.upper() for field in Settings.model_fields}


def test_the_tables_plain_defaults_are_the_settings_own() -> None:
    told = dict(re.findall(rf"^\| `{PREFIX}(\w+)` \| `([^`]+)` \|", README, re.MULTILINE))
    assert told["PORT"] == "7860"
    for name, default in told.items():
        own = Settings.model_fields[name.lower()].default
        assert default.removeprefix("./") == (f"{own:g}" if isinstance(own, float) else str(own)), name


def test_every_make_target_named_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    named = set(re.findall(r"(?:^|`)make ([a-z-]+)", README, re.MULTILINE))
    assert named >= {"run", "test"}
    assert named <= targets


def test_every_file_and_folder_named_in_the_tree_exists() -> None:
    tree = README.partition("## The tree")[2].partition("\n## ")[0]
    folder = ROOT
    for line in re.findall(r"^ {4}(.+)$", tree, re.MULTILINE):
        depth = len(line) - len(line.lstrip())
        names = re.split(r"\s{2,}", line.strip())[0].split(", ")
        if depth == 0:
            folder = ROOT / names[0]
        for name in names:
            assert (folder / name if depth else ROOT / name).exists(), name


def test_each_promise_names_tests_that_exist() -> None:
    promises = README.partition("## What it promises")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| (?!what|---)(.+?) \|(.+)\|$", promises, re.MULTILINE)
    assert len(rows) >= 6
    for promise, proof in rows:
        named = re.findall(r"`(tests/[\w/]+\.py)::(test_\w+)`", proof)
        assert named, promise
        for file, name in named:
            assert f"def {name}(" in (ROOT / file).read_text("utf-8"), name

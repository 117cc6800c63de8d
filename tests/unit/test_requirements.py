"""What a Space installs, what `make run` installs, and what was tested, agree."""

import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]


def groups() -> dict[str, list[str]]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["dependency-groups"]


def test_requirements_are_the_apps_groups() -> None:
    lines = (ROOT / "requirements.txt").read_text("utf-8").splitlines()
    listed = [line for line in lines if line and not line.startswith("#")]
    assert listed == [*groups()["app"], *groups()["transformers"]]


def test_a_space_needs_no_other_file() -> None:
    assert not any(line.startswith("-") for line in (ROOT / "requirements.txt").read_text("utf-8").splitlines())


def written_down() -> dict[str, str]:
    lines = (ROOT / "constraints.txt").read_text("utf-8").splitlines()
    pairs = (line.split("==") for line in lines if line and not line.startswith("#"))
    return {canonicalize_name(name): version for name, version in pairs}


@pytest.mark.parametrize("group", sorted(groups()))
def test_a_tested_version_of_everything_is_written_down_and_allowed(group: str) -> None:
    versions = written_down()
    for line in groups()[group]:
        if isinstance(line, str):
            requirement = Requirement(line)
            assert requirement.specifier.contains(versions[canonicalize_name(requirement.name)]), line

"""Where the embedded model's file comes from."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from assistant.backends import model_file
from assistant.backends.model_file import DEFAULT_MODEL, find_model_file
from assistant.errors.engine import EngineLoadError
from assistant.wording import Wording


class Hub:
    """Gives one file, whatever is asked for."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.asked: list[str] = []

    def __call__(self, reference: str) -> Path:
        self.asked.append(reference)
        return self.path


@pytest.fixture
def gguf(tmp_path: Path) -> Path:
    path = tmp_path / "model.gguf"
    path.write_bytes(b"GGUF\x03\0\0\0")
    return path


@pytest.fixture
def hub(gguf: Path) -> Hub:
    return Hub(gguf)


@pytest.mark.parametrize("model", ["", DEFAULT_MODEL])
def test_the_default_comes_from_the_installed_wheel_without_the_network(hub: Hub, model: str) -> None:
    found = find_model_file(model, hub)
    assert found.name == "SmolLM2-135M-Instruct.Q4_1.gguf"
    assert hub.asked == []


def test_without_the_wheel_the_default_comes_from_the_hub(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    # As on a Space, where the wheel is not installed.
    monkeypatch.setattr(model_file, "_WHEEL", "a_package_that_is_not_there")
    assert find_model_file("", hub) == hub.path
    # One state of one file, not whatever its owner makes of it one day.
    assert re.fullmatch(r"hub:[\w.-]+/[\w.-]+/[\w.-]+\.gguf@[0-9a-f]{40}", hub.asked[0])


def test_a_path_is_taken_as_it_is(hub: Hub, gguf: Path) -> None:
    assert find_model_file(str(gguf), hub) == gguf
    assert hub.asked == []


def test_a_reference_is_fetched(hub: Hub, gguf: Path) -> None:
    assert find_model_file("hub:me/my-model/q4.gguf@main", hub) == gguf
    assert hub.asked == ["hub:me/my-model/q4.gguf@main"]


def missing(folder: Path) -> Path:
    return folder / "missing.gguf"


def a_folder(folder: Path) -> Path:
    return folder


def a_web_page(folder: Path) -> Path:
    path = folder / "page.gguf"
    path.write_text("<!doctype html>", "utf-8")
    return path


def an_empty_file(folder: Path) -> Path:
    path = folder / "empty.gguf"
    path.touch()
    return path


@pytest.mark.parametrize("made", [missing, a_folder, a_web_page, an_empty_file])
def test_what_is_no_model_is_refused_by_its_name_alone(tmp_path: Path, hub: Hub, made: Callable[[Path], Path]) -> None:
    path = made(tmp_path)
    with pytest.raises(EngineLoadError) as refused:
        find_model_file(str(path), hub)
    sentence = Wording().error(refused.value)
    assert path.name in sentence
    # Visitors read it: where the server keeps its files is not theirs to know.
    assert str(path.parent) not in sentence
    assert not refused.value.retryable


def test_what_came_from_the_hub_is_checked_too(tmp_path: Path) -> None:
    with pytest.raises(EngineLoadError, match=r"hub:me/my-model/page\.gguf.*not a GGUF file"):
        find_model_file("hub:me/my-model/page.gguf", Hub(a_web_page(tmp_path)))


def test_a_misspelt_name_is_told_what_is_allowed(hub: Hub) -> None:
    with pytest.raises(
        EngineLoadError, match=r"takes a GGUF file, hub:owner/repo/file\.gguf, or smollm2-135m-instruct"
    ):
        find_model_file("smolm2", hub)

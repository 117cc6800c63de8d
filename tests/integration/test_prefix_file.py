"""The prefix across starts: read from its file where that is whole and of this very model, and computed otherwise."""

import logging
from array import array
from pathlib import Path

import pytest
import torch

from assistant.backends.torch_engine import runtime
from assistant.backends.torch_engine.kv_cache import KvSnapshot
from assistant.backends.torch_engine.prefix_file import PrefixFile
from assistant.backends.torch_engine.runtime import Runtime
from tests.fakes.tiny_models import CARD, PREFIX, WatchedModel

KEY = {"model": "tiny", "revision": "1", "weights": "float32", "tokenizer": "t"}
CPU = torch.device("cpu")


def made(dtype: torch.dtype = torch.float32) -> KvSnapshot:
    torch.manual_seed(0)
    layers = tuple((torch.randn(1, 1, 3, 8).to(dtype), torch.randn(1, 1, 3, 8).to(dtype)) for _ in range(12))
    return KvSnapshot(array("i", [5, 6, 7]), layers)


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16, torch.float16])
def test_a_file_gives_back_what_was_saved(tmp_path: Path, dtype: torch.dtype) -> None:
    file = PrefixFile(tmp_path / "new", KEY, (5, 6, 7))
    assert file.load(CPU) is None
    file.save(made(dtype))
    loaded = file.load(CPU)
    assert loaded is not None
    assert loaded.ids == array("i", [5, 6, 7])
    for ours, theirs in zip(loaded.layers, made(dtype).layers, strict=True):
        assert torch.equal(ours[0], theirs[0])
        assert torch.equal(ours[1], theirs[1])


def files_in(folder: Path) -> list[Path]:
    return sorted(folder.iterdir())


def test_only_the_finished_file_is_left_in_the_folder(tmp_path: Path) -> None:
    file = PrefixFile(tmp_path, KEY, (5, 6, 7))
    file.save(made())
    file.save(made())
    assert files_in(tmp_path) == [file.path]


@pytest.mark.parametrize("name", KEY)
def test_another_model_revision_type_or_tokenizer_has_another_file(tmp_path: Path, name: str) -> None:
    PrefixFile(tmp_path, KEY, (5, 6, 7)).save(made())
    assert PrefixFile(tmp_path, KEY | {name: "other"}, (5, 6, 7)).load(CPU) is None
    assert PrefixFile(tmp_path, KEY, (5, 6, 8)).load(CPU) is None


def test_a_foreign_file_under_our_name_is_not_used(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    ours, theirs = PrefixFile(tmp_path, KEY, (5, 6, 7)), PrefixFile(tmp_path, KEY | {"revision": "2"}, (5, 6, 7))
    theirs.save(made())
    theirs.path.rename(ours.path)
    assert ours.load(CPU) is None
    assert "is not used: it was made for something else" in caplog.text


@pytest.mark.parametrize("at", [0, 8, 60, 300, -600, -1])
def test_a_changed_byte_is_noticed(tmp_path: Path, at: int, caplog: pytest.LogCaptureFixture) -> None:
    file = PrefixFile(tmp_path, KEY, (5, 6, 7))
    file.save(made())
    content = bytearray(file.path.read_bytes())
    content[at] ^= 1
    file.path.write_bytes(content)
    assert file.load(CPU) is None
    assert "is not used" in caplog.text


@pytest.mark.parametrize("size", [0, 7, 100, 2000])
def test_half_a_file_is_noticed(tmp_path: Path, size: int, caplog: pytest.LogCaptureFixture) -> None:
    file = PrefixFile(tmp_path, KEY, (5, 6, 7))
    file.save(made())
    file.path.write_bytes(file.path.read_bytes()[:size])
    assert file.load(CPU) is None
    assert "is not used" in caplog.text


def test_a_disk_that_takes_nothing_costs_no_more_than_the_file(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "occupied").write_text("a file where the folder should be")
    PrefixFile(tmp_path / "occupied", KEY, (5, 6, 7)).save(made())
    assert "cannot be written" in caplog.text


def test_files_of_old_prefixes_do_not_pile_up(tmp_path: Path) -> None:
    files = [PrefixFile(tmp_path, KEY, (at,)) for at in range(6)]
    for at, file in enumerate(files):
        file.save(KvSnapshot(array("i", [at]), made().layers))
    assert [file.path.exists() for file in files] == [False, False, True, True, True, True]


async def started(folder: Path, prefix: str, **identity: str) -> tuple[WatchedModel, list[float], str]:
    """A start of the app: the prefix is read, a question answered. The model, the fractions reported, the answer."""
    model, told = WatchedModel(), list[float]()
    running = Runtime(model, KEY | identity, folder, lambda: None)
    try:
        await running.read_prefix(prefix, told.append)
        answer = await running.language_model(CARD.options).ainvoke(prefix + "and then?")
    finally:
        running.close()
    return model, told, answer


async def test_the_next_start_does_not_read_the_prefix_again(tmp_path: Path) -> None:
    first, told, expected = await started(tmp_path, PREFIX)
    assert first.steps[0] == (0, 0, 16)
    assert told == [0.25, 0.5, 0.75]
    second, told, answer = await started(tmp_path, PREFIX)
    assert second.steps[0][1:] == (len(PREFIX), len("and then?"))
    assert (told, answer) == ([], expected)


async def test_a_damaged_file_is_made_anew(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    _, _, expected = await started(tmp_path, PREFIX)
    (path,) = files_in(tmp_path)
    path.write_bytes(path.read_bytes()[:-1])
    again, _, answer = await started(tmp_path, PREFIX)
    assert (again.steps[0], answer) == ((0, 0, 16), expected)
    assert "is not used" in caplog.text
    third, _, _ = await started(tmp_path, PREFIX)
    assert third.steps[0][1] == len(PREFIX)


async def test_other_weights_do_not_use_the_file(tmp_path: Path) -> None:
    await started(tmp_path, PREFIX)
    other, _, _ = await started(tmp_path, PREFIX, revision="2")
    assert other.steps[0] == (0, 0, 16)


@pytest.mark.parametrize(("free", "limit"), [(2**33, 2**31), (2**20, 2**28), (None, 2**30)])
def test_conversations_may_take_a_quarter_of_what_the_weights_leave(
    free: int | None, limit: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runtime, "free_memory", lambda: free)
    made = Runtime(WatchedModel(), KEY, tmp_path, lambda: None)
    made.close()
    assert {figure.name: figure.value for figure in made.figures()}["kv_kept_limit_bytes"] == limit


async def test_without_a_prefix_there_is_nothing_to_read(tmp_path: Path) -> None:
    model, _, _ = await started(tmp_path, "")
    assert model.steps[0] == (0, 0, len("and then?"))
    assert files_in(tmp_path) == []

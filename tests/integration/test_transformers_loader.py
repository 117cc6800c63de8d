"""From a name to a model that answers: folders, the Hub, devices, and what is said when it cannot be."""

import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import torch
from huggingface_hub import constants
from transformers.utils import logging as transformers_logging

from assistant.backends.torch_engine import loader, placement, weights
from assistant.backends.torch_engine.loader import TransformersLoader, TransformersOptions
from assistant.backends.torch_engine.placement import Placement, choose_placement
from assistant.backends.torch_engine.source import find_model
from assistant.engine import EngineStage, LoadedModel
from assistant.errors.engine import EngineLoadError, EngineUnavailableError
from assistant.model_transfer import Amount
from tests.fakes.tiny_hub import COMMIT, GATED, NO_REPOSITORY, NO_REVISION, REPOSITORY, TinyHub, running
from tests.fakes.tiny_models import POSITIONS, save_tiny

PREFIX = "A dialogue.\n\n-----\n\n"
Stages = list[tuple[EngineStage, float | None]]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_tiny(tmp_path_factory.mktemp("models") / "tiny")


@pytest.fixture(autouse=True)
def threads_as_before() -> Iterator[None]:
    before = torch.get_num_threads()
    yield
    torch.set_num_threads(before)


@asynccontextmanager
async def loaded(
    model: Path, kept: Path, options: TransformersOptions | None = None
) -> AsyncIterator[tuple[TransformersLoader, LoadedModel, Stages]]:
    stages: Stages = []
    loader = TransformersLoader(str(model), kept, options)
    try:
        yield loader, await loader.load(lambda stage, fraction: stages.append((stage, fraction))), stages
    finally:
        await loader.close()


async def test_a_folder_becomes_a_model_that_answers(folder: Path, tmp_path: Path) -> None:
    async with loaded(folder, tmp_path) as (loader, model, _):
        await loader.warm(PREFIX)
        result = await model.language_model.agenerate([PREFIX + "Hello"], temperature=0, max_new_tokens=5)
        info = result.generations[0][0].generation_info
        assert info == {
            "finish_reason": "length",
            "prompt_tokens": len(PREFIX) + 5,
            "completion_tokens": 5,
            "cached_tokens": len(PREFIX),
        }
        assert (model.card.name, model.context_window) == ("tiny", POSITIONS)
        assert model.language_model.get_num_tokens("漢") == 3


async def test_loading_tells_its_stages_and_how_far_they_are(folder: Path, tmp_path: Path) -> None:
    async with loaded(folder, tmp_path) as (loader, _, stages):
        await loader.warm("a" * 300)
        assert list(dict.fromkeys(stage for stage, _ in stages)) == [
            EngineStage.FETCHING,
            EngineStage.LOADING,
            EngineStage.WARMING,
        ]
        loading = [amount for stage, amount in stages if stage is EngineStage.LOADING]
        size = (folder / "model.safetensors").stat().st_size
        assert (loading[0], loading[-1]) == (Amount(size, 0), Amount(size, size))
        assert loading == sorted(loading, key=lambda amount: amount.done)
        assert transformers_logging.set_tqdm_hook(None) is None
        assert [fraction for stage, fraction in stages if stage is EngineStage.WARMING] == [128 / 300, 256 / 300]


async def test_a_folder_is_named_after_its_weights(folder: Path, tmp_path: Path) -> None:
    revision = find_model(str(folder), "main").revision
    assert revision.startswith("sha256:")
    assert find_model(str(save_tiny(tmp_path / "same")), "main").revision == revision
    assert find_model(str(save_tiny(tmp_path / "other", seed=1)), "main").revision != revision


async def test_a_model_that_is_nowhere_is_told_without_naming_folders(tmp_path: Path) -> None:
    loader = TransformersLoader(str(tmp_path / "nowhere"), tmp_path)
    with pytest.raises(EngineLoadError) as failed:
        await loader.load(lambda stage, fraction: None)
    assert str(failed.value.facts["fault"]).startswith("is neither a folder with a model, nor owner/name on the Hub")
    assert str(tmp_path) not in str(failed.value)
    await loader.close()


@pytest.fixture
def hub(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[TinyHub]:
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "cache"))
    with running(TinyHub(folder)) as hub:
        yield hub


def test_the_hub_gives_files_and_the_commit_that_they_are_of(hub: TinyHub, folder: Path) -> None:
    told: list[Amount] = []
    source = find_model(REPOSITORY, "main", told.append, hub.address)
    assert source.revision == COMMIT
    assert (source.folder / "model.safetensors").read_bytes() == (folder / "model.safetensors").read_bytes()
    size = (folder / "model.safetensors").stat().st_size
    assert told[-1].done == told[-1].total >= size
    assert find_model(str(source.folder), "main").revision == COMMIT


def test_pickles_and_other_formats_are_not_fetched(hub: TinyHub, tmp_path: Path) -> None:
    hub.folder = save_tiny(tmp_path / "more")
    for name in ("pytorch_model.bin", "model.gguf", "original/model.safetensors"):
        (hub.folder / name).parent.mkdir(exist_ok=True)
        (hub.folder / name).write_bytes(b"not wanted")
    find_model(REPOSITORY, "main", None, hub.address)
    assert set(hub.fetched) == {
        "config.json",
        "generation_config.json",
        "model.safetensors",
        "tokenizer.json",
        "tokenizer_config.json",
    }


def test_what_was_fetched_is_there_when_the_hub_is_not(hub: TinyHub) -> None:
    before = find_model(REPOSITORY, "main", None, hub.address)
    assert find_model(REPOSITORY, "main", None, "http://127.0.0.1:9") == before


@pytest.mark.parametrize(
    ("refuses", "says"),
    [
        (GATED, f"accept its licence at https://huggingface.co/{REPOSITORY} and to set HF_TOKEN"),
        (NO_REVISION, "has no revision v9 on the Hub"),
        (NO_REPOSITORY, "is not a repository of the Hub"),
    ],
)
def test_a_refusal_says_what_to_do(hub: TinyHub, refuses: str, says: str) -> None:
    hub.refuses = refuses
    with pytest.raises(EngineLoadError) as failed:
        find_model(REPOSITORY, "v9", None, hub.address)
    assert failed.value.facts["model"] == REPOSITORY
    assert says in str(failed.value.facts["fault"])


def test_without_the_hub_and_without_the_files_it_says_so(hub: TinyHub) -> None:
    with pytest.raises(EngineLoadError) as failed:
        find_model(REPOSITORY, "main", None, "http://127.0.0.1:9")
    assert "is this machine online" in str(failed.value.facts["fault"])


@pytest.mark.parametrize("broken", ["model.safetensors", "config.json", "tokenizer.json"])
async def test_a_damaged_file_is_told_without_naming_folders(broken: str, tmp_path: Path) -> None:
    folder = save_tiny(tmp_path / "damaged")
    (folder / broken).write_bytes(b"{ not whole")
    with pytest.raises(EngineLoadError) as failed:
        async with loaded(folder, tmp_path):
            pass
    assert "transformers cannot load it" in str(failed.value.facts["fault"])
    assert str(tmp_path) not in str(failed.value)


async def test_a_model_without_keys_and_values_is_refused(tmp_path: Path) -> None:
    with pytest.raises(EngineLoadError) as failed:
        async with loaded(save_tiny(tmp_path / "mamba", "mamba"), tmp_path):
            pass
    assert "not keys and values" in str(failed.value.facts["fault"])


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (TransformersOptions(device="cuda:7"), "there is no device cuda:7, only: "),
        (TransformersOptions(dtype="int7"), "int7 is not one of: auto, float32"),
        (TransformersOptions(quantization="3bit"), "3bit is not one of: 8bit, 4bit"),
    ],
)
async def test_a_setting_that_cannot_be_is_told(
    folder: Path, tmp_path: Path, options: TransformersOptions, says: str
) -> None:
    with pytest.raises(EngineLoadError) as failed:
        async with loaded(folder, tmp_path, options):
            pass
    assert says in str(failed.value.facts["fault"])


def test_quantisation_without_its_library_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(placement, "find_spec", lambda package: None)
    with pytest.raises(EngineLoadError) as failed:
        choose_placement("tiny", quantization="8bit")
    assert failed.value.facts["fault"] == "8bit needs what is not installed: pip install bitsandbytes accelerate"


@pytest.mark.parametrize("bits", [8, 4])
def test_quantisation_is_asked_for_where_the_model_will_be(bits: int) -> None:
    placement = Placement(torch.device("cuda:1"), torch.bfloat16, f"{bits}bit")
    arguments = placement.arguments()
    assert (arguments["dtype"], arguments["device_map"]) == (torch.bfloat16, {"": "cuda:1"})
    asked = arguments["quantization_config"]
    assert (asked.load_in_8bit, asked.load_in_4bit) == (bits == 8, bits == 4)
    assert placement.weights == f"bfloat16 {bits}bit"


async def test_without_torch_it_says_what_to_install(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loader, "find_spec", lambda package: None)
    with pytest.raises(EngineLoadError) as failed:
        async with loaded(folder, tmp_path):
            pass
    assert "pip install --group transformers" in str(failed.value.facts["fault"])


@pytest.mark.parametrize(
    ("cuda", "bfloat16", "mps", "device", "dtype"),
    [
        (True, True, False, "cuda", torch.bfloat16),
        (True, False, False, "cuda", torch.float16),
        (False, False, True, "mps", torch.float16),
        (False, False, False, "cpu", torch.float32),
    ],
)
def test_the_best_device_and_its_format_are_chosen(
    cuda: bool, bfloat16: bool, mps: bool, device: str, dtype: torch.dtype, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: cuda)
    monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda **_: bfloat16)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: mps)
    placement = choose_placement("tiny")
    assert (placement.device, placement.dtype) == (torch.device(device), dtype)


async def test_the_format_can_be_set(folder: Path, tmp_path: Path) -> None:
    async with loaded(folder, tmp_path, TransformersOptions(device="cpu", dtype="bfloat16")) as (loader, model, _):
        await loader.warm(PREFIX)
        assert next(iter(model.language_model._model._module.parameters())).dtype == torch.bfloat16
        assert await model.language_model.ainvoke(PREFIX + "Hello", max_new_tokens=4) is not None


async def test_a_processor_that_others_use_too_is_not_taken_whole(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(weights, "engine_threads", lambda: 2)
    async with loaded(folder, tmp_path, TransformersOptions(device="cpu")) as (_, model, _):
        seen: list[int] = []
        # Asked where the model is at work: each thread has a number of its own.
        model.language_model._model._module.register_forward_pre_hook(lambda *_: seen.append(torch.get_num_threads()))
        await model.language_model.ainvoke("Hello", max_new_tokens=1)
        assert seen == [2]


async def test_a_crash_turns_the_engine_to_failed(folder: Path, tmp_path: Path) -> None:
    async with loaded(folder, tmp_path) as (_, model, stages):
        fault = torch.AcceleratorError("CUDA error: device-side assert triggered")

        def crashes(*_: object) -> None:
            raise fault

        model.language_model._model._module.register_forward_pre_hook(crashes)
        with pytest.raises(EngineUnavailableError):
            await model.language_model.ainvoke("Hello", max_new_tokens=4)
        assert stages[-1] == (EngineStage.FAILED, None)


async def test_the_first_token_that_a_model_wants_is_counted_in_the_prompt(tmp_path: Path) -> None:
    folder = save_tiny(tmp_path / "llama", "llama")
    async with loaded(folder, tmp_path) as (_, model, _):
        result = await model.language_model.agenerate(["Hello"], max_new_tokens=1)
        info = result.generations[0][0].generation_info
        assert info is not None
        assert info["prompt_tokens"] == len("Hello") + 1
        assert model.context_window == POSITIONS - 1


def test_a_start_with_another_backend_does_not_import_torch() -> None:
    names = "('torch', 'transformers', 'huggingface_hub')"
    code = f"import sys, assistant.backends.torch_engine.loader; sys.exit(any(n in sys.modules for n in {names}))"
    subprocess.run([sys.executable, "-c", code], check=True)

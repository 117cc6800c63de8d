"""A prefix's keys and values on disk, so that a restart does not read it again. Never pickle, never half a file."""

import hashlib
import json
import logging
import os
from array import array
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file

from assistant.backends.torch_engine.kv_cache import KvSnapshot

logger = logging.getLogger(__name__)

_FORMAT = "1"
_FILES = 4
"""Prefixes of other prompts and models that are kept: a long one of StarCoder's takes 70 MB."""


class PrefixFile:
    """`key` holds all that the tensors depend on, `ids` the prefix itself; a file of another key is not read."""

    def __init__(self, folder: Path, key: Mapping[str, str], ids: Sequence[int]) -> None:
        digest = hashlib.sha256(json.dumps(list(ids)).encode()).hexdigest()
        self._key = {**key, "format": _FORMAT, "ids_sha256": digest}
        self._ids = array("i", ids)
        name = hashlib.sha256(json.dumps(self._key, sort_keys=True).encode()).hexdigest()
        self.path = folder / f"{name[:32]}.safetensors"

    def load(self, device: torch.device) -> KvSnapshot | None:
        """None when there is none, or it is damaged or foreign."""
        try:
            layers = self._read()
        except FileNotFoundError:
            return None
        except (SafetensorError, OSError, KeyError, ValueError) as error:
            logger.warning("the prefix file %s is not used: %s", self.path.name, error)
            return None
        return KvSnapshot(self._ids, tuple((keys.to(device), values.to(device)) for keys, values in layers))

    def save(self, snapshot: KvSnapshot) -> None:
        """A disk that does not take it costs time at the next start, no more."""
        tensors = {
            f"{kind}.{index}": tensor.detach().to("cpu").contiguous().clone()
            for index, layer in enumerate(snapshot.layers)
            for kind, tensor in zip(("keys", "values"), layer, strict=True)
        }
        metadata = {**self._key, "layers": str(len(snapshot.layers)), "sha256": _digest(tensors)}
        try:
            self._write(tensors, metadata)
            self._remove_oldest()
        except (OSError, SafetensorError) as error:
            logger.warning("the prefix file %s cannot be written: %s", self.path.name, error)

    def _read(self) -> list[tuple[torch.Tensor, torch.Tensor]]:
        with safe_open(self.path, framework="pt", device="cpu") as file:
            metadata = file.metadata() or {}
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118  # not a mapping
        if any(metadata.get(name) != value for name, value in self._key.items()):
            raise ValueError("it was made for something else")
        if metadata["sha256"] != _digest(tensors):
            raise ValueError("it is damaged")
        return [(tensors[f"keys.{index}"], tensors[f"values.{index}"]) for index in range(int(metadata["layers"]))]

    def _write(self, tensors: dict[str, torch.Tensor], metadata: dict[str, str]) -> None:
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        # A folder, so that an unfinished file goes with it.
        with TemporaryDirectory(dir=self.path.parent) as folder:
            draft = Path(folder, self.path.name)
            save_file(tensors, draft, metadata)
            with draft.open("rb") as written:
                os.fsync(written.fileno())
            draft.replace(self.path)

    def _remove_oldest(self) -> None:
        files = sorted(self.path.parent.glob("*.safetensors"), key=lambda path: path.stat().st_mtime_ns)
        for path in files[:-_FILES]:
            path.unlink(missing_ok=True)


def _digest(tensors: Mapping[str, torch.Tensor]) -> str:
    """Of names, types, shapes and bytes: safetensors itself does not notice a byte that has changed."""
    whole = hashlib.sha256()
    for name in sorted(tensors):
        tensor = tensors[name]
        whole.update(f"{name} {tensor.dtype} {tuple(tensor.shape)}".encode())
        whole.update(tensor.reshape(-1).view(torch.uint8).numpy().data)
    return whole.hexdigest()

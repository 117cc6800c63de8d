"""The keys and values of the tokens that a model has read: grown in place, cut back, and kept as snapshots.

Knows nothing of prompts, requests or files.
"""

from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

import torch
from transformers.cache_utils import Cache, DynamicLayer

# transformers' classes are Any here: where the group is not installed they would be, and where it is their types are
# too wide for a layer that is always one of ours.
_Cache: Any = Cache
_DynamicLayer: Any = DynamicLayer

_STEP = 256
"""Tokens by which a buffer grows, so that most tokens need no copy of what is there."""


Layers = tuple[tuple[torch.Tensor, torch.Tensor], ...]
"""Keys and values of each layer, of the shape (1, heads, tokens, size of a head)."""


@dataclass(frozen=True, eq=False)
class KvSnapshot:
    """What a model keeps of `ids`. Never written to: a request copies what it goes on from."""

    ids: "array[int]"
    """An array, since slices of arrays are compared in C."""
    layers: Layers
    """Of the tokens after those of `base`."""
    base: "KvSnapshot | None" = None
    """What it begins with and shares with others. Has none itself."""

    @cached_property
    def bytes(self) -> int:
        """Of what is its own: what it shares is counted where it is."""
        return sum(int(tensor.untyped_storage().nbytes()) for layer in self.layers for tensor in layer)

    def parts(self, length: int) -> list[Layers]:
        """One after the other they are the first `length` tokens."""
        shared = len(self.base.ids) if self.base else 0
        own = _cut(self.layers, max(length - shared, 0))
        return [_cut(self.base.layers, min(length, shared)), own] if self.base else [own]


class GrowingLayer(_DynamicLayer):  # type: ignore[misc]  # Any, see above
    """Writes into spare room where transformers' own layer copies everything for each token."""

    def __init__(self, room: int = 0, **settings: Any) -> None:  # noqa: ANN401  # transformers' signature
        super().__init__(**settings)
        self._least = room
        """Tokens that there will be soon: a buffer for them is made at once."""
        self._length = 0
        self._rooms: list[torch.Tensor] = []

    def update(
        self,
        key_states: torch.Tensor,
        value_states: torch.Tensor,
        *args: Any,  # noqa: ANN401  # transformers' signature
        **kwargs: Any,  # noqa: ANN401
    ) -> tuple[torch.Tensor, torch.Tensor]:
        if not self.is_initialized:
            self.lazy_initialization(key_states, value_states)
        end = self._length + key_states.shape[-2]
        wanted = max(end, self._least)
        rooms = [_with_room(room, new, self._length, wanted) for room, new in self._pairs(key_states, value_states)]
        for room, new in zip(rooms, (key_states, value_states), strict=True):
            room[..., self._length : end, :] = new
        # Only now: an allocation that fails leaves the layer as it was.
        self._rooms = rooms
        self._show(end)
        return self.keys, self.values

    def get_seq_length(self) -> int:
        return self._length

    def rewind(self, length: int) -> None:
        """Forget what was read after the first `length` tokens."""
        if self._rooms and length < self._length:
            self._show(length)

    def _pairs(self, keys: torch.Tensor, values: torch.Tensor) -> list[tuple[torch.Tensor | None, torch.Tensor]]:
        old: Sequence[torch.Tensor | None] = self._rooms or (None, None)
        return list(zip(old, (keys, values), strict=True))

    def _show(self, length: int) -> None:
        self._length = length
        self.keys, self.values = (room[..., :length, :] for room in self._rooms)


class GrowingCache(_Cache):  # type: ignore[misc]  # Any, see above
    """One request's own. May start with a copy of what a snapshot knows."""

    def __init__(self, start: KvSnapshot | None = None, length: int = 0) -> None:
        super().__init__(layer_class_to_replicate=partial(GrowingLayer, room=length))
        for part in start.parts(length) if start else ():
            for index, (keys, values) in enumerate(part):
                self.update(keys, values, index)

    @property
    def length(self) -> int:
        return int(self.layers[0].get_seq_length()) if self.layers else 0

    def rewind(self, length: int) -> None:
        for layer in self.layers:
            layer.rewind(length)

    def snapshot(self, ids: Sequence[int], base: KvSnapshot | None = None) -> KvSnapshot:
        """Of the tokens read, the first of `ids`, which begin with those of `base`: what comes after is copied."""
        begin = len(base.ids) if base else 0
        layers = tuple((_copy(layer.keys, begin), _copy(layer.values, begin)) for layer in self.layers)
        return KvSnapshot(array("i", ids[: self.length]), layers, base)


def _cut(layers: Layers, length: int) -> Layers:
    return tuple((keys[..., :length, :], values[..., :length, :]) for keys, values in layers)


def _copy(tensor: torch.Tensor, begin: int) -> torch.Tensor:
    """Without the spare room behind it."""
    return tensor[..., begin:, :].clone(memory_format=torch.contiguous_format)


def _with_room(room: torch.Tensor | None, new: torch.Tensor, length: int, end: int) -> torch.Tensor:
    if room is not None and end <= room.shape[-2]:
        return room
    *outer, _, size = new.shape
    larger = new.new_empty((*outer, (end // _STEP + 1) * _STEP, size))
    if room is not None:
        larger[..., :length, :] = room[..., :length, :]
    return larger

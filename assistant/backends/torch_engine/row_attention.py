"""Attention for several conversations in one step, each over keys and values of its own, of whatever length.

What costs most in a step, reading the weights, is done once for all of them; only attention goes row by row. Nothing is
copied or filled up to a common length. Knows nothing of requests or tokens.
"""

from collections.abc import Sequence
from typing import Any

import torch
from transformers import AttentionInterface, AttentionMaskInterface
from transformers.cache_utils import Cache
from transformers.integrations.sdpa_attention import sdpa_attention_forward
from transformers.masking_utils import sdpa_mask

from assistant.backends.torch_engine.kv_cache import GrowingCache

_NAME = "row_by_row"
# Any, as in `kv_cache`.
_Cache: Any = Cache


class CacheRows(_Cache):  # type: ignore[misc]  # Any, see above
    """Caches of several requests as the rows of one batch, each of which reads one token.

    For a module that `attend_by_rows` has prepared: `update` gives a list of tensors where others give one.
    """

    def __init__(self, rows: Sequence[GrowingCache]) -> None:
        super().__init__(layers=[])
        self._rows = rows

    def update(
        self,
        key_states: torch.Tensor,
        value_states: torch.Tensor,
        layer_idx: int,
        *args: Any,  # noqa: ANN401  # transformers' signature
        **kwargs: Any,  # noqa: ANN401
    ) -> tuple[list[torch.Tensor], list[torch.Tensor]]:
        """Keys and values of each row, all that it has read."""
        new = zip(self._rows, torch.split(key_states, 1), torch.split(value_states, 1), strict=True)
        pairs = [row.update(keys, values, layer_idx) for row, keys, values in new]
        return [keys for keys, _ in pairs], [values for _, values in pairs]

    def get_seq_length(self, layer_idx: int = 0) -> int:
        """Of no use to anybody: every row's position is given with its token."""
        return 0

    def get_query_offset(self, layer_idx: int = 0) -> int:
        return 0

    def get_mask_sizes(self, query_length: int, layer_idx: int) -> tuple[int, int]:
        return query_length, 0


def attend_by_rows(module: Any) -> bool:  # noqa: ANN401  # any model's class
    """Prepare a transformers model for `CacheRows`. False where its attention cannot be chosen."""
    if not module._supports_attention_backend or module.config._attn_implementation not in ("sdpa", _NAME):
        return False
    AttentionInterface.register(_NAME, _attention)
    AttentionMaskInterface.register(_NAME, _mask)
    module.set_attn_implementation(_NAME)
    return True


def _attention(
    module: torch.nn.Module,
    query: torch.Tensor,
    key: Any,  # noqa: ANN401  # a tensor, or of `CacheRows` a list of them
    value: Any,  # noqa: ANN401
    attention_mask: torch.Tensor | None,
    **kwargs: Any,  # noqa: ANN401  # transformers' signature
) -> tuple[torch.Tensor, None]:
    if isinstance(key, torch.Tensor):
        whole: tuple[torch.Tensor, None] = sdpa_attention_forward(module, query, key, value, attention_mask, **kwargs)
        return whole
    # A model that looks back over a window only says so with each call; its mask would have cut the rest off.
    window = kwargs.get("sliding_window") or 0
    rows = [
        sdpa_attention_forward(module, one, keys[..., -window:, :], values[..., -window:, :], None, **kwargs)[0]
        for one, keys, values in zip(torch.split(query, 1), key, value, strict=True)
    ]
    return torch.cat(rows), None


def _mask(batch_size: int, q_length: int, *args: Any, **kwargs: Any) -> torch.Tensor | None:  # noqa: ANN401
    """A row's one token comes after all that it may look at; only prompts, read one at a time, need a mask."""
    return None if batch_size > 1 else sdpa_mask(batch_size, q_length, *args, **kwargs)

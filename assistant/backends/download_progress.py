"""The Hub's client shows its downloads with tqdm: a class that tells of them instead."""

from collections.abc import Callable
from typing import Any

from assistant.model_transfer import Amount


def reporting(on_progress: Callable[[Amount], None]) -> type[Any]:
    """Of the client's bars, the one that counts bytes is told of."""
    from tqdm.auto import tqdm

    class Reporting(tqdm):  # type: ignore[type-arg]  # generic in its stubs alone
        def update(self, n: float | None = 1) -> bool | None:
            shown = super().update(n)
            if self.total and self.unit == "B":
                on_progress(Amount(int(self.total), min(int(self.n), int(self.total))))
            return shown

    return Reporting

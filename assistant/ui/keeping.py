"""How long conversations are kept, as far as people have to be told."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Keeping:
    retention_days: int | None = None
    """None: for ever."""
    lost_at_restart: bool = False

"""What can be measured of a running app, in the text format that Prometheus and its like read."""

from collections.abc import Iterable
from dataclasses import dataclass

_PREFIX = "assistant_"


@dataclass(frozen=True, slots=True)
class Figure:
    name: str
    """In Prometheus' habit: with its unit, and `_total` for what only grows."""
    meaning: str
    """One line."""
    value: float


def as_text(figures: Iterable[Figure]) -> str:
    """https://prometheus.io/docs/instrumenting/exposition_formats, version 0.0.4."""
    lines = []
    for figure in figures:
        name = _PREFIX + figure.name
        kind = "counter" if name.endswith("_total") else "gauge"
        lines += [f"# HELP {name} {figure.meaning}", f"# TYPE {name} {kind}", f"{name} {figure.value:.15g}"]
    return "\n".join([*lines, ""])

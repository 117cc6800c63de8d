"""The engines in this process, beside the libraries below them: seconds to the first token, tokens a second, memory.

    python -m benchmarks.engine [--rounds N] [NAME[:SLOTS] ...]

Of embedded, llama.cpp, transformers, generate; the first two take a number of slots. Each round gives every engine a
process of its own, in turns, and the same prompts. Prints medians of the rounds, and ratios beside what they are
to reach; the embedded engine's speeds beside llama.cpp's are compared by benchmarks.embedded. The two engines on
transformers run a model of tiny_starcoder_py's shape with random weights.
"""

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

from assistant.backends.cpu_threads import engine_threads
from assistant.backends.embedded import SLOTS
from tests.app_process import ROOT

ALL = (f"embedded:{SLOTS}", f"llama.cpp:{SLOTS}", "embedded:4", "llama.cpp:4", "transformers", "generate")
ROWS = {
    "start": "start, s",
    "cold": "first token, prefix unread, s",
    "read": "reading the prefix, s",
    "restored": "the prefix after a restart, s",
    "warm": "first token, prefix read, s",
    "third": "first token, third turn, s",
    "long at 1": "tokens/s, long prompt, 1 conversation",
    "long at 4": "tokens/s, long prompt, 4 conversations",
    "long at 8": "tokens/s, long prompt, 8 conversations",
    "chat at 1": "tokens/s, chat prompt, 1 conversation",
    "chat at 4": "tokens/s, chat prompt, 4 conversations",
    "chat at 8": "tokens/s, chat prompt, 8 conversations",
    "peak": "peak memory, MiB",
}
QUIET = os.environ | {"HF_HUB_DISABLE_PROGRESS_BARS": "1", "TRANSFORMERS_VERBOSITY": "error"}
Figures = dict[str, float]


def run(name: str, model: Path, prefixes: Path) -> Figures:
    engine, _, slots = name.partition(":")
    command = [sys.executable, "-m", "benchmarks.one_engine", engine, slots or str(SLOTS), str(model), str(prefixes)]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True, env=QUIET)
    figures: Figures = json.loads(done.stdout.splitlines()[-1])
    return figures


def rounds(count: int, names: Sequence[str], folder: Path) -> dict[str, Figures]:
    model = folder / "tiny_starcoder_py"
    if {"transformers", "generate"} & set(names):
        # In a process of its own, like all that torch does here: this one only compares.
        make = [sys.executable, "-m", "benchmarks.random_starcoder", str(model)]
        subprocess.run(make, cwd=ROOT, check=True, env=QUIET)
    found: dict[str, list[Figures]] = {name: [] for name in names}
    for number in range(count):
        for name in names:
            prefixes = folder / f"prefixes-{number}-{name}"
            found[name].append(run(name, model, prefixes))
            print(f"round {number + 1}  {name}  {json.dumps(found[name][-1])}", file=sys.stderr, flush=True)
    return {name: {key: statistics.median(one[key] for one in many) for key in many[0]} for name, many in found.items()}


def ratios(found: dict[str, Figures]) -> list[tuple[str, float, str]]:
    rows = []
    for name, figures in found.items():
        engine = name.partition(":")[0]
        if engine in ("embedded", "transformers"):
            rows.append((f"{name}: first token, prefix read / unread", figures["warm"] / figures["cold"], "≤ 0.05"))
            rows.append((f"{name}: the prefix after a restart, s", figures["restored"], "≤ 1"))
    return rows


def table(found: dict[str, Figures]) -> str:
    lines = ["| | " + " | ".join(found) + " |", "|---|" + "---|" * len(found)]
    for key, what in ROWS.items():
        cells = [_cell(figures.get(key)) for figures in found.values()]
        lines.append(f"| {what} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _cell(value: float | None) -> str:
    if value is None:
        return "–"
    return f"{value:.0f}" if value >= 100 else f"{value:.3g}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("names", nargs="*", default=ALL)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        found = rounds(asked.rounds, asked.names, Path(folder))
    packages = ", ".join(f"{name} {version(name)}" for name in ("xllamacpp", "torch", "transformers"))
    print(
        f"{os.cpu_count()} cores, {engine_threads()} threads; Python {platform.python_version()}, {packages}; "
        f"medians of {asked.rounds}\n"
    )
    print(table(found))
    print()
    for what, value, wanted in ratios(found):
        print(f"{what:56} {value:6.2f}   to reach {wanted}")


if __name__ == "__main__":
    main()

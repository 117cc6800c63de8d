"""What the app adds to the engine in its process: both in one process, asked in turns, tokens a second.

    python -m benchmarks.embedded [--rounds N]

Two processes of the same library differ by more than what is looked for; here they share what the machine gives.
"""

import argparse
import asyncio
import statistics
import tempfile
from importlib.metadata import version
from pathlib import Path

from assistant.backends.cpu_threads import batch_threads, engine_threads
from assistant.backends.embedded import SLOTS
from benchmarks.contestants import Contestant, contestant
from benchmarks.one_engine import CHAT, CONVERSATIONS, LONG, QUESTIONS, Prompts, rate

NAMES = ("embedded", "llama.cpp")


async def speeds(engines: dict[str, Contestant], prompts: Prompts, count: int, rounds: int) -> dict[str, float]:
    """Tokens a second of `count` conversations, the medians of the rounds. Each round has its own questions."""
    found: dict[str, list[float]] = {name: [] for name in NAMES}
    for number in range(rounds):
        questions = [QUESTIONS[(number * count + at) % len(QUESTIONS)] for at in range(count)]
        # Each of them begins as often as the other.
        for name in NAMES if number % 2 else reversed(NAMES):
            found[name].append(await rate(engines[name], prompts, questions))
    return {name: statistics.median(rates) for name, rates in found.items()}


async def compare(folder: Path, rounds: int) -> None:
    engines = {name: contestant(name, folder, folder / "prefixes", SLOTS) for name in NAMES}
    for engine in engines.values():
        await engine.start()
    try:
        for what in (LONG, CHAT):
            prompts = await asyncio.to_thread(Prompts, what)
            for engine in engines.values():
                await engine.read(prompts.template.prefix)
                # What a first answer alone has to do.
                await rate(engine, prompts, QUESTIONS[:SLOTS])
            print(f"\n{what}, tokens/s")
            one = {}
            for count in CONVERSATIONS:
                found = await speeds(engines, prompts, count, rounds)
                ours, alone = (found[name] for name in NAMES)
                one = one or found
                over = ", ".join(f"{found[name] / one[name]:.2f}" for name in NAMES)
                print(
                    f"{count} at once: {ours:5.1f} and {alone:5.1f}: {ours / alone:.2f}; over one: {over}", flush=True
                )
    finally:
        for engine in engines.values():
            await engine.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=8)
    asked = parser.parse_args()
    print(
        f"embedded and llama.cpp alone, {SLOTS} slots, {engine_threads()} and {batch_threads()} threads; "
        f"xllamacpp {version('xllamacpp')}; medians of {asked.rounds}"
    )
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(compare(Path(folder), asked.rounds))
    print("\nto reach: embedded over llama.cpp alone ≥ 0.95; four over one ≥ 1.8")


if __name__ == "__main__":
    main()

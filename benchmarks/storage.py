"""The store at 10,000 and at 1,000,000 messages, on SQLite and on PostgreSQL: does it stay as quick as it was?

    python -m benchmarks.storage [sqlite] [postgresql] [--small 1000] [--large 100000] [--rounds 200]

Sizes are conversations, of ten messages each; one owner has a tenth of them, and one conversation of 200. Both
databases are durable (fsync at every commit). The small and the large one take turns, so that the machine's moods meet
both. Milliseconds a call; every call is the heaviest owner's.
"""

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from uuid import uuid4

from assistant.conversation import GenerationOptions, MessageStatus
from assistant.new_turn import NewTurn
from assistant.portable.document import document_of
from assistant.ports import RunOutcome
from assistant.search_query import SearchQuery
from benchmarks.filled_database import COMMON, HEAVY, HEAVY_SHARE, LONG, RARE, fill
from storage.database import Database, open_database
from storage.migrate import migrate
from storage.store import SqlConversationStore
from tests.postgres import PostgresServer

PAGE = 50
HITS = 20
# p95 at the large size in milliseconds, and how many times that of the small one it may be.
TARGETS = {
    "list": (50, 1.5),
    "open": (50, 1.5),
    "save": (50, 1.5),
    "search, common": (200, None),
    "search, rare": (200, None),
}
Calls = dict[str, Callable[[], object]]


class Usage:
    """What a page asks of the store."""

    def __init__(self, store: SqlConversationStore, conversations: int) -> None:
        self._store = store
        self._of_heavy = len(range(0, conversations, HEAVY_SHARE))
        self._turns = 0

    def calls(self) -> Calls:
        return {
            "list": lambda: self._store.conversations(HEAVY, PAGE),
            "open": self._open,
            "save": self._save,
            "search, common": partial(self._search, COMMON),
            "search, rare": partial(self._search, RARE),
            "export": self._export,
        }

    def _open(self) -> None:
        self._store.conversation(HEAVY, LONG)
        assert len(self._store.messages(HEAVY, LONG)) >= 200
        self._store.active_run(HEAVY, LONG)

    def _search(self, word: str) -> None:
        assert self._store.search(HEAVY, SearchQuery(text=word), HITS)

    def _save(self) -> None:
        """A question and its answer, each time in another conversation."""
        conversation_id = f"c{self._turns % self._of_heavy * HEAVY_SHARE}"
        self._turns += 1
        leaf = self._store.conversation(HEAVY, conversation_id).leaf_id
        now, ids = datetime.now(UTC), [uuid4().hex for _ in range(4)]
        turn = NewTurn(
            owner_id=HEAVY,
            conversation_id=conversation_id,
            new_conversation_title=None,
            parent_id=leaf,
            parent_must_be_leaf=True,
            question_id=ids[0],
            question="How do I parse a path?",
            answer_id=ids[1],
            run_id=ids[2],
            client_request_id=ids[3],
            process_id="benchmark",
            options=GenerationOptions(),
            now=now,
        )
        self._store.begin_turn(turn)
        outcome = RunOutcome(status=MessageStatus.COMPLETE, text="With `pathlib.Path`. " * 30)
        assert self._store.finish(turn.run_id, outcome, now)

    def _export(self) -> None:
        conversation = self._store.conversation(HEAVY, LONG)
        assert document_of(conversation, self._store.messages(HEAVY, LONG)).model_dump_json()


def measure(small: Calls, large: Calls, rounds: int) -> dict[str, tuple[list[float], list[float]]]:
    """Call → milliseconds at the small and at the large size."""
    taken: dict[str, tuple[list[float], list[float]]] = {}
    for name in small:
        taken[name] = ([], [])
        for number in range(-3, rounds):
            for call, milliseconds in zip((small[name], large[name]), taken[name], strict=True):
                began = time.perf_counter()
                call()
                # The first ones fill caches.
                if number >= 0:
                    milliseconds.append((time.perf_counter() - began) * 1000)
    return taken


def report(taken: dict[str, tuple[list[float], list[float]]]) -> Iterator[str]:
    yield "| | small: p50 / p95 | large: p50 / p95 | large over small: p50 / p95 | |"
    yield "|---|---|---|---|---|"
    for name, both in taken.items():
        (small50, small95), (large50, large95) = ((statistics.median(values), _p95(values)) for values in both)
        target, ratio = TARGETS.get(name, (None, None))
        missed = (target and large95 > target) or (ratio and large95 > ratio * small95)
        figures = f"{small50:.2f} / {small95:.2f} | {large50:.2f} / {large95:.2f}"
        verdict = "" if target is None else "**missed**" if missed else "reached"
        yield f"| {name} | {figures} | {large50 / small50:.2f} / {large95 / small95:.2f} | {verdict} |"


def _p95(values: Sequence[float]) -> float:
    return sorted(values)[int(len(values) * 0.95)]


@contextmanager
def _databases(kind: str) -> Iterator[tuple[Database, Database]]:
    """Two empty ones with all tables."""
    with ExitStack() as stack:
        if kind == "sqlite":
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            urls = [f"sqlite:///{folder}/{name}.db" for name in ("small", "large")]
        else:
            server = stack.enter_context(PostgresServer(durable=True))
            urls = [server.empty_database() for _ in range(2)]
        small, large = (stack.enter_context(closing(open_database(url))) for url in urls)
        for database in (small, large):
            migrate(database)
        yield small, large


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("databases", nargs="*", default=["sqlite", "postgresql"])
    parser.add_argument("--small", type=int, default=1_000)
    parser.add_argument("--large", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=200)
    chosen = parser.parse_args(arguments)
    sizes = chosen.small, chosen.large
    for kind in chosen.databases:
        with _databases(kind) as databases:
            began = time.perf_counter()
            for database, conversations in zip(databases, sizes, strict=True):
                fill(database, conversations)
            filled = time.perf_counter() - began
            usages = [Usage(SqlConversationStore(d), size).calls() for d, size in zip(databases, sizes, strict=True)]
            print(f"\n{kind}: {sizes[0]:,} and {sizes[1]:,} conversations, filled in {filled:.0f} s\n")
            for line in report(measure(*usages, chosen.rounds)):
                print(line)


if __name__ == "__main__":
    main(sys.argv[1:])

"""Rounds of random work and SIGKILL at a random moment; after each, the database is asked whether it kept its promise.

    python -m tests.crash.rounds [sqlite] [postgresql] [--rounds 200] [--seed N]

The database is kept from round to round. PostgreSQL itself is crashed in some of them.
"""

import argparse
import multiprocessing
import random
import secrets
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Self

from storage.database import open_database
from tests.crash.contents import Contents
from tests.crash.ledger import LOST_SECONDS, Ledger
from tests.crash.records import Broken, Go, Recovered
from tests.crash.worker import work
from tests.forks import FORKS
from tests.postgres import PostgresServer

START_SECONDS = 60.0


class CrashRounds:
    def __init__(self, url: str, seed: int, server: PostgresServer | None = None) -> None:
        """`server`: crashed too in some rounds; to be durable."""
        self.ledger = Ledger()
        self._server = server
        self._url = url
        self._seed = seed
        self._chance = random.Random(seed)
        self._number = 0
        self._killed_at = 0.0
        self.killed_in_recovery = 0
        self.killed_with_server = 0

    def run(self, rounds: int) -> None:
        """Raises AssertionError with the seed, the round and all that is wrong."""
        for self._number in range(rounds):
            self._round()
        # Nothing is done after this one: the last round's damage is looked at.
        with _Worker(self._url, self.ledger) as worker:
            worker.recover()
            self.check()

    def check(self) -> None:
        database = open_database(self._url)
        try:
            contents = Contents(database)
            wrong = [*self.ledger.check(contents, self._killed_at), *contents.faults()]
        finally:
            database.close()
        assert not wrong, f"seed {self._seed}, round {self._number}:\n" + "\n".join(wrong)

    def story(self) -> str:
        """What was done, in figures."""
        ledger = self.ledger
        return (
            f"{self.killed_in_recovery} more kills while starting, {self.killed_with_server} of the server too; "
            f"{len(ledger.asked)} questions taken, "
            f"{ledger.refused} refused, {len(ledger.ended)} answers, {len(ledger.shares)} shares; "
            f"longest loss {ledger.longest_loss:.3f} s of streamed text, "
            f"more than {LOST_SECONDS} s {ledger.slow_writes} times, by a database that took so long"
        )

    def _round(self) -> None:
        while self._chance.random() < 0.2:
            with _Worker(self._url, self.ledger) as worker:
                worker.live(self._chance.uniform(0, 0.06))
            self.killed_in_recovery += 1
        with _Worker(self._url, self.ledger) as worker:
            worker.recover()
            self.check()
            worker.go(Go(seed=f"{self._seed}-{self._number}", unanswered=self.ledger.unanswered()))
            # Half of them in the thick of it, half of them late enough that text is older than what may be lost.
            worker.live(self._chance.uniform(*self._chance.choice([(0.0, 0.3), (1.1, 2.2)])))
        self._killed_at = worker.killed_at
        if self._server and self._chance.random() < 0.2:
            self._server.stop(signal.SIGQUIT)
            self._server.start()
            self.killed_with_server += 1


class _Worker:
    """A process; killed at the end of the block, and heard out."""

    def __init__(self, url: str, ledger: Ledger) -> None:
        self._ledger = ledger
        self._pipe, its_own = multiprocessing.Pipe()
        self._process = FORKS.Process(target=work, args=(url, its_own), daemon=True)
        self._process.start()
        its_own.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.killed_at = time.monotonic()
        self._process.kill()
        self._process.join()
        # What it said before its death is in the pipe; of a record that it was telling, only a part.
        with suppress(EOFError, OSError):
            while True:
                self._ledger.keep(self._pipe.recv(), self.killed_at)
        self._pipe.close()

    def recover(self) -> None:
        """Until the start is done."""
        record = self._pipe.recv() if self._pipe.poll(START_SECONDS) else Broken(traceback="it does not start")
        assert isinstance(record, Recovered), record

    def go(self, go: Go) -> None:
        self._pipe.send(go)

    def live(self, seconds: float) -> None:
        """And listen to it for so long."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0 and self._pipe.poll(left):
            try:
                record = self._pipe.recv()
            except EOFError:
                return
            self._ledger.keep(record, time.monotonic())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("databases", nargs="*", default=["sqlite", "postgresql"])
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--seed", type=int, default=secrets.randbelow(10**6))
    chosen = parser.parse_args()
    for database in chosen.databases:
        with _rounds(database, chosen.seed) as rounds:
            began = time.monotonic()
            rounds.run(chosen.rounds)
            seconds = time.monotonic() - began
            sys.stdout.write(
                f"{database}, seed {chosen.seed}: {chosen.rounds} rounds in {seconds:.0f} s, {rounds.story()}\n"
            )


@contextmanager
def _rounds(database: str, seed: int) -> Iterator[CrashRounds]:
    if database == "postgresql":
        with PostgresServer(durable=True) as server:
            yield CrashRounds(server.empty_database(), seed, server)
    else:
        with tempfile.TemporaryDirectory() as folder:
            yield CrashRounds(f"sqlite:///{folder}/assistant.db", seed)


if __name__ == "__main__":
    main()

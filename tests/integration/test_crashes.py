"""What people were told is done survives SIGKILL; the long form of this is `make crash-test`."""

from pathlib import Path

from tests.crash.rounds import CrashRounds
from tests.postgres import PostgresServer


def test_what_was_acknowledged_survives_kills_on_sqlite(tmp_path: Path) -> None:
    CrashRounds(f"sqlite:///{tmp_path}/assistant.db", seed=2026).run(12)


def test_what_was_acknowledged_survives_kills_on_postgresql(postgres: PostgresServer) -> None:
    url = postgres.empty_database()
    CrashRounds(url, seed=2027).run(6)
    postgres.drop(url)

"""What tests of several folders share."""

from collections.abc import Iterator

import pytest
from hypothesis import settings

from tests.postgres import PostgresServer

# No deadlines: a busy machine is no fault. `--hypothesis-profile=long` is for tests that have a short form by default.
settings.register_profile("short", deadline=None)
settings.register_profile("long", deadline=None)
settings.load_profile("short")


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """Started with the first test that asks for it; whoever stops it starts it again."""
    with PostgresServer() as server:
        yield server


@pytest.fixture
def postgres_url(postgres: PostgresServer) -> Iterator[str]:
    """A database with all tables, for this test alone."""
    url = postgres.database()
    yield url
    postgres.drop(url)

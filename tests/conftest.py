"""What tests of several folders share."""

from collections.abc import Iterator

import pytest
from hypothesis import settings

from tests.postgres import PostgresServer

# For `--hypothesis-profile=long`: tests that have a short form in the default run take their time.
settings.register_profile("long", deadline=None)


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

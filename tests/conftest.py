"""What tests of several folders share."""

from collections.abc import Iterator

import pytest

from tests.postgres import PostgresServer


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

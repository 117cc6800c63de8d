"""What tests of several folders share."""

import os
from collections.abc import Iterator

import pytest
from hypothesis import settings

from tests.postgres import PostgresServer

# No deadlines: a busy machine is no fault. `--hypothesis-profile=long` is for tests that have a short form by default.
settings.register_profile("short", deadline=None)
settings.register_profile("long", deadline=None)
settings.load_profile("short")

# Threads of an engine wait for one another after each operation, and stand still where the tests beside them have the
# cores: here an engine has one, in this process and in those that it starts.
os.environ["OMP_NUM_THREADS"] = "1"

_WORKER_BYTES = 3 * 2**30
"""A test process, and what belongs to it: the app with its model, Chromium, PostgreSQL."""


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """One file runs in this process, where a debugger finds it; more of them on as many as the machine has room for."""
    if len(config.args) == 1 and ".py" in config.args[0]:
        return 0
    # Those that this process may use, where a system tells.
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return max(1, min(4, cores, memory // _WORKER_BYTES))


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

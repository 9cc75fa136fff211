"""What holds for every test: hypothesis draws the same examples in each run, and keeps none between runs.

A test that asks for `postgresql` gets a real server, started once for each process of tests that needs it.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

from tests import measuring

if TYPE_CHECKING:
    from tests.postgresql import PostgresqlServer

_measuring = measuring.begin()  # before the first test module imports what is measured

settings.register_profile("suite", derandomize=True, deadline=None, database=None)
settings.load_profile("suite")


def pytest_sessionfinish() -> None:
    """Write what the tests of this process reached."""
    if _measuring is not None:
        _measuring.write(measuring.process())


@pytest.fixture(scope="session")
def postgresql() -> "Iterator[PostgresqlServer]":
    """A real PostgreSQL server."""
    from tests.postgresql import postgresql_server

    with postgresql_server() as server:
        yield server

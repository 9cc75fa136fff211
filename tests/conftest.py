"""What holds for every test: hypothesis draws the same examples in each run, and keeps none between runs.

A test that asks for `postgresql` gets a real server, started once for each process of tests that needs it.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from tests.postgresql import PostgresqlServer

settings.register_profile("suite", derandomize=True, deadline=None, database=None)
settings.load_profile("suite")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave slow tests out of the measured coverage: it doubles their time, and the fast ones reach every branch."""
    for item in items:
        slow = item.get_closest_marker("slow")
        if slow is not None and not slow.kwargs.get("measured", False):
            item.add_marker("no_cover")


@pytest.fixture(scope="session")
def postgresql() -> "Iterator[PostgresqlServer]":
    """A real PostgreSQL server."""
    from tests.postgresql import postgresql_server

    with postgresql_server() as server:
        yield server

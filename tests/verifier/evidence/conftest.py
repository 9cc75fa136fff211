"""Servers of odd children, shared by the tests of one module."""

from collections.abc import Iterator

import pytest

from tests.verifier.evidence.odd_children import odd_servers
from verifier.evidence.fork_server import Servers


@pytest.fixture(scope="module")
def servers() -> Iterator[Servers]:
    servers = odd_servers()
    yield servers
    servers.close()

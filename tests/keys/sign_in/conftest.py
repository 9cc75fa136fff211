"""Chance that repeats, and a browser of three lines."""

import random
from collections.abc import Callable, Iterator

import pytest

from tests.openid_provider import OpenIdServer, openid_server


@pytest.fixture
def random_bytes() -> Callable[[int], bytes]:
    return random.Random(20261122).randbytes


@pytest.fixture(scope="module")
def openid() -> Iterator[OpenIdServer]:
    with openid_server() as server:
        yield server


@pytest.fixture
def provider(openid: OpenIdServer) -> OpenIdServer:
    openid.restore()
    return openid

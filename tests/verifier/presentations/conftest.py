"""The counter that asks, and a wallet that answers; making an application takes long, so each module shares one."""

from collections.abc import Iterator

import pytest

from tests.verifier.presentations.counter import Counter, Wallet
from tests.verifier.world import NOW, Keys, World
from verifier.evidence.reader import EvidenceReader


@pytest.fixture(scope="module")
def shared(keys: Keys, reader: EvidenceReader, tmp_path_factory: pytest.TempPathFactory) -> Counter:
    return Counter(World(keys, reader, tmp_path_factory.mktemp("world")), development=True)


@pytest.fixture
def counter(shared: Counter) -> Iterator[Counter]:
    """The module's counter, at the time of the world."""
    shared.now = NOW
    yield shared
    shared.now = NOW


@pytest.fixture
def wallet(counter: Counter) -> Wallet:
    return Wallet(counter)

"""Houses of the small signed world."""

from collections.abc import Iterator

import pytest

from tests.verifier.people.entrance_world import House
from tests.verifier.world import Keys, World
from verifier.evidence.reader import EvidenceReader


@pytest.fixture(scope="module")
def shared_house(keys: Keys, reader: EvidenceReader, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder = tmp_path_factory.mktemp("house")
    house = House(World(keys, reader, folder), folder / "house")
    yield house
    house.store.close()


@pytest.fixture
def house(shared_house: House) -> House:
    """The house of the module, as it was at first."""
    shared_house.restore()
    return shared_house

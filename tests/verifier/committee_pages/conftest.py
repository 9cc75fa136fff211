"""One service of the module with people of every role, a notice and an applicant; made once, tests add to it."""

from collections.abc import Iterator

import pytest

from tests.verifier.committee_pages.hall import Hall
from tests.verifier.world import Keys, World
from verifier.evidence.reader import EvidenceReader


@pytest.fixture(scope="module")
def hall(keys: Keys, reader: EvidenceReader, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hall]:
    folder = tmp_path_factory.mktemp("hall")
    hall = Hall(World(keys, reader, folder), folder / "house")
    yield hall
    hall.house.store.close()

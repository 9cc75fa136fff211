"""The committee of the tests."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.verifier.committee.chamber import Chamber
from tests.verifier.world import World


@pytest.fixture
def chamber(world: World, tmp_path: Path) -> Iterator[Chamber]:
    chamber = Chamber(world, tmp_path / "state")
    yield chamber
    chamber.close()

"""The small signed world of the verifier's tests, for hostile hands."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.verifier.world import Keys, World
from verifier.evidence.reader import EvidenceReader


@pytest.fixture(scope="session")
def keys() -> Keys:
    return Keys()


@pytest.fixture(scope="session")
def reader() -> Iterator[EvidenceReader]:
    with EvidenceReader(wall_s=30.0) as reader:  # generous: a busy machine must not fail a test
        yield reader


@pytest.fixture
def world(keys: Keys, reader: EvidenceReader, tmp_path: Path) -> World:
    return World(keys, reader, tmp_path)

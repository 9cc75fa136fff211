"""One bank with pages and staff for each test, or for a whole module where the tests do not change it."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.issuer.pages.page_world import PageWorld
from tests.issuer.staff.staff_world import StaffWorld


@pytest.fixture
def staff_world(founded: Path, tmp_path: Path) -> Iterator[StaffWorld]:
    path = tmp_path / "bank"
    shutil.copytree(founded, path)
    world = StaffWorld(PageWorld(path))
    yield world
    world.bank.close()


@pytest.fixture(scope="module")
def kept_world(founded: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[StaffWorld]:
    """A bank that the tests of a module share: they look, or change only what is their own."""
    path = tmp_path_factory.mktemp("staff") / "bank"
    shutil.copytree(founded, path)
    world = StaffWorld(PageWorld(path))
    yield world
    world.bank.close()

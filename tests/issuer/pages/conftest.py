"""One bank with pages for each test: a copy of the founded one, with plain keys and a clock that stands still."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.issuer.pages.page_world import Browser, PageWorld


@pytest.fixture
def pages(founded: Path, tmp_path: Path) -> Iterator[PageWorld]:
    path = tmp_path / "bank"
    shutil.copytree(founded, path)
    world = PageWorld(path)
    yield world
    world.bank.close()


@pytest.fixture
def holder(pages: PageWorld) -> Browser:
    """A browser of SYN-P-001, who agreed to every source."""
    return pages.holder()

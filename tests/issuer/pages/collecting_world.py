"""A bank with pages that can ask one source, through a door that a test spoils or holds shut."""

import threading
from datetime import timedelta
from typing import Any

from examples.source_stubs import Stub
from issuer.operating.source_states import work_name
from issuer.operating.works import OperatorWork, Works
from issuer.pulling.fetching import Outside
from issuer.pulling.settings_file import SourceSettings
from issuer.sources.registry import SOURCES
from tests.issuer.conftest import DELIVERIES, START
from tests.issuer.pages.page_world import PageWorld
from tests.issuer.pulling.conftest import ASKED, SOURCE, StubDoor

NAME = SOURCES[SOURCE].ko
LATER = START + timedelta(hours=1)


class Asking:
    """The source, its door, and the work that asks it; while `shut` is set, a question waits for an answer."""

    def __init__(self, fault: str = "none") -> None:
        self.stub = Stub(SOURCE, DELIVERIES / "hrdnet_training.xml", made_at=LATER, fault=fault, generation=2)
        self.door = StubDoor(self.stub)
        self.works = Works()
        self.open = threading.Event()
        self.open.set()
        self.world: PageWorld | None = None
        self.door.before = self._wait

    def _wait(self, _: int) -> None:
        self.open.wait(60)

    @property
    def operating(self) -> OperatorWork:
        outside = Outside(self._now, self.works.stop.wait, lambda: 0.0, lambda _: self.door)
        return OperatorWork(self.works, SourceSettings({SOURCE: ASKED}), outside)

    def ended(self) -> None:
        self.works.wait(work_name(SOURCE))

    def _now(self) -> Any:  # noqa: ANN401 - the clock of the world, whatever it shows
        assert self.world is not None
        return self.world.now

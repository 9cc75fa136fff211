"""A bank that asks one stub of a source, through a door without a network, with waits that only count."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime

import pytest

from examples.source_stubs import DELIVERIES, MEDIA_TYPES, Stub
from issuer.bank import Bank
from issuer.deliveries.reconciling import Acceptance, Allowance
from issuer.pulling.fetching import Outside
from issuer.pulling.running import Pulled, PullOrder, pull_source
from issuer.pulling.settings_file import AskedSource
from issuer.store.entries import StoredEntry
from issuer.store.pulls import RejectedLine
from keys.errors import FetchError
from keys.fetch import Fetched
from tests.issuer.conftest import World

SOURCE = "hrdnet_training"
ASKED = AskedSource(
    id=SOURCE,
    url=f"https://source.example/{SOURCE}/note.json",
    every_minutes=60,
    max_age_hours=48,
    seconds=5,
    tries=3,
    largest_page_bytes=1_000_000,
    allowance=Allowance(),
)


class OddStub(Stub):
    """A stub of which a test may replace any part."""


class StubDoor:
    """Answers from a stub in this process; each question can be spoiled by a function that the test puts here."""

    def __init__(self, stub: Stub) -> None:
        self.stub = stub
        self.questions: list[str] = []
        self.before: Callable[[int], None] = lambda number: None

    def get_if_changed(self, url: str, *, accept: str, max_bytes: int, etag: str | None) -> Fetched:
        self.questions.append(url)
        self.before(len(self.questions))
        if url.endswith("/note.json"):
            assert accept == "application/json"
            note = self.stub.note()
            tag = f'"{hash(note)}"'
            return Fetched(None, tag) if etag == tag else Fetched(note, tag)
        assert accept == MEDIA_TYPES[self.stub.sample.suffix]
        number = int(url.rpartition("/")[2].partition(".")[0])
        page = self.stub.spoiled(self.stub.pages()[number - 1])
        if len(page) > max_bytes:
            raise FetchError("more", kind="size")
        return Fetched(page, None)


@dataclass(slots=True)
class Asking:
    """A bank and a source that it asks."""

    world: World
    bank: Bank
    stub: Stub
    door: StubDoor
    asked: AskedSource
    waits: list[float] = field(default_factory=list)
    stop: bool = False

    @property
    def outside(self) -> Outside:
        return Outside(self.clock, self.wait, lambda: 1.0, lambda asked: self.door)

    def clock(self) -> datetime:
        return self.world.now

    def wait(self, seconds: float) -> bool:
        if seconds:
            self.waits.append(seconds)
        return self.stop

    def pull(self, *, rehearse: bool = False, accept: str | None = None) -> Pulled:
        word = None if accept is None else Acceptance(accept, "staff:somebody", "the source said so")
        return pull_source(self.bank, self.asked, self.outside, order=PullOrder(rehearse=rehearse, accept=word))

    def later(self, *, fault: str = "none", hours: int = 1) -> None:
        """An hour later the source offers a new delivery."""
        self.world.wait(hours=hours)
        self.stub.fault, self.stub.generation = fault, self.stub.generation + 1
        self.stub.made_at = self.world.now
        self.world.wait(minutes=1)

    def allow(self, *, entries: int, percent: int = 0) -> None:
        self.asked = replace(self.asked, allowance=Allowance(entries, percent))

    def entries(self) -> list[StoredEntry]:
        with self.bank.store.read() as transaction:
            ids = [each.id for each in transaction.entries.standing(self.stub.source)]
            return transaction.entries.entries(ids)

    def acts(self, action: str) -> list[tuple[str, str | None, str | None]]:
        """Actor, subject and detail of every act of one kind, oldest first."""
        with self.bank.store.read() as transaction:
            found = transaction.audit.acts_after(0, [action])
        return [(each.actor, each.subject, each.detail) for each in found]

    def rejected(self, pulled: Pulled) -> list[RejectedLine]:
        with self.bank.store.read() as transaction:
            return transaction.pulls.rejected(pulled.run.id)


def counts(pulled: Pulled) -> tuple[object, ...]:
    """New, changed, unchanged, rejected and withdrawn."""
    return tuple(pulled.run.counts[name] for name in ("new", "changed", "unchanged", "rejected", "withdrawn"))


@pytest.fixture
def asking(world: World) -> Iterator[Asking]:
    """The bank of `world` has every sample; the source offers its own again, four rows on two pages, complete."""
    (sample,) = DELIVERIES.glob(f"{SOURCE}.*")
    world.wait(minutes=30)
    stub = OddStub(SOURCE, sample, made_at=world.now)
    world.wait(minutes=1)
    bank = world.open()
    yield Asking(world, bank, stub, StubDoor(stub), ASKED)
    bank.close()

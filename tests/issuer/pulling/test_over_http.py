"""Asking the stubs of `examples/source_stubs.py` over real HTTP on loopback: every fault that only a network has."""

from collections.abc import Iterator
from dataclasses import astuple, replace
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from examples.source_stubs import DELIVERIES, FAULTS, Stub, StubServer, all_stubs, cut, sources_file
from issuer.deliveries.errors import SourceUnreachable
from issuer.deliveries.files import find_parser
from issuer.deliveries.reconciling import Allowance
from issuer.pulling.fetching import Outside, SourceAsker, network_door
from issuer.pulling.settings_file import AskedSource
from tests.issuer.conftest import START, World

SOURCE = "lifelong_learning"


@pytest.fixture(scope="module")
def server() -> Iterator[StubServer]:
    running = StubServer(all_stubs(START))
    yield running
    running.stop()


@pytest.fixture
def stub(server: StubServer) -> Iterator[Stub]:
    found = server.stubs[SOURCE]
    found.requests.clear()
    yield found
    found.fault, found.made_at = "none", START


def asker(server: StubServer, *, tries: int = 1, token: str | None = SOURCE, seconds: int = 60) -> SourceAsker:
    asked = AskedSource(
        id=SOURCE,
        url=f"{server.url}/{SOURCE}/note.json",
        every_minutes=1,
        max_age_hours=1,
        seconds=seconds,
        tries=tries,
        largest_page_bytes=10_000,
        allowance=Allowance(),
        token=token,
    )
    outside = Outside(lambda: START, lambda seconds: False, lambda: 0.0, network_door(development=True))
    return SourceAsker(asked, outside, before_try=lambda: None)


def first_page(server: StubServer, stub: Stub) -> bytes:
    from issuer.pulling.delivery_note import read_note

    fault, stub.fault = stub.fault, "none"
    body = asker(server).note(None).body
    stub.fault = fault
    assert body is not None
    note = read_note(body, source=SOURCE, now=START, newest=None, largest_page_bytes=10_000)
    return asker(server).page(note.pages[0], 1)


def test_a_note_and_its_pages_come_over_http(server: StubServer, stub: Stub) -> None:
    assert first_page(server, stub) == stub.pages()[0]
    etag = asker(server).note(None).etag
    assert asker(server).note(etag).body is None


def test_a_source_tells_callers_apart_by_their_token(server: StubServer, stub: Stub) -> None:
    for token in (None, "other"):
        with pytest.raises(SourceUnreachable) as refused:
            asker(server, token=token).note(None)
        assert refused.value.details["kind"] == "status 401"
    assert stub.requests == []


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        ("down", "protocol"),
        ("busy", "status 503"),
        ("forbidden", "status 403"),
        ("redirect", "redirect"),
        ("html", "media_type"),
        ("gzip-bomb", "protocol"),
        ("huge", "size"),
        ("cut", "protocol"),
    ],
)
def test_every_fault_of_the_network_has_its_name(server: StubServer, stub: Stub, fault: str, kind: str) -> None:
    stub.fault = fault
    with pytest.raises(SourceUnreachable) as refused:
        first_page(server, stub)
    assert refused.value.details["kind"] == kind


@pytest.mark.slow
def test_a_source_that_sends_byte_by_byte_is_left_after_its_time(server: StubServer, stub: Stub) -> None:
    stub.fault = "trickle"
    with pytest.raises(SourceUnreachable) as refused:
        asker(server, seconds=1).note(None)
    assert refused.value.details["kind"] == "timeout"


def test_a_source_that_fails_twice_is_asked_three_times(server: StubServer, stub: Stub) -> None:
    stub.fault = "fails-2"
    assert asker(server, tries=3).note(None).body == stub.note()
    assert len(stub.requests) == 3


def test_the_stub_takes_another_fault_while_it_runs(server: StubServer, stub: Stub) -> None:
    def put(path: str, fault: str) -> int:
        request = Request(f"{server.url}{path}", data=fault.encode(), method="PUT")
        try:
            with urlopen(request) as answer:
                return int(answer.status)
        except HTTPError as error:
            error.close()
            return error.code

    assert (put(f"/{SOURCE}/fault", "busy"), stub.fault) == (200, "busy")
    assert [put(f"/{SOURCE}/fault", "nonsense"), put("/nowhere/fault", "busy")] == [404, 404]


@pytest.mark.slow
def test_commands_ask_every_stub_that_is_due_and_then_none(
    server: StubServer, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    stubs = [replace(server.stubs[name], made_at=START) for name in ("persons", "military", "qnet_qualifications")]
    file = world.files / "sources.json"
    file.write_text(sources_file(server.url, stubs))
    monkeypatch.setenv("ISSUER_SOURCES", str(file))
    for each in stubs:
        monkeypatch.setenv(f"STUB_TOKEN_{each.source.upper()}", each.source)
    world.wait(minutes=1)
    runs = world.json("pull", "--due")["runs"]
    assert [run["source"] for run in runs] == ["persons", *sorted({each.source for each in stubs} - {"persons"})]
    assert {run["outcome"] for run in runs} == {"taken"}
    assert sum(run["counts"]["unchanged"] for run in runs) == 5 + 6 + 4
    assert sum(run["counts"][name] for run in runs for name in ("new", "changed", "held", "rejected", "withdrawn")) == 0
    assert world.json("pull", "--due")["runs"] == []
    listed = {source["id"]: source["asked"] for source in world.json("sources")["sources"]}
    assert {name for name, asked in listed.items() if asked is not None and not asked["late"]} == {
        each.source for each in stubs
    }


@pytest.mark.parametrize("sample", sorted(DELIVERIES.iterdir()), ids=lambda path: str(path.stem))
def test_the_pages_of_every_stub_hold_what_its_sample_holds(sample: Path) -> None:
    parse = find_parser(sample.stem)
    pages = [row for page in Stub(sample.stem, sample).pages() for row in parse(page)]
    whole = [*parse(sample.read_bytes())]
    assert len(cut(sample, 2)) > 1
    assert sorted(str(astuple(row)) for row in pages) == sorted(str(astuple(row)) for row in whole)


def test_every_fault_is_described() -> None:
    assert all(FAULTS.values())

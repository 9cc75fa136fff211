"""`GET /bundle.json` and `GET /status`: what the verifier's own pages may have, and what nobody gets."""

import asyncio
import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from keys.errors import FetchError
from keys.trust_list import TrustedIssuer, TrustList
from tests.verifier.bundles import ISSUER, BundleDesk
from tests.verifier.world import STATUS_URI, World
from verifier.api.public_lists import PublicLists
from verifier.app import create_app
from verifier.checks.rules import Rules
from verifier.statuses.lookup import Freshness, StatusLookup, StatusSources
from verifier.statuses.published import PublishedLists


class Client:
    """Asks an application in memory."""

    def __init__(self, app: FastAPI) -> None:
        self._transport = httpx.ASGITransport(app, raise_app_exceptions=False)

    def get(self, path: str, *, uri: str | None = None, headers: dict[str, str] | None = None) -> httpx.Response:
        return asyncio.run(self._ask(path, {} if uri is None else {"uri": uri}, headers or {}))

    async def _ask(self, path: str, query: dict[str, str], headers: dict[str, str]) -> httpx.Response:
        async with httpx.AsyncClient(transport=self._transport, base_url="http://verifier.test") as client:
            return await client.get(path, params=query, headers=headers)


@pytest.fixture
def desk(world: World) -> BundleDesk:
    return BundleDesk(world)


def rules(desk: BundleDesk) -> Rules:
    """Rules of a service with a bundle and the world's network."""
    used = desk.used(desk.file())
    sources = StatusSources({}, desk.world.fetch(), desk.world.state(), bundled=used.bundled)
    return replace(desk.world.rules(), trust=used.trust, statuses=StatusLookup(sources, freshness=Freshness()))


@pytest.fixture
def client(desk: BundleDesk) -> Client:
    return Client(create_app(rules(desk), now=lambda: desk.world.now))


def is_problem(response: httpx.Response, status: int, code: str) -> None:
    assert (response.status_code, response.json()["code"]) == (status, code)
    assert response.headers["content-type"] == "application/problem+json"


def test_bundle_holds_the_trust_list_and_the_lists_at_hand_and_asks_nobody(client: Client, desk: BundleDesk) -> None:
    answer = client.get("/bundle.json")
    document = answer.json()
    assert answer.headers["content-type"] == "application/json"
    assert TrustList.parse(json.dumps(document["trust_list"]).encode()).issuers[ISSUER].keys
    obtained_at = int(desk.world.now.timestamp())
    assert set(document["status_lists"]) == {STATUS_URI}
    assert document["status_lists"][STATUS_URI]["obtained_at"] == obtained_at
    assert document["status_lists"][STATUS_URI]["token"].count(".") == 2
    assert desk.world.requested == []


def test_bundle_holds_nothing_of_our_own_installation(desk: BundleDesk) -> None:
    desk.world.issuer["installed"] = {"source": "https://internal.example/secret"}
    client = Client(create_app(rules(desk), now=lambda: desk.world.now))
    assert "internal" not in client.get("/bundle.json").text


def test_bundle_is_revalidated_by_its_tag(client: Client) -> None:
    first = client.get("/bundle.json")
    assert first.headers["cache-control"] == "no-cache"
    again = client.get("/bundle.json", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_bundle_is_made_anew_after_ten_seconds_at_most(desk: BundleDesk) -> None:
    given = rules(desk)
    lists = PublicLists(given, now=lambda: desk.world.now)
    before = lists.bundle()
    desk.world.now += timedelta(hours=13)
    stale: dict[str, Any] = json.loads(lists.bundle())
    assert json.loads(before)["status_lists"]
    assert stale["status_lists"] == {}
    desk.world.now += timedelta(seconds=9)
    assert lists.bundle() is lists.bundle()


def test_list_is_given_whole_with_its_time_and_tag(client: Client, desk: BundleDesk) -> None:
    answer = client.get("/status", uri=STATUS_URI)
    assert answer.headers["content-type"] == "application/statuslist+jwt"
    assert answer.headers["cache-control"] == "public, max-age=60"
    assert answer.headers["x-status-obtained-at"] == str(int(desk.world.now.timestamp()))
    assert answer.text.count(".") == 2
    again = client.get("/status", uri=STATUS_URI, headers={"If-None-Match": answer.headers["etag"]})
    assert again.status_code == 304
    assert desk.world.requested == [STATUS_URI]


@pytest.mark.parametrize(
    "uri",
    [
        None,
        "",
        "status",
        f"{ISSUER}/status/2",
        f"{ISSUER}/admin",
        f"{STATUS_URI}?x=1",
        f"{STATUS_URI}#x",
        STATUS_URI.upper(),
        "https://evil.example/status/1",
        "http://169.254.169.254/latest/meta-data",
        "file:///etc/passwd",
        "x" * 5000,
        "https://bank.example/status/1\x00",
    ],
)
def test_list_that_is_not_known_here_is_not_found_and_nobody_is_asked(
    client: Client, desk: BundleDesk, uri: str | None
) -> None:
    is_problem(client.get("/status", uri=uri), 404, "status_list_unknown")
    assert desk.world.requested == []


def test_list_of_a_proved_certificate_is_known_from_then_on(world: World) -> None:
    given = world.rules()
    lists = PublicLists(given, now=lambda: world.now)
    assert lists.issuer_of(STATUS_URI) is None
    world.check(world.token(), given)
    assert lists.issuer_of(STATUS_URI) is not None
    assert json.loads(lists.bundle())["status_lists"]


def test_list_of_an_earlier_run_is_known_but_not_in_the_bundle(world: World) -> None:
    world.check(world.token())
    lists = PublicLists(world.rules(), now=lambda: world.now)
    assert lists.issuer_of(STATUS_URI) is not None
    assert json.loads(lists.bundle())["status_lists"] == {}


def test_certificate_that_was_not_proved_makes_no_list_known(world: World) -> None:
    given = world.rules()
    world.check(world.token(signer=world.keys.stranger), given)
    assert PublicLists(given, now=lambda: world.now).issuer_of(STATUS_URI) is None


def test_list_of_the_status_map_is_known_where_the_issuer_is_listed(world: World) -> None:
    file = world.folder / "list.jwt"
    file.write_text(world.status_token())
    foreign = "https://other.example/status/1"
    given = world.rules(prefetched={STATUS_URI: file, foreign: file, "no url": file})
    lists = PublicLists(given, now=lambda: world.now)
    assert lists.issuer_of(STATUS_URI) is not None
    assert lists.issuer_of(foreign) is None
    assert set(json.loads(lists.bundle())["status_lists"]) == {STATUS_URI}


def test_list_that_cannot_be_had_is_a_problem_that_passes(desk: BundleDesk) -> None:
    def down(_: str) -> bytes:
        raise FetchError("expected an answer, found none", kind="connect")

    client = Client(create_app(rules(desk), now=lambda: desk.world.now))
    desk.world.network = down
    desk.world.now += timedelta(hours=13)
    answer = client.get("/status", uri=STATUS_URI)
    is_problem(answer, 503, "status_stale")
    assert int(answer.headers["retry-after"]) > 0


LISTING = "https://bank.example/status-lists"


class Fresh:
    """A service that has a trust list and a network, and nothing else."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.listing: bytes | None = json.dumps({"status_lists": [STATUS_URI]}).encode()
        self.asked: list[str] = []
        sources = StatusSources({}, world.fetch(), published=PublishedLists(self.document))
        lookup = StatusLookup(sources, freshness=Freshness())
        self.client = Client(create_app(replace(world.rules(), statuses=lookup), now=lambda: world.now))

    def document(self, _: TrustedIssuer, uri: str) -> bytes:
        self.asked.append(uri)
        if self.listing is None:
            raise FetchError("expected an answer, found none", kind="connect")
        return self.listing


@pytest.fixture
def fresh(world: World) -> Fresh:
    return Fresh(world)


def test_fresh_verifier_learns_from_the_issuer_which_lists_there_are(world: World, fresh: Fresh) -> None:
    answer = fresh.client.get("/status", uri=STATUS_URI)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/statuslist+jwt")
    assert (fresh.asked, world.requested) == ([LISTING], [STATUS_URI])
    assert set(fresh.client.get("/bundle.json").json()["status_lists"]) == {STATUS_URI}


def test_whatever_is_asked_for_an_issuer_is_asked_for_its_listing_alone_and_seldom(world: World, fresh: Fresh) -> None:
    for number in range(5):
        is_problem(fresh.client.get("/status", uri=f"https://bank.example/{number}"), 404, "status_list_unknown")
    assert (fresh.asked, world.requested) == ([LISTING], [])
    world.now += timedelta(minutes=10)
    fresh.client.get("/status", uri="https://bank.example/admin")
    assert fresh.asked == [LISTING, LISTING]


@pytest.mark.parametrize(
    "listing",
    [
        None,
        b"",
        b"[]",
        b"{}",
        b'{"status_lists": {}}',
        b'{"status_lists": [1, "https://evil.example/status/1", "file:///etc/passwd", "no url"]}',
        json.dumps({"status_lists": [STATUS_URI] * 1001}).encode(),
        json.dumps({"status_lists": [STATUS_URI], "more": "x" * 65536}).encode(),
    ],
)
def test_listing_that_is_none_makes_no_list_known_and_is_asked_for_again_after_a_minute(
    world: World, fresh: Fresh, listing: bytes | None
) -> None:
    fresh.listing = listing
    uris = (STATUS_URI, "https://evil.example/status/1", "file:///etc/passwd", "no url")
    for uri in uris:
        is_problem(fresh.client.get("/status", uri=uri), 404, "status_list_unknown")
    assert world.requested == []
    assert len(fresh.asked) == 1


def test_listing_that_fails_later_leaves_known_what_was_listed(world: World, fresh: Fresh) -> None:
    published = PublishedLists(fresh.document)
    issuer = TrustList.parse(json.dumps(world.trust).encode()).issuers[ISSUER]
    assert published.of(issuer, now=0) == {STATUS_URI}
    fresh.listing = None
    assert published.of(issuer, now=600) == {STATUS_URI}
    fresh.listing = b'{"status_lists": []}'
    assert published.of(issuer, now=659) == {STATUS_URI}
    assert published.of(issuer, now=660) == frozenset()

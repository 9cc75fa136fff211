"""The public files and the service that shows them."""

import asyncio
import json
import logging
from collections.abc import Iterator
from dataclasses import dataclass

import httpx
import pytest
from fastapi import FastAPI

from issuer.app import ServiceWork, create_app
from issuer.bank import Bank
from issuer.bank.folder import BankFolder
from issuer.bundling import TRUST_BUNDLE
from issuer.health import readiness_problems
from issuer.publishing import publish_due
from tests.issuer.conftest import URL, World


@pytest.fixture
def bank(world: World) -> Iterator[Bank]:
    opened = world.open()
    yield opened
    opened.close()


@dataclass(frozen=True, slots=True)
class Client:
    """Asks the service without a network; `content` of an answer is decoded, `raw` is as sent."""

    app: FastAPI

    def get(self, path: str, headers: dict[str, str] | None = None) -> httpx.Response:
        async def ask() -> httpx.Response:
            transport = httpx.ASGITransport(self.app)
            async with httpx.AsyncClient(transport=transport, base_url="http://bank") as client:
                return await client.get(path, headers=headers)

        return asyncio.run(ask())


def service(world: World, bank: Bank) -> FastAPI:
    work = ServiceWork(
        refresh=lambda: publish_due(bank, now=world.now),
        problems=lambda: readiness_problems(bank, now=world.now),
        refresh_s=0.01,
    )
    return create_app(bank.folder, bank.profile, work)


@pytest.fixture
def client(world: World, bank: Bank) -> Client:
    return Client(service(world, bank))


def issued_at(client: Client) -> int:
    return int(json.loads(_payload(client.get("/status/1").text))["iat"])


def _payload(token: str) -> bytes:
    from keys.encoding import b64url_decode

    return b64url_decode(token.split(".")[1])


def test_issuer_metadata_names_the_issuer_and_its_keys(client: Client) -> None:
    answer = client.get("/.well-known/jwt-vc-issuer")
    assert answer.headers["content-type"] == "application/json"
    assert answer.json()["issuer"] == URL
    assert answer.json()["jwks"] == client.get("/jwks.json").json()


def test_no_private_member_is_ever_published(client: Client) -> None:
    assert [set(key) & {"d", "k", "p", "q"} for key in client.get("/jwks.json").json()["keys"]] == [set()]


def test_type_metadata_is_served_under_the_type(client: Client) -> None:
    answer = client.get("/vct/competency-certificate/1")
    assert answer.json()["vct"] == f"{URL}/vct/competency-certificate/1"


def test_status_lists_are_served_with_their_media_type_and_may_be_read_by_pages(client: Client) -> None:
    answer = client.get("/status/1")
    assert answer.headers["content-type"] == "application/statuslist+jwt"
    assert answer.headers["access-control-allow-origin"] == "*"
    claims = json.loads(_payload(answer.text))
    assert (claims["sub"], claims["ttl"], claims["exp"] - claims["iat"]) == (f"{URL}/status/1", 43_200, 604_800)


def test_the_aggregation_lists_every_status_list(client: Client) -> None:
    assert client.get("/status-lists").json() == {"status_lists": [f"{URL}/status/1"]}


def test_an_unchanged_document_is_not_sent_again(client: Client) -> None:
    tag = client.get("/trust.json").headers["etag"]
    assert client.get("/trust.json", headers={"If-None-Match": tag}).status_code == 304


def test_documents_are_compressed_for_those_who_ask(client: Client) -> None:
    plain = client.get("/trust.json", headers={"Accept-Encoding": "identity"})
    packed = client.get("/trust.json", headers={"Accept-Encoding": "gzip"})
    assert packed.headers["content-encoding"] == "gzip"
    assert int(packed.headers["content-length"]) < int(plain.headers["content-length"])
    assert packed.content == plain.content
    assert packed.headers["etag"] != plain.headers["etag"]


@pytest.mark.parametrize("accepted", ["gzip;q=0", "br, gzip; q=0.000", "identity", "x-gzip-like"])
def test_documents_are_not_compressed_for_those_who_exclude_it(client: Client, accepted: str) -> None:
    assert "content-encoding" not in client.get("/trust.json", headers={"Accept-Encoding": accepted}).headers


@pytest.mark.parametrize("accepted", ["br;q=1.0, GZIP;q=0.5", "gzip;q=0.001"])
def test_documents_are_compressed_for_those_who_like_something_else_better(client: Client, accepted: str) -> None:
    found = client.get("/trust.json", headers={"Accept-Encoding": accepted})
    assert found.headers["content-encoding"] == "gzip"


@pytest.mark.parametrize(
    "path",
    [
        *["/status/2", "/status/01", "/status/x", "/status/..%2f..%2fbank.json", "/status/²"],
        *[f"/status/{'9' * digits}" for digits in (9, 10, 300, 5000)],
    ],
    ids=lambda path: path[:20],
)
def test_a_list_that_does_not_exist_is_not_found(client: Client, path: str) -> None:
    assert client.get(path).status_code == 404


def test_lists_of_other_times_are_not_offered(client: Client) -> None:
    answer = client.get("/status/1?time=1700000000")
    assert answer.status_code == 501
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("path", ["/docs", "/openapi.json", "/bank.json", "/secrets/link.key", "/api/v1/account"])
def test_nothing_else_is_served(client: Client, path: str) -> None:
    assert client.get(path).status_code == 404


def test_a_healthy_service_says_so(client: Client) -> None:
    assert client.get("/healthz").json() == {"status": "ok"}
    assert client.get("/readyz").json() == {"status": "ok"}


def test_a_service_without_its_status_list_is_not_ready(client: Client, bank: Bank) -> None:
    bank.folder.status_list(1).unlink()
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["problems"] == ["status list 1"]


@pytest.mark.parametrize("content", [b"", b"not a bundle", b"\xff"], ids=["empty", "damaged", "binary"])
def test_a_service_with_a_damaged_bundle_is_not_ready(client: Client, bank: Bank, content: bytes) -> None:
    (bank.folder.public / TRUST_BUNDLE).write_bytes(content)
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["problems"]) == (503, ["trust bundle"])


@pytest.mark.sqlite
def test_a_service_without_its_database_is_not_ready_and_goes_on_serving_files(client: Client, bank: Bank) -> None:
    bank.store.close()
    (bank.folder.path / "bank.db").write_bytes(b"SYN-P-001" * 1000)
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["status"]) == (503, "unavailable")
    assert "database" in answer.json()["problems"]
    assert "SYN-P-001" not in answer.text
    assert str(bank.folder.path) not in answer.text
    assert client.get("/healthz").status_code == 200
    assert client.get("/status/1").status_code == 200


def test_the_issuers_path_stands_after_the_well_known_part(
    world: World, tmp_path_factory: pytest.TempPathFactory
) -> None:
    from issuer.cli.main import main

    path = tmp_path_factory.mktemp("tenant") / "bank"
    assert main(["init", "--dev", "--url", "https://bank.example/tenant/1", "--data", str(path)]) == 0
    world.path = path
    bank = world.open()
    app = create_app(BankFolder(path), bank.profile, ServiceWork(refresh=lambda: None, problems=list))
    client = Client(app)
    assert client.get("/.well-known/jwt-vc-issuer/tenant/1").json()["issuer"] == "https://bank.example/tenant/1"
    assert client.get("/tenant/1/status/1").status_code == 200
    assert client.get("/status/1").status_code == 404
    bank.close()


def test_a_running_service_keeps_its_lists_fresh_and_says_what_failed_without_its_message(
    world: World, bank: Bank, caplog: pytest.LogCaptureFixture
) -> None:
    rounds: list[int] = []

    def refresh() -> None:
        rounds.append(len(rounds))
        if len(rounds) == 2:
            raise OSError("/srv/bank/김표본.pdf")

    app = create_app(bank.folder, bank.profile, ServiceWork(refresh=refresh, problems=list, refresh_s=0.001))

    async def live() -> None:
        async with app.router.lifespan_context(app):
            while len(rounds) < 4:
                await asyncio.sleep(0.001)

    asyncio.run(asyncio.wait_for(live(), timeout=60))
    assert rounds[:4] == [0, 1, 2, 3]
    (line,) = (each for each in caplog.records if each.levelno >= logging.WARNING)
    place = f"{__name__}:{refresh.__code__.co_firstlineno + 3}"
    assert line.getMessage() == f"upkeep failed: OSError in {place}"
    assert line.exc_info is None


def test_a_list_is_published_again_when_it_is_a_day_old(world: World, bank: Bank) -> None:
    assert publish_due(bank, now=world.now) == ()
    world.wait(hours=25)
    assert publish_due(bank, now=world.now) == (1,)
    assert publish_due(bank, now=world.now) == ()


def test_the_time_of_publication_rises_even_when_the_clock_stands_or_runs_back(
    world: World, account: str, client: Client
) -> None:
    number = world.issue(account)["number"]
    times = [issued_at(client)]
    for action in ("suspend", "reinstate"):
        world.wait(minutes=-10)
        world.json(action, number)
        times.append(issued_at(client))
    assert times == sorted(set(times))


def test_a_status_change_that_could_not_be_published_is_published_by_the_next_command(
    world: World, account: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from issuer.issued import status_changes

    issued = world.issue(account)
    monkeypatch.setattr(status_changes, "publish_due", lambda *_, **__: ())
    world.json("revoke", issued["number"])
    monkeypatch.undo()
    assert world.published_value(issued["status"]["idx"]) == 0
    findings = world.run("doctor", "--json")
    assert findings.code == 5
    assert "its newest state is not published" in findings.out
    world.json("revoke", issued["number"])
    assert world.published_value(issued["status"]["idx"]) == 1

"""`POST /api/v1/checks`: a Report for whatever was checked, a problem document for what was not."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from credential_schemas.report.outcomes import Verdict
from tests.verifier.world import World
from verifier import app as app_module
from verifier import service as service_module
from verifier.api.problems import on_http_exception, on_verifier_error
from verifier.app import create_app
from verifier.errors import EvidenceReaderFailed, TooBusy
from verifier.evidence.gathering import Submission
from verifier.evidence.limits import MAX_EVIDENCE_BYTES
from verifier.evidence.pool import ReaderPool
from verifier.service import VerificationService

CHECKS = "/api/v1/checks"
SD_JWT = {"Content-Type": "application/dc+sd-jwt"}


class Client:
    """Asks an application in memory, as a web client would."""

    def __init__(self, world: World) -> None:
        app = create_app(world.rules(), now=lambda: world.now)
        self._transport = httpx.ASGITransport(app, raise_app_exceptions=False)

    def get(self, path: str) -> httpx.Response:
        return asyncio.run(self._ask("GET", path))

    def post(
        self, path: str, *, content: bytes | str | AsyncIterator[bytes], headers: dict[str, str]
    ) -> httpx.Response:
        return asyncio.run(self._ask("POST", path, content=content, headers=headers))

    async def _ask(self, method: str, path: str, **request: Any) -> httpx.Response:  # noqa: ANN401 - passed on to httpx
        async with httpx.AsyncClient(transport=self._transport, base_url="http://verifier.test") as client:
            return await client.request(method, path, **request)


@pytest.fixture
def client(world: World) -> Client:
    return Client(world)


def is_problem(response: httpx.Response, status: int, code: str) -> None:
    body = response.json()
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    assert (body["status"], body["code"], body["type"]) == (status, code, "about:blank")
    assert body["request_id"]


def test_good_credential_gives_a_report(client: Client, world: World) -> None:
    response = client.post(CHECKS, content=world.token(), headers=SD_JWT)
    assert response.status_code == 200
    assert response.json()["verdict"] == "valid"
    assert response.headers["cache-control"] == "no-store"
    assert response.headers["x-content-type-options"] == "nosniff"


def test_forgery_gives_200_and_a_report(client: Client, world: World) -> None:
    response = client.post(CHECKS, content=world.token() + "YQ~", headers=SD_JWT)
    assert (response.status_code, response.json()["verdict"]) == (200, "invalid")


def test_text_of_a_code_gives_a_report(client: Client, world: World) -> None:
    from credential_schemas.qr.payload import encode_qr_payload

    headers = {"Content-Type": "text/plain; charset=utf-8"}
    response = client.post(CHECKS, content=encode_qr_payload(world.token()), headers=headers)
    assert response.json()["evidence"]["kind"] == "qr"


def test_what_is_no_certificate_gives_422_with_both_languages(client: Client) -> None:
    response = client.post(CHECKS, content=b"%PDF-1.7 nothing", headers={"Content-Type": "application/pdf"})
    is_problem(response, 422, "unreadable")
    assert set(response.json()["message"]) == {"ko", "en"}


def test_other_media_type_gives_415(client: Client) -> None:
    is_problem(client.post(CHECKS, content=b"x", headers={"Content-Type": "application/zip"}), 415, "media_type")


def test_body_declared_too_large_gives_413(client: Client) -> None:
    headers = {**SD_JWT, "Content-Length": str(MAX_EVIDENCE_BYTES + 1)}
    is_problem(client.post(CHECKS, content=b"x", headers=headers), 413, "too_large")


def test_body_that_turns_out_too_large_gives_413(client: Client) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(11):
            yield b"x" * (1 << 20)

    is_problem(client.post(CHECKS, content=endless(), headers=SD_JWT), 413, "too_large")


def test_unknown_address_and_method_give_problems(client: Client) -> None:
    is_problem(client.get("/nowhere"), 404, "not_found")
    is_problem(client.get(CHECKS), 405, "method_not_allowed")


def test_bug_gives_500_without_its_message_and_the_log_names_its_place(
    world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("secret")

    monkeypatch.setattr(service_module, "verify", broken)
    client = Client(world)
    response = client.post(CHECKS, content=world.token(), headers=SD_JWT)
    assert (response.status_code, response.json()["code"]) == (500, "internal")
    assert "secret" not in response.text + caplog.text
    assert f"ZeroDivisionError in {__name__}:" in caplog.text


@pytest.mark.parametrize(("error", "status"), [(TooBusy(), 503), (EvidenceReaderFailed("x"), 500)])
def test_our_own_failures_are_5xx(world: World, monkeypatch: pytest.MonkeyPatch, error: Exception, status: int) -> None:
    def failing(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(service_module, "verify", failing)
    client = Client(world)
    response = client.post(CHECKS, content=world.token(), headers=SD_JWT)
    assert response.status_code == status
    assert ("retry-after" in response.headers) == (status == 503)


def test_busy_service_refuses_what_needs_a_reader_and_checks_the_rest(world: World) -> None:
    with ReaderPool(0, waiting=0) as readers:
        service = VerificationService(world.rules(), now=lambda: world.now, readers=readers)
        with pytest.raises(TooBusy):
            service.verify(Submission("a", b"%PDF-1.7"))
        assert service.verify(Submission("a", world.token().encode())).verdict is Verdict.VALID


def test_readers_are_warm_while_the_application_lives_and_closed_with_it(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    pools: list[ReaderPool] = []

    def made() -> ReaderPool:
        pools.append(ReaderPool(wall_s=30))
        return pools[0]

    monkeypatch.setattr(app_module, "ReaderPool", made)
    app = create_app(world.rules())

    async def live() -> None:
        async with app.router.lifespan_context(app):
            assert pools[0].server_pids()

    asyncio.run(live())
    assert pools[0].server_pids() == ()
    with pytest.raises(TooBusy), pools[0].reader() as reader:
        reader.read_picture(b"")


def test_health_answers(client: Client) -> None:
    assert client.get("/healthz").json() == {"status": "ok"}


def test_openapi_names_the_media_types(client: Client) -> None:
    document = client.get("/api/v1/openapi.json").json()
    assert "application/pdf" in document["paths"][CHECKS]["post"]["requestBody"]["content"]


def test_handlers_pass_on_what_is_not_theirs() -> None:
    from fastapi import Request

    request = Request({"type": "http"})
    with pytest.raises(ZeroDivisionError):
        on_verifier_error(request, ZeroDivisionError())
    assert on_http_exception(request, ZeroDivisionError()).status_code == 500

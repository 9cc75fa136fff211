"""`POST /api/v1/checks` with an `Accept` that names a receipt."""

import asyncio

import httpx
import pytest

from keys.encoding import JsonValue
from keys.key_files import FileSigner, create_key
from tests.verifier.world import World
from verifier.api.receipts import PAGE_MEDIA_TYPE, receipt_wish
from verifier.app import Offers, create_app
from verifier.receipt.making import ReceiptDesk
from verifier.receipt.reading import ProvedReceipt, read_receipt
from verifier.receipt.token import MEDIA_TYPE

CHECKS = "/api/v1/checks"


class Client:
    """A service with a key for receipts."""

    def __init__(self, world: World, *, gives_receipts: bool = True) -> None:
        self.signer = FileSigner(create_key())
        desk = ReceiptDesk(self.signer, "한국예시공사") if gives_receipts else None
        app = create_app(world.rules(), now=lambda: world.now, offers=Offers(desk))
        self._transport = httpx.ASGITransport(app, raise_app_exceptions=False)

    def check(self, content: str, *, accept: str, query: str = "") -> httpx.Response:
        return asyncio.run(self._check(content, accept, query))

    async def _check(self, content: str, accept: str, query: str) -> httpx.Response:
        async with httpx.AsyncClient(transport=self._transport, base_url="http://verifier.test") as client:
            headers = {"Content-Type": "application/dc+sd-jwt", "Accept": accept}
            return await client.post(CHECKS + query, content=content, headers=headers)

    def read(self, response: httpx.Response) -> ProvedReceipt:
        assert response.status_code == 200
        return read_receipt(response.content, keys={self.signer.key_id: self.signer.public_key})


@pytest.mark.parametrize("accept", [MEDIA_TYPE, f"text/html, {MEDIA_TYPE};q=0.9"])
def test_receipt_is_given_as_a_token(world: World, accept: str) -> None:
    client = Client(world)
    response = client.check(world.token(), accept=accept)
    receipt = client.read(response)
    assert response.headers["content-type"] == MEDIA_TYPE
    assert response.headers["cache-control"] == "no-store"
    assert (receipt.contents.verdict, receipt.contents.personal, receipt.page_checked) == ("valid", False, False)


def test_receipt_is_given_as_a_page(world: World) -> None:
    client = Client(world)
    response = client.check(world.token(), accept=PAGE_MEDIA_TYPE, query="?content=true&lang=en")
    receipt = client.read(response)
    assert response.headers["content-type"] == PAGE_MEDIA_TYPE
    assert (receipt.contents.personal, receipt.page_checked) == (True, True)


def test_forgery_gets_a_receipt_too(world: World) -> None:
    client = Client(world)
    forged = world.token()[:-40] + "A" * 30 + "~"
    assert client.read(client.check(forged, accept=MEDIA_TYPE)).contents.verdict == "invalid"


@pytest.mark.parametrize("accept", ["*/*", "application/json", "", "application/*"])
def test_caller_who_names_no_receipt_gets_the_report(world: World, accept: str) -> None:
    assert Client(world).check(world.token(), accept=accept).json()["verdict"] == "valid"


def test_what_is_no_certificate_gets_a_problem_and_no_receipt(world: World) -> None:
    response = Client(world).check("hello", accept=MEDIA_TYPE)
    body: dict[str, JsonValue] = response.json()
    assert (response.status_code, body["code"]) == (422, "unreadable")
    assert {"ask", "notice", "message"} <= body.keys()


def test_service_without_a_key_for_receipts_says_so(world: World) -> None:
    response = Client(world, gives_receipts=False).check(world.token(), accept=MEDIA_TYPE)
    assert (response.status_code, response.json()["code"]) == (406, "no_receipts")


@pytest.mark.parametrize("query", ["?content=1", "?lang=fr", "?content=true&lang="])
def test_parameter_with_another_value_is_refused(world: World, query: str) -> None:
    response = Client(world).check(world.token(), accept=MEDIA_TYPE, query=query)
    assert (response.status_code, response.json()["code"]) == (400, "parameter")


def test_first_named_form_wins() -> None:
    wish = receipt_wish(f"{PAGE_MEDIA_TYPE}, {MEDIA_TYPE}", {})
    assert wish is not None
    assert (wish.media_type, wish.with_content, wish.language) == (PAGE_MEDIA_TYPE, False, "ko")

"""The end points of OpenID4VCI: metadata, offers, pushed requests, tokens, nonces, credentials, notifications.

The page on which a holder allows a wallet something is one of the bank's pages (`issuer.api.pages.wallets`).

They answer as their standards say, also when they refuse; only what the gate itself refuses (rates, sizes) and faults
of the bank are problem documents. No answer with anything secret in it may be kept.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Protocol

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from credential_schemas.errors import CredentialError
from issuer.api.oauth_errors import FOR_BROWSERS, JSON, NO_STORE, oauth_answer, oauth_refusal
from issuer.api.problems import problem, refusal_of
from issuer.bank import Bank
from issuer.errors import IssuerError
from issuer.openid4vci.access import Access, find_access
from issuer.openid4vci.authorization import push_request
from issuer.openid4vci.credentials import answer_credential_request, answer_deferred_request, take_notice
from issuer.openid4vci.dpop import NONCE_USE
from issuer.openid4vci.encryption import CredentialAnswer
from issuer.openid4vci.forms import Asking
from issuer.openid4vci.handles import new_nonce
from issuer.openid4vci.metadata import (
    CREDENTIAL,
    DEFERRED,
    NONCE,
    NOTIFICATION,
    OFFERS,
    PUSH,
    TOKEN,
    authorization_server_metadata,
    issuer_metadata,
    signed_issuer_metadata,
)
from issuer.openid4vci.offers import offer_at
from issuer.openid4vci.refusals import Refused
from issuer.openid4vci.tokens import exchange_code
from issuer.openid4vci.wallet_clients import BUILT_IN, WalletClients
from issuer.work_places import WorkPlaces
from keys.encoding import encode_json
from keys.errors import KeysError
from keys.gate.gate import CALLER, Visitors
from keys.gate.rate_limits import Rate

METADATA_PATH: Final = "/.well-known/openid-credential-issuer"
SERVER_METADATA_PATH: Final = "/.well-known/oauth-authorization-server"
FORM: Final = "application/x-www-form-urlencoded"
SIGNED: Final = "application/jwt"
_PREFLIGHT: Final = {
    "Access-Control-Allow-Methods": "POST",
    "Access-Control-Allow-Headers": "Authorization, Content-Type, DPoP",
    "Access-Control-Max-Age": "7200",
}
_HOUR: Final = "public, max-age=3600"
_MAX_SECRET: Final = 100
_ATTESTATIONS: Final = ("oauth-client-attestation", "oauth-client-attestation-pop")
_RATES: Final = {
    PUSH: Rate("wallet-requests", amount=30, seconds=60),
    TOKEN: Rate("wallet-tokens", amount=30, seconds=60),
    NONCE: Rate("wallet-nonces", amount=60, seconds=60),
    CREDENTIAL: Rate("wallet-credentials", amount=30, seconds=60),
    DEFERRED: Rate("wallet-deferrals", amount=60, seconds=60),
    NOTIFICATION: Rate("wallet-notices", amount=60, seconds=60),
}
_OFFERS_RATE: Final = Rate("wallet-offers", amount=60, seconds=60)


class AnswerRequest(Protocol):
    """Answers a request at one of the two credential end points."""

    def __call__(self, bank: Bank, access: Access, body: bytes, *, now: datetime, media_type: str) -> CredentialAnswer:
        """Return the answer, or raise `Refused`."""
        ...


@dataclass(frozen=True, slots=True)
class WalletDesk:
    """What issuing to wallets is made from; `clients` are the wallets that may ask holders."""

    bank: Bank
    places: WorkPlaces
    visitors: Visitors
    clock: Callable[[], datetime]
    clients: WalletClients = field(default_factory=lambda: BUILT_IN)

    def now_s(self) -> int:
        """Return the time in Unix seconds."""
        return int(self.clock().timestamp())


def wallet_rates(tenant: str) -> dict[str, Rate]:
    """Return how often one caller may ask at each address (S17)."""
    return {f"{tenant}{path}": rate for path, rate in _RATES.items()}


def wallet_router(desk: WalletDesk, *, prefix: str) -> APIRouter:
    """Return the end points; `prefix` is the bank's own path, which well-known addresses have behind them."""
    router = APIRouter()
    _add_metadata(router, desk, prefix)
    _add_token(router, desk, prefix)
    _add_credential(router, desk, prefix)
    _add_preflights(router, prefix)
    return router


def _add_preflights(router: APIRouter, prefix: str) -> None:
    """Let wallets that are pages of other origins ask; the page for holders is none of these addresses."""

    def allow() -> Response:
        return Response(status_code=204, headers={**FOR_BROWSERS, **_PREFLIGHT})

    for path in (PUSH, TOKEN, NONCE, CREDENTIAL, DEFERRED, NOTIFICATION):
        router.add_api_route(f"{prefix}{path}", allow, methods=["OPTIONS"], include_in_schema=False)


def _add_metadata(router: APIRouter, desk: WalletDesk, prefix: str) -> None:
    @router.get(f"{METADATA_PATH}{prefix}", include_in_schema=False)
    def show_issuer(request: Request) -> Response:
        headers = {"Cache-Control": _HOUR, "Vary": "Accept", **FOR_BROWSERS}
        if wants_signed(request.headers.get("accept", "")):
            signed = signed_issuer_metadata(desk.bank, now_s=desk.now_s())
            return Response(signed, media_type=SIGNED, headers=headers)
        return Response(encode_json(issuer_metadata(desk.bank)), media_type=JSON, headers=headers)

    @router.get(f"{SERVER_METADATA_PATH}{prefix}", include_in_schema=False)
    def show_server() -> Response:
        document = encode_json(authorization_server_metadata(desk.bank))
        return Response(document, media_type=JSON, headers={"Cache-Control": _HOUR, **FOR_BROWSERS})

    @router.get(f"{prefix}{OFFERS}/{{secret}}", include_in_schema=False)
    async def show_offer(request: Request, secret: str) -> Response:
        await desk.visitors.count(_OFFERS_RATE, str(request.scope[CALLER]))

        def find() -> Response:
            found = offer_at(desk.bank, secret[:_MAX_SECRET], now=desk.clock())
            if found is None:
                return problem(request, 404, code="not_found", detail="there is nothing here")
            return oauth_answer(found)

        return await run_in_threadpool(find)


def _add_token(router: APIRouter, desk: WalletDesk, prefix: str) -> None:
    @router.post(f"{prefix}{TOKEN}", include_in_schema=False)
    async def give_token(request: Request) -> Response:
        body, declared = await request.body(), _media_type(request)

        def work() -> Response:
            if declared != FORM:
                raise Refused("invalid_request", f"expected {FORM}")
            asking = _asking(desk, request, TOKEN)
            return _with_nonce(
                desk, asking, oauth_answer(exchange_code(desk.bank, body, now=desk.clock(), asking=asking))
            )

        return await _answered(work)

    @router.post(f"{prefix}{PUSH}", include_in_schema=False)
    async def take_request(request: Request) -> Response:
        body, declared = await request.body(), _media_type(request)

        def work() -> Response:
            if declared != FORM:
                raise Refused("invalid_request", f"expected {FORM}")
            asking = _asking(desk, request, PUSH)
            pushed = push_request(desk.bank, desk.clients, body, asking=asking, now=desk.clock())
            return _with_nonce(desk, asking, oauth_answer(pushed, status=201))

        return await _answered(work)

    @router.post(f"{prefix}{NONCE}", include_in_schema=False)
    def give_nonce() -> Response:
        return oauth_answer({"c_nonce": new_nonce(desk.bank, now_s=desk.now_s())})


def _add_credential(router: APIRouter, desk: WalletDesk, prefix: str) -> None:
    def add(path: str, answer_request: AnswerRequest) -> None:
        @router.post(f"{prefix}{path}", include_in_schema=False)
        async def give(request: Request) -> Response:
            body, declared = await request.body(), _media_type(request)

            def work() -> Response:
                access = _access(desk, request, path)
                with desk.places.place():
                    answer = answer_request(desk.bank, access, body, now=desk.clock(), media_type=declared)
                return _issued(desk, access, answer)

            return await _answered(work)

    add(CREDENTIAL, answer_credential_request)
    add(DEFERRED, answer_deferred_request)

    @router.post(f"{prefix}{NOTIFICATION}", include_in_schema=False)
    async def take_notification(request: Request) -> Response:
        body, declared = await request.body(), _media_type(request)

        def work() -> Response:
            access = _access(desk, request, NOTIFICATION)
            if declared != JSON:
                raise Refused("invalid_notification_request", f"expected {JSON}")
            take_notice(desk.bank, access, body, now=desk.clock())
            return Response(status_code=204, headers={**NO_STORE, **FOR_BROWSERS})

        return await _answered(work)


def wants_signed(accept: str) -> bool:
    """Return whether an `Accept` header asks for signed metadata and not, or only later, for plain."""
    ranges = [part.partition(";")[0].strip().lower() for part in accept.split(",")]
    return SIGNED in ranges and (JSON not in ranges or ranges.index(SIGNED) < ranges.index(JSON))


def _access(desk: WalletDesk, request: Request, path: str) -> Access:
    if "access_token" in request.query_params:
        raise Refused("invalid_request", "expected the access token in the Authorization header, found it in the URL")
    asking = _asking(desk, request, path)
    return find_access(desk.bank, request.headers.get("authorization"), now_s=desk.now_s(), asking=asking)


def _asking(desk: WalletDesk, request: Request, path: str) -> Asking:
    headers = request.headers
    attested = (
        any(name in headers for name in _ATTESTATIONS) or headers.get("authorization", "").lower()[:6] == "basic "
    )
    return Asking(request.method, desk.bank.profile.issuer + path, tuple(headers.getlist("dpop")), attested)


def _issued(desk: WalletDesk, access: Access, answer: CredentialAnswer) -> Response:
    headers = {**NO_STORE, **FOR_BROWSERS}
    response = Response(answer.body, answer.status, media_type=answer.media_type, headers=headers)
    if access.bound:
        response.headers["DPoP-Nonce"] = new_nonce(desk.bank, now_s=desk.now_s(), use=NONCE_USE)
    return response


def _with_nonce(desk: WalletDesk, asking: Asking, answer: Response) -> Response:
    """Give who proved a key the nonce of its next proof, so that it need not be refused to learn one."""
    if asking.proofs:
        answer.headers["DPoP-Nonce"] = new_nonce(desk.bank, now_s=desk.now_s(), use=NONCE_USE)
    return answer


def _media_type(request: Request) -> str:
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


async def _answered(work: Callable[[], Response]) -> Response:
    """Do work in a thread; refusals are answered as the standards have them."""
    try:
        return await run_in_threadpool(work)
    except Refused as refused:
        return oauth_refusal(refused)
    except (IssuerError, KeysError, CredentialError) as error:
        raise refusal_of(error) from None

"""Where wallets fetch requests and send their answers (OpenID4VP 1.0 sections 5.10 and 8.2).

The addresses are fixed and the request is named in the query, so that the gate counts them. Nothing is stored by
whoever is in between: every answer says `no-store`.
"""

from collections.abc import Callable

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from credential_schemas.openid4vp.names import REQUEST_MEDIA_TYPE
from keys.encoding import JsonValue, encode_json
from verifier.api.oauth_errors import NO_STORE, oauth_error
from verifier.presentations.desk import PresentationDesk
from verifier.presentations.errors import WalletRefused
from verifier.presentations.request_object import REQUEST_PATH, RESPONSE_PATH
from verifier.presentations.wallet_answer import form_of


def openid4vp_router(desk: PresentationDesk) -> APIRouter:
    """Return the addresses for wallets."""
    router = APIRouter(include_in_schema=False)

    @router.get(REQUEST_PATH)
    def give_request(id: str = "") -> Response:  # noqa: A002 - the name in the address
        """Give a wallet its request."""
        return _answered(lambda: _signed(desk.fetch(id)))

    @router.post(REQUEST_PATH)
    async def give_request_to_post(request: Request, id: str = "") -> Response:  # noqa: A002 - as above
        """Give a wallet its request, with the nonce that it sent."""
        body, media_type = await request.body(), request.headers.get("content-type", "")
        return await run_in_threadpool(_answered, lambda: _signed(desk.fetch(id, form_of(body, media_type))))

    @router.post(RESPONSE_PATH)
    async def take_answer(request: Request, id: str = "") -> Response:  # noqa: A002 - as above
        """Take a wallet's answer: `{}`, or where the browser goes next."""
        body, media_type = await request.body(), request.headers.get("content-type", "")
        return await run_in_threadpool(_answered, lambda: _next(desk.take(id, body, media_type=media_type)))

    return router


def _answered(make: Callable[[], Response]) -> Response:
    try:
        return make()
    except WalletRefused as error:
        return oauth_error(error)


def _signed(request_object: str) -> Response:
    return Response(request_object, media_type=REQUEST_MEDIA_TYPE, headers=NO_STORE)


def _next(redirect_uri: str | None) -> Response:
    members: dict[str, JsonValue] = {} if redirect_uri is None else {"redirect_uri": redirect_uri}
    return Response(encode_json(members), media_type="application/json", headers=NO_STORE)

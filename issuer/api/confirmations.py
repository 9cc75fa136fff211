"""`POST /api/v1/confirmations`: a typed confirmation code in, the credential it opens out."""

from collections.abc import Callable
from functools import partial
from typing import Final

from fastapi import APIRouter, Request, Response

from issuer.api.problems import refusal_of
from issuer.errors import ConfirmationUnknown, IssuerError
from issuer.publishing import CONFIRMATIONS_PATH
from keys.encoding import decode_json_object
from keys.errors import ConfirmationCodeError, DecodingError
from keys.gate.answers import Refusal
from keys.gate.callers import TOKEN_PREFIX
from keys.gate.gate import CALLER
from keys.gate.misses import Misses

CREDENTIAL_MEDIA_TYPE: Final = "application/dc+sd-jwt"
_MAX_QUESTION_BYTES: Final = 1024
_MAX_TYPED_CHARACTERS: Final = 100

LookUp = Callable[[str, str | None], str]
"""Takes the typed code and who asks; answers the credential, or raises as `ConfirmationDesk.look_up`."""


def confirmations_router(look_up: LookUp, *, misses: Misses, prefix: str) -> APIRouter:
    """Return the address of typed confirmation codes, below the bank's own path."""
    router = APIRouter(prefix=prefix)

    @router.post(CONFIRMATIONS_PATH, include_in_schema=False)
    async def confirm(request: Request) -> Response:
        """Answer a code; the same for every code that opens nothing."""
        typed = typed_code(await request.body())
        caller = str(request.scope[CALLER])
        requester = caller.removeprefix(TOKEN_PREFIX) if caller.startswith(TOKEN_PREFIX) else None
        try:
            found = await misses.attempt(caller, partial(look_up, typed, requester), missed=ConfirmationUnknown)
        except (IssuerError, ConfirmationCodeError) as error:
            raise refusal_of(error) from None
        return Response(found, media_type=CREDENTIAL_MEDIA_TYPE, headers={"Cache-Control": "no-store"})

    return router


def typed_code(body: bytes) -> str:
    """Return the code of a request body, `{"code": "…"}`.

    Raises:
        Refusal: 422, it has another form.
    """
    try:
        code = decode_json_object(body, max_bytes=_MAX_QUESTION_BYTES).get("code")
    except DecodingError:
        code = None
    if not isinstance(code, str) or len(code) > _MAX_TYPED_CHARACTERS:
        raise Refusal(422, "body_invalid", detail='expected a JSON object such as {"code": "ABCDE-FGHJK-MNPQR-STVWX"}')
    return code

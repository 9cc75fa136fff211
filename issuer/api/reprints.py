"""`POST /api/v1/reprints`: a credential of ours in, a new sealed PDF of it out, for its holder only."""

from typing import Final, Literal

from fastapi import APIRouter, Request, Response

from credential_schemas.wording.model import Language
from issuer.api.callers import Caller
from issuer.api.certificates import pdf_response
from issuer.api.descriptions import CREDENTIAL_BODY, PDF, SECURITY, file_answers
from issuer.api.desk import ApiDesk
from issuer.issued.reprinting import ReprintRequest, reprint_file
from issuer.tokens import ISSUE
from keys.gate.answers import Refusal

REPRINTS_PATH: Final = "/api/v1/reprints"
CREDENTIAL_MEDIA_TYPE: Final = "application/dc+sd-jwt"


def reprints_router(desk: ApiDesk, *, prefix: str) -> APIRouter:
    """Return the address of reprints, below the bank's own path."""
    router = APIRouter(prefix=prefix)

    @router.post(
        REPRINTS_PATH,
        summary="Print a certificate of the account anew",
        responses=file_answers(200, PDF, 401, 403, 409, 413, 415, 422, 429, 503),
        openapi_extra=SECURITY | CREDENTIAL_BODY,
    )
    async def reprint(request: Request, language: Literal["ko", "en"] | None = None) -> Response:
        """Answer a new PDF; it carries no confirmation code, because a file may show less than the code opens."""
        declared = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if declared != CREDENTIAL_MEDIA_TYPE:
            raise Refusal(415, "media_type", detail=f"expected {CREDENTIAL_MEDIA_TYPE}")
        content = await request.body()
        wanted: Language | None = language

        def work(caller: Caller) -> tuple[str, bytes]:
            with desk.places.place():
                order = ReprintRequest(wanted, account_id=caller.account_id)
                printed = reprint_file(caller.bank, content, order, now=desk.clock())
                return printed.number, printed.pdf

        number, pdf = await desk.answer(request, ISSUE, work)
        return pdf_response(pdf, f"{number}.pdf")

    return router

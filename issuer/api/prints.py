"""`POST /api/v1/prints` and `/blind`: what a wallet presents to the bank in, a new sealed PDF of it out.

The wallet's key is the caller's proof; there is no token and no session. The address of a blind copy is another one,
because the key signs the address: nobody can have another edition made of a presentation.
"""

from typing import Final, Literal

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from credential_schemas.errors import CredentialError
from issuer.api.bodies import printed_text
from issuer.api.callers import Caller
from issuer.api.certificates import pdf_response
from issuer.api.desk import ApiDesk, in_thread
from issuer.api.problems import refusal_of
from issuer.bank import KEY_HOLDER
from issuer.errors import IssuerError
from issuer.presented.printing import Paper, Printed, print_presentation
from issuer.presented.reading import OwnPresentation, read_own_presentation
from keys.encoding import b64url_encode, encode_json
from keys.errors import KeysError
from keys.gate.answers import Refusal
from keys.gate.gate import CALLER
from keys.gate.rate_limits import Rate

PRINTS_PATH: Final = "/api/v1/prints"
BLIND_PATH: Final = f"{PRINTS_PATH}/blind"
CREDENTIAL_MEDIA_TYPE: Final = "application/dc+sd-jwt"
PRESENTATIONS: Final = Rate("wallet-presentations", amount=30, seconds=60)


def prints_router(desk: ApiDesk, *, prefix: str) -> APIRouter:
    """Return the address of prints, below the bank's own path."""
    router = APIRouter(prefix=prefix)

    @router.post(PRINTS_PATH, include_in_schema=False)
    async def print_it(request: Request, language: Literal["ko", "en"] | None = None) -> Response:
        """Answer a new paper copy with a number of its own; the presentation is made for this address."""
        presented = await admit_presentation(desk, request, PRINTS_PATH)
        printed = await _printed(desk, presented, Paper(language or "ko"))
        answer = pdf_response(printed.pdf, f"{printed.number}.pdf")
        answer.headers["Cache-Control"] = "no-store"
        return answer

    @router.post(BLIND_PATH, include_in_schema=False)
    async def print_blind(
        request: Request, language: Literal["ko", "en"] | None = None, applicant_no: str | None = None
    ) -> Response:
        """Answer a new blind copy and what reveals its holder; the presentation is made for this address."""
        number = printed_text({"applicant_no": applicant_no}, "applicant_no")
        presented = await admit_presentation(desk, request, BLIND_PATH)
        printed = await _printed(desk, presented, Paper(language or "ko", "blind", number))
        content = encode_json({"number": printed.number, "pdf": b64url_encode(printed.pdf), "reveal": printed.reveal})
        return Response(content, media_type="application/json", headers={"Cache-Control": "no-store"})

    return router


async def _printed(desk: ApiDesk, presented: OwnPresentation, paper: Paper) -> Printed:
    caller = Caller(presented.record.account_id, desk.callers.bank.acting_as(KEY_HOLDER))
    await desk.callers.count_issue(caller)

    def work(caller: Caller) -> Printed:
        with desk.places.place():
            return print_presentation(caller.bank, presented, paper=paper, now=desk.clock())

    return await in_thread(work, caller)


async def admit_presentation(desk: ApiDesk, request: Request, path: str) -> OwnPresentation:
    """Return what was presented for an address of the bank, verified.

    Raises:
        Refusal: 415, 422, 429, or 409 where the credential is not in force.
    """
    await desk.callers.visitors.count(PRESENTATIONS, str(request.scope[CALLER]))
    declared = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if declared != CREDENTIAL_MEDIA_TYPE:
        raise Refusal(415, "media_type", detail=f"expected {CREDENTIAL_MEDIA_TYPE}")
    content, bank = await request.body(), desk.callers.bank

    def read() -> OwnPresentation:
        return read_own_presentation(bank, content, audience=f"{bank.profile.issuer}{path}", now=desk.clock())

    try:
        return await run_in_threadpool(read)
    except (IssuerError, KeysError, CredentialError) as error:
        raise refusal_of(error) from None

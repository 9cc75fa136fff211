"""`POST /api/v1/exports`: what a wallet presents to the bank in, the same in another format out.

The wallet's key is the caller's proof; there is no token and no session.
"""

from typing import Final

from fastapi import APIRouter, Request, Response

from credential_schemas.wording.model import Language
from issuer.answers import Document
from issuer.api.callers import Caller
from issuer.api.desk import ApiDesk, in_thread, json_response
from issuer.api.prints import admit_presentation
from issuer.bank import KEY_HOLDER
from issuer.presented.badge_key import BadgeKeys
from issuer.presented.exporting import ExportFormat, ExportOrder, export_presentation

EXPORTS_PATH: Final = "/api/v1/exports"


def exports_router(desk: ApiDesk, *, prefix: str) -> APIRouter:
    """Return the address of exports, below the bank's own path."""
    router, badge_keys = APIRouter(prefix=prefix), BadgeKeys(desk.callers.bank)

    @router.post(EXPORTS_PATH, include_in_schema=False)
    async def export(request: Request, format: ExportFormat, language: Language = "ko") -> Response:  # noqa: A002 - the parameter's name in the address
        """Answer it signed in the other format; the presentation is made for this address."""
        presented = await admit_presentation(desk, request, EXPORTS_PATH)
        caller = Caller(presented.record.account_id, desk.callers.bank.acting_as(KEY_HOLDER))
        await desk.callers.count_issue(caller)
        order = ExportOrder(format, language)

        def work(caller: Caller) -> Document:
            with desk.places.place():
                return export_presentation(caller.bank, presented, order, badge_keys=badge_keys, now=desk.clock())

        return json_response(await in_thread(work, caller), headers={"Cache-Control": "no-store"})

    return router

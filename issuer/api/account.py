"""`GET /api/v1/account` and `/account/entries`: whose account it is, and what is in it."""

from collections import Counter
from typing import Final

from fastapi import APIRouter, Request, Response

from issuer.accounts.account import OpenAccount, read_account
from issuer.answers import Document, account_document, entry_document
from issuer.api.callers import Caller
from issuer.api.descriptions import ACCOUNT, ENTRIES, SECURITY, answers
from issuer.api.desk import ApiDesk, json_response
from issuer.tokens import READ

ACCOUNT_PATH: Final = "/api/v1/account"


def account_router(desk: ApiDesk, *, prefix: str) -> APIRouter:
    """Return the addresses of the account, below the bank's own path."""
    router = APIRouter(prefix=prefix)

    def read(caller: Caller) -> OpenAccount:
        return read_account(caller.bank, caller.account_id, now=desk.clock())

    @router.get(
        ACCOUNT_PATH, summary="The account", responses=answers(200, ACCOUNT, 401, 403, 409, 429), openapi_extra=SECURITY
    )
    async def show_account(request: Request) -> Response:
        """Answer whose account it is and how much is in it."""
        return json_response(_account(await desk.answer(request, READ, read)))

    @router.get(
        f"{ACCOUNT_PATH}/entries",
        summary="The entries of the account",
        responses=answers(200, ENTRIES, 401, 403, 409, 429),
        openapi_extra=SECURITY,
    )
    async def show_entries(request: Request) -> Response:
        """Answer every entry, those that are not in force too."""
        opened = await desk.answer(request, READ, read)
        return json_response({"entries": [entry_document(entry) for entry in opened.entries]})

    return router


def _account(opened: OpenAccount) -> Document:
    person, counts = opened.person, Counter(entry.category for entry in opened.entries)
    return {
        **account_document(opened.account),
        "person": {"name": person.name, "name_en": person.name_en, "birth_date": person.birth_date},
        "entries": len(opened.entries),
        "entries_by_category": dict(counts),
    }

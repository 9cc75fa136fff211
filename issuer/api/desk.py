"""What every address of the API needs: who calls, where work waits for a place, the clock; and one way to answer."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from fastapi import Request, Response
from starlette.concurrency import run_in_threadpool

from credential_schemas.errors import CredentialError
from issuer.answers import Document
from issuer.api.callers import Caller, Callers
from issuer.api.problems import refusal_of
from issuer.errors import IssuerError
from issuer.work_places import WorkPlaces
from keys.encoding import encode_json
from keys.errors import KeysError

T = TypeVar("T")
JSON = "application/json"


@dataclass(frozen=True, slots=True)
class ApiDesk:
    """What the API of one bank is made from."""

    callers: Callers
    places: WorkPlaces
    clock: Callable[[], datetime]

    async def answer(self, request: Request, scope: str, work: Callable[[Caller], T]) -> T:
        """Let in who calls, and do the work in a thread.

        Raises:
            Refusal: who calls may not, or the work cannot be done.
        """
        caller = await self.callers.admit(request, scope)
        return await in_thread(work, caller)


async def in_thread(work: Callable[[Caller], T], caller: Caller) -> T:
    """Do work in a thread.

    Raises:
        Refusal: it cannot be done.
    """
    try:
        return await run_in_threadpool(work, caller)
    except (IssuerError, KeysError, CredentialError) as error:
        raise refusal_of(error) from None


def json_response(document: Document, *, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """Return a document as the answer."""
    return Response(encode_json(document), status, media_type=JSON, headers=dict(headers or {}))

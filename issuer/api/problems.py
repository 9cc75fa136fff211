"""Errors of the bank as problem documents (RFC 9457): one table from our errors to status; the codes are their own."""

from typing import Final

from fastapi import Request, Response
from starlette.exceptions import HTTPException

from issuer.errors import ConfirmationUnknown, IssuerError, LookupBusy, StorageFull, StorageUnusable
from keys.encoding import JsonValue
from keys.errors import ConfirmationCodeError
from keys.gate.answers import BUSY_RETRY_S, PROBLEM_MEDIA_TYPE, Refusal, problem_bytes, problem_document
from keys.gate.gate import REQUEST_ID

_STATUS_OF: Final[dict[type[Exception], int]] = {
    ConfirmationCodeError: 422,
    ConfirmationUnknown: 404,
    LookupBusy: 503,
    StorageFull: 503,
    StorageUnusable: 503,
}
_UNAVAILABLE: Final = 503


def problem(request: Request, status: int, *, code: str, detail: str) -> Response:
    """Return a problem document."""
    request_id = str(request.scope.get(REQUEST_ID, ""))
    document: dict[str, JsonValue] = problem_document(status, code=code, detail=detail, request_id=request_id)
    return Response(problem_bytes(document), status_code=status, media_type=PROBLEM_MEDIA_TYPE)


def refusal_of(error: IssuerError | ConfirmationCodeError) -> Refusal:
    """Return what is answered for an error; nothing of the disk or the database is said.

    Raises:
        KeyError: no request can lead to this error, so it is a fault.
    """
    status = _STATUS_OF[type(error)]
    if status == _UNAVAILABLE:
        detail = "the service cannot do this now; try again in a moment"
        return Refusal(status, error.code, detail=detail, retry_after_s=BUSY_RETRY_S)
    return Refusal(status, error.code, detail=str(error))


def on_http_exception(request: Request, error: Exception) -> Response:
    """Answer what the framework refuses itself: unknown addresses and methods."""
    status = error.status_code if isinstance(error, HTTPException) else 500
    known = {404: ("not_found", "there is nothing here"), 405: ("method_not_allowed", "expected another method")}
    code, detail = known.get(status, ("refused", "the request cannot be served"))
    answer = problem(request, status, code=code, detail=detail)
    answer.headers.update(getattr(error, "headers", None) or {})  # RFC 9110 section 15.5.6: Allow
    return answer

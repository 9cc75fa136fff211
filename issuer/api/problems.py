"""Errors of the bank as problem documents (RFC 9457): one table from our errors to status and sentence.

The codes are the errors' own. The sentences are those of the API: an error's own sentence speaks of commands.
"""

from http import HTTPStatus
from typing import Final

from fastapi import Request, Response
from starlette.exceptions import HTTPException
from starlette.routing import Match

from credential_schemas.errors import CredentialError
from issuer.errors import IssuerError
from keys.encoding import JsonValue
from keys.errors import KeysError
from keys.gate.answers import BUSY_RETRY_S, PROBLEM_MEDIA_TYPE, Refusal, problem_bytes, problem_document
from keys.gate.gate import REQUEST_ID

_METHODS: Final = ("DELETE", "GET", "HEAD", "PATCH", "POST", "PUT")
_UNAVAILABLE: Final = 503
_LATER: Final = "the service cannot do this now; try again in a moment"
_NO_ACCOUNT: Final = "expected an account that is linked to a person"
_PROBLEMS: Final[dict[str, tuple[int, str]]] = {
    "confirmation_code": (422, ""),
    "confirmation_unknown": (404, "No certificate has this confirmation code; check it against the printed one."),
    "busy": (_UNAVAILABLE, _LATER),
    "issuing_busy": (_UNAVAILABLE, _LATER),
    "storage_full": (_UNAVAILABLE, _LATER),
    "storage_unusable": (_UNAVAILABLE, _LATER),
    "write_conflict": (_UNAVAILABLE, _LATER),
    "clock_behind": (_UNAVAILABLE, _LATER),
    "key_distrusted": (_UNAVAILABLE, _LATER),
    "time_stamp_missing": (_UNAVAILABLE, _LATER),
    "seal_certificate_revoked": (_UNAVAILABLE, _LATER),
    "seal_revocation_unknown": (_UNAVAILABLE, _LATER),
    "numbers_exhausted": (_UNAVAILABLE, _LATER),
    "account_not_found": (409, _NO_ACCOUNT),
    "account_not_linked": (409, _NO_ACCOUNT),
    "selection_empty": (422, "entries: expected at least one; nothing is disclosed by default"),
    "nothing_to_disclose": (422, "entries: expected at least one that is in force"),
    "entry_not_found": (422, "expected the id of an entry of the account, as GET /api/v1/account/entries lists them"),
    "entry_ambiguous": (422, "expected the whole id of an entry, found the beginning of several"),
    "entry_not_in_force": (409, "the entry is not in force and cannot be certified; leave it out"),
    "entry_changed": (409, "an entry changed while the certificate was being made; nothing was issued, ask again"),
    "kind_mismatch": (422, "expected entries of categories that this kind of certificate carries"),
    "field_unknown": (422, "hide, show: expected a field that the entry has"),
    "field_fixed": (422, "hide: the field is what the entry certifies, or until when; leave out the entry instead"),
    "field_not_showable": (422, "show: a blind certificate must not show this field"),
    "invalid_option": (422, "expected ENTRY.FIELD in hide and show, and valid_days within what this bank allows"),
    "consent_missing": (403, "expected a recorded consent of the holder that covers this certificate"),
    "retry_key_invalid": (400, "Idempotency-Key: expected 16 to 128 visible ASCII characters, such as a UUID"),
    "retry_key_reused": (422, "Idempotency-Key: it was used for another request in the last 24 hours; take a new one"),
    "certificate_not_found": (404, "there is nothing here"),
    "code_required": (403, "expected the confirmation code that is printed on the certificate in X-Confirmation-Code"),
    "code_wrong": (403, "the confirmation code does not open this certificate; check it against the printed one"),
    "certificate_not_in_force": (409, "the certificate is not in force and is not drawn again; issue a new one"),
    "certificate_unreadable": (422, "expected a certificate of this bank, an SD-JWT or a PDF"),
    "not_our_certificate": (422, "expected an unchanged certificate of this account that has not expired"),
    "presentation_refused": (422, ""),
    "transition_refused": (409, "the status cannot change so: a revocation is final"),
    "reason_unknown": (422, "reason: expected one of those that a holder may give"),
    "entry_type": (409, "an entry of the account has a value that cannot be certified"),
    "key_device": (_UNAVAILABLE, _LATER),
    "seal": (_UNAVAILABLE, _LATER),
    "glyph_missing": (422, "a text holds a character that cannot be printed"),
    "text_does_not_fit": (422, "a text is too long to be printed"),
}
_TOLD: Final = frozenset({"entry", "field", "known", "status", "kind", "allowed", "category", "before", "after"})
"""Values of an error that are repeated: they are the caller's own, or our own vocabulary."""


def problem(request: Request, status: int, *, code: str, detail: str) -> Response:
    """Return a problem document."""
    request_id = str(request.scope.get(REQUEST_ID, ""))
    document: dict[str, JsonValue] = problem_document(status, code=code, detail=detail, request_id=request_id)
    return Response(problem_bytes(document), status_code=status, media_type=PROBLEM_MEDIA_TYPE)


def refusal_of(error: IssuerError | KeysError | CredentialError) -> Refusal:
    """Return what is answered for an error; nothing of the disk, the database or a key is said.

    Raises:
        IssuerError, KeysError, CredentialError: no request can lead to this error, so it is a fault of the service.
    """
    known = _PROBLEMS.get(error.code)
    if known is None:
        raise error
    status, detail = known
    if status == _UNAVAILABLE:
        return Refusal(status, error.code, detail=detail, retry_after_s=BUSY_RETRY_S)
    told = {name: value for name, value in getattr(error, "details", {}).items() if name in _TOLD}
    said = ", ".join(f"{name}: {value}" for name, value in told.items())
    return Refusal(status, error.code, detail=f"{detail or error} ({said})" if said else detail or str(error))


def on_http_exception(request: Request, error: Exception) -> Response:
    """Answer what the framework refuses itself: unknown addresses and methods."""
    status = error.status_code if isinstance(error, HTTPException) else 500
    known = {404: ("not_found", "there is nothing here"), 405: ("method_not_allowed", "expected another method")}
    code, detail = known.get(status, ("refused", "the request cannot be served"))
    answer = problem(request, status, code=code, detail=detail)
    return with_methods(request, answer)


def with_methods(request: Request, answer: Response) -> Response:
    """Let a refused method be told which ones there are; the framework names those of one route alone."""
    if answer.status_code == HTTPStatus.METHOD_NOT_ALLOWED:  # RFC 9110 section 15.5.6
        answer.headers["Allow"] = ", ".join(method for method in _METHODS if _takes(request, method))
    return answer


def _takes(request: Request, method: str) -> bool:
    asked = {**request.scope, "method": method}
    return any(route.matches(asked)[0] is Match.FULL for route in request.app.routes)


def on_invalid_request(request: Request, error: Exception) -> Response:  # noqa: ARG001 - what was sent is not repeated
    """Answer a request whose parameters have another form than documented."""
    return problem(request, 422, code="parameter", detail="expected parameters as documented")


def told_codes() -> frozenset[str]:
    """Return the codes of every error that the API answers with a problem document."""
    return frozenset(_PROBLEMS)

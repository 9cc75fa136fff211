"""Errors of the API as problem documents (RFC 9457): one table from our errors to status; the codes are their own."""

from collections.abc import Mapping
from typing import Final

from fastapi import Request, Response
from starlette.exceptions import HTTPException

from credential_schemas.report.messages import Sentence, notice
from keys.encoding import JsonValue
from keys.gate.answers import BUSY_RETRY_S, PROBLEM_MEDIA_TYPE, problem_bytes, problem_document
from keys.gate.gate import REQUEST_ID
from verifier.errors import (
    EvidenceReaderFailed,
    IssuerChoice,
    IssuerUnreachable,
    LookupFailed,
    NumberUnknown,
    TooBusy,
    TooManyLookups,
    UnreadableEvidence,
    VerifierError,
)
from verifier.jobs.errors import JobUnfinished, JobUnknown, KeyReused, NoReceipts, QueueFull, UploadRefused
from verifier.jobs.limits import RETRY_S
from verifier.presentations.errors import PresentationUnknown, RequestRefused, TooManyPresentations
from verifier.rendering.words import no_verdict_texts

_LOOKUP_RETRY_S = 60
_STATUS_OF_ERROR: dict[type[VerifierError], int] = {
    UnreadableEvidence: 422,
    IssuerChoice: 422,
    NumberUnknown: 404,
    TooManyLookups: 429,
    IssuerUnreachable: 503,
    TooBusy: 503,
    UploadRefused: 422,
    KeyReused: 409,
    JobUnknown: 404,
    JobUnfinished: 409,
    NoReceipts: 406,
    QueueFull: 503,
    RequestRefused: 422,
    PresentationUnknown: 404,
    TooManyPresentations: 503,
    EvidenceReaderFailed: 500,
}
_RETRY_S: dict[type[VerifierError], int] = {
    TooManyLookups: _LOOKUP_RETRY_S,
    IssuerUnreachable: _LOOKUP_RETRY_S,
    TooBusy: BUSY_RETRY_S,
    JobUnfinished: BUSY_RETRY_S,
    QueueFull: RETRY_S,
    TooManyPresentations: RETRY_S,
}


_SAYS_ITSELF: Final = (
    UploadRefused,
    KeyReused,
    JobUnknown,
    JobUnfinished,
    NoReceipts,
    QueueFull,
    PresentationUnknown,
    TooManyPresentations,
)


def problem(
    request: Request, status: int, *, code: str, detail: str, more: Mapping[str, JsonValue] | None = None
) -> Response:
    """Return a problem document; it names no path, query, version or exception."""
    request_id = str(request.scope.get(REQUEST_ID, ""))
    document = problem_document(status, code=code, detail=detail, request_id=request_id)
    return Response(problem_bytes(document | dict(more or {})), status_code=status, media_type=PROBLEM_MEDIA_TYPE)


def on_verifier_error(request: Request, error: Exception) -> Response:
    """Answer a request that could not be carried out; where that concerns a certificate, in both languages."""
    if not isinstance(error, VerifierError):
        raise error
    detail, more = _words_of(error)
    status = _STATUS_OF_ERROR.get(type(error), 500)
    answer = problem(request, status, code=error.code, detail=detail, more=more)
    if type(error) in _RETRY_S:
        answer.headers["Retry-After"] = str(_RETRY_S[type(error)])
    return answer


def _words_of(error: VerifierError) -> tuple[str, Mapping[str, JsonValue]]:
    if isinstance(error, UnreadableEvidence | LookupFailed):
        _, sentence = no_verdict_texts(error)
        return sentence.en, {"kind": getattr(error, "kind", error.code), **_advice(sentence)}
    if isinstance(error, IssuerChoice):
        return str(error), {"issuers": [*error.issuers]}
    if isinstance(error, RequestRefused):
        return str(error), {"kind": error.kind}
    if isinstance(error, _SAYS_ITSELF):
        return str(error), {}
    if isinstance(error, TooBusy):
        return "expected a free reader, found all busy; try again", {}
    return "the service failed", {}


def on_invalid_request(request: Request, error: Exception) -> Response:  # noqa: ARG001 - what was sent is not repeated
    """Answer a request whose parameters have another form than documented."""
    return problem(request, 422, code="parameter", detail="expected parameters and headers as documented")


def _advice(sentence: Sentence) -> dict[str, JsonValue]:
    return {
        "message": sentence.to_json(),
        "ask": notice("ask_unreadable").to_json(),
        "notice": notice("no_automatic_rejection").to_json(),
    }


def on_http_exception(request: Request, error: Exception) -> Response:
    """Answer what the framework refuses itself: unknown addresses and methods."""
    status = error.status_code if isinstance(error, HTTPException) else 500
    known = {404: ("not_found", "there is nothing here"), 405: ("method_not_allowed", "expected another method")}
    code, detail = known.get(status, ("refused", "the request cannot be served"))
    answer = problem(request, status, code=code, detail=detail)
    answer.headers.update(getattr(error, "headers", None) or {})  # RFC 9110 section 15.5.6: Allow
    return answer

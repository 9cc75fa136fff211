"""Errors of the API as problem documents (RFC 9457): one table from our errors to status and title."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from fastapi import Request, Response
from starlette.exceptions import HTTPException

from credential_schemas.report.messages import unreadable_texts
from keys.encoding import JsonValue
from verifier.errors import EvidenceReaderFailed, TooBusy, UnreadableEvidence, VerifierError

MEDIA_TYPE = "application/problem+json"
RETRY_AFTER_S = 2


@dataclass(frozen=True, slots=True)
class ProblemRefused(Exception):
    """A request is refused before any check: status, stable code and what was expected."""

    status: int
    code: str
    detail: str


_TITLES = {
    400: "Bad request",
    404: "Not found",
    405: "Method not allowed",
    408: "Request timeout",
    413: "Content too large",
    415: "Unsupported media type",
    422: "No certificate found",
    500: "Internal error",
    503: "Busy",
}
_STATUS_OF_ERROR = {UnreadableEvidence: 422, TooBusy: 503, EvidenceReaderFailed: 500}


def problem(
    request: Request, status: int, *, code: str, detail: str, more: Mapping[str, JsonValue] | None = None
) -> Response:
    """Return a problem document; it names no path, query, version or exception."""
    document: dict[str, JsonValue] = {
        "type": "about:blank",
        "title": _TITLES.get(status, "Error"),
        "status": status,
        "detail": detail,
        "code": code,
        "request_id": str(request.scope.get("cb_request_id", "")),
    }
    headers = {"Retry-After": str(RETRY_AFTER_S)} if status == 503 else {}
    body = json.dumps(document | dict(more or {}), ensure_ascii=False).encode()
    return Response(body, status_code=status, media_type=MEDIA_TYPE, headers=headers)


def on_refused(request: Request, error: Exception) -> Response:
    """Answer a request that was refused before any check."""
    if not isinstance(error, ProblemRefused):
        raise error
    return problem(request, error.status, code=error.code, detail=error.detail)


def on_verifier_error(request: Request, error: Exception) -> Response:
    """Answer a request that could not be carried out; what is no certificate also says so in both languages."""
    if isinstance(error, UnreadableEvidence):
        _, sentence = unreadable_texts(error.kind, error.values)
        more: dict[str, JsonValue] = {"kind": error.kind, "message": sentence.to_json()}
        return problem(request, 422, code=error.code, detail=sentence.en, more=more)
    status = _STATUS_OF_ERROR.get(type(error), 500)
    code = error.code if isinstance(error, VerifierError) else "internal"
    detail = "expected a free reader, found all busy; try again" if status == 503 else "the service failed"
    return problem(request, status, code=code, detail=detail)


def on_http_exception(request: Request, error: Exception) -> Response:
    """Answer what the framework refuses itself: unknown addresses and methods."""
    status = error.status_code if isinstance(error, HTTPException) else 500
    title = _TITLES.get(status, "Error")
    return problem(request, status, code=title.lower().replace(" ", "_"), detail=title)


def on_fault(request: Request, _: Exception) -> Response:
    """Answer a bug: nothing about it leaves the process."""
    return problem(request, 500, code="internal", detail="the service failed")

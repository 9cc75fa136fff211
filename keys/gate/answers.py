"""What every answer carries, and how a refusal looks: headers of S20 and S21, problem documents of RFC 9457."""

import json
from collections.abc import Mapping
from typing import Any, Final

from keys.encoding import JsonValue
from keys.watching import trace_id

PROBLEM_MEDIA_TYPE: Final = "application/problem+json"
BUSY_RETRY_S: Final = 2
HEADERS: Final[Mapping[str, str]] = {
    "content-security-policy": "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cache-control": "no-store",
}
"""Added to every answer, unless the application has set the same header itself."""

_TITLES: Final[Mapping[int, str]] = {
    400: "Bad request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not found",
    405: "Method not allowed",
    406: "Not acceptable",
    408: "Request timeout",
    409: "Conflict",
    413: "Content too large",
    415: "Unsupported media type",
    422: "Unprocessable content",
    429: "Too many requests",
    431: "Header fields too large",
    500: "Internal error",
    501: "Not implemented",
    503: "Unavailable",
}
_UNCLEAR_HEAD: Final = (400, 431)
_UNAUTHORIZED: Final = 401


class Refusal(Exception):
    """A request is refused before any application sees it."""

    def __init__(self, status: int, code: str, *, detail: str, retry_after_s: int | None = None) -> None:
        """Say what is answered.

        Args:
            status: HTTP status.
            code: stable slug.
            detail: what was expected, in one sentence without a value of the request.
            retry_after_s: seconds for `Retry-After`.
        """
        super().__init__(code)
        self.status = status
        self.code = code
        self.detail = detail
        self.retry_after_s = retry_after_s

    def headers(self) -> dict[str, str]:
        """Return the headers that belong to this refusal beside those of every answer."""
        headers = {} if self.retry_after_s is None else {"retry-after": str(self.retry_after_s)}
        if self.status == _UNAUTHORIZED:
            headers["www-authenticate"] = "Bearer"  # RFC 9110 section 11.6.1
        # RFC 9112 section 6.1: after a head that may be read in two ways, nothing more is read from the connection.
        return headers | {"connection": "close"} if self.status in _UNCLEAR_HEAD else headers


def too_many(wait_s: int) -> Refusal:
    """Return the refusal of a request that is one too many."""
    detail = "expected fewer requests in this time; try again later"
    return Refusal(429, "too_many_requests", detail=detail, retry_after_s=wait_s)


def busy() -> Refusal:
    """Return the refusal of a request that would have to wait too long."""
    detail = "the service has more to do than it can; try again in a moment"
    return Refusal(503, "busy", detail=detail, retry_after_s=BUSY_RETRY_S)


def title_of(status: int) -> str:
    """Return the short name of a status."""
    return _TITLES.get(status, "Error")


def problem_document(status: int, *, code: str, detail: str, request_id: str) -> dict[str, JsonValue]:
    """Return a problem document; it names no path, query, version or exception, and the trace where there is one.

    Source: RFC 9457
    """
    traced = trace_id()
    document: dict[str, JsonValue] = {
        "type": "about:blank",
        "title": title_of(status),
        "status": status,
        "detail": detail,
        "code": code,
        "request_id": request_id,
    }
    return document if traced is None else document | {"trace_id": traced}


def problem_bytes(document: Mapping[str, JsonValue]) -> bytes:
    """Write a problem document as UTF-8."""
    return json.dumps(document, ensure_ascii=False).encode()


PROBLEM_SCHEMA: Final[Mapping[str, JsonValue]] = {
    "type": "object",
    "required": ["type", "title", "status", "detail", "code", "request_id"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "code": {"type": "string"},
        "request_id": {"type": "string"},
        "trace_id": {"type": "string"},
    },
}
"""The form of a problem document (RFC 9457); some have more members, such as `message` in both languages."""


def problem_answers(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return the refusals of an address for an OpenAPI document."""
    content = {PROBLEM_MEDIA_TYPE: {"schema": PROBLEM_SCHEMA}}
    return {status: {"description": title_of(status), "content": content} for status in statuses}

"""The verifier's web application: put together from settings and a verification service, nothing global."""

import secrets
import threading
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

from fastapi import FastAPI, Request, Response
from starlette.exceptions import HTTPException

from credential_schemas.report.model import Report
from verifier.api.checks import checks_router
from verifier.api.problems import ProblemRefused, on_fault, on_http_exception, on_refused, on_verifier_error
from verifier.checks.assembling import verify
from verifier.checks.rules import Moment, Rules
from verifier.errors import TooBusy, VerifierError
from verifier.evidence.gathering import Submission
from verifier.evidence.reader import EvidenceReader

READERS = 2  # child processes at the same time
WAIT_FOR_READER_S = 5.0
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}


class VerificationService:
    """Checks submissions one request each, with a bounded number of readers at the same time."""

    def __init__(self, rules: Rules, *, now: Callable[[], datetime]) -> None:
        self._rules = rules
        self._now = now
        self._free = threading.BoundedSemaphore(READERS)

    def verify(self, submission: Submission) -> Report:
        """Verify what was uploaded.

        Raises:
            UnreadableEvidence: it is not a certificate.
            TooBusy: no reader became free in time.
        """
        if not self._free.acquire(timeout=WAIT_FOR_READER_S):
            raise TooBusy("expected a free reader, found all busy")
        try:
            with EvidenceReader() as reader:
                return verify(submission, rules=self._rules, moment=Moment(self._now()), reader=reader)
        finally:
            self._free.release()


def utc_now() -> datetime:
    """Return the time; the only clock of the service."""
    return datetime.now(UTC)


def create_app(rules: Rules, *, now: Callable[[], datetime] = utc_now) -> FastAPI:
    """Return the application for one set of rules."""
    app = FastAPI(title="Competency bank verifier", openapi_url="/api/v1/openapi.json", docs_url=None, redoc_url=None)
    app.include_router(checks_router(VerificationService(rules, now=now).verify))
    app.add_exception_handler(ProblemRefused, on_refused)
    app.add_exception_handler(VerifierError, on_verifier_error)
    app.add_exception_handler(HTTPException, on_http_exception)
    app.add_exception_handler(Exception, on_fault)

    @app.get("/healthz", include_in_schema=False)
    def healthz() -> dict[str, str]:
        """Say that the process answers."""
        return {"status": "ok"}

    @app.middleware("http")
    async def mark(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
        """Give the request a number and every answer its headers."""
        request.scope["cb_request_id"] = secrets.token_hex(8)
        response = await call_next(request)
        for name, value in _HEADERS.items():
            response.headers.setdefault(name, value)
        response.headers["X-Request-Id"] = request.scope["cb_request_id"]
        return response

    return app

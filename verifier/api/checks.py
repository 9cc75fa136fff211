"""`POST /api/v1/checks`: raw evidence in, a Report out, also for forgeries."""

from collections.abc import Callable
from typing import Final

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from credential_schemas.report.model import Report
from keys.gate.answers import Refusal, problem_answers
from verifier.api.receipts import MakeReceipt, receipt_wish
from verifier.evidence.gathering import Submission

CHECKS_PATH = "/api/v1/checks"
MEDIA_TYPES = frozenset({"application/pdf", "image/png", "image/jpeg", "application/dc+sd-jwt", "text/plain"})
NAME_OF_UPLOAD = "upload"

REPORT_HEADERS: Final = {"Content-Type": "application/json", "Cache-Control": "no-store"}

Verify = Callable[[Submission], Report]


def checks_router(verify: Verify, receipts: MakeReceipt | None = None) -> APIRouter:
    """Return the addresses of single checks; `receipts` is None where no key for receipts is open."""
    router = APIRouter()

    @router.post(
        CHECKS_PATH,
        summary="Check one certificate",
        responses={
            200: {"description": "A Report, also for a forgery; a receipt where Accept names one"},
            **problem_answers(406, 413, 415, 422, 429, 503),
        },
        openapi_extra={"requestBody": {"required": True, "content": {media: {} for media in sorted(MEDIA_TYPES)}}},
    )
    async def check_evidence(request: Request) -> Response:
        """Check raw evidence; its kind is told from the bytes, the declared type must only be one of ours."""
        declared = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if declared not in MEDIA_TYPES:
            raise Refusal(415, "media_type", detail=f"expected one of {', '.join(sorted(MEDIA_TYPES))}")
        wish = receipt_wish(request.headers.get("accept", ""), request.query_params)
        if wish is not None and receipts is None:
            raise Refusal(406, "no_receipts", detail="expected application/json in Accept: no receipts are given here")
        submission = Submission(NAME_OF_UPLOAD, await request.body())
        if wish is None or receipts is None:
            return report_response(await run_in_threadpool(verify, submission))
        return Response(await run_in_threadpool(receipts, submission, wish), media_type=wish.media_type)

    return router


def report_response(report: Report) -> Response:
    """Return a Report as the answer of a request."""
    return Response(report_bytes(report), headers=REPORT_HEADERS)


def report_bytes(report: Report) -> bytes:
    """Return a Report as compact JSON in UTF-8; `REPORT_HEADERS` belong to it."""
    return report.to_bytes()

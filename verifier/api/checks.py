"""`POST /api/v1/checks`: raw evidence in, a Report out, also for forgeries."""

import asyncio
import json
from collections.abc import Callable

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from credential_schemas.report.model import Report
from verifier.api.problems import ProblemRefused
from verifier.evidence.gathering import Submission
from verifier.evidence.limits import MAX_EVIDENCE_BYTES

MEDIA_TYPES = frozenset({"application/pdf", "image/png", "image/jpeg", "application/dc+sd-jwt", "text/plain"})
BODY_TIMEOUT_S = 30.0  # S5
_NAME = "upload"

Verify = Callable[[Submission], Report]


def checks_router(verify: Verify) -> APIRouter:
    """Return the addresses of single checks."""
    router = APIRouter(prefix="/api/v1")

    @router.post(
        "/checks",
        summary="Check one certificate",
        responses={200: {"description": "A Report, also for a forgery"}, 422: {"description": "Not a certificate"}},
        openapi_extra={"requestBody": {"required": True, "content": {media: {} for media in sorted(MEDIA_TYPES)}}},
    )
    async def check_evidence(request: Request) -> Response:
        """Check raw evidence; its kind is told from the bytes, the declared type must only be one of ours."""
        declared = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if declared not in MEDIA_TYPES:
            raise ProblemRefused(415, "media_type", f"expected one of {', '.join(sorted(MEDIA_TYPES))}")
        report = await run_in_threadpool(verify, Submission(_NAME, await read_body(request)))
        body = json.dumps(report.to_json(), ensure_ascii=False, separators=(",", ":")).encode()
        return Response(body, media_type="application/json", headers={"Cache-Control": "no-store"})

    return router


async def read_body(request: Request, *, limit: int = MAX_EVIDENCE_BYTES, timeout_s: float = BODY_TIMEOUT_S) -> bytes:
    """Return the body of a request, read no further than its limit and no longer than its time.

    Raises:
        ProblemRefused: 413 or 408.
    """
    declared = request.headers.get("content-length", "")
    if declared.isdecimal() and int(declared) > limit:
        raise ProblemRefused(413, "too_large", f"expected at most {limit} bytes")
    body = bytearray()
    try:
        async with asyncio.timeout(timeout_s):
            async for chunk in request.stream():
                body += chunk
                if len(body) > limit:
                    raise ProblemRefused(413, "too_large", f"expected at most {limit} bytes")
    except TimeoutError as error:
        raise ProblemRefused(408, "body_timeout", f"expected the whole body within {timeout_s:.0f} s") from error
    return bytes(body)

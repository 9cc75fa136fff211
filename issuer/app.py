"""The bank's service on the web: the standard end points that wallets and verifiers read, and its own health.

All of them are the static files of `publishing`; a front end or CDN may serve those instead.
"""

import asyncio
import gzip
import hashlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final
from urllib.parse import urlsplit

from fastapi import FastAPI, Header, Response
from fastapi.responses import JSONResponse

from issuer.bank import CERTIFICATE_VCT_PATH, BankFolder, Profile
from issuer.publishing import JWKS, JWT_VC_ISSUER, STATUS_AGGREGATION, STATUS_TTL_S, TRUST_LIST

STATUS_MEDIA_TYPE: Final = "application/statuslist+jwt"
REFRESH_S: Final = 3600
_DAY_S: Final = 24 * 3600
_HEADERS: Final = {
    "Access-Control-Allow-Origin": "*",
    "X-Content-Type-Options": "nosniff",
    "Vary": "Accept-Encoding",
}


@dataclass(frozen=True, slots=True)
class ServiceWork:
    """What the service does beside answering: `refresh` publishes what is due, `problems` lists what is wrong."""

    refresh: Callable[[], object]
    problems: Callable[[], list[str]]
    refresh_s: float = REFRESH_S


@dataclass(frozen=True, slots=True)
class _Conditions:
    """What the request says about copies and codings it can take."""

    none_match: str | None
    gzip: bool


def create_app(folder: BankFolder, profile: Profile, work: ServiceWork) -> FastAPI:
    """Build the service.

    Args:
        folder: where the published files are.
        profile: the bank; the path of its issuer URL goes before every path.
        work: what keeps the published files fresh, and the readiness check.
    """

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        await asyncio.to_thread(work.refresh)
        task = asyncio.create_task(_refresh_for_ever(work))
        yield
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task

    app = FastAPI(title="Competency bank", openapi_url=None, docs_url=None, redoc_url=None, lifespan=lifespan)
    tenant = urlsplit(profile.issuer).path
    # SD-JWT VC section 4: the well-known part stands between host and path.
    _add_file(app, f"/.well-known/jwt-vc-issuer{tenant}", folder.public / JWT_VC_ISSUER, max_age_s=_DAY_S)
    for name, max_age_s in (
        (JWKS, _DAY_S),
        (CERTIFICATE_VCT_PATH, _DAY_S),
        (TRUST_LIST, _DAY_S),
        (STATUS_AGGREGATION, STATUS_TTL_S),
    ):
        _add_file(app, f"{tenant}/{name}", folder.public / name, max_age_s=max_age_s)
    _add_status_lists(app, tenant, folder)
    _add_health(app, tenant, work)
    return app


def _add_file(app: FastAPI, route: str, path: Path, *, max_age_s: int) -> None:
    @app.get(route, include_in_schema=False)
    def show(
        if_none_match: Annotated[str | None, Header()] = None, accept_encoding: Annotated[str, Header()] = ""
    ) -> Response:
        conditions = _Conditions(if_none_match, "gzip" in accept_encoding)
        return _file_response(path, "application/json", conditions, max_age_s=max_age_s)


def _add_status_lists(app: FastAPI, tenant: str, folder: BankFolder) -> None:
    @app.get(f"{tenant}/status/{{list_no}}", include_in_schema=False)
    def show_status_list(
        list_no: str,
        time: str | None = None,
        if_none_match: Annotated[str | None, Header()] = None,
        accept_encoding: Annotated[str, Header()] = "",
    ) -> Response:
        if time is not None:
            # Token Status List section 8.4: historical lists are not offered.
            return _problem(501, "Status lists of other times are not offered.")
        if not (list_no.isascii() and list_no.isdecimal() and str(int(list_no)) == list_no):
            return _problem(404, "There is no such status list.")
        conditions = _Conditions(if_none_match, "gzip" in accept_encoding)
        return _file_response(folder.status_list(int(list_no)), STATUS_MEDIA_TYPE, conditions, max_age_s=STATUS_TTL_S)


def _add_health(app: FastAPI, tenant: str, work: ServiceWork) -> None:
    @app.get(f"{tenant}/healthz", include_in_schema=False)
    def healthz() -> Response:
        return JSONResponse({"status": "ok"})

    @app.get(f"{tenant}/readyz", include_in_schema=False)
    def readyz() -> Response:
        problems = work.problems()
        if problems:
            return JSONResponse({"status": "unavailable", "problems": problems}, status_code=503)
        return JSONResponse({"status": "ok"})


def _file_response(path: Path, media_type: str, conditions: _Conditions, *, max_age_s: int) -> Response:
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return _problem(404, "There is no such document.")
    # Every coding of a document has an entity tag of its own (RFC 9110 section 8.8.3.3).
    digest = hashlib.sha256(content).hexdigest()[:32]
    tag = f'"{digest}-gzip"' if conditions.gzip else f'"{digest}"'
    headers = {**_HEADERS, "ETag": tag, "Cache-Control": f"public, max-age={max_age_s}"}
    if conditions.none_match is not None and tag in conditions.none_match:
        return Response(status_code=304, headers=headers)
    if conditions.gzip:
        headers["Content-Encoding"] = "gzip"
        content = gzip.compress(content, mtime=0)
    return Response(content, media_type=media_type, headers=headers)


def _problem(status: int, detail: str) -> Response:
    """RFC 9457."""
    body = {"type": "about:blank", "title": detail, "status": status}
    return JSONResponse(body, status_code=status, media_type="application/problem+json", headers=_HEADERS)


async def _refresh_for_ever(work: ServiceWork) -> None:
    while True:
        await asyncio.sleep(work.refresh_s)
        # A failure is shown by readyz; the next round tries again.
        with suppress(Exception):
            await asyncio.to_thread(work.refresh)

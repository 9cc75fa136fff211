"""The bank's service on the web: its published files, its own health, and whatever desk it is given.

The end points that wallets and verifiers read are the static files of `publishing`; a front end or CDN may serve those
instead. What is answered from the bank's records comes from the routers of `api/`.
"""

import asyncio
import gzip
import hashlib
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Final
from urllib.parse import urlsplit

from fastapi import FastAPI, Header, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.telemetry import TelemetryConfig
from starlette.exceptions import HTTPException

from issuer.api.account import account_router
from issuer.api.certificates import certificates_router
from issuer.api.confirmations import LookUp, confirmations_router
from issuer.api.descriptions import describe
from issuer.api.desk import ApiDesk
from issuer.api.exports import exports_router
from issuer.api.openid4vci import WalletDesk, wallet_rates, wallet_router
from issuer.api.pages.asked import PageDesk
from issuer.api.pages.opening import pages_router
from issuer.api.pages.refusals import RefusalPages
from issuer.api.pages.routing import missing_response
from issuer.api.prints import prints_router
from issuer.api.problems import on_http_exception, on_invalid_request, problem, with_methods
from issuer.api.reprints import reprints_router
from issuer.api.staff.routing import is_for_staff, missing_to_staff
from issuer.api.staff.syllabus_form import upload_limits
from issuer.bank.folder import CERTIFICATE_VCT_PATH, BankFolder, Profile
from issuer.bundling import BUNDLE_REFRESH_S, TRUST_BUNDLE
from issuer.log.files import read_tile
from issuer.presented.badge_key import KEYS_PATH
from issuer.publishing import (
    JWKS,
    JWT_VC_ISSUER,
    STATUS_AGGREGATION,
    STATUS_TTL_S,
    TRUST_LIST,
    certified_types,
    flat_type_path,
)
from keys.faults import faults_told
from keys.gate.gate import Gate, GateRules, Visitors
from keys.gate.misses import Misses
from keys.gate.rate_limits import Rate
from keys.gate.security_txt import SECURITY_TXT_MEDIA_TYPE, SECURITY_TXT_PATH

OPENAPI_PATH: Final = "/api/v1/openapi.json"
STATUS_MEDIA_TYPE: Final = "application/statuslist+jwt"
BUNDLE_MEDIA_TYPE: Final = "application/jwt"
REFRESH_S: Final = BUNDLE_REFRESH_S
_DAY_S: Final = 24 * 3600
_MISSING: Final = (404, 405)
_KEY_NAME: Final = re.compile(r"[A-Za-z0-9_-]{16}")
_LIST_NUMBER: Final = re.compile(r"0|[1-9][0-9]{0,8}")
_READINESS: Final = Rate("readiness", amount=120, seconds=60)  # each asks the database
# Nothing in the environment makes the framework send anything: decision record 0060.
_NO_TELEMETRY: Final[TelemetryConfig] = {
    "tracing": False,
    "metrics": False,
    "logs": False,
    "operation_spans": False,
    "auto_configure": False,
}
_EXCLUDED: Final = re.compile(r"q=0(\.0{0,3})?")
_YEAR_S: Final = 365 * _DAY_S
_CHECKPOINT_AGE_S: Final = 5
_NOTE_MEDIA_TYPE: Final = "text/plain; charset=utf-8"
_TILE: Final = re.compile(  # the names of C2SP tlog-tiles
    r"tile/(?:entries|[0-9]|[1-5][0-9]|6[0-3])(?:/x[0-9]{3}){0,6}/[0-9]{3}"
    r"(?:\.p/(?:[1-9][0-9]?|1[0-9]{2}|2[0-4][0-9]|25[0-5]))?"
)
_HEADERS: Final = {
    "Access-Control-Allow-Origin": "*",
    "X-Content-Type-Options": "nosniff",
    "Vary": "Accept-Encoding",
}


_API_ROUTERS: Final = (account_router, certificates_router, reprints_router, prints_router, exports_router)


@dataclass(frozen=True, slots=True)
class ServiceWork:
    """What the service does beside answering: `refresh` publishes what is due, `problems` lists what is wrong."""

    refresh: Callable[[], object]
    problems: Callable[[], list[str]]
    refresh_s: float = REFRESH_S


@dataclass(frozen=True, slots=True)
class Desk:
    """Who is served, and with what beside the public files: `visitors` tells callers apart and counts them.

    `look_up` answers typed codes, `api` what holders and their programs ask, `pages` shows people pages, `wallets`
    issues to wallets; without them the service has no such addresses, as one that only shows files. `security_txt`
    gives the operator's security.txt while it may be shown.
    """

    look_up: LookUp | None = None
    visitors: Visitors = field(default_factory=Visitors)
    api: ApiDesk | None = None
    pages: PageDesk | None = None
    wallets: WalletDesk | None = None
    security_txt: Callable[[], bytes | None] | None = None


@dataclass(frozen=True, slots=True)
class _Conditions:
    """What the request says about copies and codings it can take."""

    none_match: str | None
    gzip: bool


def create_app(folder: BankFolder, profile: Profile, work: ServiceWork, *, desk: Desk | None = None) -> FastAPI:
    """Build the service.

    Args:
        folder: where the published files are.
        profile: the bank; the path of its issuer URL goes before every path.
        work: what keeps the published files fresh, and the readiness check.
        desk: what is answered from the bank's records; None for a service that only shows files.
    """

    tenant, desk = urlsplit(profile.issuer).path, desk or Desk()

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        await asyncio.to_thread(work.refresh)
        task = asyncio.create_task(_refresh_for_ever(work))
        yield
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task

    app = FastAPI(
        title="Competency bank",
        openapi_url=None if desk.api is None else f"{tenant}{OPENAPI_PATH}",
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
        telemetry=_NO_TELEMETRY,
        redirect_slashes=False,  # a redirect would repeat the Host header of whoever asks
    )
    app.add_exception_handler(HTTPException, on_http_exception)
    app.add_exception_handler(RequestValidationError, on_invalid_request)
    rates = {f"{tenant}/readyz": _READINESS} | ({} if desk.wallets is None else wallet_rates(tenant))
    refusals = {} if desk.pages is None else RefusalPages(desk.pages.site)
    rules = GateRules(rates=rates, pages=refusals, bodies=upload_limits(tenant))
    app.add_middleware(Gate, rules=rules, visitors=desk.visitors)
    _add_desk(app, desk, tenant)
    # SD-JWT VC section 4: the well-known part stands between host and path.
    _add_file(app, f"/.well-known/jwt-vc-issuer{tenant}", folder.public / JWT_VC_ISSUER, max_age_s=_DAY_S)
    for name, max_age_s in (
        (JWKS, _DAY_S),
        (CERTIFICATE_VCT_PATH, _DAY_S),
        (TRUST_LIST, _DAY_S),
        (STATUS_AGGREGATION, STATUS_TTL_S),
    ):
        _add_file(app, f"{tenant}/{name}", folder.public / name, max_age_s=max_age_s)
    bundle = folder.public / TRUST_BUNDLE
    _add_file(app, f"{tenant}/{TRUST_BUNDLE}", bundle, max_age_s=BUNDLE_REFRESH_S, media_type=BUNDLE_MEDIA_TYPE)
    _add_flat_types(app, tenant, folder)
    _add_badge_keys(app, tenant, folder)
    _add_status_lists(app, tenant, folder)
    _add_log(app, tenant, folder)
    _add_health(app, tenant, work)
    _add_security_txt(app, desk.security_txt)
    return app


def _add_desk(app: FastAPI, desk: Desk, tenant: str) -> None:
    """Add what is answered from the bank's records."""
    if desk.look_up is not None:
        misses = Misses(desk.visitors.limits)
        app.include_router(confirmations_router(desk.look_up, misses=misses, prefix=tenant))
    if desk.api is not None:
        for routes in _API_ROUTERS:
            app.include_router(routes(desk.api, prefix=tenant))
        describe(app)
    if desk.wallets is not None:
        app.include_router(wallet_router(desk.wallets, prefix=tenant))
    if desk.pages is not None:
        app.include_router(pages_router(desk.pages))
        app.add_exception_handler(HTTPException, _missing_to_people(desk.pages))


def _missing_to_people(pages: PageDesk) -> Callable[[Request, Exception], Response]:
    """Return what answers unknown addresses: a page for a browser that looks for one, else a problem document."""

    def answer(request: Request, error: Exception) -> Response:
        status = getattr(error, "status_code", 0)
        if status not in _MISSING:
            return on_http_exception(request, error)
        if is_for_staff(request.url.path.removeprefix(pages.site.base)):
            return missing_to_staff(pages, request)
        found = missing_response(pages, request, status=status)
        if found is None:
            return on_http_exception(request, error)
        return with_methods(request, found)

    return answer


def _add_file(app: FastAPI, route: str, path: Path, *, max_age_s: int, media_type: str = "application/json") -> None:
    @app.get(route, include_in_schema=False)
    def show(
        request: Request,
        if_none_match: Annotated[str | None, Header()] = None,
        accept_encoding: Annotated[str, Header()] = "",
    ) -> Response:
        conditions = _Conditions(if_none_match, _takes_gzip(accept_encoding))
        answer = _file_response(path, media_type, conditions, max_age_s=max_age_s)
        return answer or _not_found(request)


def _add_flat_types(app: FastAPI, tenant: str, folder: BankFolder) -> None:
    @app.get(f"{tenant}/{flat_type_path('{name}')}", include_in_schema=False)
    def show_type(
        request: Request,
        name: str,
        if_none_match: Annotated[str | None, Header()] = None,
        accept_encoding: Annotated[str, Header()] = "",
    ) -> Response:
        if name not in certified_types():
            return _not_found(request)
        conditions, path = (
            _Conditions(if_none_match, _takes_gzip(accept_encoding)),
            folder.public / flat_type_path(name),
        )
        return _file_response(path, "application/json", conditions, max_age_s=_DAY_S) or _not_found(request)


def _add_badge_keys(app: FastAPI, tenant: str, folder: BankFolder) -> None:
    @app.get(f"{tenant}/{KEYS_PATH}/{{name}}", include_in_schema=False)
    def show_key(request: Request, name: str, if_none_match: Annotated[str | None, Header()] = None) -> Response:
        if not _KEY_NAME.fullmatch(name):
            return _not_found(request)
        path, conditions = folder.public / KEYS_PATH / name, _Conditions(if_none_match, gzip=False)
        return _file_response(path, "application/jwk+json", conditions, max_age_s=_DAY_S) or _not_found(request)


def _add_status_lists(app: FastAPI, tenant: str, folder: BankFolder) -> None:
    @app.get(f"{tenant}/status/{{list_no}}", include_in_schema=False)
    def show_status_list(
        request: Request,
        list_no: str,
        time: str | None = None,
        if_none_match: Annotated[str | None, Header()] = None,
        accept_encoding: Annotated[str, Header()] = "",
    ) -> Response:
        if time is not None:
            # Token Status List section 8.4: historical lists are not offered.
            return problem(request, 501, code="not_offered", detail="status lists of other times are not offered")
        if not _LIST_NUMBER.fullmatch(list_no):
            return _not_found(request)
        conditions, path = _Conditions(if_none_match, _takes_gzip(accept_encoding)), folder.status_list(int(list_no))
        answer = _file_response(path, STATUS_MEDIA_TYPE, conditions, max_age_s=STATUS_TTL_S)
        return answer or _not_found(request)


def _add_log(app: FastAPI, tenant: str, folder: BankFolder) -> None:
    checkpoint, head = folder.log / "checkpoint", folder.audit_head
    for name, path in (("log/checkpoint", checkpoint), ("audit-head", head)):
        _add_file(app, f"{tenant}/{name}", path, max_age_s=_CHECKPOINT_AGE_S, media_type=_NOTE_MEDIA_TYPE)

    @app.get(f"{tenant}/log/{{name:path}}", include_in_schema=False)
    def show_tile(request: Request, name: str, accept_encoding: Annotated[str, Header()] = "") -> Response:
        content = read_tile(folder, name) if _TILE.fullmatch(name) else None
        if content is None:
            return _not_found(request)
        headers = {**_HEADERS, "Cache-Control": f"public, max-age={_YEAR_S}, immutable"}
        if _takes_gzip(accept_encoding):
            content, headers["Content-Encoding"] = gzip.compress(content, mtime=0), "gzip"
        return Response(content, media_type="application/octet-stream", headers=headers)


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


def _add_security_txt(app: FastAPI, shown: Callable[[], bytes | None] | None) -> None:
    # RFC 9116 section 3: at the root of the host, whatever the path of the issuer's URL.
    @app.get(SECURITY_TXT_PATH, include_in_schema=False)
    def show_security_txt(request: Request) -> Response:
        content = None if shown is None else shown()
        if content is None:
            return _not_found(request)
        headers = {**_HEADERS, "Cache-Control": f"public, max-age={_DAY_S}"}
        return Response(content, media_type=SECURITY_TXT_MEDIA_TYPE, headers=headers)


def _file_response(path: Path, media_type: str, conditions: _Conditions, *, max_age_s: int) -> Response | None:
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return None
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


def _takes_gzip(accepted: str) -> bool:
    """Return whether an `Accept-Encoding` names gzip, and not with the weight that excludes it (RFC 9110 12.4.2)."""
    weights = {
        coding.strip().lower(): weight.strip()
        for coding, _, weight in (each.partition(";") for each in accepted.split(","))
    }
    return "gzip" in weights and not _EXCLUDED.fullmatch(weights["gzip"])


def _not_found(request: Request) -> Response:
    return problem(request, 404, code="not_found", detail="there is nothing here")


async def _refresh_for_ever(work: ServiceWork) -> None:
    while True:
        await asyncio.sleep(work.refresh_s)
        with faults_told("upkeep", Exception):  # readyz shows it, too; the next round tries again
            await asyncio.to_thread(work.refresh)

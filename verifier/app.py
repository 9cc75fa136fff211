"""The verifier's web application: put together from settings and a verification service, nothing global."""

from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.telemetry import TelemetryConfig
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from keys.gate.gate import App, BodyLimit, Gate, GateRules, Receive, Scope, Send, Visitors
from keys.gate.measured import Figure
from keys.gate.misses import Misses
from keys.gate.rate_limits import Rate
from keys.gate.security_txt import SECURITY_TXT_MEDIA_TYPE, SECURITY_TXT_PATH
from keys.gate.streams import StreamLimit
from keys.jwk import PublicKey
from keys.values import dataclass
from verifier.api.asking import ASKING_RATES, Asks, Surroundings, asking_router
from verifier.api.checks import CHECKS_PATH, checks_router
from verifier.api.committee_router import COMMITTEE_BODIES, committee_router
from verifier.api.confirmations import CONFIRMATIONS_PATH, confirmations_router
from verifier.api.desk import FORM_PATHS, MAX_FORM_BYTES, desk_router, refusal_pages
from verifier.api.jobs import EXPORTS_PATH, jobs_router
from verifier.api.presentations import PRESENTATIONS_PATH
from verifier.api.problems import on_http_exception, on_invalid_request, on_verifier_error
from verifier.api.public_lists import BUNDLE_PATH, STATUS_PATH, PublicLists, public_lists_router
from verifier.api.quick_checks import QuickChecks, VerifyAtOnce
from verifier.api.scan_pages import scan_router
from verifier.api.settings_pages import SettingsDesk, settings_router
from verifier.api.sign_in_pages import sign_in_router
from verifier.api.signed_in import Entrance, open_entrance
from verifier.checks.rules import Rules
from verifier.committee.committee import Committee, Means
from verifier.confirmations import Ask
from verifier.errors import VerifierError
from verifier.evidence.limits import MAX_EVIDENCE_BYTES
from verifier.evidence.pool import ReaderPool
from verifier.jobs.deliveries import JOBS_PATH, Deliveries, FinishedJob
from verifier.jobs.desk import Announce, Besides, JobDesk
from verifier.jobs.limits import MAX_EXPORT_BYTES, MAX_JOB_BYTES
from verifier.jobs.queues import queue_figures
from verifier.jobs.storage import JobStorage
from verifier.receipt.making import ReceiptDesk
from verifier.service import VerificationService
from verifier.trust_administration import TrustAdministration, TrustPlace
from verifier.web.drop_page import Desk
from verifier.web.settings_facts import ServiceFacts

# Nothing in the environment makes the framework send anything: decision record 0060.
_NO_TELEMETRY: Final[TelemetryConfig] = {
    "tracing": False,
    "metrics": False,
    "logs": False,
    "operation_spans": False,
    "auto_configure": False,
}
_DAY_S: Final = 24 * 3600
# S17: 60 a minute in the long run, 120 at once: no window of two minutes has more than 120.
VERIFY_RATE = Rate("verify", amount=120, seconds=120)
# What the pages fetch; apart from the checks, so that loading a page costs nobody a check.
LISTS_RATE = Rate("lists", amount=240, seconds=120)
RULES = GateRules(
    bodies={
        CHECKS_PATH: BodyLimit(MAX_EVIDENCE_BYTES),
        EXPORTS_PATH: BodyLimit(MAX_EXPORT_BYTES),
        **dict.fromkeys(FORM_PATHS, BodyLimit(MAX_FORM_BYTES)),
        **COMMITTEE_BODIES,
    },
    rates={
        **dict.fromkeys((CHECKS_PATH, CONFIRMATIONS_PATH, *FORM_PATHS), VERIFY_RATE),
        **dict.fromkeys((BUNDLE_PATH, STATUS_PATH), LISTS_RATE),
        **ASKING_RATES,
        JOBS_PATH: Rate("jobs", amount=30, seconds=60),
        EXPORTS_PATH: Rate("exports", amount=10, seconds=60),
    },
    streams={JOBS_PATH: StreamLimit(MAX_JOB_BYTES)},
    pages=refusal_pages(),
    scopes={
        CHECKS_PATH: "checks",
        CONFIRMATIONS_PATH: "numbers",
        JOBS_PATH: "jobs",
        EXPORTS_PATH: "jobs",
        PRESENTATIONS_PATH: "presentations",
    },
)


@dataclass(frozen=True, slots=True)
class ChangeableTrust:
    """The trust list of a service that administrators change: where it lies, and how the rules are read anew."""

    place: TrustPlace
    reread: Callable[[], Rules]


@dataclass(frozen=True, slots=True)
class Offers:
    """What a service offers beside single checks.

    Args:
        receipts: who gives receipts; None when none are given.
        jobs_folder: where jobs lie; None for a temporary folder.
        kept_days: how long the results of jobs are kept; 0 for not at all.
        deliveries: who tells others that a job has finished; None when nobody is told.
        entrance: how people sign in; None while nobody can.
        trust: the trust list that administrators change; None where there is no file of it.
        receipt_keys: the pinned keys of receipts that the committee takes.
        asks: how it asks wallets; None where it does not.
        count: what is told the verdict of every check; None for nobody.
        show: what shows figures that are read when somebody asks; None where nobody does.
        security_txt: gives the operator's security.txt while it may be shown; None where there is none.
    """

    receipts: ReceiptDesk | None = None
    jobs_folder: Path | None = None
    kept_days: int = 0
    deliveries: Deliveries | None = None
    entrance: Entrance | None = None
    trust: ChangeableTrust | None = None
    receipt_keys: Callable[[], Mapping[str, PublicKey]] = dict
    asks: Asks | None = None
    count: Callable[[str], None] | None = None
    show: Callable[[Callable[[], Iterable[Figure]]], None] | None = None
    security_txt: Callable[[], bytes | None] | None = None


NO_OFFERS = Offers()


def utc_now() -> datetime:
    """Return the time; the only clock of the service."""
    return datetime.now(UTC)


def create_app(
    rules: Rules,
    *,
    now: Callable[[], datetime] = utc_now,
    ask: Ask | None = None,
    visitors: Visitors | None = None,
    offers: Offers = NO_OFFERS,
) -> FastAPI:
    """Return the application for one set of rules; its readers are warm before it answers, and end with it.

    Args:
        rules: what every check demands.
        now: the clock.
        ask: the network for typed confirmation numbers; None when none may be used.
        visitors: how callers are told apart and counted; the default counts networks in memory.
        offers: what there is beside single checks.
    """
    readers = ReaderPool()
    service = VerificationService(rules, now=now, readers=readers, ask=ask, desk=offers.receipts)
    service.count_with(offers.count)
    storage = JobStorage(offers.jobs_folder)
    told: list[Announce] = [] if offers.deliveries is None else [offers.deliveries.announce]
    jobs = JobDesk(
        service.verify, storage=storage, now=now, kept_days=offers.kept_days, besides=_besides(service, told)
    )
    if offers.show is not None:
        offers.show(lambda: queue_figures(jobs, offers.deliveries))
    committee = _committee(service, offers, jobs=jobs, now=now)
    if committee is not None:
        told.append(committee.job_finished)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        with readers:
            await run_in_threadpool(readers.warm)
            await run_in_threadpool(_opened, jobs, offers, committee)
            try:
                yield
            finally:
                await run_in_threadpool(_closed, jobs, offers, committee)

    visitors = visitors or Visitors()
    app = _empty_app(lifespan, verify_at_once=service.verify_at_once, visitors=visitors)
    app.include_router(checks_router(service.verify, service.receipts))
    misses = Misses(visitors.limits)
    lists = PublicLists(rules, now=now)
    app.include_router(public_lists_router(lists))
    app.include_router(confirmations_router(service.verify_number, misses=misses))
    app.include_router(jobs_router(jobs))
    if offers.asks is not None:  # before the desk, whose page about asking says that it cannot be done
        around = Surroundings(lambda: service.rules, now, readers, committee)
        app.include_router(asking_router(offers.asks, around))
    app.include_router(_desk_router(rules, service, offers=offers, may_ask=ask is not None, misses=misses))
    name, gives = ("", False) if offers.receipts is None else (offers.receipts.verifier, True)
    app.include_router(scan_router(rules.profile, name=name, gives_receipts=gives, now=now))
    _answer_errors(app)
    app.include_router(committee_router(committee))
    _open_staff_pages(app, offers, _settings_desk(rules, offers, visitors, use=(service.use, lists.use)))
    _add_security_txt(app, offers.security_txt)
    return app


class _Gated(FastAPI):
    """The framework's application with the gate before it.

    As middleware the gate would stand behind layers of the framework, which look for telemetry and for faults at every
    request; a quick check would pay for them and need none.
    """

    door: App

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.door(scope, receive, send)

    async def behind_the_door(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve what the gate let in and what is no quick check."""
        await super().__call__(scope, receive, send)


async def _left_to_the_gate(_: Request, error: Exception) -> Response:
    raise error


def _empty_app(
    lifespan: Callable[[FastAPI], AbstractAsyncContextManager[None]],
    *,
    verify_at_once: VerifyAtOnce,
    visitors: Visitors,
) -> FastAPI:
    app = _Gated(
        title="Competency bank verifier",
        openapi_url="/api/v1/openapi.json",
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
        telemetry=_NO_TELEMETRY,
        redirect_slashes=False,  # a redirect would repeat the Host header of whoever asks
    )
    quick = QuickChecks(app.behind_the_door, verify_at_once=verify_at_once)
    app.door = Gate(quick, rules=RULES, visitors=visitors)

    @app.get("/healthz", include_in_schema=False)
    def healthz() -> dict[str, str]:
        """Say that the process answers."""
        return {"status": "ok"}

    @app.get("/readyz", include_in_schema=False)
    def readyz() -> dict[str, str]:
        """Say that checks are answered: nothing is before the readers are warm, and `Departure` says when it leaves."""
        return {"status": "ok"}

    return app


def _besides(service: VerificationService, told: Sequence[Announce]) -> Besides:
    """Return what the jobs do beside checking; whoever is in `told` when a job finishes is told, one after another."""

    def announce(owner: str, job: FinishedJob) -> None:
        for tell in told:
            tell(owner, job)

    return Besides(service.verify_with_receipt, announce)


def _committee(
    service: VerificationService, offers: Offers, *, jobs: JobDesk, now: Callable[[], datetime]
) -> Committee | None:
    """Return the committee, None while nobody can sign in."""
    if offers.entrance is None:
        return None
    store = offers.entrance.desk.store
    return Committee(Means(store, now, lambda: service.trust, offers.receipt_keys, jobs, offers.kept_days))


def _opened(jobs: JobDesk, offers: Offers, committee: Committee | None) -> None:
    if offers.deliveries is not None:
        offers.deliveries.open()
    jobs.open()
    if committee is not None:
        committee.open()


def _closed(jobs: JobDesk, offers: Offers, committee: Committee | None) -> None:
    if committee is not None:
        committee.close()
    jobs.close()
    if offers.deliveries is not None:
        offers.deliveries.close()
    if offers.entrance is not None:
        offers.entrance.desk.store.close()


def _open_staff_pages(app: FastAPI, offers: Offers, settings: SettingsDesk) -> None:
    open_entrance(app, offers.entrance, asks=offers.asks is not None)
    app.include_router(sign_in_router())
    app.include_router(settings_router(settings))


def _settings_desk(
    rules: Rules, offers: Offers, visitors: Visitors, *, use: Sequence[Callable[[Rules], None]]
) -> SettingsDesk:
    """Return what the settings page works on; after a change everything in `use` is given the new rules."""
    key = None if offers.receipts is None else offers.receipts.signer.key_id
    facts = ServiceFacts(offers.kept_days, visitors.tokens.listing(), key, rules.profile)
    entrance, trust = offers.entrance, offers.trust
    if entrance is None or trust is None:
        return SettingsDesk(None, facts)

    def changed() -> None:
        reread = trust.reread()
        for take in use:
            take(reread)

    desk = entrance.desk
    return SettingsDesk(TrustAdministration(trust.place, desk.store, now=desk.now, changed=changed), facts)


def _add_security_txt(app: FastAPI, shown: Callable[[], bytes | None] | None) -> None:
    @app.get(SECURITY_TXT_PATH, include_in_schema=False)
    def show_security_txt() -> Response:
        """Answer the operator's own words on whom to tell about a weakness (RFC 9116)."""
        content = None if shown is None else shown()
        if content is None:
            raise HTTPException(404)
        headers = {"Cache-Control": f"public, max-age={_DAY_S}", "X-Content-Type-Options": "nosniff"}
        return Response(content, media_type=SECURITY_TXT_MEDIA_TYPE, headers=headers)


def _answer_errors(app: FastAPI) -> None:
    app.add_exception_handler(Exception, _left_to_the_gate)
    app.add_exception_handler(VerifierError, on_verifier_error)
    app.add_exception_handler(HTTPException, on_http_exception)
    app.add_exception_handler(RequestValidationError, on_invalid_request)


def _desk_router(
    rules: Rules, service: VerificationService, *, offers: Offers, may_ask: bool, misses: Misses
) -> APIRouter:
    """Return the desk; its page says what this service does."""
    able = [issuer for issuer in rules.trust.issuers.values() if issuer.confirmation_url is not None and may_ask]
    issuers = tuple((issuer.id, dict(issuer.name)) for issuer in able)
    desk = Desk(issuers, offers.kept_days, gives_receipts=offers.receipts is not None)
    return desk_router(desk, inspect=service.inspect, verify_number=service.verify_number, misses=misses)

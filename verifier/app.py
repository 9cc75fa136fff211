"""The verifier's web application: put together from settings and a verification service, nothing global."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from credential_schemas.report.model import Report
from credential_schemas.version import VERSION
from keys.gate.gate import BodyLimit, Gate, GateRules, Visitors
from keys.gate.misses import Misses
from keys.gate.rate_limits import Rate
from keys.gate.streams import StreamLimit
from verifier.api.checks import CHECKS_PATH, checks_router
from verifier.api.confirmations import CONFIRMATIONS_PATH, confirmations_router
from verifier.api.desk import FORM_PATHS, MAX_FORM_BYTES, desk_router
from verifier.api.jobs import EXPORTS_PATH, JOBS_PATH, jobs_router
from verifier.api.problems import on_http_exception, on_invalid_request, on_verifier_error
from verifier.api.public_lists import BUNDLE_PATH, STATUS_PATH, PublicLists, public_lists_router
from verifier.api.receipts import PAGE_MEDIA_TYPE, MakeReceipt, ReceiptWish
from verifier.api.scan_pages import scan_router
from verifier.checks.assembling import examine, verify
from verifier.checks.rules import Moment, Rules
from verifier.confirmations import Ask, look_up_number
from verifier.errors import IssuerUnreachable, VerifierError
from verifier.evidence.gathering import Submission
from verifier.evidence.limits import MAX_EVIDENCE_BYTES
from verifier.evidence.pool import ReaderPool
from verifier.jobs.desk import JobDesk
from verifier.jobs.limits import MAX_EXPORT_BYTES, MAX_JOB_BYTES
from verifier.jobs.storage import JobStorage
from verifier.receipt.making import ReceiptDesk, ReceiptMaker
from verifier.receipt.record import Circumstances
from verifier.web.drop_page import Desk

# S17: 60 a minute in the long run, 120 at once: no window of two minutes has more than 120.
VERIFY_RATE = Rate("verify", amount=120, seconds=120)
# What the pages fetch; apart from the checks, so that loading a page costs nobody a check.
LISTS_RATE = Rate("lists", amount=240, seconds=120)
RULES = GateRules(
    bodies={
        CHECKS_PATH: BodyLimit(MAX_EVIDENCE_BYTES),
        EXPORTS_PATH: BodyLimit(MAX_EXPORT_BYTES),
        **dict.fromkeys(FORM_PATHS, BodyLimit(MAX_FORM_BYTES)),
    },
    rates={
        **dict.fromkeys((CHECKS_PATH, CONFIRMATIONS_PATH, *FORM_PATHS), VERIFY_RATE),
        **dict.fromkeys((BUNDLE_PATH, STATUS_PATH), LISTS_RATE),
        JOBS_PATH: Rate("jobs", amount=30, seconds=60),
        EXPORTS_PATH: Rate("exports", amount=10, seconds=60),
    },
    streams={JOBS_PATH: StreamLimit(MAX_JOB_BYTES)},
)


@dataclass(frozen=True, slots=True)
class Offers:
    """What a service offers beside single checks.

    Args:
        receipts: who gives receipts; None when none are given.
        jobs_folder: where jobs lie; None for a temporary folder.
        kept_days: how long the results of jobs are kept; 0 for not at all.
    """

    receipts: ReceiptDesk | None = None
    jobs_folder: Path | None = None
    kept_days: int = 0


NO_OFFERS = Offers()


class VerificationService:
    """Checks submissions one request each, with readers that are warm and bounded in number."""

    def __init__(
        self,
        rules: Rules,
        *,
        now: Callable[[], datetime],
        readers: ReaderPool,
        ask: Ask | None = None,
        desk: ReceiptDesk | None = None,
    ) -> None:
        self._rules = rules
        self._desk = desk
        self._now = now
        self._readers = readers
        self._ask = ask

    def verify(self, submission: Submission) -> Report:
        """Verify what was uploaded.

        Raises:
            UnreadableEvidence: it is not a certificate.
            TooBusy: no reader became free in time.
        """
        return self._verify(submission, self._rules)

    def verify_number(self, typed: str, issuer_id: str | None) -> Report:
        """Ask an issuer for the certificate of a typed number, and verify what it gives.

        Raises:
            UnreadableEvidence, IssuerChoice, LookupFailed: as `look_up_number`.
            TooBusy: no reader became free in time.
        """
        if self._ask is None:
            raise IssuerUnreachable("expected a network to ask the issuer, found that none may be used")
        found = look_up_number(typed, trust=self._rules.trust, issuer_id=issuer_id, ask=self._ask)
        return self._verify(found.submission, replace(self._rules, trust=found.trust))

    @property
    def receipts(self) -> MakeReceipt | None:
        """What makes receipts, or None where no key for them is open."""
        desk = self._desk
        return None if desk is None else lambda submission, wish: self._receipt(desk, submission, wish=wish)

    def _receipt(self, desk: ReceiptDesk, submission: Submission, *, wish: ReceiptWish) -> bytes:
        now = self._now()
        with self._readers.reader() as reader:
            verification = examine(submission, rules=self._rules, moment=Moment(now), reader=reader)
        circumstances = Circumstances(self._rules, desk.verifier, VERSION, now)
        maker = ReceiptMaker(desk.signer, circumstances, wish.language)
        recorded = maker.record(verification, with_content=wish.with_content)
        if wish.media_type == PAGE_MEDIA_TYPE:
            return maker.as_page(recorded).pdf or b""
        return maker.as_token(recorded).token.encode("ascii")

    def _verify(self, submission: Submission, rules: Rules) -> Report:
        with self._readers.reader() as reader:
            return verify(submission, rules=rules, moment=Moment(self._now()), reader=reader)


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
    storage = JobStorage(offers.jobs_folder)
    jobs = JobDesk(service.verify, storage=storage, now=now, kept_days=offers.kept_days)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        with readers:
            await run_in_threadpool(readers.warm)
            await run_in_threadpool(jobs.open)
            try:
                yield
            finally:
                await run_in_threadpool(jobs.close)

    app = FastAPI(
        title="Competency bank verifier",
        openapi_url="/api/v1/openapi.json",
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
        redirect_slashes=False,  # a redirect would repeat the Host header of whoever asks
    )
    visitors = visitors or Visitors()
    app.include_router(checks_router(service.verify, service.receipts))
    misses = Misses(visitors.limits)
    app.include_router(public_lists_router(PublicLists(rules, now=now)))
    app.include_router(confirmations_router(service.verify_number, misses=misses))
    app.include_router(jobs_router(jobs))
    desk = _desk(rules, offers, may_ask=ask is not None)
    numbers = service.verify_number
    app.include_router(desk_router(desk, verify=service.verify, verify_number=numbers, misses=misses))
    app.include_router(scan_router(rules.profile, name=offers.receipts.verifier if offers.receipts else "", now=now))
    _answer_errors(app)
    app.add_middleware(Gate, rules=RULES, visitors=visitors)

    @app.get("/healthz", include_in_schema=False)
    def healthz() -> dict[str, str]:
        """Say that the process answers."""
        return {"status": "ok"}

    return app


def _answer_errors(app: FastAPI) -> None:
    app.add_exception_handler(VerifierError, on_verifier_error)
    app.add_exception_handler(HTTPException, on_http_exception)
    app.add_exception_handler(RequestValidationError, on_invalid_request)


def _desk(rules: Rules, offers: Offers, *, may_ask: bool) -> Desk:
    """Return what the page of the desk says of this service."""
    able = [issuer for issuer in rules.trust.issuers.values() if issuer.confirmation_url is not None and may_ask]
    issuers = tuple((issuer.id, dict(issuer.name)) for issuer in able)
    return Desk(issuers, offers.kept_days, gives_receipts=offers.receipts is not None)

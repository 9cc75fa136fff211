"""The verification service behind every address: one check a request, with readers that are warm and bounded."""

from collections.abc import Callable
from datetime import datetime

from credential_schemas.report.messages import Language
from credential_schemas.report.model import Report
from credential_schemas.version import VERSION
from keys.trust_list import TrustList
from keys.values import replace
from keys.watching import stage
from verifier.api.checks import NAME_OF_UPLOAD
from verifier.api.receipts import PAGE_MEDIA_TYPE, MakeReceipt, ReceiptWish
from verifier.checks.assembling import Verification, examine, verify
from verifier.checks.rules import Moment, Rules
from verifier.confirmations import Ask, look_up_number
from verifier.errors import IssuerUnreachable, VerifierError
from verifier.evidence.gathering import Submission
from verifier.evidence.kinds import form_by_start
from verifier.evidence.pool import ReaderPool
from verifier.jobs.desk import CheckWithReceipt
from verifier.receipt.making import ReceiptDesk, ReceiptMaker
from verifier.receipt.record import Circumstances


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
        self.use(rules)
        self._desk = desk
        self._now = now
        self._readers = readers
        self._ask = ask
        self._count: Callable[[str], None] | None = None

    def count_with(self, count: Callable[[str], None] | None) -> None:
        """Tell the verdict of every check from now on, and nothing else of it; None for nobody."""
        self._count = count

    def use(self, rules: Rules) -> None:
        """Judge by other rules from the next check on."""
        self._rules = rules
        self._at_once = replace(rules, statuses=rules.statuses.without_waiting())

    def verify_at_once(self, text: bytes) -> Report | None:
        """Verify a text without waiting for anything; None where that is not possible, or it is no certificate."""
        try:
            if form_by_start(text) is not None:
                return None
            reader = self._readers.reader()  # a text needs none
            submission, moment = Submission(NAME_OF_UPLOAD, text), Moment(self._now())
        except VerifierError:  # the usual way says which
            return None
        with stage("verify"):
            try:
                return self._counted(verify(submission, rules=self._at_once, moment=moment, reader=reader))
            except VerifierError:
                return None

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
        rules = self._rules  # the same for the question and the check, though it takes a while
        found = look_up_number(typed, trust=rules.trust, issuer_id=issuer_id, ask=self._ask)
        return self._verify(found.submission, replace(rules, trust=found.trust))

    @property
    def rules(self) -> Rules:
        """The rules in use at this moment."""
        return self._rules

    @property
    def trust(self) -> TrustList:
        """The trust list in use at this moment."""
        return self._rules.trust

    @property
    def receipts(self) -> MakeReceipt | None:
        """What makes receipts, or None where no key for them is open."""
        desk = self._desk
        return None if desk is None else lambda submission, wish: self._receipt(desk, submission, wish=wish)

    @property
    def verify_with_receipt(self) -> CheckWithReceipt | None:
        """What checks and makes the receipt of the same check, without the content; None as for `receipts`."""
        desk = self._desk
        if desk is None:
            return None

        def checked(submission: Submission, language: Language) -> tuple[Report, bytes]:
            wish = ReceiptWish(PAGE_MEDIA_TYPE, with_content=False, language=language)
            verification, circumstances = self._examine(submission, verifier=desk.verifier)
            return verification.report, _receipt_of(desk, verification, circumstances, wish=wish)

        return checked

    def inspect(self, submission: Submission) -> Verification:
        """Verify as `verify` does, and keep what the answer rests on."""
        return self._examine(submission)[0]

    def _examine(self, submission: Submission, *, verifier: str = "") -> tuple[Verification, Circumstances]:
        """Return what was found, and by which rules and when: others may be in use before a receipt is made."""
        circumstances = Circumstances(self._rules, verifier, VERSION, self._now())
        with stage("verify"), self._readers.reader() as reader:
            verification = examine(
                submission, rules=circumstances.rules, moment=Moment(circumstances.made_at), reader=reader
            )
        self._counted(verification.report)
        return verification, circumstances

    def _receipt(self, desk: ReceiptDesk, submission: Submission, *, wish: ReceiptWish) -> bytes:
        verification, circumstances = self._examine(submission, verifier=desk.verifier)
        return _receipt_of(desk, verification, circumstances, wish=wish)

    def _verify(self, submission: Submission, rules: Rules) -> Report:
        with stage("verify"), self._readers.reader() as reader:
            return self._counted(verify(submission, rules=rules, moment=Moment(self._now()), reader=reader))

    def _counted(self, report: Report) -> Report:
        if self._count is not None:
            self._count(report.verdict)
        return report


def _receipt_of(
    desk: ReceiptDesk, verification: Verification, circumstances: Circumstances, *, wish: ReceiptWish
) -> bytes:
    maker = ReceiptMaker(desk.signer, circumstances, wish.language)
    recorded = maker.record(verification, with_content=wish.with_content)
    if wish.media_type == PAGE_MEDIA_TYPE:
        return maker.as_page(recorded).pdf or b""
    return maker.as_token(recorded).token.encode("ascii")

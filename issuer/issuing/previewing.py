"""Show what would be issued before anything is: the page, the employer's result, how full the codes are.

The credential of a preview is signed with a key that lives in this process only and is on nobody's list, under a number
and indexes that no certificate has. So its codes have their true size, its claims pass the checks of a real one, and it
is worth nothing to anybody. It never leaves this module.
"""

import hashlib
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Final

from credential_schemas.certificate_claims import CertificateClaims, to_payload
from credential_schemas.errors import QrPayloadTooLarge
from credential_schemas.presented_claims import ShownEntry, read_presented
from credential_schemas.qr.payload import encode_qr_payload
from credential_schemas.qr.symbols import CodeUse, code_use
from credential_schemas.report.facts import Evidence, Freshness, IssuerFacts
from credential_schemas.report.messages import Sentence
from credential_schemas.report.model import Check, Context, Report, passed, skipped
from credential_schemas.report.outcomes import CheckName, EntryStatus, EvidenceKind, Outcome
from credential_schemas.report.reasons import Reason
from credential_schemas.report_content import content_of
from credential_schemas.sd_jwt.build import Disclosable, build_sd_jwt
from credential_schemas.sd_jwt.policy import VerificationPolicy
from credential_schemas.sd_jwt.select import keep_disclosures
from credential_schemas.sd_jwt.verify import verify_sd_jwt_vc
from credential_schemas.wording.model import ANY_CODE, CertificateWording
from issuer.accounts.account import OpenAccount, show_account
from issuer.accounts.selection import Selection, select_entries
from issuer.audit.trail import Act, record_acts
from issuer.bank import Bank
from issuer.documents import DocumentRequest, document_wording, preview_document
from issuer.issuing.claims import (
    IssueRequest,
    Prepared,
    certificate_number,
    certified_claims,
    validity,
    without_holder,
)
from issuer.outputs import PRIVATE, PendingFiles
from issuer.store.accounts import Consent
from issuer.store.status_lists import ReservedIndexes
from issuer.times import utc_text
from keys.key_files import FileSigner, create_key

PROFILE: Final = "preview"
_NO_CONSENT: Final = Consent("", "disclosure", None, None, {}, None, "", "", "")
_USUAL_INDEX: Final = 900_000  # indexes are drawn from a million, and stand in the codes: as long as most of them


@dataclass(frozen=True, slots=True)
class Preview:
    """What would be issued.

    Attributes:
        selection: entries and fields, companions, and what could not be chosen.
        claims: as a reader sees them; the number is one that no certificate has.
        wording: what the page says.
        report: what an employer gets who checks the PDF on the day of issue. It says that it is simulated.
        use: how full the codes are; None when even four are too few, so that the page carries a link only.
        others: how many entries of the account stay in it.
    """

    selection: Selection
    claims: CertificateClaims
    wording: CertificateWording
    report: Report
    use: CodeUse | None
    others: int


def preview(bank: Bank, opened: OpenAccount, request: IssueRequest, *, now: datetime) -> Preview:
    """Return what would be issued; nothing is recorded, reserved or kept, and no consent is needed.

    Raises:
        UsageError, RefusedError: the choice cannot be issued; as `select_entries`.
        CredentialError: an entry's value cannot be certified.
    """
    full, selection = _previewed_claims(bank, opened, request, now=now)
    claims = without_holder(full) if full.edition == "blind" else full
    credential = _credential(full)
    try:
        use = code_use(bank.profile.verify_url, encode_qr_payload(credential))
    except QrPayloadTooLarge:
        use = None
    printed = DocumentRequest(claims, request.language, ANY_CODE, now)
    return Preview(
        selection=selection,
        claims=claims,
        wording=document_wording(bank, printed, link_only=use is None),
        report=_report(bank, credential, now=now),
        use=use,
        others=len(opened.entries) - len(selection.entries),
    )


def preview_certificate(bank: Bank, request: IssueRequest, *, target: Path, now: datetime) -> Selection:
    """Draw what would be issued, marked as a preview; nothing is signed or recorded, and no consent is needed.

    Raises:
        IssuerError, CredentialError: as `preview`.
    """
    validity(bank, request, now=now)
    opened = open_for_preview(bank, request.account_id, now=now)
    claims, selection = _previewed_claims(bank, opened, request, now=now)
    to_payload(claims)
    shown = without_holder(claims) if claims.edition == "blind" else claims
    drawn = preview_document(bank, DocumentRequest(shown, request.language, None, now))
    with PendingFiles() as files:
        files.add(target, drawn, mode=PRIVATE)
        files.publish()
    return selection


def open_for_preview(bank: Bank, account_id: str, *, now: datetime) -> OpenAccount:
    """Return the account to somebody who will see what could be issued; recorded before it is seen.

    Raises:
        AccountNotFound, AccountNotLinked: nothing was seen or recorded.
    """
    with bank.store.write() as transaction:
        opened = show_account(bank, transaction, account_id)
        act = Act("certificate_previewed", opened.account.id)
        record_acts(transaction, act, actor=bank.actor, at=utc_text(now))
    return opened


def _previewed_claims(
    bank: Bank, opened: OpenAccount, request: IssueRequest, *, now: datetime
) -> tuple[CertificateClaims, Selection]:
    issued_on, valid_until = validity(bank, request, now=now)
    selection = select_entries(opened.account.id, opened.entries, request.choice)
    indexes = range(_USUAL_INDEX, _USUAL_INDEX + len(selection.entries) + 1)
    claims = certified_claims(
        bank,
        request,
        Prepared(opened, selection, _NO_CONSENT, issued_on, valid_until),
        number=certificate_number(bank.profile.number_prefix, issued_on.year, serial=0),
        reserved=ReservedIndexes(1, tuple(indexes)),
    )
    return claims, selection


@cache
def _throwaway_key() -> FileSigner:
    return FileSigner(create_key())


def _credential(claims: CertificateClaims) -> str:
    payload, paths = to_payload(claims)
    disclose, signer = Disclosable(paths), _throwaway_key()
    token = build_sd_jwt(payload, disclose=disclose, signer=signer, random_bytes=secrets.token_bytes)
    if claims.edition == "standard":
        return token
    return keep_disclosures(token, lambda disclosure: disclosure.path[0] != "holder")


def _report(bank: Bank, credential: str, *, now: datetime) -> Report:
    """Return the Report of a certificate whose seal, print and status are in order, as they are when it is issued."""
    policy, key = VerificationPolicy(expected_types=frozenset({bank.profile.vct})), _throwaway_key().public_key
    verified = verify_sd_jwt_vc(credential, policy=policy, keys=lambda _header, _payload: key, now=int(now.timestamp()))
    claims = read_presented(verified.payload)
    issuer = IssuerFacts(bank.profile.issuer, Sentence(bank.profile.name["ko"], bank.profile.name["en"]))
    statuses = [*_statuses(claims.entries, day=claims.issued_on)]
    certain = {
        CheckName.ENTRY_STATUS: _entry_status(statuses),
        CheckName.HOLDER_BINDING: Check(CheckName.HOLDER_BINDING, Outcome.SKIPPED, Reason.HOLDER_NOT_BOUND),
        CheckName.RECIPIENT: skipped(CheckName.RECIPIENT),
        CheckName.LOG_INCLUSION: (passed if bank.has_log else skipped)(CheckName.LOG_INCLUSION),
    }
    return Report(
        checks=tuple(certain.get(name, passed(name)) for name in CheckName),
        accepted=frozenset(),
        evidence=Evidence(EvidenceKind.PDF, hashlib.sha256(credential.encode("ascii")).hexdigest(), PROFILE),
        content=content_of(claims, verified, issuer=issuer, statuses=statuses, binding="none"),
        freshness=Freshness(now, 0, None),
        context=Context(now, PROFILE, simulated=True),
    )


def _statuses(entries: Iterable[ShownEntry], *, day: date) -> Iterable[EntryStatus]:
    """An entry may have a last day of its own, and its source may not have said yet that it is over."""
    for entry in entries:
        last = entry.fields.get("valid_until")
        ended = isinstance(last, str) and date.fromisoformat(last) < day
        yield EntryStatus.EXPIRED if ended else EntryStatus.VALID


def _entry_status(statuses: Sequence[EntryStatus]) -> Check:
    ended = sum(status is EntryStatus.EXPIRED for status in statuses)
    if not ended:
        return passed(CheckName.ENTRY_STATUS)
    if ended == len(statuses):
        return Check(CheckName.ENTRY_STATUS, Outcome.FAILED, Reason.NO_ENTRY_IN_FORCE, {"count": ended})
    return Check(CheckName.ENTRY_STATUS, Outcome.PASSED, Reason.SUPERSEDED, {"count": ended})

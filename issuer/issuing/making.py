"""Issue one certificate: from the holder's choice to a sealed PDF, recorded before it is handed out.

Order: read the account and check choice and consent; take a number and status indexes that were reserved; sign, log,
draw and seal without holding the database; write the output files beside their targets; record the certificate,
encrypted under its confirmation code, in one transaction; only then let the files appear. Whatever fails before the
record leaves no certificate and no file, only a gap in the numbers and an entry of the log that opens nothing; an entry
that changed in the meantime stops the issue, and so does a clock behind what was issued already.
"""

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from credential_schemas.certificate_claims import CertificateClaims, to_payload
from credential_schemas.sd_jwt.build import Disclosable, build_sd_jwt
from credential_schemas.sd_jwt.select import keep_disclosures, unverified_disclosures
from issuer.accounts.account import show_account
from issuer.accounts.consents import Disclosure, find_covering_consent, read_consent, what_is_missing
from issuer.accounts.selection import Selection, select_entries
from issuer.audit.trail import Act, record_acts
from issuer.bank import Bank
from issuer.documents import Document, DocumentRequest, make_document
from issuer.errors import (
    ConsentMissing,
    EntryChanged,
    InvalidOption,
    StorageFull,
    StorageUnusable,
)
from issuer.issued.entry_states import claims_hash
from issuer.issued.sealed_records import seal_record
from issuer.issued.status_changes import NOT_DELIVERED, StatusChange, set_certificate_status
from issuer.issuing.claims import (
    IssueRequest,
    Prepared,
    certificate_number,
    certified_claims,
    validity,
    without_holder,
)
from issuer.issuing.counts import counting_refusals, record_time
from issuer.issuing.errors import ClockBehind
from issuer.issuing.recording import Outgoing, stored_certificate
from issuer.log.appending import log_credential
from issuer.log.files import publish_log
from issuer.outputs import PRIVATE, PendingFiles, check_target
from issuer.store.certificates import CarriedEntry
from issuer.store.status_lists import ReservedIndexes
from issuer.store.transaction import Transaction
from issuer.times import utc_text
from keys.confirmation_code import code_locator, generate_code
from keys.encoding import JsonValue, encode_json
from keys.faults import faults_told
from keys.watching import stage

_CLOCK_LEEWAY: Final = timedelta(seconds=60)  # clocks of several machines differ a little (S7)


@dataclass(frozen=True, slots=True)
class IssueTargets:
    """Where the results go; `reveal` takes the withheld name and birth date of a blind certificate."""

    pdf: Path
    sd_jwt: Path | None = None
    reveal: Path | None = None


@dataclass(frozen=True, slots=True)
class Issued:
    """What was issued. The confirmation code is known to nobody else from now on.

    `withheld` are the disclosures of name and birth date of a blind certificate, which only the holder gets.
    """

    number: str
    confirmation_code: str
    claims: CertificateClaims
    selection: Selection
    document: Document
    credential: str
    withheld: tuple[str, ...] = ()

    @property
    def reveal(self) -> dict[str, JsonValue]:
        """What the holder of a blind certificate sends after the decision."""
        return {"reveal": 1, "number": self.number, "disclosures": [*self.withheld]}


@dataclass(frozen=True, slots=True)
class _Signed:
    number: str
    key_id: str
    reserved: ReservedIndexes
    claims: CertificateClaims
    credential: str
    withheld: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MadeCertificate:
    """A certificate that is complete but not recorded yet, so that nobody may have it.

    `began_s` is when it was begun, by the timer of the bank.
    """

    request: IssueRequest
    prepared: Prepared
    signed: _Signed
    code: str
    document: Document
    at: datetime
    began_s: float

    @property
    def issued(self) -> Issued:
        """What was issued, for the time after the record."""
        signed, selection = self.signed, self.prepared.selection
        made = (self.document, signed.credential, signed.withheld)
        return Issued(signed.number, self.code, signed.claims, selection, *made)


def issue_certificate(bank: Bank, request: IssueRequest, *, targets: IssueTargets, now: datetime) -> Issued:
    """Issue one certificate and write its files.

    Raises:
        IssuerError: a choice, consent or storage problem; nothing was issued and no file appeared.
        KeysError, CredentialError: a key does not open, or an entry's value cannot be certified.
    """
    with counting_refusals(bank, now=now):
        return _issue(bank, request, targets=targets, now=now)


def _issue(bank: Bank, request: IssueRequest, *, targets: IssueTargets, now: datetime) -> Issued:
    if targets.reveal is not None and request.choice.edition != "blind":
        problem = "only a blind certificate withholds a name"
        raise InvalidOption(problem, option="--reveal")
    for target in filter(None, (targets.pdf, targets.sd_jwt, targets.reveal)):
        check_target(target)
    made = make_certificate(bank, request, now=now)
    with PendingFiles() as files:
        files.add(targets.pdf, made.document.pdf, mode=PRIVATE)
        if targets.sd_jwt is not None:
            files.add(targets.sd_jwt, made.signed.credential.encode("ascii"), mode=PRIVATE)
        if targets.reveal is not None:
            files.add(targets.reveal, encode_json(made.issued.reveal), mode=PRIVATE)
        record_certificate(bank, made)
        _deliver(bank, made.signed, files, at=utc_text(now))
    return made.issued


def make_certificate(bank: Bank, request: IssueRequest, *, now: datetime) -> MadeCertificate:
    """Check, sign, draw and seal; nothing is recorded, and nothing of it may be handed out yet.

    Raises:
        IssuerError, KeysError, CredentialError: as `issue_certificate`.
    """
    began_s = bank.timer()
    with stage("issue.prepare"):
        prepared = prepare_certificate(bank, request, now=now)
    with stage("issue.sign"):
        signed = _sign(bank, request, prepared)
    code = generate_code()
    with stage("issue.log"):
        proof = log_credential(bank, signed.number, signed.credential, now=now)
    print_request = replace(_document_request(request, signed.claims, code=code, now=now), log_proof=proof)
    document = make_document(bank, print_request, signed.credential)
    return MadeCertificate(request, prepared, signed, code, document, now, began_s)


def prepare_certificate(bank: Bank, request: IssueRequest, *, now: datetime) -> Prepared:
    """Find what is to be certified and the consent to it; nothing is signed or recorded.

    Raises:
        IssuerError: a choice or consent problem.
    """
    issued_on, valid_until = validity(bank, request, now=now)
    with bank.store.read() as transaction:
        opened = show_account(bank, transaction, request.account_id)
        selection = select_entries(opened.account.id, opened.entries, request.choice)
        disclosure = Disclosure(opened.account.id, selection, request.purpose, request.recipient, issued_on)
        if request.consent is None:
            consent = find_covering_consent(transaction, disclosure)
        else:
            consent = read_consent(request.consent, account_id=opened.account.id, received_at=utc_text(now))
            problem = what_is_missing(consent, disclosure)
            if problem is not None:
                raise ConsentMissing(problem)
    return Prepared(opened, selection, consent, issued_on, valid_until)


def _sign(bank: Bank, request: IssueRequest, prepared: Prepared) -> _Signed:
    signer = bank.signer("credential")
    bank.signer("seal")  # a passphrase that opens only one of the keys must not cost a number
    if bank.has_log:
        bank.log_key()
    serial, reserved = bank.reservations.take(prepared.issued_on.year, len(prepared.selection.entries) + 1)
    number = certificate_number(bank.profile.number_prefix, prepared.issued_on.year, serial=serial)
    claims = certified_claims(bank, request, prepared, number=number, reserved=reserved)
    payload, paths = to_payload(claims)
    token = build_sd_jwt(payload, disclose=Disclosable(paths), signer=signer, random_bytes=secrets.token_bytes)
    if claims.edition == "standard":
        return _Signed(number, signer.key_id, reserved, claims, token, ())
    withheld = tuple(each.text for each in unverified_disclosures(token) if each.path[0] == "holder")
    credential = keep_disclosures(token, lambda disclosure: disclosure.path[0] != "holder")
    return _Signed(number, signer.key_id, reserved, without_holder(claims), credential, withheld)


def _deliver(bank: Bank, signed: _Signed, files: PendingFiles, *, at: str) -> None:
    """Let the files appear; a certificate that nobody received is revoked, and its status list is due."""
    try:
        files.publish()
    except (StorageFull, StorageUnusable):
        with bank.store.write() as transaction:
            undone = StatusChange(signed.number, None, "valid", "revoked")
            set_certificate_status(transaction, undone, reason=NOT_DELIVERED, at=at)
            act = Act("certificate_status_changed", subject=signed.number, detail=NOT_DELIVERED)
            record_acts(transaction, act, actor=bank.actor, at=at)
        raise


def _document_request(
    request: IssueRequest, claims: CertificateClaims, *, code: str | None, now: datetime
) -> DocumentRequest:
    return DocumentRequest(claims, language=request.language, confirmation_code=code, created_at=now)


def record_certificate(
    bank: Bank, made: MadeCertificate, *, beside: Callable[[Transaction], None] | None = None
) -> None:
    """Append consent and certificate in one transaction, if entries and clock are still in order; return after commit.

    Args:
        bank: the bank.
        made: what to record.
        beside: what else belongs to the same transaction; touches nothing but it, because it may be run again.

    Raises:
        EntryChanged, ClockBehind, StorageFull, StorageUnusable: nothing was recorded.
    """
    prepared, signed = made.prepared, made.signed
    with stage("issue.encrypt"):
        outgoing = _outgoing(bank, made)
    carried = carried_entries(signed.number, prepared.selection, signed.reserved)

    def record(transaction: Transaction) -> None:
        check_unchanged(transaction, prepared.selection)
        check_clock(transaction, made.at)
        consent = prepared.consent if prepared.consent.id else transaction.accounts.record_consent(prepared.consent)
        stored = stored_certificate(made.request, prepared, outgoing, at=made.at, consent_id=consent.id)
        transaction.certificates.record_issued(stored, carried)
        if beside is not None:
            beside(transaction)
        act = Act("certificate_issued", prepared.opened.account.id, signed.number)
        record_acts(transaction, act, actor=bank.actor, at=utc_text(made.at))
        record_time(transaction, bank.timer() - made.began_s, now=made.at)

    with stage("issue.store"):
        bank.store.together(record)
    with faults_told("publishing the log", StorageFull, StorageUnusable):  # it is published with the next entry
        publish_log(bank)


def _outgoing(bank: Bank, made: MadeCertificate) -> Outgoing:
    signed, pdf = made.signed, made.document.pdf
    return Outgoing(
        number=signed.number,
        key_id=signed.key_id,
        reserved=signed.reserved,
        credential=signed.credential,
        locator=code_locator(made.code, pepper=bank.pepper),
        sealed=seal_record(bank, signed.number, pdf=pdf, credential=signed.credential, code=made.code),
        pdf_sha256=hashlib.sha256(pdf).hexdigest(),
    )


def carried_entries(number: str, selection: Selection, reserved: ReservedIndexes) -> list[CarriedEntry]:
    """Return what is recorded of the entries of one credential, each with its status index, in the order chosen."""
    return [
        CarriedEntry(
            number=number,
            position=position,
            entry_id=chosen.entry.id,
            source_entry_id=chosen.entry.source_entry.id,
            disclosed=tuple(chosen.fields),
            claims_hash=claims_hash(chosen.entry, tuple(chosen.fields)),
            list_no=reserved.list_no,
            idx=idx,
            status=0,
        )
        for position, (chosen, idx) in enumerate(zip(selection.entries, reserved.indexes[1:], strict=True))
    ]


def check_unchanged(transaction: Transaction, selection: Selection) -> None:
    """Refuse what was signed if an entry changed since it was read.

    Raises:
        EntryChanged: one did.
    """
    known = {each.entry.source_entry.id: each.entry.source_entry for each in selection.entries}
    for current in transaction.entries.entries_kept_as_they_are(known):
        before = known[current.id]
        if (current.record_hash, current.status) != (before.record_hash, before.status):
            raise EntryChanged(entry=current.id[:8])


def check_clock(transaction: Transaction, now: datetime) -> None:
    """Refuse a clock that was set back: credentials would say that they are older than they are.

    Raises:
        ClockBehind: something in force was issued later than this.
    """
    newest = transaction.certificates.newest_issue()
    if newest is not None and newest > utc_text(now + _CLOCK_LEEWAY):
        raise ClockBehind(now=utc_text(now), newest=newest)

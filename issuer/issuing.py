"""Issue one certificate: from the holder's choice to a sealed PDF, recorded before it is handed out.

Order: read the account and check choice and consent; reserve number and status indexes; sign, draw and seal without
holding the database; write the output files beside their targets; record the certificate, encrypted under its
confirmation code; only then let the files appear. Whatever fails before the record leaves no certificate and no file,
only a gap in the numbers; an entry that changed in the meantime stops the issue.
"""

import hashlib
import secrets
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Final

from credential_schemas.certificate_claims import (
    CertificateClaims,
    CertificateEntry,
    Holder,
    StatusReference,
    to_payload,
)
from credential_schemas.sd_jwt.build import Disclosable, build_sd_jwt
from credential_schemas.sd_jwt.select import keep_disclosures, unverified_disclosures
from credential_schemas.wording.model import Language
from issuer.accounts import OpenAccount, show_account
from issuer.bank import Bank
from issuer.competency_units import UNIT_TYPE
from issuer.consents import Disclosure, find_covering_consent, read_consent, what_is_missing
from issuer.documents import Document, DocumentRequest, make_document, preview_document
from issuer.entry_states import claims_hash
from issuer.errors import ConsentMissing, EntryChanged, InvalidOption, NumbersExhausted, StorageFull, StorageUnusable
from issuer.outputs import PRIVATE, PendingFiles, check_target
from issuer.sealed_records import seal_record
from issuer.selection import Choice, Selection, select_entries
from issuer.status_changes import NOT_DELIVERED, StatusChange, set_certificate_status
from issuer.store.accounts import Consent
from issuer.store.certificates import CarriedEntry, StoredCertificate
from issuer.store.status_lists import ReservedIndexes
from issuer.store.transaction import Transaction
from issuer.times import korean_day_of, utc_text
from keys.confirmation_code import code_locator, generate_code
from keys.encoding import encode_json

DEFAULT_VALID_DAYS: Final = 90
DEFAULT_PURPOSE: Final = {"ko": "취업 제출", "en": "Job application"}
_SERIAL_DIGITS: Final = 8


@dataclass(frozen=True, slots=True)
class IssueRequest:
    """What to issue. `consent` is the content of a consent file; `valid_days` counts from the day of issue."""

    account_id: str
    choice: Choice
    language: Language
    purpose: str
    recipient: str | None = None
    applicant_no: str | None = None
    valid_days: int = DEFAULT_VALID_DAYS
    consent: bytes | None = None


@dataclass(frozen=True, slots=True)
class IssueTargets:
    """Where the results go; `reveal` takes the withheld name and birth date of a blind certificate."""

    pdf: Path
    sd_jwt: Path | None = None
    reveal: Path | None = None


@dataclass(frozen=True, slots=True)
class Issued:
    """What was issued. The confirmation code is known to nobody else from now on."""

    number: str
    confirmation_code: str
    claims: CertificateClaims
    selection: Selection
    document: Document
    credential: str


@dataclass(frozen=True, slots=True)
class _Prepared:
    opened: OpenAccount
    selection: Selection
    consent: Consent
    issued_on: date
    valid_until: date


@dataclass(frozen=True, slots=True)
class _Signed:
    number: str
    reserved: ReservedIndexes
    claims: CertificateClaims
    credential: str
    withheld: tuple[str, ...]


def issue_certificate(bank: Bank, request: IssueRequest, *, targets: IssueTargets, now: datetime) -> Issued:
    """Issue one certificate and write its files.

    Raises:
        IssuerError: a choice, consent or storage problem; nothing was issued and no file appeared.
        KeysError, CredentialError: a key does not open, or an entry's value cannot be certified.
    """
    if targets.reveal is not None and request.choice.edition != "blind":
        problem = "only a blind certificate withholds a name"
        raise InvalidOption(problem, option="--reveal")
    for target in filter(None, (targets.pdf, targets.sd_jwt, targets.reveal)):
        check_target(target)
    prepared = _prepare(bank, request, now=now)
    signed = _sign(bank, request, prepared)
    code = generate_code()
    document = make_document(bank, _document_request(request, signed.claims, code=code, now=now), signed.credential)
    with PendingFiles() as files:
        files.add(targets.pdf, document.pdf, mode=PRIVATE)
        if targets.sd_jwt is not None:
            files.add(targets.sd_jwt, signed.credential.encode("ascii"), mode=PRIVATE)
        if targets.reveal is not None:
            reveal = encode_json({"reveal": 1, "number": signed.number, "disclosures": [*signed.withheld]})
            files.add(targets.reveal, reveal, mode=PRIVATE)
        _record(bank, request, prepared, signed=signed, sealed=_Sealed(code, document, utc_text(now)))
        _deliver(bank, signed, files, at=utc_text(now))
    return Issued(signed.number, code, signed.claims, prepared.selection, document, signed.credential)


def preview_certificate(bank: Bank, request: IssueRequest, *, target: Path, now: datetime) -> Selection:
    """Draw what would be issued, marked as a preview; nothing is signed or recorded, and no consent is needed.

    Raises:
        IssuerError, CredentialError: as `issue_certificate`.
    """
    issued_on, valid_until = _validity(bank, request, now=now)
    with bank.store.read() as transaction:
        opened = show_account(bank, transaction, request.account_id)
    selection = select_entries(opened.account.id, opened.entries, request.choice)
    claims = _claims(
        bank,
        request,
        _Prepared(opened, selection, _NO_CONSENT, issued_on, valid_until),
        number=f"{bank.profile.number_prefix}-{issued_on.year}-{'0' * _SERIAL_DIGITS}",
        reserved=ReservedIndexes(1, tuple(range(len(selection.entries) + 1))),
    )
    to_payload(claims)
    shown = _without_holder(claims) if claims.edition == "blind" else claims
    with PendingFiles() as files:
        files.add(target, preview_document(bank, _document_request(request, shown, code=None, now=now)), mode=PRIVATE)
        files.publish()
    return selection


_NO_CONSENT: Final = Consent("", "disclosure", None, None, {}, None, "", "", "")


@dataclass(frozen=True, slots=True)
class _Sealed:
    code: str
    document: Document
    at: str


def _validity(bank: Bank, request: IssueRequest, *, now: datetime) -> tuple[date, date]:
    longest = bank.profile.max_valid_days
    if not 1 <= request.valid_days <= longest:
        problem = f"expected 1 to {longest} days"
        raise InvalidOption(problem, option=f"--valid-days {request.valid_days}")
    issued_on = korean_day_of(now)
    return issued_on, issued_on + timedelta(days=request.valid_days)


def _prepare(bank: Bank, request: IssueRequest, *, now: datetime) -> _Prepared:
    issued_on, valid_until = _validity(bank, request, now=now)
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
    return _Prepared(opened, selection, consent, issued_on, valid_until)


def _sign(bank: Bank, request: IssueRequest, prepared: _Prepared) -> _Signed:
    signer = bank.signer("credential")
    bank.signer("seal")  # a passphrase that opens only one of the keys must not cost a number
    with bank.store.write() as transaction:
        (serial,) = transaction.certificates.reserve_numbers(prepared.issued_on.year, 1)
        reserved = transaction.status_lists.reserve_status_indexes(
            len(prepared.selection.entries) + 1, draw=secrets.randbelow
        )
    number = certificate_number(bank.profile.number_prefix, prepared.issued_on.year, serial=serial)
    claims = _claims(bank, request, prepared, number=number, reserved=reserved)
    payload, paths = to_payload(claims)
    token = build_sd_jwt(payload, disclose=Disclosable(paths), signer=signer, random_bytes=secrets.token_bytes)
    if claims.edition == "standard":
        return _Signed(number, reserved, claims, token, ())
    withheld = tuple(each.text for each in unverified_disclosures(token) if each.path[0] == "holder")
    credential = keep_disclosures(token, lambda disclosure: disclosure.path[0] != "holder")
    return _Signed(number, reserved, _without_holder(claims), credential, withheld)


def certificate_number(prefix: str, year: int, *, serial: int) -> str:
    """Return the printed number, such as CB-2026-00012345.

    Raises:
        NumbersExhausted: the serial has more digits than the form.
    """
    if serial >= 10**_SERIAL_DIGITS:
        raise NumbersExhausted(year=year)
    return f"{prefix}-{year}-{serial:0{_SERIAL_DIGITS}}"


def _claims(
    bank: Bank, request: IssueRequest, prepared: _Prepared, *, number: str, reserved: ReservedIndexes
) -> CertificateClaims:
    person, chosen = prepared.opened.person, prepared.selection.entries
    own_idx, *entry_idx = reserved.indexes
    idx_of = {each.entry.id: idx for each, idx in zip(chosen, entry_idx, strict=True)}
    entries = []
    for each in chosen:
        fields = dict(each.fields)
        if each.entry.type == UNIT_TYPE and each.entry.proven_by in idx_of:
            fields["acquired_via"] = idx_of[each.entry.proven_by]
        entries.append(
            CertificateEntry(
                type=each.entry.type,
                category=each.entry.category,
                title=each.entry.title,
                title_en=each.entry.title_en,
                issuing_body=each.issuing_body,
                fields=fields,
                as_of=date.fromisoformat(each.entry.source_entry.as_of),
                idx=idx_of[each.entry.id],
            )
        )
    return CertificateClaims(
        issuer=bank.profile.issuer,
        vct=bank.profile.vct,
        issued_on=prepared.issued_on,
        valid_until=prepared.valid_until,
        number=number,
        kind=request.choice.kind,
        edition=request.choice.edition,
        purpose=request.purpose,
        recipient=request.recipient,
        applicant_no=request.applicant_no,
        holder=Holder(person.name, person.name_en, date.fromisoformat(person.birth_date)),
        entries=tuple(entries),
        status=StatusReference(bank.profile.status_uri(reserved.list_no), own_idx),
    )


def _deliver(bank: Bank, signed: _Signed, files: PendingFiles, *, at: str) -> None:
    """Let the files appear; a certificate that nobody received is revoked, and its status list is due."""
    try:
        files.publish()
    except (StorageFull, StorageUnusable):
        with bank.store.write() as transaction:
            undone = StatusChange(signed.number, None, "valid", "revoked")
            set_certificate_status(transaction, undone, reason=NOT_DELIVERED, at=at)
        raise


def _without_holder(claims: CertificateClaims) -> CertificateClaims:
    return replace(claims, holder=Holder(None, None, None))


def _document_request(
    request: IssueRequest, claims: CertificateClaims, *, code: str | None, now: datetime
) -> DocumentRequest:
    return DocumentRequest(claims, language=request.language, confirmation_code=code, created_at=now)


def _record(bank: Bank, request: IssueRequest, prepared: _Prepared, *, signed: _Signed, sealed: _Sealed) -> None:
    """Append consent, certificate and entries in one transaction, if the entries are still what was signed."""
    number, reserved = signed.number, signed.reserved
    record = seal_record(bank, number, pdf=sealed.document.pdf, credential=signed.credential, code=sealed.code)
    with bank.store.write() as transaction:
        _check_unchanged(transaction, prepared.selection)
        consent = prepared.consent if prepared.consent.id else transaction.accounts.record_consent(prepared.consent)
        transaction.certificates.record_issued(
            StoredCertificate(
                number=number,
                account_id=prepared.opened.account.id,
                list_no=reserved.list_no,
                idx=reserved.indexes[0],
                status="valid",
                kind=request.choice.kind,
                edition=request.choice.edition,
                language=request.language,
                purpose=request.purpose,
                recipient=request.recipient,
                applicant_no=request.applicant_no,
                issued_on=prepared.issued_on.isoformat(),
                valid_until=prepared.valid_until.isoformat(),
                issued_at=sealed.at,
                key_id=bank.signer("credential").key_id,
                consent_id=consent.id,
                locator=code_locator(sealed.code, pepper=bank.pepper),
                sealed=record,
                pdf_sha256=hashlib.sha256(sealed.document.pdf).hexdigest(),
                credential_sha256=hashlib.sha256(signed.credential.encode("ascii")).hexdigest(),
            ),
            _carried(signed, prepared.selection),
        )


def _carried(signed: _Signed, selection: Selection) -> list[CarriedEntry]:
    return [
        CarriedEntry(
            number=signed.number,
            position=position,
            entry_id=chosen.entry.id,
            source_entry_id=chosen.entry.source_entry.id,
            disclosed=tuple(chosen.fields),
            claims_hash=claims_hash(chosen.entry, tuple(chosen.fields)),
            list_no=signed.reserved.list_no,
            idx=idx,
            status=0,
        )
        for position, (chosen, idx) in enumerate(zip(selection.entries, signed.reserved.indexes[1:], strict=True))
    ]


def _check_unchanged(transaction: Transaction, selection: Selection) -> None:
    known = {each.entry.source_entry.id: each.entry.source_entry for each in selection.entries}
    for current in transaction.entries.entries(known):
        before = known[current.id]
        if (current.record_hash, current.status) != (before.record_hash, before.status):
            raise EntryChanged(entry=current.id[:8])

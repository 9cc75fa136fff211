"""Print a certificate again: the stored bytes, or a new sealed PDF in another language or with fewer entries.

A stored certificate opens only with its confirmation code. A file of ours may be reprinted without one: its signature
is checked with the bank's own key, and its record must be in force. A copy with fewer entries, or from a file, carries
no confirmation code, because the code would show the whole certificate.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from credential_schemas.certificate_claims import CertificateClaims, from_payload
from credential_schemas.errors import CredentialError, PdfContainerError, SdJwtRefused
from credential_schemas.limits import MAX_SD_JWT_BYTES
from credential_schemas.pdf_container import read_container
from credential_schemas.sd_jwt.policy import VerificationPolicy
from credential_schemas.sd_jwt.select import keep_disclosures
from credential_schemas.sd_jwt.verify import verify_sd_jwt_vc
from credential_schemas.wording.model import Language
from issuer.accounts.errors import EntryAmbiguous, EntryNotFound
from issuer.audit.trail import Act, record_acts
from issuer.bank import Bank
from issuer.bank.key_ring import own_keys
from issuer.documents import DocumentRequest, make_document
from issuer.errors import (
    CertificateNotFound,
    CertificateNotInForce,
    CertificateUnreadable,
    CodeRequired,
    NotOurCertificate,
)
from issuer.issued.sealed_records import OpenedRecord, open_record
from issuer.log.appending import is_believed, proof_of
from issuer.log.witnesses import witnessed_checkpoint
from issuer.seal_policy import SealLevel
from issuer.store.certificates import CarriedEntry, StoredCertificate
from issuer.times import korean_day_of, utc_text
from keys.confirmation_code import normalise_code
from keys.encoding import JsonValue
from keys.jwk import PublicKey

_PDF_MAGIC: Final = b"%PDF-"
_NUMBER: Final = re.compile("[0-9]{1,9}")  # longer ones are no place and no index
_NO_RECORD: Final = "the bank has no record of it"
_LANGUAGES: Final[Mapping[str, Language]] = {"ko": "ko", "en": "en"}


@dataclass(frozen=True, slots=True)
class ReprintRequest:
    """How to print it again. `language` None keeps that of the first print; `entries` empty keeps all.

    An entry is named by its place on the certificate (1, 2, …), its status index, or the beginning of its id.
    `account_id` is that of the holder who asks: a certificate of another account is then as one that does not exist.
    """

    language: Language | None = None
    entries: tuple[str, ...] = ()
    account_id: str | None = None


@dataclass(frozen=True, slots=True)
class Reprint:
    """The PDF; `stored` says that these are the bytes that were issued first. `status` is that of the certificate.

    `seal_level` is what a new seal reached; None for the stored bytes.
    """

    number: str
    pdf: bytes
    stored: bool
    status: str
    seal_level: SealLevel | None = None


@dataclass(frozen=True, slots=True)
class _Source:
    """A verified credential of ours with its record."""

    record: StoredCertificate
    carried: tuple[CarriedEntry, ...]
    credential: str
    claims: CertificateClaims


def reprint_number(bank: Bank, number: str, request: ReprintRequest, *, code: str | None, now: datetime) -> Reprint:
    """Print a stored certificate again.

    Raises:
        CertificateNotFound, CodeRequired, CodeWrong, CertificateNotInForce, EntryNotFound: nothing was printed.
    """
    with bank.store.read() as transaction:
        if request.account_id is None:
            record = transaction.certificates.certificate(number)
        else:
            record = transaction.certificates.certificate_of(request.account_id, number)
    if record is None:
        raise CertificateNotFound(number=number)
    if code is None:
        raise CodeRequired(number=number)
    opened = open_record(bank, record, code=code)
    _record(bank, record, now=now)
    if not request.entries and request.language in (None, record.language):
        return Reprint(number, opened.pdf, stored=True, status=record.status)
    _check_in_force(record, date.fromisoformat(record.valid_until), now=now)
    source = _verified(bank, opened.credential, now=now)
    return _print(bank, source, request, code=None if request.entries else normalise_code(code), now=now)


def open_stored(bank: Bank, number: str, *, account_id: str, code: str) -> OpenedRecord:
    """Return the stored bytes of a certificate to its holder.

    Raises:
        CertificateNotFound, CodeWrong: nothing was opened.
    """
    with bank.store.read() as transaction:
        record = transaction.certificates.certificate_of(account_id, number)
    if record is None:
        raise CertificateNotFound(number=number)
    return open_record(bank, record, code=code)


def claims_of(bank: Bank, credential: str, *, now: datetime) -> CertificateClaims:
    """Return what a credential of ours says, once its signature is checked and its record found.

    Raises:
        NotOurCertificate: it has expired, or no key of ours signed it that is still believed.
    """
    return _verified(bank, credential, now=now).claims


def reprint_file(bank: Bank, content: bytes, request: ReprintRequest, *, now: datetime) -> Reprint:
    """Print a certificate of ours again, from its PDF or its SD-JWT.

    Raises:
        CertificateUnreadable: neither a PDF with a credential nor an SD-JWT.
        NotOurCertificate, CertificateNotInForce, EntryNotFound: nothing was printed.
    """
    source = _verified(bank, _credential_in(content), now=now)
    if request.account_id not in (None, source.record.account_id):
        raise NotOurCertificate(_NO_RECORD)
    _record(bank, source.record, now=now)
    return _print(bank, source, request, code=None, now=now)


def _record(bank: Bank, record: StoredCertificate, *, now: datetime) -> None:
    with bank.store.write() as transaction:
        act = Act("certificate_reprinted", record.account_id, record.number)
        record_acts(transaction, act, actor=bank.actor, at=utc_text(now))


def _credential_in(content: bytes) -> str:
    if content.startswith(_PDF_MAGIC):
        try:
            return read_container(content).credential
        except PdfContainerError as error:
            raise CertificateUnreadable(str(error)) from error
    text = content.strip()
    if not text.isascii() or b"~" not in text or len(text) > MAX_SD_JWT_BYTES:
        problem = "expected a PDF of this bank or an SD-JWT, found something else."
        raise CertificateUnreadable(problem)
    return text.decode("ascii")


def _verified(bank: Bank, credential: str, *, now: datetime) -> _Source:
    keys = own_keys(bank, "credential")

    def own_key(header: Mapping[str, JsonValue], payload: Mapping[str, JsonValue]) -> PublicKey:
        kid = header.get("kid")
        if payload.get("iss") != bank.profile.issuer or not isinstance(kid, str) or kid not in keys:
            problem = "another issuer or key signed it"
            raise NotOurCertificate(problem)
        return keys[kid]

    policy = VerificationPolicy(expected_types=frozenset({bank.profile.vct}))
    try:
        verified = verify_sd_jwt_vc(credential, policy=policy, keys=own_key, now=int(now.timestamp()))
        claims = from_payload(verified.payload)
    except SdJwtRefused as error:
        problem = "it has expired" if error.code == "E_EXPIRED" else f"its check failed with {error.code}"
        raise NotOurCertificate(problem) from error
    except CredentialError as error:
        problem = "its claims are not those of a certificate"
        raise NotOurCertificate(problem) from error
    with bank.store.read() as transaction:
        record = transaction.certificates.certificate(claims.number)
        carried = () if record is None else tuple(transaction.certificates.carried_entries(claims.number))
        believed = is_believed(bank, transaction, credential, number=claims.number)
    if record is None or record.idx != claims.status.idx:
        raise NotOurCertificate(_NO_RECORD)
    if not believed:
        problem = "its key is distrusted, and it was not logged before that"
        raise NotOurCertificate(problem)
    return _Source(record, carried, credential, claims)


def _print(bank: Bank, source: _Source, request: ReprintRequest, *, code: str | None, now: datetime) -> Reprint:
    record, claims, credential = source.record, source.claims, source.credential
    _check_in_force(record, claims.valid_until, now=now)
    if request.entries:
        kept = _with_companions(claims, {_find_entry(source, name) for name in request.entries})
        credential = keep_disclosures(
            credential, lambda each: not isinstance(each.value, dict) or each.value.get("idx") in kept
        )
        claims = _verified(bank, credential, now=now).claims
    under = witnessed_checkpoint(bank, index=0) if bank.has_log else None
    with bank.store.read() as transaction:
        proof = proof_of(transaction, record.number, under=under)
    document = make_document(
        bank,
        DocumentRequest(
            claims,
            language=request.language or _LANGUAGES[record.language],
            confirmation_code=code,
            created_at=now,
            log_proof=proof,
        ),
        credential,
    )
    return Reprint(record.number, document.pdf, stored=False, status=record.status, seal_level=document.seal_level)


def _check_in_force(record: StoredCertificate, valid_until: date, *, now: datetime) -> None:
    status = "expired" if korean_day_of(now) > valid_until else record.status
    if status != "valid":
        raise CertificateNotInForce(number=record.number, status=status)


def _with_companions(claims: CertificateClaims, kept: set[int]) -> set[int]:
    """A competency unit never stands without the entry that proves it."""
    proofs = {entry.fields.get("acquired_via") for entry in claims.entries if entry.idx in kept}
    return kept | {entry.idx for entry in claims.entries if entry.idx in proofs}


def _find_entry(source: _Source, name: str) -> int:
    """Return the status index of the entry that a name means."""
    disclosed = [entry.idx for entry in source.claims.entries]
    number = int(name) if _NUMBER.fullmatch(name) else None
    if number is not None and 1 <= number <= len(disclosed):
        return disclosed[number - 1]
    by_id = {entry.idx for entry in source.carried if entry.entry_id.startswith(name.lower())} & set(disclosed)
    found = by_id | ({number} & set(disclosed) if number is not None else set())
    if len(found) > 1:
        raise EntryAmbiguous(entry=name, count=len(found))
    if not found:
        raise EntryNotFound(entry=name, account=source.record.account_id)
    return found.pop()

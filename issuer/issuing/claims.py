"""What is to be certified: the request, what was found for it, and the claims that a certificate makes of both."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final

from credential_schemas.certificate_claims import CertificateClaims, CertificateEntry, Holder, StatusReference
from credential_schemas.wording.model import Language
from issuer.accounts.account import OpenAccount
from issuer.accounts.selection import Choice, Selection
from issuer.accounts.units import UNIT_TYPE
from issuer.bank import Bank
from issuer.errors import InvalidOption, NumbersExhausted
from issuer.store.accounts import Consent
from issuer.store.status_lists import ReservedIndexes
from issuer.times import korean_day_of

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
class Prepared:
    """What was found and decided before anything is signed."""

    opened: OpenAccount
    selection: Selection
    consent: Consent
    issued_on: date
    valid_until: date


def validity(bank: Bank, request: IssueRequest, *, now: datetime) -> tuple[date, date]:
    """Return the day of issue and the last day on which the certificate can be checked.

    Raises:
        InvalidOption: more days than the bank allows, or none.
    """
    longest = bank.profile.max_valid_days
    if not 1 <= request.valid_days <= longest:
        problem = f"expected 1 to {longest} days"
        raise InvalidOption(problem, option=f"--valid-days {request.valid_days}")
    issued_on = korean_day_of(now)
    return issued_on, issued_on + timedelta(days=request.valid_days)


def without_holder(claims: CertificateClaims) -> CertificateClaims:
    """Return the claims as a blind copy shows them: name and birth date withheld."""
    return replace(claims, holder=Holder(None, None, None))


def certificate_number(prefix: str, year: int, *, serial: int) -> str:
    """Return the printed number, such as CB-2026-00012345.

    Raises:
        NumbersExhausted: the serial has more digits than the form.
    """
    if serial >= 10**_SERIAL_DIGITS:
        raise NumbersExhausted(year=year)
    return f"{prefix}-{year}-{serial:0{_SERIAL_DIGITS}}"


def certified_claims(
    bank: Bank, request: IssueRequest, prepared: Prepared, *, number: str, reserved: ReservedIndexes
) -> CertificateClaims:
    """Return what the certificate of this number says; the first index is its own, the others are its entries'."""
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

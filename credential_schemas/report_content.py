"""What a proved certificate says, as the Report has it: names from registries, claims as signed.

Used by the verifier for what somebody handed in, and by the bank to show what a verifier will say.
"""

from collections.abc import Sequence

from credential_schemas.bodies import body_name
from credential_schemas.entry_types import Names
from credential_schemas.presented_claims import PresentedClaims, ShownEntry
from credential_schemas.report.facts import (
    CertificateFacts,
    Disclosed,
    DisclosedEntry,
    HolderBinding,
    IssuerFacts,
    Withheld,
)
from credential_schemas.report.model import Content
from credential_schemas.report.outcomes import EntryStatus
from credential_schemas.sd_jwt.verify import ProvedCredential
from keys.encoding import JsonValue


def content_of(
    claims: PresentedClaims,
    proved: ProvedCredential,
    *,
    issuer: IssuerFacts,
    statuses: Sequence[EntryStatus],
    binding: HolderBinding,
) -> Content:
    """Return certificate, disclosed entries with their status, and upper bounds of what was withheld.

    Args:
        claims: read from `proved`.
        proved: signature and digests passed.
        issuer: as the trust list names it.
        statuses: one for each entry.
        binding: whether the holder was shown to be the holder.
    """
    entries = tuple([_entry(entry, status) for entry, status in zip(claims.entries, statuses, strict=True)])
    withheld = Withheld(proved.undisclosed_elements, proved.undisclosed_members)
    return Content(_certificate(claims, issuer, binding), Disclosed(_holder(claims), entries), withheld)


def _certificate(claims: PresentedClaims, issuer: IssuerFacts, binding: HolderBinding) -> CertificateFacts:
    return CertificateFacts(
        issuer=issuer,
        vct=claims.vct,
        issued_on=claims.issued_on,
        valid_until=claims.valid_until,
        holder_binding=binding,
        number=claims.number,
        kind=claims.kind,
        edition=claims.edition,
        purpose=claims.purpose,
        recipient=claims.recipient,
        applicant_no=claims.applicant_no,
    )


def _holder(claims: PresentedClaims) -> dict[str, JsonValue]:
    holder = claims.holder
    birth_date = holder.birth_date.isoformat() if holder.birth_date is not None else None
    members: dict[str, JsonValue] = {"name": holder.name, "name_en": holder.name_en, "birth_date": birth_date}
    return {name: value for name, value in members.items() if value is not None}


def _entry(entry: ShownEntry, status: EntryStatus) -> DisclosedEntry:
    return DisclosedEntry(
        type=entry.type,
        category=entry.category,
        title=_titles(entry),
        issuing_body=_names(body_name(entry.issuing_body)) if entry.issuing_body is not None else {},
        status=status,
        as_of=entry.as_of,
        idx=entry.idx,
        fields=entry.fields,
    )


def _titles(entry: ShownEntry) -> dict[str, str]:
    """The titles that are shown; each language may be withheld for itself."""
    titles = {} if entry.title is None else {"ko": entry.title}
    if entry.title_en is not None:
        titles["en"] = entry.title_en
    return titles


def _names(names: Names) -> dict[str, str]:
    return {"ko": names.ko} if names.en is None else {"ko": names.ko, "en": names.en}

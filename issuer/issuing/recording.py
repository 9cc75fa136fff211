"""What the bank records of a credential that goes out: the same of what was asked for, whatever carries it."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from issuer.issuing.claims import IssueRequest, Prepared
from issuer.store.certificates import PAPER, StoredCertificate
from issuer.store.status_lists import ReservedIndexes
from issuer.times import utc_text


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One signed credential and its carrier; `locator` is under what its confirmation code finds it.

    `sealed` and `pdf_sha256` are of the page; a wallet's copy has none. `carrier` and `copy_of` are as in
    `StoredCertificate`.
    """

    number: str
    key_id: str
    reserved: ReservedIndexes
    credential: str
    locator: str
    sealed: bytes = b""
    pdf_sha256: str = ""
    carrier: str = PAPER
    copy_of: str | None = None


def stored_certificate(
    request: IssueRequest, prepared: Prepared, outgoing: Outgoing, *, at: datetime, consent_id: int
) -> StoredCertificate:
    """Return the record of a credential.

    Args:
        request: what was asked for.
        prepared: what was prepared for it.
        outgoing: what was made.
        at: when.
        consent_id: of the recorded consent that it rests on.
    """
    return StoredCertificate(
        number=outgoing.number,
        account_id=prepared.opened.account.id,
        list_no=outgoing.reserved.list_no,
        idx=outgoing.reserved.indexes[0],
        status="valid",
        kind=request.choice.kind,
        edition=request.choice.edition,
        language=request.language,
        purpose=request.purpose,
        recipient=request.recipient,
        applicant_no=request.applicant_no,
        issued_on=prepared.issued_on.isoformat(),
        valid_until=prepared.valid_until.isoformat(),
        issued_at=utc_text(at),
        key_id=outgoing.key_id,
        consent_id=consent_id,
        locator=outgoing.locator,
        sealed=outgoing.sealed,
        pdf_sha256=outgoing.pdf_sha256,
        credential_sha256=hashlib.sha256(outgoing.credential.encode("ascii")).hexdigest(),
        carrier=outgoing.carrier,
        copy_of=outgoing.copy_of,
    )

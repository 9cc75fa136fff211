"""What a wallet presents as one W3C Verifiable Credential (data model 2.0); nothing that was withheld.

Rules enforced:
* everything that is shown is in it, under the names it has in the certificate, and nothing else; `issuing_body_name`
  says in words what the code of the body means;
* the terms of the base context keep their meaning, all others are those of the bank's vocabulary;
* it can neither be disclosed in part nor revoked, so it ends after 30 days at the latest.

Source: Verifiable Credentials Data Model 2.0 section 4; docs/formats/exports.md
"""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from credential_schemas.presented_claims import PresentedClaims, ShownEntry
from credential_schemas.wording.published import current_wording
from issuer.presented.badges import Document, midnight
from keys.encoding import JsonValue

BASE_CONTEXT: Final = "https://www.w3.org/ns/credentials/v2"
VOCABULARY_PATH: Final = "ns/competency/1"
_OF_THE_COPY: Final = frozenset({"acquired_via"})  # status indexes, which the export has not


@dataclass(frozen=True, slots=True)
class CredentialFrame:
    """What stands around the claims: the bank (URL, name), the holder as a DID, the last day, and what makes its id."""

    issuer: str
    name: str
    subject: str
    valid_until: date
    new_id: Callable[[], uuid.UUID]


def plain_credential(claims: PresentedClaims, frame: CredentialFrame) -> Document:
    """Return the credential before it is signed."""
    subject: Document = {"id": frame.subject}
    holder = {
        "name": claims.holder.name,
        "name_en": claims.holder.name_en,
        "birth_date": None if claims.holder.birth_date is None else claims.holder.birth_date.isoformat(),
    }
    certificate = {
        "number": claims.number,
        "kind": claims.kind,
        "edition": claims.edition,
        "purpose": claims.purpose,
        "recipient": claims.recipient,
        "applicant_no": claims.applicant_no,
    }
    for name, members in (("holder", holder), ("certificate", certificate)):
        shown: Document = {member: value for member, value in members.items() if value is not None}
        if shown:
            subject[name] = shown
    for entry in claims.entries:
        listed = subject.setdefault(entry.category, [])
        if isinstance(listed, list):
            listed.append(_entry(entry))
    vocabulary: JsonValue = {"@vocab": f"{frame.issuer}/{VOCABULARY_PATH}#"}
    return {
        "@context": [BASE_CONTEXT, vocabulary],
        "id": frame.new_id().urn,
        "type": ["VerifiableCredential", "CompetencyCredential"],
        "issuer": {"id": frame.issuer, "name": frame.name},
        "validFrom": midnight(claims.issued_on),
        "validUntil": midnight(frame.valid_until + timedelta(days=1)),
        "credentialSubject": subject,
    }


def _entry(entry: ShownEntry) -> JsonValue:
    members: Document = {"entry_type": entry.type}
    for name in ("title", "title_en", "issuing_body"):
        value = getattr(entry, name)
        if value is not None:
            members[name] = value
    if entry.issuing_body is not None:
        members["issuing_body_name"] = current_wording().body_name(entry.issuing_body).in_language("ko")
    members |= {name: value for name, value in entry.fields.items() if name not in _OF_THE_COPY}
    return {**members, "as_of": entry.as_of.isoformat()}

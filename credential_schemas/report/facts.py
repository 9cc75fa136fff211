"""What a Report says beside its checks: certificate, disclosed entries, evidence, and how fresh it all is."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Final, Literal

from credential_schemas.report.messages import Sentence
from credential_schemas.report.outcomes import EntryStatus, EvidenceKind
from keys.encoding import JsonValue
from keys.values import dataclass, field

HolderBinding = Literal["none", "verified", "failed"]


@dataclass(frozen=True, slots=True)
class IssuerFacts:
    """The issuer as the trust list names it, never as the evidence names itself."""

    id: str
    name: Sentence

    def to_json(self) -> dict[str, JsonValue]:
        """Return `{"id", "name"}`."""
        return {"id": self.id, "name": self.name.to_json()}


@dataclass(frozen=True, slots=True)
class CertificateFacts:
    """What the certificate says of itself; a wallet's flat credential has no number, purpose or recipient."""

    issuer: IssuerFacts
    vct: str
    issued_on: date
    valid_until: date | None
    holder_binding: HolderBinding
    number: str | None = None
    kind: str | None = None
    edition: str | None = None
    purpose: str | None = None
    recipient: str | None = None
    applicant_no: str | None = None

    def to_json(self) -> dict[str, JsonValue]:
        """Return the `certificate` object of a Report."""
        return {
            "number": self.number,
            "vct": self.vct,
            "issuer": self.issuer.to_json(),
            "kind": self.kind,
            "edition": self.edition,
            "issued_on": self.issued_on.isoformat(),
            "valid_until": self.valid_until.isoformat() if self.valid_until is not None else None,
            "purpose": self.purpose,
            "recipient": self.recipient,
            "applicant_no": self.applicant_no,
            "holder_binding": self.holder_binding,
        }


COMMON_MEMBERS: Final = frozenset({"type", "category", "title", "issuing_body", "status", "as_of", "idx"})
"""What every entry of a Report has in its JSON form, beside the fields of its type."""


@dataclass(frozen=True, slots=True)
class DisclosedEntry:
    """One entry the holder chose to show.

    `idx` is the entry's own status index, by which another entry may refer to it. `title` and `issuing_body` have the
    languages that are known (`ko` always, `en` when there is one); `fields` are the entry type's own fields, which the
    JSON form carries beside the common ones.
    """

    type: str
    category: str
    title: Mapping[str, str]
    issuing_body: Mapping[str, str]
    status: EntryStatus
    as_of: date | None = None
    idx: int | None = None
    fields: Mapping[str, JsonValue] = field(default_factory=dict)

    def to_json(self) -> dict[str, JsonValue]:
        """Return one element of `disclosed.entries`; a common member is never replaced by a field of the same name."""
        common: dict[str, JsonValue] = {
            "type": self.type,
            "category": self.category,
            "title": dict(self.title),
            "issuing_body": dict(self.issuing_body),
            "status": self.status.value,
            "as_of": self.as_of.isoformat() if self.as_of is not None else None,
            "idx": self.idx,
        }
        own = {name: value for name, value in self.fields.items() if name not in COMMON_MEMBERS}
        return common | own


@dataclass(frozen=True, slots=True)
class Disclosed:
    """Everything that was disclosed and proved; scoring accepts this type alone."""

    holder: Mapping[str, JsonValue]
    entries: tuple[DisclosedEntry, ...]

    def to_json(self) -> dict[str, JsonValue]:
        """Return the `disclosed` object of a Report."""
        return {"holder": dict(self.holder), "entries": [entry.to_json() for entry in self.entries]}


@dataclass(frozen=True, slots=True)
class Withheld:
    """Upper bounds of what was not disclosed. That other entries may exist elsewhere is always so."""

    entries_at_most: int = 0
    fields_at_most: int = 0

    def to_json(self) -> dict[str, JsonValue]:
        """Return the `withheld` object of a Report."""
        return {
            "entries_at_most": self.entries_at_most,
            "fields_at_most": self.fields_at_most,
            "other_entries_may_exist": True,
        }


@dataclass(frozen=True, slots=True)
class Evidence:
    """What was handed in: its kind, the SHA-256 of its bytes in hex, and the name the caller gave it."""

    kind: EvidenceKind
    sha256: str
    name: str

    def to_json(self) -> dict[str, JsonValue]:
        """Return the `evidence` object of a Report."""
        return {"kind": self.kind.value, "sha256": self.sha256, "name": self.name}


@dataclass(frozen=True, slots=True)
class Freshness:
    """How old the knowledge behind the answer is; `status_age_s` in seconds at the time of the check."""

    status_as_of: datetime | None = None
    status_age_s: int | None = None
    trust_version: str | None = None

    def to_json(self) -> dict[str, JsonValue]:
        """Return the `freshness` object of a Report."""
        return {
            "status_as_of": timestamp(self.status_as_of) if self.status_as_of is not None else None,
            "status_age_s": self.status_age_s,
            "trust_version": self.trust_version,
        }


def timestamp(moment: datetime) -> str:
    """Return a moment as RFC 3339 text in UTC with whole seconds, for example "2026-11-21T03:00:00Z".

    Raises:
        ValueError: the moment has no time zone.
    """
    if moment.tzinfo is None:
        raise ValueError("expected a time with its zone, found one without")
    utc = moment.astimezone(UTC)
    return utc.strftime("%Y-%m-%dT%H:%M:%SZ")

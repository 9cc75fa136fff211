"""The members of a proved record that a program works with, as types; what was written is `record`."""

from collections.abc import Mapping
from datetime import UTC, datetime

from credential_schemas.report.outcomes import Verdict
from credential_schemas.sd_jwt.policy import KeyBindingPolicy
from keys.cosignature import WitnessKey
from keys.encoding import JsonValue
from keys.errors import NoteError
from keys.values import dataclass
from verifier.errors import ReceiptRefused
from verifier.policies.profile import Profile
from verifier.receipt.record import ListUsed


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found; slugs as written, for a later program may know more of them."""

    name: str
    outcome: str
    reason: str | None


@dataclass(frozen=True, slots=True)
class Asked:
    """What the caller asked for beside the profile; `issuer` is the one that was asked about a confirmation number."""

    recipient: str | None
    key_binding: KeyBindingPolicy | None
    require_document: bool
    max_status_age_s: int | None
    issuer: str | None


@dataclass(frozen=True, slots=True)
class ReceiptContents:
    """One receipt, after its signature was checked."""

    verifier: str
    made_at: datetime
    verified_at: datetime
    simulated: bool
    report_id: str
    verdict: str
    findings: tuple[Finding, ...]
    evidence_kind: str
    evidence_sha256: str
    profile: Profile
    asked: Asked
    trust_version: str
    trust_sha256: str | None
    lists: tuple[ListUsed, ...]
    program_version: str
    personal: bool


def contents_of(record: Mapping[str, JsonValue]) -> ReceiptContents:
    """Return the contents of a proved record.

    Raises:
        ReceiptRefused: `content`: a member is missing or of another type than the format says.
    """
    try:
        return _contents(_Reader(record))
    except (KeyError, TypeError, ValueError, OverflowError, OSError, NoteError) as error:
        raise ReceiptRefused("content") from error


class _Reader:
    """Reads members of one type or raises `TypeError`."""

    def __init__(self, members: Mapping[str, JsonValue]) -> None:
        self._members = members

    def has(self, name: str) -> bool:
        return name in self._members

    def text(self, name: str) -> str:
        value = self._members[name]
        if not isinstance(value, str):
            raise TypeError(name)
        return value

    def text_or_none(self, name: str) -> str | None:
        return None if self._members[name] is None else self.text(name)

    def number(self, name: str) -> int:
        value = self._members[name]
        if not isinstance(value, int) or isinstance(value, bool):
            raise TypeError(name)
        return value

    def number_or_none(self, name: str) -> int | None:
        return None if self._members[name] is None else self.number(name)

    def truth(self, name: str) -> bool:
        value = self._members[name]
        if not isinstance(value, bool):
            raise TypeError(name)
        return value

    def inner(self, name: str) -> "_Reader":
        value = self._members[name]
        if not isinstance(value, dict):
            raise TypeError(name)
        return _Reader(value)

    def texts(self, name: str) -> list[str]:
        """The texts of a list; none where there is no list."""
        value = self._members.get(name, [])
        if not isinstance(value, list):
            raise TypeError(name)
        return [_Reader({"it": item}).text("it") for item in value]

    def each(self, name: str) -> "list[_Reader]":
        value = self._members[name]
        if not isinstance(value, list):
            raise TypeError(name)
        return [_Reader({"it": item}).inner("it") for item in value]


def _contents(record: _Reader) -> ReceiptContents:
    profile, trust = record.inner("profile"), record.inner("trust")
    return ReceiptContents(
        verifier=record.text("iss"),
        made_at=datetime.fromtimestamp(record.number("iat"), UTC),
        verified_at=_moment(record.text("verified_at")),
        simulated=record.truth("simulated"),
        report_id=record.text("report_id"),
        verdict=Verdict(record.text("verdict")).value,
        findings=tuple(
            Finding(one.text("name"), one.text("outcome"), one.text_or_none("reason")) for one in record.each("checks")
        ),
        evidence_kind=record.inner("evidence").text("kind"),
        evidence_sha256=record.inner("evidence").text("sha256"),
        profile=Profile(
            name=profile.text("name"),
            accept_unknown_status=profile.truth("accept_unknown_status"),
            status_grace_s=profile.number("status_grace_s"),
            require_holder_binding=profile.truth("require_holder_binding"),
            require_log=profile.truth("require_log"),
            witnesses=tuple(map(WitnessKey.from_text, profile.texts("witnesses"))),
            require_witnesses=profile.number("require_witnesses") if profile.has("require_witnesses") else 0,
            sha256=profile.text_or_none("sha256"),
        ),
        asked=_asked(record.inner("asked")),
        trust_version=trust.text("version"),
        trust_sha256=trust.text_or_none("sha256"),
        lists=tuple(_list(one) for one in record.each("status_lists")),
        program_version=record.inner("program").text("version"),
        personal=record.truth("contains_personal_data"),
    )


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(text)
    return moment


def _asked(members: _Reader) -> Asked:
    audience, nonce = members.text_or_none("aud"), members.text_or_none("nonce")
    return Asked(
        recipient=members.text_or_none("recipient"),
        key_binding=KeyBindingPolicy(audience, nonce) if audience is not None and nonce is not None else None,
        require_document=members.truth("require_document"),
        max_status_age_s=members.number_or_none("max_status_age_s"),
        issuer=members.text_or_none("issuer") if members.has("issuer") else None,  # older receipts do not say
    )


def _list(members: _Reader) -> ListUsed:
    return ListUsed(
        members.text("uri"),
        members.text("sha256"),
        members.number("iat"),
        members.number("obtained_at"),
        members.number("age_s"),
    )

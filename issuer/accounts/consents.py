"""Consent to a disclosure (LR-05): what a record says, reading one from a file, and whether it covers a certificate.

The text that the holder agreed to has a version. A recipient or purpose of None is itself a recorded value:
unspecified, the holder decides.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from issuer.accounts.account import CONSENT_TEXT_VERSION
from issuer.accounts.selection import Selection
from issuer.errors import ConsentMissing, ConsentUnreadable
from issuer.store.accounts import Consent
from issuer.store.transaction import Transaction
from issuer.times import utc_text
from keys.encoding import JsonValue, decode_json_object
from keys.errors import DecodingError

_FORMAT: Final = 1
_MAX_FILE_BYTES: Final = 64 * 1024
_MAX_TEXT: Final = 200
_MEMBERS: Final = frozenset(
    {"consent", "recipient", "purpose", "entries", "valid_until", "text_version", "given_at", "channel"}
)


@dataclass(frozen=True, slots=True)
class Disclosure:
    """What is about to be given away: which entries, for what, to whom (None: the holder decides), on which day."""

    account_id: str
    selection: Selection
    purpose: str
    recipient: str | None
    day: date


def read_consent(data: bytes, *, account_id: str, received_at: str) -> Consent:
    """Read a consent file.

    Members: `consent` 1; `recipient` and `purpose`, a text or null (the holder decides); `entries`, a list of entry ids
    or "all"; optionally `valid_until` (last day), `text_version`, `channel`, and `given_at`, ISO 8601 with
    its zone (else `received_at`).

    Raises:
        ConsentUnreadable: it is not such a file; the sentence names the member.
    """
    try:
        members = decode_json_object(data, max_bytes=_MAX_FILE_BYTES)
    except DecodingError as error:
        raise ConsentUnreadable(f"expected a JSON object, found something else ({error.kind})") from error
    if members.get("consent") != _FORMAT or not _MEMBERS.issuperset(members):
        raise ConsentUnreadable(f'expected "consent": 1 and only the members {", ".join(sorted(_MEMBERS))}')
    entries = members.get("entries")
    if entries != "all" and not (isinstance(entries, list) and all(isinstance(item, str) for item in entries)):
        raise ConsentUnreadable('entries: expected a list of entry ids or "all"')
    if not {"recipient", "purpose", "entries"}.issubset(members):
        raise ConsentUnreadable("expected recipient, purpose and entries; null says that the holder decides")
    return Consent(
        account_id=account_id,
        act="disclosure",
        recipient=_text(members, "recipient"),
        purpose=_text(members, "purpose"),
        scope={"entries": entries} if isinstance(entries, list) else {"everything": True},
        valid_until=_day(members),
        text_version=_text(members, "text_version") or CONSENT_TEXT_VERSION,
        given_at=_moment(members) or received_at,
        channel=_text(members, "channel") or "file",
    )


def find_covering_consent(transaction: Transaction, disclosure: Disclosure) -> Consent:
    """Return the newest recorded consent that covers the disclosure.

    Raises:
        ConsentMissing: the sentence says what the nearest one lacks.
    """
    problem = "none is recorded"
    for consent in transaction.accounts.consents(disclosure.account_id, "disclosure"):
        lacking = what_is_missing(consent, disclosure)
        if lacking is None:
            return consent
        problem = lacking
    raise ConsentMissing(problem)


def what_is_missing(consent: Consent, disclosure: Disclosure) -> str | None:
    """Say why a consent does not cover a disclosure; None when it does."""
    if consent.valid_until is not None and disclosure.day > date.fromisoformat(consent.valid_until):
        return "its time is over"
    if consent.recipient is not None and consent.recipient != disclosure.recipient:
        return "it names another recipient"
    if consent.purpose is not None and consent.purpose != disclosure.purpose:
        return "it names another purpose"
    if consent.scope.get("everything") is True:
        return None
    sources, entries = consent.names("sources"), consent.names("entries")
    for chosen in disclosure.selection.entries:
        named = any(listed and each.startswith(listed) for listed in entries for each in chosen.entry.ids)
        if not named and chosen.entry.source_entry.source not in sources:
            return f"it does not name the entry {chosen.entry.id[:8]}"
    return None


def _text(members: dict[str, JsonValue], name: str) -> str | None:
    value = members.get(name)
    if value is not None and not (isinstance(value, str) and 0 < len(value) <= _MAX_TEXT):
        raise ConsentUnreadable(f"{name}: expected a text of at most {_MAX_TEXT} characters, or null")
    return value


def _day(members: dict[str, JsonValue]) -> str | None:
    value = _text(members, "valid_until")
    try:
        return None if value is None else date.fromisoformat(value).isoformat()
    except ValueError:
        problem = "valid_until: expected a day as YYYY-MM-DD"
        raise ConsentUnreadable(problem) from None


def _moment(members: dict[str, JsonValue]) -> str | None:
    value = _text(members, "given_at")
    try:
        given = None if value is None else datetime.fromisoformat(value)
        if given is None or given.utcoffset() is not None:
            return None if given is None else utc_text(given)
    except (ValueError, OverflowError):
        pass
    problem = "given_at: expected a time as 2026-11-22T09:00:00+09:00, with its zone"
    raise ConsentUnreadable(problem)

"""Consent to collecting: one record for each source, given and withdrawn one by one; nothing is collected without.

What a consent covers is shown in the account and may be certified; when it is withdrawn, the source's entries leave the
account at once. Certificates that carry them stay as they are until the holder revokes them.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from credential_schemas.entry_types import Names
from issuer.accounts.account import CONSENT_TEXT_VERSION
from issuer.accounts.units import REFERENCE_SOURCE
from issuer.audit.trail import Act, record_acts
from issuer.bank import Bank
from issuer.deliveries.ages import Promises, source_ages
from issuer.errors import SourceUnknown
from issuer.sources.registry import SOURCES
from issuer.store.accounts import Consent
from issuer.store.transaction import Transaction
from issuer.times import utc_text

PURPOSE: Final = "account"
CHANNEL: Final = "web"


@dataclass(frozen=True, slots=True)
class SourceState:
    """One source as its holder sees it.

    Attributes:
        id: of the source.
        names: of the source.
        consented_at: when the holder agreed, UTC in ISO 8601; None without a consent.
        entries: how many entries of the holder it brought, as far as there is a consent.
        delivered_at: when its newest delivery arrived, UTC in ISO 8601; None before the first.
        as_of: the Korean day that the newest delivery describes.
        is_late: it delivered before, and that is older than it may be.
    """

    id: str
    names: Names
    consented_at: str | None
    entries: int
    delivered_at: str | None
    as_of: str | None
    is_late: bool


def personal_sources() -> tuple[str, ...]:
    """Return the sources that bring entries of persons, without those of reference lists."""
    return tuple(source for source in SOURCES if source != REFERENCE_SOURCE)


def source_states(transaction: Transaction, account_id: str, *, promises: Promises, now: datetime) -> list[SourceState]:
    """Return every personal source with what the holder agreed to and how fresh it is."""
    account = transaction.accounts.account(account_id)
    link = None if account is None else account.person_link
    agreed: dict[str, str] = {}
    for consent in transaction.accounts.consents(account_id, "collection"):
        for source in consent.names("sources"):
            agreed[source] = consent.given_at
    counts = {} if link is None else transaction.entries.counts_of(link)
    deliveries = transaction.entries.last_deliveries()
    ages = source_ages(transaction, promises, now=now)
    states = []
    for source in personal_sources():
        delivered_at, as_of = deliveries.get(source, (None, None))
        late = delivered_at is not None and ages[source].is_late
        names = Names(SOURCES[source].ko, SOURCES[source].en)
        entries = counts.get(source, 0) if source in agreed else 0
        states.append(SourceState(source, names, agreed.get(source), entries, delivered_at, as_of, late))
    return states


def give_consents(bank: Bank, account_id: str, sources: Collection[str], *, now: datetime) -> list[str]:
    """Record a consent for each source that has none yet; answer which.

    Raises:
        SourceUnknown: one of them brings nobody's entries; nothing was recorded.
    """
    known = personal_sources()
    for source in sources:
        if source not in known:
            raise SourceUnknown(source=source, count=len(known))
    with bank.store.write() as transaction:
        standing: set[str] = set()
        for consent in transaction.accounts.consents(account_id, "collection"):
            standing |= consent.names("sources")
        added = [source for source in known if source in sources and source not in standing]
        acts = [_record(transaction, account_id, source, at=utc_text(now)) for source in added]
        record_acts(transaction, *acts, actor=bank.actor, at=utc_text(now))
    return added


def withdraw_source(bank: Bank, account_id: str, source: str, *, now: datetime) -> bool:
    """Withdraw the consent to one source; say whether there was one.

    A consent that names other sources, too, is withdrawn and given again for those, with its own time and text.
    """
    at = utc_text(now)
    with bank.store.write() as transaction:
        found = [
            each for each in transaction.accounts.consents(account_id, "collection") if source in each.names("sources")
        ]
        for consent in found:
            transaction.accounts.withdraw_consent(consent, at=at)
            rest = [name for name in sorted(consent.names("sources")) if name != source]
            if rest:
                transaction.accounts.record_consent(replace(consent, scope={"sources": [*rest]}))
        acts = [Act("consent_withdrawn", account_id, source, str(each.id)) for each in found]
        record_acts(transaction, *acts, actor=bank.actor, at=at)
    return bool(found)


def withdraw_disclosure(bank: Bank, account_id: str, consent_id: int, *, now: datetime) -> bool:
    """Withdraw one consent to disclosure; say whether this account had it and it stood.

    No further certificate can be issued on it. What was issued stays until it is revoked.
    """
    at = utc_text(now)
    with bank.store.write() as transaction:
        for consent in transaction.accounts.consents(account_id, "disclosure"):
            if consent.id == consent_id:
                transaction.accounts.withdraw_consent(consent, at=at)
                act = Act("consent_withdrawn", account_id, detail=str(consent.id))
                record_acts(transaction, act, actor=bank.actor, at=at)
                return True
    return False


def _record(transaction: Transaction, account_id: str, source: str, *, at: str) -> Act:
    given = Consent(
        account_id=account_id,
        act="collection",
        recipient=None,
        purpose=PURPOSE,
        scope={"sources": [source]},
        valid_until=None,
        text_version=CONSENT_TEXT_VERSION,
        given_at=at,
        channel=CHANNEL,
    )
    recorded = transaction.accounts.record_consent(given)
    return Act("consent_recorded", account_id, source, str(recorded.id))

"""Telling verifiers since when a key is not believed, and what that means for the certificates it signed.

A verifier believes what the log holds from before that time, for the proof in the PDF shows it; what was logged since
is refused, and without a proof (paper alone, wallets) the matter is open. So `since` is when the key may have been
stolen, as early as need be, and never later than now. A distrusted key signs nothing more.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Final, Literal

from issuer.audit.trail import Act, record_acts
from issuer.bank import Bank
from issuer.bank.key_errors import DistrustNotTakenBack, KeyUseFixed
from issuer.bank.key_records import KeyRecord, with_record
from issuer.bank.key_ring import changing_keys, write_profile
from issuer.errors import InvalidOption
from issuer.key_life.finding import find_key
from issuer.key_life.rotating import open_for_publishing, renew_bundle
from issuer.log.appending import logged_at
from issuer.publishing import publish_documents
from issuer.store.certificates import PAPER
from issuer.store.key_uses import SignedCertificate
from issuer.times import korean_day_of, utc_moment, utc_text

Outcome = Literal["stays_valid", "refused", "open"]
DISTRUSTED: Final = ("credential", "status", "bundle")
WHY_NOT: Final = (
    "verifiers judge a seal by its certificate, and a seal says no more than the credential inside; "
    "`cb-issuer keys rotate seal` puts another key in its place at once"
)
_LEEWAY: Final = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Affected:
    """One certificate in force that a distrusted key signed, and what a verifier will say of it.

    `stays_valid`: its PDF proves that it was logged before. `refused`: it was logged since. `open`: it was not logged,
    or its holder has no proof of it. The last two have to be issued again. `logged_at` is UTC in ISO 8601.
    """

    certificate: SignedCertificate
    logged_at: str | None
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Distrust:
    """The key, and whether a bundle that says so is published; a dry run changes and publishes nothing."""

    record: KeyRecord
    bundled: bool


def distrust_key(bank: Bank, name: str, *, since: datetime, now: datetime, dry_run: bool = False) -> Distrust:
    """Tell verifiers not to believe a key since a time, or since an earlier one than before.

    Args:
        bank: the bank.
        name: of the key.
        since: aware, not in the future; counted in whole seconds.
        now: aware.
        dry_run: only check that it could be done.

    Raises:
        KeyNotFound, KeyAmbiguous, KeyUseFixed, InvalidOption, DistrustNotTakenBack: nothing was changed.
        PassphraseMissing, KeysError, StorageFull, StorageUnusable: the step that was reached holds; do it again.
    """
    if since > now + _LEEWAY:
        raise InvalidOption("expected a time that is not in the future", option="--since")
    with changing_keys(bank):
        record = find_key(bank, name)
        if record.use not in DISTRUSTED:
            raise KeyUseFixed(WHY_NOT, use=record.use)
        known, wanted = record.distrusted_since, utc_text(since)
        if known is not None and known < wanted:
            raise DistrustNotTakenBack(kid=record.kid, since=known)
        record = replace(record, distrusted_since=wanted)
        if dry_run:
            return Distrust(record, bundled=False)
        open_for_publishing(bank, but=record.use)
        if known != wanted:
            _remember(bank, record, now=now)
        publish_documents(bank)
        return Distrust(record, renew_bundle(bank, now=now))


def affected_certificates(bank: Bank, record: KeyRecord, *, now: datetime) -> Iterator[Affected]:
    """Yield what a distrusted key signed that is in force, in the order of the numbers.

    Args:
        bank: the bank.
        record: of the key, with the time since when it is distrusted.
        now: aware; says which certificates are past their last day.
    """
    since = int(utc_moment(record.distrusted_since or utc_text(now)).timestamp())
    with bank.store.read() as transaction:
        for each in transaction.key_uses.in_force(record.kid, on=korean_day_of(now).isoformat()):
            logged = None if each.log_entry is None else logged_at(each.log_entry)
            yield Affected(each, _time(logged), _outcome(each, logged, since=since))


def _outcome(certificate: SignedCertificate, logged_at: int | None, *, since: int) -> Outcome:
    if logged_at is None or certificate.carrier != PAPER:
        return "open"
    return "stays_valid" if logged_at < since else "refused"


def _time(seconds: int | None) -> str | None:
    return None if seconds is None else utc_text(datetime.fromtimestamp(seconds, UTC))


def _remember(bank: Bank, record: KeyRecord, *, now: datetime) -> None:
    with bank.store.write() as transaction:
        act = Act("key_distrusted", subject=record.kid, detail=f"{record.use} since {record.distrusted_since}")
        record_acts(transaction, act, actor=bank.actor, at=utc_text(now))
    changed = with_record(bank.profile.key_records, record)
    write_profile(bank, lambda profile: replace(profile, key_records=changed))

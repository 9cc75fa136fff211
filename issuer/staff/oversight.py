"""What can be said about the log, the audit trail and the trust bundle: read at once, or computed anew and remembered.

A check goes through every record and takes as long as the records are many; what it found is kept in the database with
the time and who asked, so that a page can say up to where the trail was verified and when.
"""

import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from credential_schemas.errors import CredentialError
from credential_schemas.log_entry import log_origin
from credential_schemas.trust_bundle import read_unpinned_bundle
from issuer.audit.trail import Act, record_acts
from issuer.audit.verifying import verify_trail
from issuer.bank import Bank
from issuer.bundling import TRUST_BUNDLE
from issuer.log.appending import logged_at, proof_of
from issuer.log.files import publish_log, published_size
from issuer.log.verifying import verify_log
from issuer.times import utc_moment, utc_text
from keys.merkle import tree_root

CHECK_EVERY: Final = timedelta(days=7)
_FACT: Final = "records_checked"
_LOOKS: Final = 3


@dataclass(frozen=True, slots=True)
class LogFacts:
    """The log as it stands: its name, how many entries, how many of them published, its root, its newest entry."""

    origin: str
    size: int
    published: int
    root: bytes
    newest_at: datetime | None


@dataclass(frozen=True, slots=True)
class RecordsCheck:
    """What a check of the log and the trail found; `at` is UTC in ISO 8601, the findings are for operators.

    Attributes:
        at: when.
        by: who asked, as the audit trail says it.
        log_size: entries of the log; None for a bank without one.
        trail_size: records of the audit trail that are in order.
        trail_signed: how many of them a signed head covers.
        findings: what is wrong.
    """

    at: str
    by: str
    log_size: int | None
    trail_size: int
    trail_signed: int
    findings: tuple[str, ...]

    def is_due(self, now: datetime) -> bool:
        """Return whether another check should be made by now."""
        return now - utc_moment(self.at) >= CHECK_EVERY


@dataclass(frozen=True, slots=True)
class LogPlace:
    """Where a certificate stands in the log, since when, and the proof of it."""

    number: str
    index: int
    logged_at: datetime
    proof: bytes


def log_facts(bank: Bank) -> LogFacts | None:
    """Return the log as it stands; None for a bank without one."""
    if not bank.has_log:
        return None
    with bank.store.read() as transaction:
        state = transaction.log.state()
        root = transaction.log.compute(lambda node: tree_root(state.size, node))
    newest = datetime.fromtimestamp(state.logged_at, UTC) if state.size else None
    return LogFacts(log_origin(bank.profile.issuer), state.size, published_size(bank.folder), root, newest)


def find_in_log(bank: Bank, number: str) -> LogPlace | None:
    """Return where a certificate stands in the log; None when it was never logged."""
    with bank.store.read() as transaction:
        stored, proof = transaction.log.entry_of(number), proof_of(transaction, number)
    if stored is None or proof is None:
        return None
    return LogPlace(number, stored.idx, datetime.fromtimestamp(logged_at(stored.entry), UTC), proof)


def bundle_made_at(bank: Bank, *, now: datetime) -> datetime | None:
    """Return when the published trust bundle was made; None when there is none that verifiers would take."""
    try:
        text = (bank.folder.public / TRUST_BUNDLE).read_text("ascii")
        made_at = read_unpinned_bundle(text, now=int(now.timestamp())).made_at
    except (OSError, ValueError, CredentialError):
        return None
    return datetime.fromtimestamp(made_at, UTC)


def trail_size(bank: Bank) -> int:
    """Return how many records the audit trail has."""
    with bank.store.read() as transaction:
        return transaction.audit.state()[0]


def last_check(bank: Bank) -> RecordsCheck | None:
    """Return what the newest check found; None before the first."""
    with bank.store.read() as transaction:
        kept = transaction.facts.fact(_FACT)
    if kept is None:
        return None
    members = json.loads(kept)
    return RecordsCheck(**{**members, "findings": tuple(members["findings"])})


def check_records(bank: Bank, *, now: datetime) -> RecordsCheck:
    """Check every record of the log and of the trail, and remember what was found.

    A bank at work goes on while it is checked: a certificate that is logged between two reads looks like an entry that
    was not published. So what is new is published first, and what seems wrong is looked at again before it is said.

    Args:
        bank: acting as whoever asks.
        now: when it is asked.

    Raises:
        PassphraseMissing, KeysError: the key of the log does not open.
        StorageFull, StorageUnusable: the database cannot be read, or what is new cannot be published.
    """
    found = _look(bank, now=now)
    for _ in range(_LOOKS - 1):
        if found.findings:
            found = _look(bank, now=now)
    with bank.store.write() as transaction:
        transaction.facts.record(_FACT, json.dumps(asdict(found)))
        act = Act("records_checked", detail=f"{found.trail_size} records, {len(found.findings)} findings")
        record_acts(transaction, act, actor=bank.actor, at=found.at)
    return found


def _look(bank: Bank, *, now: datetime) -> RecordsCheck:
    key, log = None, None
    if bank.has_log:
        publish_log(bank)
        key = bank.log_key().public_key()
        log = verify_log(bank, key=key)
    trail = verify_trail(bank, key=key)
    return RecordsCheck(
        at=utc_text(now),
        by=bank.actor,
        log_size=None if log is None else log.size,
        trail_size=trail.size,
        trail_signed=trail.signed,
        findings=(*(() if log is None else log.findings), *trail.findings),
    )

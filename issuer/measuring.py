"""What a bank tells a monitor, read when it asks; each figure costs a look at one row, a file, or one of few lists.

No figure counts rows of a large table, and none is about a person: labels are the bank's sources and the uses of keys.
"""

import math
import shutil
from collections.abc import Iterator
from datetime import datetime
from typing import Final

from issuer.bank import Bank
from issuer.bank.folder import CERTIFIED_USES
from issuer.deliveries.ages import Promises
from issuer.errors import IssuerError
from issuer.health import readiness_problems
from issuer.log.files import published_size
from issuer.operating.source_states import NEEDS_SOMEBODY, source_states
from issuer.publishing import STATUS_REFRESH
from issuer.seal_revocation import last_times
from issuer.times import utc_moment
from keys.certificates import valid_until
from keys.errors import KeysError
from keys.gate.measured import Figure

_HOUR_S: Final = 3600
_DAY_S: Final = 86_400


def bank_figures(bank: Bank, promises: Promises, *, now: datetime) -> list[Figure]:
    """Return the figures of a bank.

    Args:
        bank: open.
        promises: how old what each source delivered may be.
        now: the time.

    Raises:
        StorageUnusable: the database cannot be read.
    """
    return [
        Figure("cb_ready", "Whether the bank is ready to serve.", not readiness_problems(bank, now=now)),
        *_records(bank, now=now),
        *_sources(bank, promises, now=now),
        *_certificates(bank, now=now),
        *_seal_revocation(bank, now=now),
        *_disk(bank),
    ]


def _records(bank: Bank, *, now: datetime) -> Iterator[Figure]:
    due_before = int((now - STATUS_REFRESH).timestamp())
    with bank.store.read() as transaction:
        logged = transaction.log.state().size
        audited = transaction.audit.state()[0]
        lists = len(transaction.status_lists.numbers())
        due = len(transaction.status_lists.due(published_before=due_before))
        newest = transaction.certificates.newest_issue()
        jobs, oldest = transaction.status_jobs.running(), transaction.status_jobs.oldest_running()
    published = published_size(bank.folder)
    ahead_s = 0.0 if newest is None else (utc_moment(newest) - now).total_seconds()
    yield Figure("cb_log_entries", "Certificates in the log.", logged)
    yield Figure("cb_log_unpublished_entries", "Of those, not in the published checkpoint.", max(0, logged - published))
    yield Figure("cb_audit_records", "Records in the audit trail.", audited)
    yield Figure("cb_status_lists", "Status lists.", lists)
    yield Figure("cb_status_lists_due", "Of those, changed or a day old and not published.", due)
    yield Figure("cb_status_jobs", "Changes of many certificates that are not finished.", jobs)
    job_age_s = 0.0 if oldest is None else (now - utc_moment(oldest)).total_seconds()
    yield Figure("cb_status_job_age_seconds", "How long the oldest of them has been going on.", max(0.0, job_age_s))
    behind = "How far the newest certificate is ahead of the clock."
    yield Figure("cb_clock_behind_seconds", behind, max(0.0, ahead_s))


def _sources(bank: Bank, promises: Promises, *, now: datetime) -> Iterator[Figure]:
    for state in source_states(bank, promises, now=now):
        labels = {"source": state.source}
        if state.hours is not None:
            yield Figure("cb_source_age_seconds", "Age of what was taken last.", state.hours * _HOUR_S, labels)
        needs = "Whether the source fails, is late, or holds a delivery."
        yield Figure("cb_source_needs_somebody", needs, state.state in NEEDS_SOMEBODY, labels)


def _certificates(bank: Bank, *, now: datetime) -> Iterator[Figure]:
    for use in CERTIFIED_USES:
        try:
            left_s = (valid_until(bank.certificate(use)) - now).total_seconds()
        except (IssuerError, KeysError):
            continue  # `doctor` says why; the alert is about the figure that is missing
        says = "Days until the certificate of a key ends."
        yield Figure("cb_key_certificate_days", says, left_s / _DAY_S, {"use": use})


def _seal_revocation(bank: Bank, *, now: datetime) -> Iterator[Figure]:
    """How long what is known of revocation serves on, where nothing newer can be learnt."""
    asked = last_times(bank.folder, now=now)
    failing = [each for each in asked if each.problem is not None]
    says = "Certificates of the seal about which nothing new can be learnt."
    yield Figure("cb_seal_revocation_failing", says, len(failing))
    ends = [0.0 if each.until is None else max(0.0, (each.until - now).total_seconds()) for each in failing]
    says = "How long what was learnt before serves on, where nothing new can be learnt; infinite while none fails."
    yield Figure("cb_seal_revocation_left_seconds", says, min(ends, default=math.inf))


def _disk(bank: Bank) -> Iterator[Figure]:
    room = shutil.disk_usage(bank.folder.path)
    yield Figure("cb_disk_free_bytes", "Room left where the data directory is.", room.free)
    yield Figure("cb_disk_size_bytes", "All room where the data directory is.", room.total)

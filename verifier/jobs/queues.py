"""What waits in a verifier, read when a monitor asks: how much, and how long the oldest of it has waited."""

from collections.abc import Iterator

from keys.gate.measured import Figure
from verifier.jobs.deliveries import Deliveries
from verifier.jobs.desk import JobDesk


def queue_figures(jobs: JobDesk, deliveries: Deliveries | None) -> Iterator[Figure]:
    """Return the figures of jobs, and of webhook messages where there are webhooks."""
    waiting = jobs.ages_s()
    yield Figure("cb_jobs_unfinished", "Jobs that are not finished.", len(waiting))
    yield Figure("cb_job_age_seconds", "How long the oldest of them has been here.", max(waiting, default=0))
    told = [] if deliveries is None else deliveries.ages_s()
    yield Figure("cb_webhooks_waiting", "Webhook messages that wait for an attempt.", len(told))
    yield Figure("cb_webhook_age_seconds", "How long the oldest of them has waited.", max(told, default=0))

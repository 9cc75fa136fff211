"""`/operator`: what needs me now, and how the bank does."""

from collections.abc import Mapping
from datetime import date

from issuer.api.pages.asked import Answer, shown
from issuer.api.staff.asked import StaffAsked
from issuer.api.staff.routing import ALL_STAFF, StaffPages
from issuer.api.staff.tasks import tasks_for
from issuer.bank import Bank
from issuer.health import readiness_problems
from issuer.operating.held_rows import oldest_reference
from issuer.operating.source_states import source_states
from issuer.operating.status_jobs import oldest_running_job
from issuer.recognition.cases import waiting_since
from issuer.staff.roles import BANKS_OWN
from issuer.times import korean_day_of, utc_moment
from issuer.web.staff.dashboard_page import BankState, dashboard_page
from issuer.web.staff.frame import HOME


def register(pages: StaffPages) -> None:
    """Add the address."""
    pages.show(HOME, show, roles=ALL_STAFF)


def show(asked: StaffAsked) -> Answer:
    """Show the dashboard; somebody of a university sees her tasks alone."""
    state = None
    if asked.staff.roles & BANKS_OWN:
        problems = readiness_problems(asked.desk.bank, now=asked.now)
        queues = _queue_ages(asked.desk.bank, korean_day_of(asked.now))
        states = source_states(asked.desk.bank, asked.desk.operating.promises, now=asked.now)
        late = [each.source for each in states if each.is_late]
        state = BankState(asked.desk.figures.figures(asked.now), problems, queues, late)
    return shown(dashboard_page(asked.visit, tasks_for(asked), state))


def _queue_ages(bank: Bank, today: date) -> Mapping[str, int]:
    """Return for how many days the oldest has waited in each queue in which something waits."""
    oldest = {"held": oldest_reference(bank), "recognition": waiting_since(bank), "jobs": oldest_running_job(bank)}
    return {
        queue: (today - korean_day_of(utc_moment(since))).days for queue, since in oldest.items() if since is not None
    }

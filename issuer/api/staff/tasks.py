"""What needs somebody of the staff now: the one list of where tasks come from, for the dashboard."""

from collections.abc import Callable, Iterable, Sequence
from typing import Final

from issuer.api.staff.asked import StaffAsked
from issuer.api.staff.routing import BANK, OPERATORS, UNIVERSITIES
from issuer.health import readiness_problems
from issuer.operating.held_rows import references_waiting
from issuer.operating.source_states import needing_somebody, source_states
from issuer.operating.status_jobs import running_jobs
from issuer.recognition.cases import cases_at
from issuer.recognition.stages import Stage
from issuer.staff.oversight import last_check
from issuer.staff.roles import Role
from issuer.web.staff.case_parts import QUEUE_PATH, UNIVERSITY_PATH
from issuer.web.staff.task_list import Task

TaskSource = Callable[[StaffAsked], Iterable[Task]]
"""Looks for tasks; called for whoever opens the dashboard, so it reads counts, not rows."""


def tasks_for(asked: StaffAsked) -> list[Task]:
    """Return what needs the person who asks, in the order of `TASK_SOURCES`."""
    roles = asked.staff.roles
    return [task for seen_by, find in TASK_SOURCES if roles & seen_by for task in find(asked)]


def _health(asked: StaffAsked) -> Iterable[Task]:
    """What the readiness check says is wrong."""
    problems = readiness_problems(asked.desk.bank, now=asked.now)
    if problems:
        yield Task("task_not_ready", f"{asked.visit.room.home}#state-h", count=len(problems))


def _figures(asked: StaffAsked) -> Iterable[Task]:
    """What the counts of the dashboard ask for."""
    figures, home = asked.desk.figures.figures(asked.now), asked.visit.room.home
    if figures.keys_due is None:
        yield Task("task_keys_unreadable", f"{home}/keys", count=1)
    elif figures.keys_due:
        yield Task("task_keys_due", f"{home}/keys", count=figures.keys_due)
    if figures.affected:
        yield Task("task_affected", f"{home}/statuses?affected=yes", count=figures.affected)


def _check(asked: StaffAsked) -> Iterable[Task]:
    """A check of log and trail that is due, or one that found something."""
    check, path = last_check(asked.desk.bank), f"{asked.visit.room.home}/keys"
    if check is not None and check.findings:
        yield Task("task_findings", path, count=len(check.findings))
    elif check is None or check.is_due(asked.now):
        yield Task("task_check_due", path, count=1)


def _operating(asked: StaffAsked) -> Iterable[Task]:
    """Sources that need somebody, held entries that nobody decided about, status jobs that are not at their end."""
    bank, home = asked.desk.bank, asked.visit.room.home
    sources = needing_somebody(source_states(bank, asked.desk.operating.promises, now=asked.now))
    if sources:
        yield Task("task_sources", f"{home}/sources", count=sources)
    waiting = references_waiting(bank)
    if waiting:
        yield Task("task_held", f"{home}/held", count=waiting)
    jobs = running_jobs(bank)
    if jobs:
        yield Task("task_status_jobs", f"{home}/statuses", count=jobs)


def _recognition(asked: StaffAsked) -> Iterable[Task]:
    """Applications for course recognition that nobody has taken up."""
    waiting = cases_at(asked.desk.bank, Stage.RECEIVED)
    if waiting:
        yield Task("task_recognition_received", QUEUE_PATH, count=waiting)


def _questions(asked: StaffAsked) -> Iterable[Task]:
    """Questions about the university's own applications."""
    own = asked.staff.institution
    waiting = 0 if own is None else cases_at(asked.desk.bank, Stage.QUESTIONS, institution_id=own.id)
    if waiting:
        yield Task("task_recognition_asked", UNIVERSITY_PATH, count=waiting)


TASK_SOURCES: Final[Sequence[tuple[frozenset[Role], TaskSource]]] = (
    (BANK, _health),
    (BANK, _check),
    (BANK, _figures),
    (BANK, _operating),
    (OPERATORS, _recognition),
    (UNIVERSITIES, _questions),
)
"""Whose roles see tasks of this kind, and what finds them. A new kind of task adds its line here."""

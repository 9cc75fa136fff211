"""`/operator/statuses`: the dry run of a status change of many certificates, the change as a job, and its result."""

import re
from typing import Final

from issuer.api.pages.asked import Answer, Download, NotHere, shown
from issuer.api.staff.asked import StaffAsked, onward
from issuer.api.staff.routing import BANK, OPERATORS, StaffPages
from issuer.audit.trail import Act
from issuer.bank.key_errors import KeyAmbiguous, KeyNotFound, KeyUseFixed
from issuer.errors import AccountNotFound, CertificateNotFound, InvalidOption, SourceRecordNotFound
from issuer.issued.status_changes import AFTER, REASONS, Action
from issuer.operating.errors import JobNotFound, NothingToChange, RehearsalDiffers
from issuer.operating.finding import MOST_NUMBERS, Filter
from issuer.operating.status_jobs import begin_job, find_job, go_on, result_csv, stop_job, work_name
from issuer.operating.status_orders import ManyOrder, Rehearsed, rehearse
from issuer.staff.errors import ReasonMissing
from issuer.staff.records import record_reads
from issuer.staff.roles import Role
from issuer.store.status_jobs import StatusJob
from issuer.times import korean_day_of
from issuer.web.staff.statuses_page import (
    FIELDS,
    STATUSES_PATH,
    JobShown,
    StatusesShown,
    job_page,
    rehearsed_page,
    statuses_page,
)

_NUMBER: Final = re.compile(r"[1-9][0-9]{0,17}")
_COUNT: Final = re.compile(r"[0-9]{1,9}")
_ACTIONS: Final[dict[str, Action]] = {action: action for action in AFTER}


class _Wrong(Exception):
    """The order cannot be read: where, and the word of the sentence."""

    def __init__(self, control: str, word: str, **values: str | int) -> None:
        super().__init__(word)
        self.control = control
        self.word = word
        self.values = values


def register(pages: StaffPages) -> None:
    """Add the addresses."""
    pages.show(STATUSES_PATH, show, roles=BANK)
    pages.change(f"{STATUSES_PATH}/dry-run", try_out, roles=OPERATORS)
    pages.change(f"{STATUSES_PATH}/begin", begin, roles=OPERATORS)
    pages.show(f"{STATUSES_PATH}/{{job}}", show_job, roles=BANK)
    pages.change(f"{STATUSES_PATH}/{{job}}", change_job, roles=OPERATORS)


def show(asked: StaffAsked) -> Answer:
    """Show the form and the jobs."""
    return _form(asked)


def try_out(asked: StaffAsked) -> Answer:
    """Show what an order would do; that the accounts of the samples were looked at is recorded first."""
    try:
        found = _rehearsed(asked)
    except _Wrong as wrong:
        return _form(asked, wrong)
    return _show_rehearsed(asked, found)


def begin(asked: StaffAsked) -> Answer:
    """Begin the job if it is what was rehearsed and the number was typed in; else show the dry run again."""
    typed = asked.form.one("count").strip()
    try:
        found = _rehearsed(asked)
    except _Wrong as wrong:
        return _form(asked, wrong)
    count = int(typed) if _COUNT.fullmatch(typed) else -1
    try:
        job = begin_job(asked.bank, found.order, code=asked.form.one("code"), count=count, now=asked.now)
    except (RehearsalDiffers, NothingToChange) as error:
        return _show_rehearsed(asked, found, error=asked.visit.say(f"op_wrong_{error.code}", n=len(found.changing)))
    go_on(asked.bank, asked.desk.operating.works, job.id, clock=asked.desk.clock)
    return onward(asked, f"{STATUSES_PATH}/{job.id}")


def show_job(asked: StaffAsked) -> Answer:
    """Show how far a job is."""
    return _job(asked, _found(asked))


def change_job(asked: StaffAsked) -> Answer:
    """Stop a job, go on with it, or give its result; with a reason, and recorded."""
    job = _found(asked)
    try:
        reason = asked.reason()
    except ReasonMissing as error:
        return _job(asked, job, error=f"refused_{error.code}")
    order = asked.form.one("do")
    if order == "result":
        content = result_csv(asked.bank, job.id, reason=reason, now=asked.now)
        return Answer(download=Download(content, "text/csv; charset=utf-8", f"status-job-{job.id}.csv"))
    if order == "stop":
        stop_job(asked.bank, job.id, reason=reason, now=asked.now)
    elif order == "go_on":
        go_on(asked.bank, asked.desk.operating.works, job.id, clock=asked.desk.clock)
    else:
        raise NotHere
    return onward(asked, f"{STATUSES_PATH}/{job.id}")


def _order(asked: StaffAsked) -> ManyOrder:
    form = asked.form
    action, slug = _ACTIONS.get(form.one("action")), form.one("slug")
    if action is None:
        raise _Wrong("f-action", "op_wrong_action")
    if slug not in REASONS:
        raise _Wrong("f-slug", "op_wrong_slug")
    wanted = Filter(
        numbers=tuple(dict.fromkeys(each for each in re.split(r"[\s,;]+", form.one("numbers")) if each)),
        account=form.one("account").strip(),
        record=form.one("record").strip(),
        key=form.one("key").strip(),
        issued_from=form.one("issued_from").strip(),
        issued_until=form.one("issued_until").strip(),
        affected_on=korean_day_of(asked.now).isoformat() if form.one("affected") == "yes" else "",
    )
    if len(wanted.numbers) > MOST_NUMBERS:
        raise _Wrong("f-numbers", "op_wrong_numbers")
    if wanted.is_empty:
        raise _Wrong("f-numbers", "op_wrong_empty")
    try:
        return ManyOrder(action, wanted, slug, asked.reason())
    except ReasonMissing as error:
        raise _Wrong("f-reason", f"refused_{error.code}") from error


def _rehearsed(asked: StaffAsked) -> Rehearsed:
    order = _order(asked)
    try:
        return rehearse(asked.bank, order)
    except CertificateNotFound as error:
        raise _Wrong("f-numbers", "op_wrong_number", number=str(error.details["number"])[:40]) from error
    except AccountNotFound as error:
        raise _Wrong("f-account", "op_wrong_account") from error
    except SourceRecordNotFound as error:
        raise _Wrong("f-record", "op_wrong_record", n=int(error.details["count"])) from error
    except (KeyNotFound, KeyAmbiguous, KeyUseFixed) as error:
        raise _Wrong("f-key", "op_wrong_key") from error
    except InvalidOption as error:  # a time: too many numbers and no condition at all were looked for before
        at = "f-issued_until" if error.details["option"] == order.wanted.issued_until[:40] else "f-issued_from"
        raise _Wrong(at, "op_wrong_time") from error


def _show_rehearsed(asked: StaffAsked, found: Rehearsed, *, error: str = "") -> Answer:
    accounts = sorted({each.account_id for each in found.samples})
    acts = [Act("statuses_rehearsed", account, None, found.order.words) for account in accounts]
    record_reads(asked.bank, acts, now=asked.now)
    values = {**_values(asked), "code": found.code}
    return shown(rehearsed_page(asked.visit, found, values, error=error), status=422 if error else 200)


def _values(asked: StaffAsked) -> dict[str, str]:
    return {name: asked.form.one(name) for name in FIELDS}


def _form(asked: StaffAsked, wrong: _Wrong | None = None) -> Answer:
    with asked.bank.store.read() as transaction:
        jobs = transaction.status_jobs.jobs()
    view = StatusesShown(
        jobs=jobs,
        may_change=Role.OPERATOR in asked.staff.roles,
        values=_values(asked),
        error=None if wrong is None else (wrong.control, asked.visit.say(wrong.word, **wrong.values)),
    )
    return shown(statuses_page(asked.visit, view), status=200 if wrong is None else 422)


def _found(asked: StaffAsked) -> StatusJob:
    if not _NUMBER.fullmatch(asked.values["job"]):
        raise NotHere
    try:
        return find_job(asked.bank, int(asked.values["job"]))
    except JobNotFound as error:
        raise NotHere from error


def _job(asked: StaffAsked, job: StatusJob, *, error: str = "") -> Answer:
    with asked.bank.store.read() as transaction:
        outcomes = transaction.status_jobs.outcomes(job.id)
    view = JobShown(
        job=job,
        outcomes=outcomes,
        works=asked.desk.operating.works.goes_on(work_name(job.id)),
        may_change=Role.OPERATOR in asked.staff.roles,
        error=error,
    )
    return shown(job_page(asked.visit, view), status=422 if error else 200)

"""Revoking, suspending and reinstating many certificates: which ones, what would happen, and then the jobs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from credential_schemas.korean_time import korean_time
from credential_schemas.look.markup import NOTHING, Html, html, joined
from issuer.issued.status_changes import AFTER, REASONS
from issuer.operating.status_orders import Rehearsed
from issuer.store.status_jobs import DONE, RUNNING, CertificateState, StatusJob
from issuer.times import utc_moment
from issuer.web.parts import (
    CheckRow,
    Field,
    button,
    check_row,
    error_summary,
    facts,
    field,
    form,
    lines_of,
    note,
    radios,
    select,
)
from issuer.web.shell import Page, Visit
from issuer.web.staff.frame import HOME, Table, reason_field, staff_page, table
from issuer.web.staff.sources_page import with_refresh

STATUSES_PATH: Final = f"{HOME}/statuses"
_FILTER: Final = ("account", "record", "key", "issued_from", "issued_until")
FIELDS: Final = ("action", "slug", "numbers", *_FILTER, "affected", "reason")
SHOWN_NUMBERS: Final = 500
_WAY: Final = "staff_statuses"
_NOTHING: Final = "–"


@dataclass(frozen=True, slots=True)
class StatusesShown:
    """The form as it was filled in, the newest jobs, and what is wrong: (id of the control, sentence) or None.

    `may_change`: whoever looks is an operator.
    """

    jobs: Sequence[StatusJob]
    may_change: bool
    values: Mapping[str, str]
    error: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class JobShown:
    """One job: how many certificates came to what (None: they wait), and whether this program works on it."""

    job: StatusJob
    outcomes: Mapping[str | None, int]
    works: bool
    may_change: bool
    error: str = ""


def statuses_page(visit: Visit, shown: StatusesShown) -> Page:
    """Return the form for a dry run, and the jobs."""
    errors = error_summary(visit, [] if shown.error is None else [shown.error])
    main = html(
        '<div class="stack"><h1>{heading}</h1>{errors}<p>{lead}</p><p>{one}</p>{form}'
        '<section class="card">{jobs}</section></div>',
        heading=visit.say("nav_staff_statuses"),
        errors=errors,
        lead=visit.say("op_statuses_lead"),
        one=html('<a href="{to}">{word}</a>', to=visit.to(f"{HOME}/entries"), word=visit.say("op_entry_heading")),
        form=_order_form(visit, shown) if shown.may_change else NOTHING,
        jobs=table(_jobs(visit, shown.jobs)),
    )
    return staff_page(visit.say("nav_staff_statuses"), main, current=_WAY)


def rehearsed_page(visit: Visit, found: Rehearsed, values: Mapping[str, str], *, error: str = "") -> Page:
    """Return what would happen, and the form that lets it happen; `error` is a sentence about the typed number."""
    action, count = found.order.action, len(found.changing)
    heading = visit.say(f"op_rehearsed_{action}", n=count)
    lists = [visit.say("op_list_size", no=each.list_no, before=each.before, after=each.after) for each in found.lists]
    rows: list[tuple[str, Html | str]] = [
        (visit.say("op_would_change"), str(count)),
        (visit.say("op_already"), str(found.unchanged)),
        (visit.say("op_final"), str(found.final)),
        (visit.say("op_holders"), visit.say("op_holders_told", n=len(found.holders))),
        (visit.say("op_lists"), joined(html("<div>{text}</div>", text=text) for text in lists) if lists else _NOTHING),
    ]
    main = html(
        '<div class="stack"><p><a href="{back}">{back_word}</a></p><h1>{heading}</h1>{errors}'
        '<p>{nothing_done}</p>{final}<section class="card">{facts}</section>'
        '<section class="card">{samples}{all}</section>{begin}</div>',
        back=visit.to(STATUSES_PATH),
        back_word=visit.say("nav_staff_statuses"),
        heading=heading,
        errors=error_summary(visit, [("f-count", error)] if error else []),
        nothing_done=visit.say("op_nothing_done"),
        final=note(visit.say("op_final_note", n=found.final), kind="un") if found.final else NOTHING,
        facts=facts(rows),
        samples=table(_samples(visit, found.samples)),
        all=_all(visit, found.changing),
        begin=_begin(visit, found, values, error) if count else note(visit.say("op_nothing_to_change")),
    )
    return staff_page(heading, main, current=_WAY)


def job_page(visit: Visit, shown: JobShown) -> Page:
    """Return one job; while this program works on it the browser looks again by itself."""
    job, waiting = shown.job, shown.outcomes.get(None, 0)
    title = visit.say("op_job_title", id=job.id)
    done = job.certificates - waiting
    rows: list[tuple[str, Html | str]] = [
        (visit.say("op_job_state"), visit.say(_state_word(shown))),
        (visit.say("op_action"), visit.say(f"op_action_{job.action}")),
        (visit.say("op_slug"), visit.say(f"op_slug_{job.reason}")),
        (visit.say("staff_reason"), job.words or _NOTHING),
        (visit.say("op_run_by"), job.actor),
        (visit.say("op_run_started"), korean_time(utc_moment(job.begun_at))),
        (visit.say("op_run_ended"), _NOTHING if job.ended_at is None else korean_time(utc_moment(job.ended_at))),
        (visit.say("op_progress"), _progress(visit, done, job.certificates)),
        *(
            (visit.say(f"op_came_{name}"), str(shown.outcomes.get(name, 0)))
            for name in ("changed", "unchanged", "final")
        ),
    ]
    main = html(
        '<div class="stack"><p><a href="{back}">{back_word}</a></p><h1>{title}</h1>'
        '<section class="card">{facts}</section>{change}</div>',
        back=visit.to(STATUSES_PATH),
        back_word=visit.say("nav_staff_statuses"),
        title=title,
        facts=facts(rows),
        change=_job_forms(visit, shown) if shown.may_change else NOTHING,
    )
    page = staff_page(title, main, current=_WAY)
    return with_refresh(page) if shown.works and job.state == RUNNING and not shown.error else page


def _order_form(visit: Visit, shown: StatusesShown) -> Html:
    values = shown.values
    actions = [(action, visit.say(f"op_action_{action}")) for action in AFTER]
    slugs = [(slug, visit.say(f"op_slug_{slug}")) for slug in REASONS]
    numbers = html(
        '<div class="field"><label for="f-numbers">{label}</label><p class="hint" id="f-numbers-hint">{hint}</p>'
        '<textarea id="f-numbers" name="numbers" rows="3" aria-describedby="f-numbers-hint">{value}</textarea></div>',
        label=visit.say("op_filter_numbers"),
        hint=visit.say("op_filter_numbers_hint"),
        value=lines_of(values.get("numbers", "")),
    )
    fields = joined(
        field(
            Field(
                name,
                visit.say(f"op_filter_{name}"),
                hint=visit.say(f"op_filter_{name}_hint"),
                error=_error_at(shown, f"f-{name}"),
                value=values.get(name, ""),
                required=False,
            )
        )
        for name in _FILTER
    )
    body = html(
        '<div class="stack-s">{action}<h2 class="h3">{which}</h2><p>{together}</p>{numbers}{fields}'
        '<ul class="pick">{affected}</ul>'
        '<h2 class="h3">{why}</h2>{slug}{reason}<p>{press}</p></div>',
        action=radios("action", visit.say("op_action"), options=actions, chosen=values.get("action", "")),
        which=visit.say("op_filter"),
        together=visit.say("op_filter_together"),
        numbers=numbers,
        fields=fields,
        affected=check_row(
            CheckRow("affected", "yes", visit.say("op_filter_affected"), checked=values.get("affected") == "yes")
        ),
        why=visit.say("op_why"),
        slug=select("slug", visit.say("op_slug"), options=slugs, chosen=values.get("slug", "")),
        reason=reason_field(visit, value=values.get("reason", ""), error=_error_at(shown, "f-reason")),
        press=button(visit.say("op_dry_run"), kind="p"),
    )
    return html('<section class="card">{form}</section>', form=form(visit, f"{STATUSES_PATH}/dry-run", body))


def _error_at(shown: StatusesShown, control: str) -> str:
    return shown.error[1] if shown.error is not None and shown.error[0] == control else ""


def _jobs(visit: Visit, jobs: Sequence[StatusJob]) -> Table:
    columns = ("job", "action", "job_state", "certificates", "slug", "run_by", "run_started")
    rows: list[Sequence[Html | str]] = [
        (
            html('<a href="{address}">{id}</a>', address=visit.to(f"{STATUSES_PATH}/{job.id}"), id=job.id),
            visit.say(f"op_action_{job.action}"),
            visit.say(f"op_job_{job.state}"),
            str(job.certificates),
            visit.say(f"op_slug_{job.reason}"),
            job.actor,
            korean_time(utc_moment(job.begun_at)),
        )
        for job in jobs
    ]
    names = [visit.say(f"op_{column}") for column in columns]
    return Table(visit.say("op_jobs_table"), names, rows, visit.say("op_jobs_none"), numbers=frozenset({3}))


def _samples(visit: Visit, samples: Sequence[CertificateState]) -> Table:
    columns = ("number", "status_now", "issued_at", "account_id", "key")
    rows = [
        (
            each.number,
            visit.say(f"op_status_{each.status}"),
            korean_time(utc_moment(each.issued_at)),
            each.account_id,
            each.key_id,
        )
        for each in samples
    ]
    names = [visit.say(f"op_{column}") for column in columns]
    return Table(visit.say("op_samples", n=len(rows)), names, rows, visit.say("op_nothing_to_change"))


def _all(visit: Visit, changing: Sequence[CertificateState]) -> Html:
    if not changing:
        return NOTHING
    more = len(changing) - SHOWN_NUMBERS
    return html(
        '<details class="mt"><summary>{heading}</summary><p class="numbers">{numbers}</p>{more}</details>',
        heading=visit.say("op_all_numbers", n=len(changing)),
        numbers=", ".join(each.number for each in changing[:SHOWN_NUMBERS]),
        more=html("<p>{text}</p>", text=visit.say("op_more_numbers", n=more)) if more > 0 else NOTHING,
    )


def _begin(visit: Visit, found: Rehearsed, values: Mapping[str, str], error: str) -> Html:
    kept = joined(
        html('<input type="hidden" name="{name}" value="{value}">', name=name, value=values.get(name, ""))
        for name in (*FIELDS, "code")
    )
    count = len(found.changing)
    body = html(
        '<div class="stack-s">{kept}{count}<p>{press}</p></div>',
        kept=kept,
        count=field(
            Field(
                "count",
                visit.say("op_count"),
                hint=visit.say("op_count_hint", n=count),
                error=error,
                max_length=9,
            )
        ),
        press=button(visit.say(f"op_do_{found.order.action}", n=count), kind="danger"),
    )
    return html('<section class="card">{form}</section>', form=form(visit, f"{STATUSES_PATH}/begin", body))


def _state_word(shown: JobShown) -> str:
    if shown.job.state == RUNNING and not shown.works:
        return "op_job_waits"
    return f"op_job_{shown.job.state}"


def _progress(visit: Visit, done: int, total: int) -> Html:
    return html(
        '<progress max="{total}" value="{done}" aria-label="{label}"></progress> '
        '<span class="num">{done} / {total}</span>',
        total=total,
        done=done,
        label=visit.say("op_progress"),
    )


def _job_forms(visit: Visit, shown: JobShown) -> Html:
    """Stop it or go on with it, and get the result file; each with a reason."""
    path, job = f"{STATUSES_PATH}/{shown.job.id}", shown.job
    presses = [button(visit.say("op_result"), name="do", value="result")]
    if job.state == RUNNING and shown.works:
        presses.append(button(visit.say("op_job_stop"), name="do", value="stop"))
    elif job.state != DONE:
        presses.append(button(visit.say("op_job_go_on"), kind="p", name="do", value="go_on"))
    body = html(
        '<div class="stack-s">{reason}<div class="row">{presses}</div><p class="s muted">{text}</p></div>',
        reason=reason_field(visit, error=visit.say(shown.error) if shown.error else ""),
        presses=joined(presses),
        text=visit.say("op_job_text"),
    )
    return html('<section class="card">{form}</section>', form=form(visit, path, body))

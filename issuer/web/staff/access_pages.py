"""The access log for auditors, and the trace of a key or a delivery."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from credential_schemas.korean_time import korean_time
from credential_schemas.look.markup import NOTHING, Html, html, joined
from issuer.staff.access_log import StaffAccess
from issuer.staff.tracing import TraceCounts
from issuer.web.parts import Field, button, error_summary, facts, field, form, link_button, note, select
from issuer.web.problem_pages import hidden
from issuer.web.shell import Page, Visit
from issuer.web.staff.frame import HOME, Table, reason_field, staff_page, table
from issuer.web.words import words

ACCESSES = f"{HOME}/accesses"
TRACES = f"{HOME}/traces"


@dataclass(frozen=True, slots=True)
class AccessesShown:
    """What the access log shows.

    Attributes:
        accesses: of this page, newest first.
        asked: the filters as they were asked: name, day, action.
        actions: every action that may be asked for.
        next: where the next page begins, 0 without one.
        error: what is wrong with the filters, a word; empty for nothing.
    """

    accesses: Sequence[StaffAccess]
    asked: Mapping[str, str]
    actions: Sequence[str]
    next: int
    error: str = ""


def accesses_page(visit: Visit, shown: AccessesShown) -> Page:
    """Return the access log."""
    main = html(
        '<div class="stack"><div><h1>{heading}</h1><p class="lead">{lead}</p></div>{errors}'
        '<form method="get" action="{action}" class="filters">{fields}</form>{table}{next}</div>',
        heading=visit.say("nav_staff_accesses"),
        lead=visit.say("accesses_lead"),
        errors=error_summary(visit, [("f-day", visit.say(shown.error))] if shown.error else []),
        action=visit.to(ACCESSES),
        fields=_filters(visit, shown),
        table=_accesses(visit, shown.accesses),
        next=_next(visit, shown),
    )
    return staff_page(visit.say("nav_staff_accesses"), main, current="staff_accesses")


def _filters(visit: Visit, shown: AccessesShown) -> Html:
    asked = shown.asked
    wrong = visit.say(shown.error) if shown.error else ""
    return joined(
        (
            field(Field("name", visit.say("access_name"), value=asked["name"], required=False, max_length=64)),
            field(Field("day", visit.say("access_day"), error=wrong, value=asked["day"], kind="date", required=False)),
            select(
                "action",
                visit.say("access_action"),
                options=[("", visit.say("access_any")), *((each, action_words(visit, each)) for each in shown.actions)],
                chosen=asked["action"],
            ),
            button(visit.say("access_filter")),
        )
    )


def _accesses(visit: Visit, accesses: Sequence[StaffAccess]) -> Html:
    columns = ("seq", "time", "name", "place", "action", "account", "subject", "reason")
    rows = [
        (
            str(each.seq),
            korean_time(each.at),
            each.name,
            each.place or visit.say("access_machine"),
            action_words(visit, each.action),
            each.account or "–",
            each.subject or "–",
            each.reason or "–",
        )
        for each in accesses
    ]
    shown = Table(
        visit.say("accesses_table"),
        [visit.say(f"access_{column}") for column in columns],
        rows,
        visit.say("accesses_no_record"),
        numbers=frozenset({0}),
    )
    return table(shown)


def _next(visit: Visit, shown: AccessesShown) -> Html:
    if not shown.next:
        return NOTHING
    query = urlencode({**{name: value for name, value in shown.asked.items() if value}, "before": shown.next})
    return html("<p>{way}</p>", way=link_button(visit.say("access_older"), f"{visit.to(ACCESSES)}?{query}"))


def action_words(visit: Visit, action: str) -> str:
    """Return what an act is called on pages."""
    return visit.say(f"act_{action}") if f"act_{action}" in words() else action


@dataclass(frozen=True, slots=True)
class TraceShown:
    """What the page of traces shows.

    Attributes:
        causes: what may be asked for, (value, text) each.
        what: the value that was asked for; empty for none.
        counts: what it touched, where something was asked for.
        reason: as it was typed.
        error: (id of the control, word, values) of what is wrong; None for nothing.
    """

    causes: Sequence[tuple[str, str]]
    what: str = ""
    counts: TraceCounts | None = None
    reason: str = ""
    error: tuple[str, str, Mapping[str, str | int]] | None = None


def trace_page(visit: Visit, shown: TraceShown) -> Page:
    """Return the page of traces."""
    ask = joined(
        (
            select("what", visit.say("trace_what"), options=shown.causes, chosen=shown.what),
            button(visit.say("trace_count")),
        )
    )
    errors = [] if shown.error is None else [(shown.error[0], visit.say(shown.error[1], **shown.error[2]))]
    main = html(
        '<div class="stack"><div><h1>{heading}</h1><p class="lead">{lead}</p></div>{errors}'
        '<section class="card"><form method="get" action="{action}" class="stack-s">{ask}</form></section>'
        "{result}</div>",
        heading=visit.say("nav_staff_traces"),
        lead=visit.say("trace_lead"),
        errors=error_summary(visit, errors),
        action=visit.to(TRACES),
        ask=ask,
        result=NOTHING if shown.counts is None else _traced(visit, shown, shown.counts),
    )
    return staff_page(visit.say("nav_staff_traces"), main, current="staff_traces")


def _traced(visit: Visit, shown: TraceShown, counts: TraceCounts) -> Html:
    cause = dict(shown.causes).get(shown.what, shown.what)
    rows: list[tuple[str, Html | str]] = [
        (visit.say("trace_what"), cause),
        (visit.say("trace_certificates"), str(counts.certificates)),
        (visit.say("trace_accounts"), str(counts.accounts)),
    ]
    wrong = shown.error is not None and shown.error[0] == "f-reason"
    error = visit.say(shown.error[1], **shown.error[2]) if shown.error is not None and wrong else ""
    fields = joined(
        (
            hidden((("what", shown.what),)),
            reason_field(visit, value=shown.reason, error=error),
            button(visit.say("trace_list"), kind="p", sign="down"),
        )
    )
    return html(
        '<section class="card" aria-labelledby="traced-h"><h2 id="traced-h" class="h3">{heading}</h2>{facts}{note}'
        '<div class="stack-s mt">{form}</div></section>',
        heading=visit.say("trace_result"),
        facts=facts(rows),
        note=note(visit.say("trace_note"), kind="un"),
        form=form(visit, TRACES, html('<div class="stack-s">{fields}</div>', fields=fields)),
    )

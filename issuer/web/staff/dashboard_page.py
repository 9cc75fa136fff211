"""The dashboard: what needs somebody now, counts, bars with their tables, and the state of the service."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from credential_schemas.entry_types import entry_types
from credential_schemas.korean_time import korean_time
from credential_schemas.look.markup import NOTHING, Html, html, joined
from issuer.sources.registry import SOURCES
from issuer.staff.figures import Figures
from issuer.web.parts import facts, link_button
from issuer.web.shell import Page, Visit
from issuer.web.staff.bars import Bars, bars
from issuer.web.staff.frame import Table, staff_page, table
from issuer.web.staff.task_list import Task, task_list

_MOST_SKEW_S: Final = 1.0
_MS: Final = 1000
_NOTHING: Final = "–"
_PERSONS: Final = "persons"


@dataclass(frozen=True, slots=True)
class BankState:
    """How the bank does: its figures, what the readiness check finds wrong (subjects, as `readyz` names them), and for
    how many days the oldest has waited in each queue: `held`, `recognition`, `jobs`. `late` are the sources that
    are older than they may be, by id.
    """

    figures: Figures
    problems: Sequence[str]
    queues: Mapping[str, int]
    late: Collection[str] = ()


def dashboard_page(visit: Visit, tasks: Sequence[Task], state: BankState | None) -> Page:
    """Return the dashboard; `state` None for somebody of a university, who sees nothing of the bank."""
    first = NOTHING
    if tasks:
        first = link_button(visit.say("tasks_first"), visit.to(tasks[0].path), kind="p")
    main = html(
        '<div class="stack"><div class="row spread"><h1>{heading}</h1>{first}</div>'
        '<section class="card" aria-labelledby="tasks-h"><h2 id="tasks-h">{tasks_heading}</h2>{tasks}</section>'
        "{counts}</div>",
        heading=visit.say("nav_staff_home"),
        first=first,
        tasks_heading=visit.say("tasks_heading"),
        tasks=task_list(visit, tasks),
        counts=NOTHING if state is None else _figures(visit, state),
    )
    return staff_page(visit.say("nav_staff_home"), main, current="staff_home")


def _figures(visit: Visit, state: BankState) -> Html:
    figures = state.figures
    charts = (
        _by_day(visit, "issued", figures.issued),
        _by_day(visit, "checked", figures.checked),
        _by_day(visit, "revoked", figures.revoked),
        _by_day(visit, "refused", figures.refused),
        bars(visit, _refusals(visit, figures)),
        bars(visit, _times(visit, figures)),
        bars(visit, _queues(visit, state.queues)),
        bars(visit, _entries(visit, figures)),
        bars(visit, _delivered(visit, figures)),
        bars(visit, _delays(visit, figures, state.late)),
    )
    return html(
        '{counts}<div class="charts">{charts}</div><section class="card"><h2 class="h3" id="state-h">{state}</h2>'
        '{facts}<p class="s muted">{counted}</p></section>',
        counts=_counts(visit, figures),
        charts=joined(charts),
        state=visit.say("state_heading"),
        facts=facts(_state(visit, figures, state.problems)),
        counted=visit.say("figures_at", time=korean_time(figures.at)),
    )


def _counts(visit: Visit, figures: Figures) -> Html:
    def row(name: str, counted: Mapping[date, int]) -> tuple[str, str, str]:
        return visit.say(f"count_{name}"), str([*counted.values()][-1]), str(sum(counted.values()))

    counted = {
        "issued": figures.issued,
        "checked": figures.checked,
        "revoked": figures.revoked,
        "refused": figures.refused,
    }
    today, week = [*figures.times.values()][-1], figures.time_of_week
    times = [
        (
            visit.say("count_median"),
            *(_NOTHING if each is None else _seconds(each.median_ms) for each in (today, week)),
        ),
        (visit.say("count_p95"), *(_NOTHING if each is None else _seconds(each.p95_ms) for each in (today, week))),
    ]
    shown = Table(
        visit.say("counts_heading"),
        (visit.say("count_what"), visit.say("count_today"), visit.say("count_week")),
        [*(row(name, days) for name, days in counted.items()), *times],
        "",
        numbers=frozenset({1, 2}),
    )
    return html(
        '<section class="card">{table}<p class="s muted">{note}</p></section>',
        table=table(shown),
        note=visit.say("counts_note"),
    )


def _by_day(visit: Visit, name: str, counted: Mapping[date, int]) -> Html:
    rows = [(day.isoformat(), number) for day, number in counted.items()]
    columns = (visit.say("column_day"), visit.say("column_number"))
    return bars(visit, Bars(visit.say(f"chart_{name}"), columns, rows, ""))


def _refusals(visit: Visit, figures: Figures) -> Bars:
    counted = sorted(figures.refusals.items(), key=lambda each: (-each[1], each[0]))
    rows = [(_with_breaks(code), number) for code, number in counted]
    columns = (visit.say("column_code"), visit.say("column_number"))
    return Bars(visit.say("chart_refusals"), columns, rows, visit.say("chart_refusals_none"))


def _times(visit: Visit, figures: Figures) -> Bars:
    rows = [
        (day.isoformat(), *((None, None) if each is None else (each.median_ms, each.p95_ms)))
        for day, each in figures.times.items()
    ]
    columns = (visit.say("column_day"), visit.say("count_median"), visit.say("count_p95"))
    return Bars(visit.say("chart_times"), columns, rows, "", spoken=_seconds, note=visit.say("chart_times_note"))


def _with_breaks(code: str) -> Html:
    """Return a code that may go on in the next line behind its underscores."""
    return joined(html("{part}<wbr>", part=part) for part in re.findall("[^_]*_|[^_]+", code))


def _seconds(milliseconds: int) -> str:
    return f"{milliseconds / _MS:.2f}"


def _entries(visit: Visit, figures: Figures) -> Bars:
    known = entry_types()
    rows = [
        (known[kind].names.in_language(visit.language) if kind in known else kind, number)
        for kind, number in sorted(figures.entries.items(), key=lambda each: (-each[1], each[0]))
    ]
    columns = (visit.say("column_kind"), visit.say("column_number"))
    return Bars(visit.say("chart_entries"), columns, rows, visit.say("chart_entries_none"))


def _queues(visit: Visit, queues: Mapping[str, int]) -> Bars:
    rows = [(visit.say(f"queue_{queue}"), days) for queue, days in queues.items()]
    columns = (visit.say("chart_queue"), visit.say("column_days"))
    return Bars(visit.say("chart_queues"), columns, rows, visit.say("chart_queues_none"))


def _delivered(visit: Visit, figures: Figures) -> Bars:
    counted = sorted(figures.delivered.items(), key=lambda each: (-each[1], each[0]))
    columns = (visit.say("chart_source"), visit.say("column_number"))
    rows = [(_source(visit, source), number) for source, number in counted]
    return Bars(visit.say("chart_delivered"), columns, rows, visit.say("chart_entries_none"))


def _delays(visit: Visit, figures: Figures, late: Collection[str]) -> Bars:
    rows = [
        (_source(visit, each.source) + (f" ({visit.say('op_state_late')})" if each.source in late else ""), each.days)
        for each in sorted(figures.delays, key=lambda each: (-each.days, each.source))
    ]
    columns = (visit.say("chart_source"), visit.say("column_days"))
    return Bars(visit.say("chart_delays"), columns, rows, visit.say("chart_delays_none"))


def _source(visit: Visit, source: str) -> str:
    if source == _PERSONS:
        return visit.say("source_persons")
    known = SOURCES.get(source)
    return source if known is None else known.ko if visit.language == "ko" else known.en


def _state(visit: Visit, figures: Figures, problems: Sequence[str]) -> list[tuple[str, Html | str]]:
    kind, revision = figures.database
    rows: list[tuple[str, Html | str]] = [
        (visit.say("state_ready"), ", ".join(problems) or visit.say("state_ready_yes")),
        (visit.say("state_build"), figures.build),
        (visit.say("state_database"), f"{kind}, {revision}"),
        (visit.say("state_accounts"), str(figures.accounts)),
    ]
    skew = figures.database_skew_s
    if skew is not None:
        word = "state_clock_same" if abs(skew) < _MOST_SKEW_S else "state_clock_off"
        rows.append((visit.say("state_clock"), visit.say(word, seconds=round(skew))))
    else:
        rows.append((visit.say("state_clock"), visit.say("state_clock_own", time=korean_time(figures.at))))
    return rows

"""Sources for operators: all of them, one with its runs, one run with what was not taken."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from credential_schemas.korean_time import korean_time
from credential_schemas.look.markup import NOTHING, Html, html
from issuer.operating.held_deliveries import HeldDelivery
from issuer.operating.source_states import SourceState
from issuer.sources.registry import SOURCES
from issuer.store.pulls import RUNNING, RejectedLine, SourceRun
from issuer.times import utc_moment
from issuer.web.parts import Field, button, error_summary, facts, field, form, link_button, note, tag
from issuer.web.shell import Page, Visit
from issuer.web.staff.frame import HOME, Table, reason_field, staff_page, table
from issuer.web.words import words

SOURCES_PATH: Final = f"{HOME}/sources"
RUNS_PATH: Final = f"{HOME}/runs"
HELD_PATH: Final = f"{HOME}/held"
SHOWN_ROWS: Final = 200
_WAY: Final = "staff_sources"
_NOTHING: Final = "–"
_REFRESH_S: Final = 5
_COUNTS: Final = ("new", "changed", "unchanged", "withdrawn", "held", "rejected")
_STATE_TAGS: Final = {
    "ok": ("ok", "ok"),
    "running": ("", "info"),
    "never": ("", "info"),
    "held": ("un", "un"),
    "late": ("un", "un"),
    "failing": ("bad", "bad"),
}


@dataclass(frozen=True, slots=True)
class SourceShown:
    """One source with its runs, newest first.

    `may_change`: whoever looks is an operator. `error` is the word of what is wrong with the reason, `said` the word of
    what came of the last press; both empty for nothing.
    """

    state: SourceState
    runs: Sequence[SourceRun]
    may_change: bool
    error: str = ""
    said: str = ""


@dataclass(frozen=True, slots=True)
class RunShown:
    """One run with its rejected rows; `held` is what it held back, for an operator, while that waits for a decision.

    `works`: something is done with its source just now. `error` is (id of the control, sentence), None for nothing.
    """

    run: SourceRun
    rejected: Sequence[RejectedLine]
    held: HeldDelivery | None = None
    works: bool = False
    error: tuple[str, str] | None = None
    said: str = ""


def sources_page(visit: Visit, states: Sequence[SourceState], *, waiting: int) -> Page:
    """Return the page of all sources; `waiting` counts references with held entries nobody has decided about."""
    columns = ("name", "state", "success", "lag", "promise", *(f"count_{name}" for name in _COUNTS))
    shown = Table(
        visit.say("sources_table"),
        [visit.say(f"op_{column}") for column in columns],
        [_source_row(visit, each) for each in states],
        "",
        numbers=frozenset(range(5, 5 + len(_COUNTS))),
    )
    main = html(
        '<div class="stack"><h1>{heading}</h1><section class="card">{table}<p class="s muted">{lag}</p></section>'
        '<section class="card row spread"><p>{waiting}</p>{held}</section></div>',
        heading=visit.say("nav_staff_sources"),
        table=table(shown),
        lag=visit.say("op_lag_note"),
        waiting=visit.say("op_held_waiting", n=waiting),
        held=link_button(visit.say("op_held_heading"), visit.to(HELD_PATH)),
    )
    return staff_page(visit.say("nav_staff_sources"), main, current=_WAY)


def source_page(visit: Visit, shown: SourceShown) -> Page:
    """Return the page of one source; while it is asked the browser looks again by itself."""
    state = shown.state
    rows = [
        (visit.say("op_state"), _state_tag(visit, state)),
        (visit.say("op_success"), _minute(state.last_success)),
        (visit.say("op_lag"), _lag(visit, state)),
        (visit.say("op_promise"), _promise(visit, state)),
    ]
    main = html(
        '<div class="stack"><p><a href="{back}">{back_word}</a></p><h1>{heading}</h1>{said}'
        '<section class="card">{facts}</section>{change}<section class="card">{runs}</section></div>',
        back=visit.to(SOURCES_PATH),
        back_word=visit.say("nav_staff_sources"),
        heading=source_name(visit, state.source),
        said=note(visit.say(shown.said)) if shown.said else NOTHING,
        facts=facts(rows),
        change=_change(visit, shown) if shown.may_change else NOTHING,
        runs=table(_runs(visit, shown.runs)),
    )
    page = staff_page(source_name(visit, state.source), main, current=_WAY)
    return page if state.state != "running" or shown.error else with_refresh(page)


def run_page(visit: Visit, shown: RunShown) -> Page:
    """Return the page of one run: its counts, what stopped it, the first rows that were not taken, and the decision."""
    run, rejected = shown.run, shown.rejected
    title = visit.say("op_run_title", run=run.id)
    pages = visit.say("op_run_pages_done", done=run.pages_taken, of=run.pages)
    rows: list[tuple[str, Html | str]] = [
        (visit.say("op_name"), source_name(visit, run.source)),
        (visit.say("op_run_way"), visit.say(f"op_way_{run.way}")),
        (visit.say("op_run_delivery"), run.delivery or _NOTHING),
        (visit.say("op_run_by"), run.actor),
        (visit.say("op_run_started"), _minute(run.started_at)),
        (visit.say("op_run_ended"), _minute(run.ended_at)),
        (visit.say("op_run_outcome"), visit.say(f"op_outcome_{run.outcome}")),
        (visit.say("op_as_of"), run.as_of or _NOTHING),
        (visit.say("op_run_pages"), pages),
        *((visit.say(f"op_count_{name}"), str(count_of(run, name))) for name in _COUNTS),
    ]
    main = html(
        '<div class="stack"><p><a href="{back}">{back_word}</a></p><h1>{title}</h1>{errors}{said}{problem}'
        '<section class="card">{facts}</section>{decide}{rejected}</div>',
        back=visit.to(f"{SOURCES_PATH}/{run.source}"),
        back_word=source_name(visit, run.source),
        title=title,
        errors=error_summary(visit, [] if shown.error is None else [shown.error]),
        said=note(visit.say(shown.said)) if shown.said else NOTHING,
        problem=_problem(visit, run),
        facts=facts(rows),
        decide=NOTHING if shown.held is None else _decide(visit, shown, shown.held),
        rejected=_rejected(visit, run, rejected),
    )
    page = staff_page(title, main, current=_WAY)
    return with_refresh(page) if run.outcome == RUNNING or (shown.works and shown.error is None) else page


def source_name(visit: Visit, source: str) -> str:
    """Return what a source is called."""
    known = SOURCES.get(source)
    if known is None:
        return visit.say("op_register")
    return known.ko if visit.language == "ko" else known.en


def count_of(run: SourceRun, name: str) -> int:
    """Return one count of a run."""
    return int(str(run.counts.get(name, 0)))


def with_refresh(page: Page) -> Page:
    """Return a page that a browser asks for again by itself every five seconds."""
    return replace(page, refresh_s=_REFRESH_S)


def _source_row(visit: Visit, state: SourceState) -> Sequence[Html | str]:
    run = state.last_run
    counts = [_NOTHING if run is None else str(count_of(run, name)) for name in _COUNTS]
    name = html(
        '<a href="{address}">{name}</a>',
        address=visit.to(f"{SOURCES_PATH}/{state.source}"),
        name=source_name(visit, state.source),
    )
    lag, promise = _lag(visit, state), _promise(visit, state)
    return (name, _state_tag(visit, state), _minute(state.last_success), lag, promise, *counts)


def _state_tag(visit: Visit, state: SourceState) -> Html:
    kind, sign = _STATE_TAGS[state.state]
    return tag(visit.say(f"op_state_{state.state}"), kind=kind, sign=sign)


def _lag(visit: Visit, state: SourceState) -> str:
    return _NOTHING if state.hours is None else visit.say("op_hours", n=state.hours)


def _promise(visit: Visit, state: SourceState) -> str:
    hours = state.promised_hours
    return visit.say("op_no_promise") if hours is None else visit.say("op_hours", n=hours)


def _minute(text: str | None) -> str:
    return _NOTHING if text is None else korean_time(utc_moment(text))


def _change(visit: Visit, shown: SourceShown) -> Html:
    """Run again, or stop what runs; a source that delivers files says so instead."""
    state = shown.state
    if not state.is_asked:
        return note(visit.say("op_files_only"))
    path = f"{SOURCES_PATH}/{state.source}"
    error = visit.say(shown.error) if shown.error else ""
    running = state.state == "running"
    press = button(visit.say("op_stop" if running else "op_run_again"), kind="" if running else "p")
    body = html(
        '<div class="stack-s"><p>{text}</p>{reason}<p>{press}</p></div>',
        text=visit.say("op_stop_text" if running else "op_run_again_text"),
        reason=reason_field(visit, error=error),
        press=press,
    )
    filled = form(visit, f"{path}/stop" if running else f"{path}/run", body)
    return html('<section class="card">{form}</section>', form=filled)


def _runs(visit: Visit, runs: Sequence[SourceRun]) -> Table:
    columns = ("run", "run_way", "run_started", "run_outcome", "run_pages", *(f"count_{name}" for name in _COUNTS))
    rows: list[Sequence[Html | str]] = []
    for run in runs:
        number = html('<a href="{address}">{id}</a>', address=visit.to(f"{RUNS_PATH}/{run.id}"), id=run.id)
        outcome, way = visit.say(f"op_outcome_{run.outcome}"), visit.say(f"op_way_{run.way}")
        pages = f"{run.pages_taken}/{run.pages}"
        rows.append((number, way, _minute(run.started_at), outcome, pages, *(str(count_of(run, n)) for n in _COUNTS)))
    return Table(
        visit.say("op_runs_table"),
        [visit.say(f"op_{column}") for column in columns],
        rows,
        visit.say("op_runs_none"),
        numbers=frozenset(range(4, 5 + len(_COUNTS))),
    )


def _problem(visit: Visit, run: SourceRun) -> Html:
    if run.problem is None:
        return NOTHING
    said = visit.say("op_run_problem", code=run.problem, problem=str(run.details.get("problem", "")))
    code = run.details.get("code_to_accept")
    if code is None:
        plainly = f"op_run_{run.problem}"
        sentence = html("<p>{said}</p>", said=visit.say(plainly)) if plainly in words() else NOTHING
        return note(html('{sentence}<p class="s">{said}</p>', sentence=sentence, said=said), kind="bad")
    missing, standing, alike = (str(run.details.get(name, "")) for name in ("missing", "standing", "alike"))
    held = visit.say("op_run_held", missing=missing, standing=standing, alike=alike)
    return note(html("<p>{held}</p><p>{decide}</p>", held=held, decide=visit.say("op_run_decide")), kind="un")


def _decide(visit: Visit, shown: RunShown, held: HeldDelivery) -> Html:
    """The dry run of a delivery that was held back, and once there is one the form that accepts exactly that."""
    path, error = f"{RUNS_PATH}/{held.run.id}", shown.error or ("", "")
    reason = reason_field(visit, error=error[1] if error[0] == "f-reason" else "")
    if held.rehearsed is None:
        body = html(
            '<div class="stack-s"><p>{text}</p>{reason}<p>{press}</p></div>',
            text=visit.say("op_held_dry_run_text"),
            reason=reason,
            press=button(visit.say("op_dry_run"), kind="p"),
        )
        return html('<section class="card">{form}</section>', form=form(visit, f"{path}/dry-run", body))
    names = (*_COUNTS, "statuses_changed")
    rows = [(visit.say(f"op_count_{name}"), str(count_of(held.rehearsed, name))) for name in names]
    typed = Field(
        "count",
        visit.say("op_held_count"),
        hint=visit.say("op_count_hint", n=held.count),
        error=error[1] if error[0] == "f-count" else "",
        max_length=9,
    )
    body = html(
        '<div class="stack-s"><h2 class="h3">{heading}</h2><p>{nothing_done}</p>{facts}{count}{reason}'
        "<p>{press}</p></div>",
        heading=visit.say("op_held_would"),
        nothing_done=visit.say("op_nothing_done"),
        facts=facts(rows),
        count=field(typed),
        reason=reason,
        press=button(visit.say("op_held_accept"), kind="danger"),
    )
    return html('<section class="card">{form}</section>', form=form(visit, f"{path}/accept", body))


def _rejected(visit: Visit, run: SourceRun, rejected: Sequence[RejectedLine]) -> Html:
    columns = ("file", "line", "item", "field", "rule")
    shown = Table(
        visit.say("op_rejected_table"),
        [visit.say(f"op_{column}") for column in columns],
        [
            (row.file, _NOTHING if row.line is None else str(row.line), str(row.item), row.field, row.problem)
            for row in rejected[:SHOWN_ROWS]
        ],
        visit.say("op_rejected_none"),
        numbers=frozenset({1, 2}),
    )
    download = NOTHING
    if rejected:
        address = visit.to(f"{RUNS_PATH}/{run.id}/rejected.csv")
        kept = visit.say("op_rejected_kept", shown=min(SHOWN_ROWS, len(rejected)), kept=len(rejected))
        said = visit.say("op_rejected_csv")
        download = html('<p class="mt s">{kept}</p>{way}', kept=kept, way=link_button(said, address))
    return html('<section class="card">{table}{download}</section>', table=table(shown), download=download)

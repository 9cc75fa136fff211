"""`/operator/sources` and `/operator/runs`: how every source does, its runs, and running one again."""

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from issuer.api.pages.asked import Answer, Download, NotHere, shown
from issuer.api.staff.asked import StaffAsked, onward
from issuer.api.staff.routing import BANK, OPERATORS, StaffPages
from issuer.audit.trail import Act, Action, record_acts
from issuer.deliveries.ages import all_sources
from issuer.deliveries.errors import SourceNotAsked
from issuer.operating.errors import HeldFileGone, RehearsalDiffers
from issuer.operating.held_deliveries import Decision, HeldDelivery, accept_held, held_delivery, rehearse_held
from issuer.operating.held_rows import references_waiting
from issuer.operating.source_states import run_again, source_states, stop_run, work_name
from issuer.staff.errors import ReasonMissing
from issuer.staff.roles import Role
from issuer.store.pulls import RejectedLine, SourceRun
from issuer.times import utc_text
from issuer.web.staff.sources_page import (
    RUNS_PATH,
    SOURCES_PATH,
    RunShown,
    SourceShown,
    run_page,
    source_page,
    sources_page,
)

_COUNT: Final = re.compile(r"[0-9]{1,9}")
_NUMBER: Final = re.compile(r"[1-9][0-9]{0,17}")
_SAID: Final = {"begun": "op_said_begun", "busy": "op_said_busy", "stop": "op_said_stop", "idle": "op_said_idle"}


def register(pages: StaffPages) -> None:
    """Add the addresses."""
    pages.show(SOURCES_PATH, show, roles=BANK)
    pages.show(f"{SOURCES_PATH}/{{source}}", show_source, roles=BANK)
    pages.change(f"{SOURCES_PATH}/{{source}}/run", run, roles=OPERATORS)
    pages.change(f"{SOURCES_PATH}/{{source}}/stop", stop, roles=OPERATORS)
    pages.show(f"{RUNS_PATH}/{{run}}", show_run, roles=BANK)
    pages.show(f"{RUNS_PATH}/{{run}}/rejected.csv", give_rejected, roles=BANK)
    pages.change(f"{RUNS_PATH}/{{run}}/dry-run", rehearse, roles=OPERATORS)
    pages.change(f"{RUNS_PATH}/{{run}}/accept", accept, roles=OPERATORS)


def show(asked: StaffAsked) -> Answer:
    """Show every source."""
    states = source_states(asked.bank, asked.desk.operating.promises, now=asked.now)
    return shown(sources_page(asked.visit, states, waiting=references_waiting(asked.bank)))


def show_source(asked: StaffAsked) -> Answer:
    """Show one source with its runs."""
    said = _SAID.get(asked.form.one("said"), "")
    return shown(source_page(asked.visit, replace(_view(asked), said=said)))


def run(asked: StaffAsked) -> Answer:
    """Ask a source now."""
    try:
        reason = asked.reason()
    except ReasonMissing as error:
        return shown(source_page(asked.visit, replace(_view(asked), error=f"refused_{error.code}")), status=422)
    source = _source(asked)
    if source not in asked.desk.operating.asked:
        raise SourceNotAsked(source=source, known=", ".join(asked.desk.operating.asked) or "-")
    if _view(asked).state.state == "running":
        return onward(asked, f"{SOURCES_PATH}/{source}?said=busy")
    _record(asked, "source_run_asked", source, reason)
    begun = run_again(asked.bank, asked.desk.operating, source)
    return onward(asked, f"{SOURCES_PATH}/{source}?said={'begun' if begun else 'busy'}")


def stop(asked: StaffAsked) -> Answer:
    """Let whoever asks a source stop before the next page."""
    try:
        reason = asked.reason()
    except ReasonMissing as error:
        return shown(source_page(asked.visit, replace(_view(asked), error=f"refused_{error.code}")), status=422)
    source = _source(asked)
    stops = stop_run(asked.bank, source, now=asked.now)
    if stops:
        _record(asked, "source_run_stopped", source, reason)
    return onward(asked, f"{SOURCES_PATH}/{source}?said={'stop' if stops else 'idle'}")


def show_run(asked: StaffAsked) -> Answer:
    """Show one run."""
    return _run_page(asked)


def rehearse(asked: StaffAsked) -> Answer:
    """Try out what accepting a delivery that was held back would do."""
    held = _held(asked)
    try:
        begun = rehearse_held(asked.bank, asked.desk.operating, held, reason=asked.reason(), now=asked.now)
    except (ReasonMissing, HeldFileGone) as error:
        return _run_page(asked, error=("f-reason", asked.visit.say(f"refused_{error.code}")))
    return onward(asked, f"{RUNS_PATH}/{held.run.id}?said={'begun' if begun else 'busy'}")


def accept(asked: StaffAsked) -> Answer:
    """Take a delivery that was held back, exactly as its dry run showed it."""
    held, typed = _held(asked), asked.form.one("count").strip()
    count = int(typed) if _COUNT.fullmatch(typed) else -1
    try:
        said = Decision(count, asked.reason())
        begun = accept_held(asked.bank, asked.desk.operating, held, said=said, now=asked.now)
    except RehearsalDiffers:
        return _run_page(asked, error=("f-count", asked.visit.say("op_held_wrong_count", n=held.count)))
    except (ReasonMissing, HeldFileGone) as error:
        return _run_page(asked, error=("f-reason", asked.visit.say(f"refused_{error.code}")))
    return onward(asked, f"{SOURCES_PATH}/{held.run.source}?said={'begun' if begun else 'busy'}")


def give_rejected(asked: StaffAsked) -> Answer:
    """Give the rows that were not taken: where they stand and which rule they break, never what they say."""
    found, rejected = _run(asked)
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("file", "line", "item", "field", "rule"))
    writer.writerows((row.file, row.line, row.item, row.field, row.problem) for row in rejected)
    return Answer(download=Download(text.getvalue().encode(), "text/csv; charset=utf-8", f"run-{found.id}.csv"))


def _held(asked: StaffAsked) -> HeldDelivery:
    found, _ = _run(asked)
    held = held_delivery(asked.bank, found.id)
    if held is None:
        raise NotHere
    return held


def _run_page(asked: StaffAsked, *, error: tuple[str, str] | None = None) -> Answer:
    found, rejected = _run(asked)
    held = held_delivery(asked.bank, found.id) if Role.OPERATOR in asked.staff.roles else None
    works = asked.desk.operating.works.goes_on(work_name(found.source))
    said = _SAID.get(asked.form.one("said"), "")
    view = RunShown(found, rejected, held=held, works=works, error=error, said=said)
    return shown(run_page(asked.visit, view), status=422 if error else 200)


def _source(asked: StaffAsked) -> str:
    source = asked.values["source"]
    if source not in all_sources():
        raise NotHere
    return source


def _view(asked: StaffAsked) -> SourceShown:
    source = _source(asked)
    states = source_states(asked.bank, asked.desk.operating.promises, now=asked.now)
    with asked.bank.store.read() as transaction:
        runs = transaction.pulls.runs(source)
    (state,) = (each for each in states if each.source == source)
    return SourceShown(state, runs, may_change=Role.OPERATOR in asked.staff.roles)


def _run(asked: StaffAsked) -> tuple[SourceRun, Sequence[RejectedLine]]:
    if not _NUMBER.fullmatch(asked.values["run"]):
        raise NotHere
    number = int(asked.values["run"])
    with asked.bank.store.read() as transaction:
        found, rejected = transaction.pulls.run(number), transaction.pulls.rejected(number)
    if found is None:
        raise NotHere
    return found, rejected


def _record(asked: StaffAsked, action: Action, source: str, reason: str) -> None:
    with asked.bank.store.write() as transaction:
        record_acts(transaction, Act(action, None, source, reason), actor=asked.bank.actor, at=utc_text(asked.now))

"""The bank's side of course recognition: the queue, and one application as a list of tasks."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from credential_schemas.korean_time import korean_time
from credential_schemas.look.markup import NOTHING, Html, html, joined
from issuer.recognition.cases import CaseView, days_since, open_targets
from issuer.recognition.reviewing import FINDINGS, OUTCOMES
from issuer.recognition.stages import Stage, Step, is_possible
from issuer.recognition.texts import USUAL_YEARS, targets_of
from issuer.store.recognition import StoredCourse
from issuer.times import utc_moment
from issuer.web.parts import CheckRow, Field, button, check_row, facts, field, form, note, radios, select, tag
from issuer.web.shell import Page, Visit
from issuer.web.staff.case_parts import (
    QUEUE_PATH,
    Typed,
    area,
    course_part,
    events_part,
    notices,
    paragraphs,
    stage_tag,
    syllabus_link,
    target_name,
    version_of,
    who_by_name,
)
from issuer.web.staff.frame import Table, staff_page, table

_WAY: Final = "staff_recognition"
_NOTHING: Final = "–"
_NO_TEXT: Final = Typed()


@dataclass(frozen=True, slots=True)
class CaseShown:
    """One application for whoever looks: an operator may change it, `now` is aware."""

    view: CaseView
    may_change: bool
    now: datetime
    typed: Typed = _NO_TEXT

    @property
    def path(self) -> str:
        """Where its forms go."""
        return f"{QUEUE_PATH}/{self.view.case.id}"

    def may(self, step: Step) -> bool:
        """Return whether this step can be done here and now."""
        return self.may_change and is_possible(self.view.case.stage, step)


def queue_page(visit: Visit, cases: Sequence[CaseView], *, now: datetime) -> Page:
    """Return every application that was submitted."""
    heading = visit.say("rec_queue_heading")
    rows = [
        (
            html('<a href="{path}">{id}</a>', path=visit.to(f"{QUEUE_PATH}/{each.case.id}"), id=each.case.id),
            each.case.institution_name,
            each.case.department,
            str(len(each.courses)),
            stage_tag(visit, each.case.stage),
            str(days_since(each.case.stage_since, now)),
            each.case.reviewer or _NOTHING,
        )
        for each in cases
    ]
    names = ("case", "university", "department", "courses", "stage", "days_waiting", "reviewer")
    columns = [visit.say(f"rec_{name}") for name in names]
    shown = Table(visit.say("rec_queue_table"), columns, rows, visit.say("rec_queue_none"), frozenset({3, 5}))
    main = html(
        '<div class="stack"><h1>{heading}</h1><p>{lead}</p><section class="card">{table}</section></div>',
        heading=heading,
        lead=visit.say("rec_queue_lead"),
        table=table(shown),
    )
    return staff_page(heading, main, current=_WAY)


def case_page(visit: Visit, shown: CaseShown) -> Page:
    """Return one application as a list of tasks."""
    view = shown.view
    heading = visit.say("rec_case_heading", id=view.case.id, department=view.case.department)
    since = "" if view.case.submitted_at is None else korean_time(utc_moment(view.case.submitted_at))
    parts = [
        html('<p><a href="{path}">{word}</a></p>', path=visit.to(QUEUE_PATH), word=visit.say("rec_queue_heading")),
        html("<h1>{heading}</h1>", heading=heading),
        notices(visit, shown.typed),
        facts(
            [
                (visit.say("rec_university"), view.case.institution_name),
                (visit.say("rec_stage"), stage_tag(visit, view.case.stage)),
                (visit.say("rec_days_waiting"), str(days_since(view.case.stage_since, shown.now))),
                (visit.say("rec_submitted"), since),
                (visit.say("rec_reviewer"), view.case.reviewer or _NOTHING),
            ]
        ),
        _tasks(visit, view),
        _press(visit, shown, "take", "rec_take") if shown.may(Step.TAKE) else NOTHING,
        _section(visit, "application", joined(_course(visit, shown, each) for each in view.courses)),
        _section(visit, "screening", joined(_screening(visit, shown, each) for each in view.courses)),
        _section(visit, "evidence", joined(_evidence(visit, shown, each) for each in view.courses)),
        _section(visit, "notes", _notes(visit, shown)),
        _section(visit, "decision", _decision(visit, shown)),
    ]
    return staff_page(heading, html('<div class="stack">{parts}</div>', parts=joined(parts)), current=_WAY)


def _tasks(visit: Visit, view: CaseView) -> Html:
    waiting = open_targets(view)
    over = view.stage in (Stage.RECOGNISED, Stage.REFUSED)
    states = (
        ("application", True),
        ("screening", waiting == 0),
        ("evidence", all(each.file_sha256 is not None for each in view.courses)),
        ("notes", True),
        ("decision", over),
    )
    return html(
        '<div><ol class="tasks">{tasks}</ol></div>',
        tasks=joined(
            html(
                '<li><a class="spread" href="#{name}">{word}{mark}</a></li>',
                name=name,
                word=visit.say(f"rec_task_{name}"),
                mark=tag(visit.say("rec_task_done" if done else "rec_task_open"), sign="ok" if done else "un"),
            )
            for name, done in states
        ),
    )


def _section(visit: Visit, name: str, content: Html) -> Html:
    return html(
        '<section id="{name}" class="stack-s"><h2>{word}</h2>{content}</section>',
        name=name,
        word=visit.say(f"rec_task_{name}"),
        content=content,
    )


def _course(visit: Visit, shown: CaseShown, course: StoredCourse) -> Html:
    more = NOTHING
    if shown.may(Step.END) and course.ended_on is None:
        name = f"last_day_{course.position}"
        body = html(
            '<div class="stack-s">{version}{day}{grounds}<p>{press}</p></div>',
            version=version_of(shown.view),
            day=field(Field(name, visit.say("rec_field_last_day"), kind="date", value=shown.typed.value(name))),
            grounds=area(
                f"grounds_{course.position}",
                visit.say("rec_field_grounds"),
                value=shown.typed.value(f"grounds_{course.position}"),
            ),
            press=button(visit.say("rec_end"), kind="danger"),
        )
        more = html(
            "<details><summary>{word}</summary>{form}</details>",
            word=visit.say("rec_end_heading"),
            form=form(visit, f"{shown.path}/courses/{course.position}/end", body),
        )
    return course_part(visit, course, file_path=f"{shown.path}/courses/{course.position}/syllabus", more=more)


def _screening(visit: Visit, shown: CaseShown, course: StoredCourse) -> Html:
    rows = [_target(visit, shown, course, place) for place, _ in enumerate(targets_of(course.targets))]
    may = shown.may(Step.SCREEN)
    body = html(
        '<div class="stack-s"><h3>{title}</h3><p>{outcome}</p>{version}{rows}{press}</div>',
        title=course.title,
        outcome=paragraphs(course.outcome),
        version=version_of(shown.view) if may else NOTHING,
        rows=joined(rows),
        press=html("<p>{press}</p>", press=button(visit.say("rec_save_screening"))) if may else NOTHING,
    )
    path = f"{shown.path}/courses/{course.position}/screen"
    content = form(visit, path, body) if may else body
    return html('<section class="card">{content}</section>', content=content)


def _target(visit: Visit, shown: CaseShown, course: StoredCourse, place: int) -> Html:
    name = target_name(targets_of(course.targets)[place])
    found = shown.view.finding(course.position, place)
    if not shown.may(Step.SCREEN):
        said = visit.say("rec_finding_none") if found is None else visit.say(f"rec_finding_{found.finding}")
        return facts([(name, said), (visit.say("rec_field_note"), _NOTHING if found is None else found.note)])
    finding, words = f"finding_{course.position}_{place}", f"note_{course.position}_{place}"
    options = [("", visit.say("rec_finding_none")), *((each, visit.say(f"rec_finding_{each}")) for each in FINDINGS)]
    chosen = shown.typed.value(finding, "" if found is None else found.finding)
    noted = shown.typed.value(words, "" if found is None else found.note)
    return html(
        '<fieldset class="field"><legend>{name}</legend>{finding}{note}</fieldset>',
        name=name,
        finding=select(finding, visit.say("rec_finding"), options=options, chosen=chosen),
        note=field(Field(words, visit.say("rec_field_note"), value=noted, max_length=500)),
    )


def _evidence(visit: Visit, shown: CaseShown, course: StoredCourse) -> Html:
    path = f"{shown.path}/courses/{course.position}/syllabus"
    file = syllabus_link(visit, course, path)
    return facts([(course.title, paragraphs(course.evaluation)), (visit.say("rec_syllabus"), file)])


def _notes(visit: Visit, shown: CaseShown) -> Html:
    parts = [events_part(visit, shown.view.events, who=who_by_name)]
    if shown.may(Step.NOTE):
        internal = check_row(CheckRow("internal", "yes", visit.say("rec_keep_internal"), checked=True))
        body = html(
            '<div class="stack-s">{version}{note}<ul class="pick">{internal}</ul><p>{press}</p></div>',
            version=version_of(shown.view),
            note=area("note", visit.say("rec_field_note"), value=shown.typed.value("note")),
            internal=internal,
            press=button(visit.say("rec_save_note")),
        )
        parts.append(html('<section class="card">{f}</section>', f=form(visit, f"{shown.path}/notes", body)))
    if shown.may(Step.ASK):
        body = html(
            '<div class="stack-s"><p>{text}</p>{version}{question}<p>{press}</p></div>',
            text=visit.say("rec_ask_text"),
            version=version_of(shown.view),
            question=area("question", visit.say("rec_field_question"), value=shown.typed.value("question")),
            press=button(visit.say("rec_ask")),
        )
        parts.append(html('<section class="card">{f}</section>', f=form(visit, f"{shown.path}/ask", body)))
    return joined(parts)


def _decision(visit: Visit, shown: CaseShown) -> Html:
    view = shown.view
    rows = [
        (
            visit.say("rec_decision_of", reviewer=each.reviewer, round=each.round),
            html(
                "<p>{outcome}</p><p>{words}</p>",
                outcome=visit.say(f"rec_decided_{each.outcome}", n=each.years),
                words=paragraphs(each.words),
            ),
        )
        for each in view.decisions
    ]
    parts = [facts(rows) if rows else html("<p>{none}</p>", none=visit.say("rec_decision_none"))]
    if view.hidden_decisions:
        parts.append(note(visit.say("rec_decision_hidden")))
    if view.case.round > 1 and view.stage is Stage.IN_REVIEW:
        parts.append(note(visit.say("rec_decision_again"), kind="un"))
    if shown.may(Step.DECIDE):
        parts.append(_decision_form(visit, shown))
    return joined(parts)


def _decision_form(visit: Visit, shown: CaseShown) -> Html:
    typed = shown.typed
    outcomes = [(each, visit.say(f"rec_outcome_{each}")) for each in OUTCOMES]
    years = Field(
        "years", visit.say("rec_field_years"), value=typed.value("years", str(USUAL_YEARS)), kind="text", max_length=1
    )
    body = html(
        '<div class="stack-s"><p>{text}</p>{version}{outcome}{years}{words}<p>{press}</p></div>',
        text=visit.say("rec_decide_text"),
        version=version_of(shown.view),
        outcome=radios("outcome", visit.say("rec_decision"), options=outcomes, chosen=typed.value("outcome")),
        years=field(years),
        words=area("words", visit.say("rec_field_words"), value=typed.value("words")),
        press=button(visit.say("rec_save_decision"), kind="p"),
    )
    return html('<section class="card">{form}</section>', form=form(visit, f"{shown.path}/decide", body))


def _press(visit: Visit, shown: CaseShown, step: str, word: str) -> Html:
    body = joined([version_of(shown.view), button(visit.say(word), kind="p")])
    return form(visit, f"{shown.path}/{step}", body)

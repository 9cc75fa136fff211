"""The university's pages: its applications, its recognised courses, and one application with what is to be done."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from credential_schemas.look.markup import NOTHING, Html, html, joined
from issuer.recognition.cases import CaseView, days_since
from issuer.recognition.stages import Step, is_possible
from issuer.recognition.texts import USUAL_YEARS
from issuer.store.recognition import Recognised, StoredCourse
from issuer.times import korean_day_of
from issuer.web.parts import Field, button, facts, field, form
from issuer.web.problem_pages import hidden
from issuer.web.shell import Page, Visit, csrf_field
from issuer.web.staff.case_parts import (
    UNIVERSITY_EVENTS,
    UNIVERSITY_PATH,
    UPLOAD_PATH,
    Typed,
    area,
    course_part,
    events_part,
    notices,
    paragraphs,
    recognised_table,
    stage_tag,
    version_of,
    who_by_side,
)
from issuer.web.staff.frame import Table, staff_page, table

_WAY: Final = "staff_university"
_NO_TEXT: Final = Typed()


def university_page(
    visit: Visit, cases: Sequence[CaseView], courses: Sequence[Recognised], *, now: datetime, typed: Typed = _NO_TEXT
) -> Page:
    """Return the list of a university's applications and recognised courses, with the form that begins another."""
    heading = visit.say("rec_own_heading")
    rows = [
        (
            html('<a href="{path}">{id}</a>', path=visit.to(f"{UNIVERSITY_PATH}/{each.case.id}"), id=each.case.id),
            each.case.department,
            str(len(each.courses)),
            stage_tag(visit, each.case.stage),
            str(days_since(each.case.stage_since, now)),
        )
        for each in cases
    ]
    names = ("case", "department", "courses", "stage", "days_waiting")
    columns = [visit.say(f"rec_{name}") for name in names]
    shown = Table(visit.say("rec_own_cases"), columns, rows, visit.say("rec_own_none"), frozenset({2, 4}))
    body = html(
        '<div class="stack-s">{department}<p>{press}</p></div>',
        department=field(
            Field("department", visit.say("rec_department"), value=typed.value("department"), max_length=200)
        ),
        press=button(visit.say("rec_begin"), kind="p"),
    )
    main = html(
        '<div class="stack"><h1>{heading}</h1>{notices}<p>{lead}</p><section class="card">{cases}</section>'
        '<section class="card"><h2 class="h3">{begin}</h2>{form}</section>'
        '<section class="card">{courses}</section></div>',
        heading=heading,
        notices=notices(visit, typed),
        lead=visit.say("rec_own_lead"),
        cases=table(shown),
        begin=visit.say("rec_begin_heading"),
        form=form(visit, UNIVERSITY_PATH, body),
        courses=recognised_table(visit, courses, today=korean_day_of(now).isoformat()),
    )
    return staff_page(heading, main, current=_WAY)


def own_case_page(visit: Visit, view: CaseView, *, now: datetime, typed: Typed = _NO_TEXT) -> Page:
    """Return one application as its university sees it, with the steps of its stage."""
    heading = visit.say("rec_case_heading", id=view.case.id, department=view.case.department)
    stage, here = view.case.stage, f"{UNIVERSITY_PATH}/{view.case.id}"
    courses = joined(_course(visit, view, each) for each in view.courses)
    parts = [
        html('<p><a href="{path}">{word}</a></p>', path=visit.to(UNIVERSITY_PATH), word=visit.say("rec_own_heading")),
        html("<h1>{heading}</h1>", heading=heading),
        notices(visit, typed),
        facts(
            [
                (visit.say("rec_stage"), stage_tag(visit, stage)),
                (visit.say("rec_days_waiting"), str(days_since(view.case.stage_since, now))),
                (visit.say("rec_next"), visit.say(f"rec_next_{stage}")),
            ]
        ),
        _decided(visit, view),
        _answer(visit, view, here, typed) if is_possible(stage, Step.ANSWER) else NOTHING,
        html("<h2>{word}</h2>{courses}", word=visit.say("rec_courses"), courses=courses),
        _add_course(visit, view, here, typed) if is_possible(stage, Step.EDIT) else NOTHING,
        _plain(visit, view, f"{here}/submit", "rec_submit", kind="p") if is_possible(stage, Step.SUBMIT) else NOTHING,
        _history(visit, view),
        _withdraw(visit, view, here) if is_possible(stage, Step.WITHDRAW) else NOTHING,
    ]
    return staff_page(heading, html('<div class="stack">{parts}</div>', parts=joined(parts)), current=_WAY)


def _course(visit: Visit, view: CaseView, course: StoredCourse) -> Html:
    here = f"{UNIVERSITY_PATH}/{view.case.id}/courses/{course.position}"
    more = [_upload(visit, view, course)] if is_possible(view.case.stage, Step.ATTACH) else []
    if is_possible(view.case.stage, Step.EDIT):
        more.append(_plain(visit, view, f"{here}/remove", "rec_remove"))
    return course_part(visit, course, file_path=f"{here}/syllabus", more=joined(more))


def _upload(visit: Visit, view: CaseView, course: StoredCourse) -> Html:
    place = [("case", str(view.case.id)), ("position", str(course.position)), ("version", str(view.case.version))]
    return html(
        '<form method="post" action="{action}" enctype="multipart/form-data" class="stack-s">{csrf}{place}'
        '<div class="field"><label for="f-file-{n}">{label}</label><p class="hint" id="f-file-{n}-hint">{hint}</p>'
        '<input type="file" id="f-file-{n}" name="file" accept="application/pdf,.pdf" '
        'aria-describedby="f-file-{n}-hint"></div><p>{press}</p></form>',
        action=visit.to(UPLOAD_PATH),
        csrf=csrf_field(visit),
        place=hidden(place),
        n=course.position,
        label=visit.say("rec_file_of", course=course.title),
        hint=visit.say("rec_file_hint"),
        press=button(visit.say("rec_attach")),
    )


def _add_course(visit: Visit, view: CaseView, here: str, typed: Typed) -> Html:
    def one(name: str, most: int) -> Html:
        hint = visit.say(f"rec_hint_{name}")
        return field(Field(name, visit.say(f"rec_field_{name}"), hint, value=typed.value(name), max_length=most))

    def long(name: str) -> Html:
        label, hint = visit.say(f"rec_field_{name}"), visit.say(f"rec_hint_{name}")
        return area(name, label, value=typed.value(name), hint=hint)

    body = html(
        '<div class="stack-s"><h2 class="h3">{heading}</h2>{version}{fields}<p>{press}</p></div>',
        heading=visit.say("rec_add_heading"),
        version=version_of(view),
        fields=joined(
            [
                *(one(name, most) for name, most in (("code", 40), ("title", 200), ("hours", 4), ("level", 1))),
                *(long(name) for name in ("targets", "outcome", "evaluation")),
            ]
        ),
        press=button(visit.say("rec_add")),
    )
    return html('<section class="card">{form}</section>', form=form(visit, f"{here}/courses", body))


def _answer(visit: Visit, view: CaseView, here: str, typed: Typed) -> Html:
    asked = next((each.words for each in reversed(view.events) if each.kind == "asked"), "")
    body = html(
        '<div class="stack-s"><h2 class="h3">{heading}</h2><p>{asked}</p>{version}{answer}<p>{press}</p></div>',
        heading=visit.say("rec_asked_heading"),
        asked=paragraphs(asked),
        version=version_of(view),
        answer=area("answer", visit.say("rec_field_answer"), value=typed.value("answer")),
        press=button(visit.say("rec_answer"), kind="p"),
    )
    return html('<section class="card">{form}</section>', form=form(visit, f"{here}/answer", body))


def _decided(visit: Visit, view: CaseView) -> Html:
    if not view.decisions:
        return NOTHING
    years = view.decisions[0].years or USUAL_YEARS
    words = [each.words for each in view.decisions if each.words]
    said = visit.say(f"rec_decided_{view.decisions[0].outcome}", n=years)
    return html(
        '<section class="card"><h2 class="h3">{heading}</h2><p>{said}</p>{words}</section>',
        heading=visit.say("rec_decision"),
        said=said,
        words=joined(html("<p>{words}</p>", words=paragraphs(each)) for each in words),
    )


def _history(visit: Visit, view: CaseView) -> Html:
    if not view.events:
        return NOTHING
    who = who_by_side(visit, UNIVERSITY_EVENTS)
    events = events_part(visit, view.events, who=who)
    return html('<section class="card"><h2 class="h3">{h}</h2>{e}</section>', h=visit.say("rec_history"), e=events)


def _withdraw(visit: Visit, view: CaseView, here: str) -> Html:
    """A form that must be opened first: taking back is final."""
    return html(
        "<details><summary>{word}</summary><p>{text}</p>{form}</details>",
        word=visit.say("rec_withdraw"),
        text=visit.say("rec_withdraw_text"),
        form=_plain(visit, view, f"{here}/withdraw", "rec_withdraw_now", kind="danger"),
    )


def _plain(visit: Visit, view: CaseView, path: str, word: str, *, kind: str = "") -> Html:
    return form(visit, path, joined([version_of(view), button(visit.say(word), kind=kind)]))

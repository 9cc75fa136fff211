"""`/operator/university`: applications and recognised courses of the university for which somebody signed in."""

from collections.abc import Callable

from issuer.api.pages.asked import Answer, NotHere, shown
from issuer.api.staff.asked import StaffAsked, onward
from issuer.api.staff.case_steps import ShowAgain, download, number, order_of, take_step, typed_of
from issuer.api.staff.routing import UNIVERSITIES, StaffPages
from issuer.api.staff.syllabus_form import SyllabusForm, read_syllabus_form
from issuer.recognition.applying import (
    add_course,
    answer_questions,
    attach_syllabus,
    begin_case,
    remove_course,
    submit_case,
    withdraw_case,
)
from issuer.recognition.cases import Order, own_case, own_cases
from issuer.recognition.completions import recognised_courses
from issuer.recognition.errors import CaseNotFound, FieldRefused
from issuer.recognition.texts import CourseForm
from issuer.staff.signing_in import Institution
from issuer.web.staff.case_parts import UNIVERSITY_PATH, UPLOAD_PATH, Typed
from issuer.web.staff.university_page import own_case_page, university_page


def register(pages: StaffPages) -> None:
    """Add the addresses."""
    case = f"{UNIVERSITY_PATH}/{{case}}"
    pages.show(UNIVERSITY_PATH, show, roles=UNIVERSITIES)
    pages.change(UNIVERSITY_PATH, begin, roles=UNIVERSITIES)
    pages.change(UPLOAD_PATH, upload, roles=UNIVERSITIES, reader=read_syllabus_form)
    pages.show(case, show_case, roles=UNIVERSITIES)
    pages.change(f"{case}/courses", add, roles=UNIVERSITIES)
    pages.change(f"{case}/courses/{{position}}/remove", remove, roles=UNIVERSITIES)
    pages.show(f"{case}/courses/{{position}}/syllabus", show_file, roles=UNIVERSITIES)
    pages.change(f"{case}/submit", submit, roles=UNIVERSITIES)
    pages.change(f"{case}/answer", answer, roles=UNIVERSITIES)
    pages.change(f"{case}/withdraw", withdraw, roles=UNIVERSITIES)


def show(asked: StaffAsked) -> Answer:
    """Show the university's applications and recognised courses."""
    return _list(asked, typed_of(asked))


def begin(asked: StaffAsked) -> Answer:
    """Begin an application and go to it."""
    own = _institution(asked)
    department = asked.form.one("department")
    try:
        case_id = begin_case(
            asked.bank, institution_id=own.id, institution_name=own.name, department=department, now=asked.now
        )
    except FieldRefused:
        typed = Typed([("department", department)], "rec_wrong_department", "f-department")
        return _list(asked, typed, status=422)
    return onward(asked, f"{UNIVERSITY_PATH}/{case_id}")


def show_case(asked: StaffAsked) -> Answer:
    """Show one application."""
    return _again(asked, asked.values["case"])(typed_of(asked), 200)


def add(asked: StaffAsked) -> Answer:
    """Add a course."""
    form, names = asked.form, ("code", "title", "hours", "level", "targets", "outcome", "evaluation")
    course = CourseForm(**{name: form.one(name) for name in names})
    return _step(asked, lambda: add_course(asked.bank, _order(asked), course))


def remove(asked: StaffAsked) -> Answer:
    """Remove a course."""
    return _step(asked, lambda: remove_course(asked.bank, _order(asked), number(asked.values["position"])))


def upload(asked: StaffAsked) -> Answer:
    """Keep the syllabus of a course; the form names application and course, because only one address takes so much."""
    case, position = asked.form.one("case"), number(asked.form.one("position"))
    file = asked.form.file if isinstance(asked.form, SyllabusForm) else b""
    return take_step(
        asked,
        lambda: attach_syllabus(asked.bank, order_of(asked, case), position, file=file),
        back=f"{UNIVERSITY_PATH}/{number(case)}",
        again=_again(asked, case),
    )


def show_file(asked: StaffAsked) -> Answer:
    """Give a syllabus back."""
    return download(asked, institution_id=_institution(asked).id)


def submit(asked: StaffAsked) -> Answer:
    """Hand an application in."""
    return _step(asked, lambda: submit_case(asked.bank, _order(asked)))


def answer(asked: StaffAsked) -> Answer:
    """Answer what the bank asked."""
    return _step(asked, lambda: answer_questions(asked.bank, _order(asked), words=asked.form.one("answer")))


def withdraw(asked: StaffAsked) -> Answer:
    """Take an application back."""
    return _step(asked, lambda: withdraw_case(asked.bank, _order(asked)))


def _order(asked: StaffAsked) -> Order:
    return order_of(asked, asked.values["case"])


def _institution(asked: StaffAsked) -> Institution:
    own = asked.staff.institution
    if own is None:
        raise RuntimeError("somebody has the role of a university without one")
    return own


def _step(asked: StaffAsked, step: Callable[[], object]) -> Answer:
    case = asked.values["case"]
    return take_step(asked, step, back=f"{UNIVERSITY_PATH}/{number(case)}", again=_again(asked, case))


def _again(asked: StaffAsked, case: str) -> ShowAgain:
    def again(typed: Typed, status: int) -> Answer:
        try:
            view = own_case(asked.bank, number(case), institution_id=_institution(asked).id)
        except CaseNotFound:
            raise NotHere from None
        return shown(own_case_page(asked.visit, view, now=asked.now, typed=typed), status=status)

    return again


def _list(asked: StaffAsked, typed: Typed, *, status: int = 200) -> Answer:
    own = _institution(asked).id
    cases, courses = own_cases(asked.bank, own), recognised_courses(asked.bank, own)
    return shown(university_page(asked.visit, cases, courses, now=asked.now, typed=typed), status=status)

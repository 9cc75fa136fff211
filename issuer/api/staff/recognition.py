"""`/operator/recognition`: the queue of applications, and one with its screening, notes, questions and decision."""

from collections.abc import Callable, Iterator

from issuer.api.pages.asked import Answer, NotHere, shown
from issuer.api.staff.asked import StaffAsked
from issuer.api.staff.case_steps import download, number, order_of, take_step, typed_of
from issuer.api.staff.routing import BANK, OPERATORS, StaffPages
from issuer.recognition.cases import Order, case_for_bank, cases_for_bank
from issuer.recognition.errors import CaseNotFound
from issuer.recognition.reviewing import (
    DecisionForm,
    FindingForm,
    add_note,
    ask_university,
    decide,
    end_recognition,
    screen_course,
    take_case,
)
from issuer.recognition.texts import MOST_TARGETS
from issuer.staff.roles import Role
from issuer.web.staff.case_parts import QUEUE_PATH, Typed
from issuer.web.staff.recognition_page import CaseShown, case_page, queue_page


def register(pages: StaffPages) -> None:
    """Add the addresses."""
    case = f"{QUEUE_PATH}/{{case}}"
    pages.show(QUEUE_PATH, show, roles=BANK)
    pages.show(case, show_case, roles=BANK)
    pages.show(f"{case}/courses/{{position}}/syllabus", show_file, roles=BANK)
    pages.change(f"{case}/take", take, roles=OPERATORS)
    pages.change(f"{case}/ask", ask, roles=OPERATORS)
    pages.change(f"{case}/notes", note, roles=OPERATORS)
    pages.change(f"{case}/courses/{{position}}/screen", screen, roles=OPERATORS)
    pages.change(f"{case}/decide", enter_decision, roles=OPERATORS)
    pages.change(f"{case}/courses/{{position}}/end", end, roles=OPERATORS)


def show(asked: StaffAsked) -> Answer:
    """Show the queue."""
    return shown(queue_page(asked.visit, cases_for_bank(asked.bank), now=asked.now))


def show_case(asked: StaffAsked) -> Answer:
    """Show one application."""
    return _again(asked, typed_of(asked), 200)


def show_file(asked: StaffAsked) -> Answer:
    """Give a syllabus; the look is recorded."""
    return download(asked, institution_id=None)


def take(asked: StaffAsked) -> Answer:
    """Take an application up."""
    return _step(asked, lambda order: take_case(asked.bank, order))


def ask(asked: StaffAsked) -> Answer:
    """Ask the university."""
    return _step(asked, lambda order: ask_university(asked.bank, order, words=asked.form.one("question")))


def note(asked: StaffAsked) -> Answer:
    """Add a note; only a box that is ticked off shows it to the university."""
    form = asked.form
    return _step(
        asked,
        lambda order: add_note(asked.bank, order, words=form.one("note"), is_internal=form.one("internal") == "yes"),
    )


def screen(asked: StaffAsked) -> Answer:
    """Save what was found about a course."""
    position = number(asked.values["position"])
    return _step(
        asked,
        lambda order: screen_course(asked.bank, order, position, findings=[*_findings(asked, position)]),
    )


def enter_decision(asked: StaffAsked) -> Answer:
    """Enter the decision of whoever is signed in."""
    form = asked.form
    decision = DecisionForm(form.one("outcome"), form.one("years"), form.one("words"))
    return _step(asked, lambda order: decide(asked.bank, order, decision))


def end(asked: StaffAsked) -> Answer:
    """End the recognition of a course before its time."""
    position, form = number(asked.values["position"]), asked.form
    day, grounds = form.one(f"last_day_{position}"), form.one(f"grounds_{position}")
    return _step(asked, lambda order: end_recognition(asked.bank, order, position, last_day=day, words=grounds))


def _findings(asked: StaffAsked, position: int) -> Iterator[FindingForm]:
    for place in range(MOST_TARGETS):
        finding = asked.form.one(f"finding_{position}_{place}")
        if finding:
            yield FindingForm(place, finding, asked.form.one(f"note_{position}_{place}"))


def _step(asked: StaffAsked, step: Callable[[Order], object]) -> Answer:
    case = asked.values["case"]
    return take_step(
        asked,
        lambda: step(order_of(asked, case)),
        back=f"{QUEUE_PATH}/{number(case)}",
        again=lambda typed, status: _again(asked, typed, status),
    )


def _again(asked: StaffAsked, typed: Typed, status: int) -> Answer:
    try:
        view = case_for_bank(asked.bank, number(asked.values["case"]), reviewer=asked.staff.name)
    except CaseNotFound:
        raise NotHere from None
    case = CaseShown(view, may_change=Role.OPERATOR in asked.staff.roles, now=asked.now, typed=typed)
    return shown(case_page(asked.visit, case), status=status)

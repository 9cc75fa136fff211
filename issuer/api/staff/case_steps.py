"""What both sides of course recognition do with a form: read the order, take the step, show what was wrong with it."""

import re
from collections.abc import Callable
from typing import Final

from issuer.api.pages.asked import Answer, Download, NotHere
from issuer.api.staff.asked import StaffAsked, onward
from issuer.errors import IssuerError
from issuer.recognition.cases import Order, syllabus
from issuer.recognition.errors import (
    ApplicationIncomplete,
    CaseChanged,
    CaseNotFound,
    DecidedAlready,
    FieldRefused,
    FileRefused,
    FindingUnmet,
    ForBothReviewers,
    ScreeningIncomplete,
    StepRefused,
)
from issuer.web.staff.case_parts import Typed
from keys.sign_in.forms import FORM_FIELD

ShowAgain = Callable[[Typed, int], Answer]
"""Shows the page of a form again, with what was typed and a status."""

_NUMBER: Final = re.compile(r"[1-9][0-9]{0,8}", re.ASCII)
_REFUSALS: Final = (
    ApplicationIncomplete,
    CaseChanged,
    DecidedAlready,
    FileRefused,
    FindingUnmet,
    ForBothReviewers,
    ScreeningIncomplete,
    StepRefused,
)


def number(text: str) -> int:
    """Return a number as addresses and forms hold it; `NotHere` for anything else."""
    if not _NUMBER.fullmatch(text):
        raise NotHere
    return int(text)


def order_of(asked: StaffAsked, case: str) -> Order:
    """Return the order of a form about an application; a version that is no number is one that was never there."""
    version = asked.form.one("version")
    institution = asked.staff.institution
    return Order(
        number(case),
        int(version) if _NUMBER.fullmatch(version) else 0,
        asked.now,
        None if institution is None else institution.id,
    )


def take_step(asked: StaffAsked, step: Callable[[], object], *, back: str, again: ShowAgain) -> Answer:
    """Take a step and go back to the page; where it is refused, show the page again with everything that was typed."""
    try:
        step()
    except CaseNotFound:
        raise NotHere from None
    except FieldRefused as error:
        name = str(error.details["field"])
        return again(_typed(asked, f"rec_wrong_{name}", control=_control(asked, name)), 422)
    except _REFUSALS as error:
        return again(_typed(asked, _word(error)), 409)
    return onward(asked, f"{back}?done=1")


def typed_of(asked: StaffAsked) -> Typed:
    """Return what a page says that is shown after a step that was taken."""
    return Typed(done=asked.form.one("done"))


def download(asked: StaffAsked, *, institution_id: str | None) -> Answer:
    """Return the syllabus that an address names, as a file to save."""
    case, position = number(asked.values["case"]), number(asked.values["position"])
    try:
        file = syllabus(asked.bank, case, position, institution_id=institution_id, now=asked.now)
    except CaseNotFound:
        raise NotHere from None
    return Answer(download=Download(file, "application/pdf", f"syllabus-{case}-{position}.pdf"))


def _typed(asked: StaffAsked, error: str, *, control: str = "") -> Typed:
    return Typed(asked.form.without(FORM_FIELD, "version").fields, error, control)


def _word(error: IssuerError) -> str:
    return f"refused_{error.code}"


def _control(asked: StaffAsked, name: str) -> str:
    """Return the id of the control of a field; where a form has it for each course, that of the first one sent."""
    sent = next((key for key, _ in asked.form.fields if key == name or key.startswith(f"{name}_")), "")
    return f"f-{sent}" if sent else ""

"""What a university does: begin an application, fill in courses, attach syllabuses, submit, answer, take it back."""

import hashlib
from datetime import datetime
from typing import Final

from issuer.audit.trail import Act, record_acts
from issuer.bank import Bank
from issuer.recognition.cases import FILE_LABEL, Order, changing, file_place, kept_until
from issuer.recognition.errors import ApplicationIncomplete, FieldRefused, FileRefused
from issuer.recognition.stages import Stage, Step
from issuer.recognition.texts import MOST_COURSES, CourseForm, course_values, line, lines
from issuer.store.recognition import StoredCase, StoredCourse
from issuer.times import utc_text
from keys.sealed_answer import seal_answer

MOST_FILE_BYTES: Final = 5 * 1024 * 1024
_MAGIC: Final = b"%PDF-"


def begin_case(bank: Bank, *, institution_id: str, institution_name: str, department: str, now: datetime) -> int:
    """Begin a draft; answer its number. A draft of the same department that holds nothing yet is given again.

    Raises:
        FieldRefused: the department.
    """
    department, at = line(department, field="department"), utc_text(now)
    with bank.store.write() as transaction:
        book = transaction.recognition
        for each in book.cases(institution_id):
            if (each.stage, each.department) == (Stage.DRAFT, department) and not book.courses(each.id):
                return each.id
        case = StoredCase(
            id=0,
            institution_id=institution_id,
            institution_name=institution_name,
            department=department,
            stage=Stage.DRAFT.value,
            version=1,
            round=1,
            reviewer=None,
            begun_at=at,
            submitted_at=None,
            stage_since=at,
            keep_until=kept_until(Stage.DRAFT, now),
        )
        case_id = book.begin(case)
        act = Act("recognition_changed", subject=f"recognition:{case_id}", detail="begin")
        record_acts(transaction, act, actor=bank.actor, at=at)
    return case_id


def add_course(bank: Bank, order: Order, form: CourseForm) -> None:
    """Add a course to a draft.

    Raises:
        FieldRefused: a field, or the code of a course that is there already.
        CaseNotFound, CaseChanged, StepRefused: as `changing`.
    """
    values = course_values(form)
    with changing(bank, order, Step.EDIT) as change:
        there = change.book.courses(change.case.id)
        if len(there) >= MOST_COURSES or any(each.code == values["code"] for each in there):
            raise FieldRefused(field="code", problem=f"expected each course once, and at most {MOST_COURSES}")
        position = max((each.position for each in there), default=0) + 1
        course = StoredCourse(
            case_id=change.case.id,
            position=position,
            code=str(values["code"]),
            title=str(values["title"]),
            hours=int(values["hours"]),
            level=int(values["level"]),
            targets=str(values["targets"]),
            outcome=str(values["outcome"]),
            evaluation=str(values["evaluation"]),
        )
        change.book.add_course(course)


def remove_course(bank: Bank, order: Order, position: int) -> None:
    """Remove a course from a draft; errors as `changing`."""
    with changing(bank, order, Step.EDIT) as change:
        change.book.remove_course(change.case.id, change.course(position).position)


def attach_syllabus(bank: Bank, order: Order, position: int, *, file: bytes) -> None:
    """Keep the syllabus of a course, sealed, in the place of the one before. It is never opened here.

    Raises:
        FileRefused: it does not begin as a PDF does, or is too large.
        CaseNotFound, CaseChanged, StepRefused: as `changing`.
    """
    if not file.startswith(_MAGIC) or len(file) > MOST_FILE_BYTES:
        raise FileRefused(most=MOST_FILE_BYTES)
    place = file_place(order.case_id, position)
    sealed = seal_answer(file, key=FILE_LABEL, pepper=bank.pepper, associated_data=place)
    with changing(bank, order, Step.ATTACH) as change:
        course, digest = change.course(position), hashlib.sha256(file).hexdigest()
        change.book.put_file(course, sealed)
        change.book.change_course(course, {"file_sha256": digest, "file_bytes": len(file)})
        if change.stage is Stage.QUESTIONS:
            change.happened("attached", course.title)


def submit_case(bank: Bank, order: Order) -> None:
    """Hand a draft in.

    Raises:
        ApplicationIncomplete: no course, or one without a syllabus.
        CaseNotFound, CaseChanged, StepRefused: as `changing`.
    """
    with changing(bank, order, Step.SUBMIT) as change:
        courses = change.book.courses(change.case.id)
        if not courses or any(each.file_sha256 is None for each in courses):
            raise ApplicationIncomplete
        change.values["submitted_at"] = change.at
        change.happened("submitted")


def answer_questions(bank: Bank, order: Order, *, words: str) -> None:
    """Answer what the bank asked; FieldRefused for the text, else errors as `changing`."""
    answer = lines(words, field="answer")
    with changing(bank, order, Step.ANSWER) as change:
        change.happened("answered", answer)


def withdraw_case(bank: Bank, order: Order) -> None:
    """Take an application back; errors as `changing`."""
    with changing(bank, order, Step.WITHDRAW) as change:
        change.book.forget_decisions(change.case.id, change.case.round)
        change.happened("withdrawn")

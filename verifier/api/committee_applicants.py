"""Addresses of applicants: intake, list, sheets, decisions, matching, export."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from fastapi import Response
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile

from keys.values import dataclass
from verifier.api.committee import Addresses, Visit, number_of
from verifier.api.signed_in import STAFF_HEADERS, language_of, staff_answer
from verifier.batch.archives import is_archive
from verifier.committee.errors import CommitteeRefused
from verifier.committee.intake import Taken
from verifier.committee.officers import event
from verifier.committee.panel import Answer
from verifier.committee.questions import Question
from verifier.committee.sheets import SheetState
from verifier.errors import BatchRefused, TooBusy
from verifier.evidence.gathering import well_formed
from verifier.jobs.errors import UploadRefused
from verifier.jobs.uploads import Part, Upload
from verifier.people.roles import Role
from verifier.web.committee_applicant_pages import UPLOADS, applicants_page, job_page, review_page, taken_text
from verifier.web.committee_frame import NOTICES
from verifier.web.committee_panel_pages import answers_page, question_of, queue_page
from verifier.web.committee_sheet_page import names_shown, sheet_page

_READERS: Final = (Role.OFFICER, Role.REVIEWER)
_MEDIA_TYPES: Final[Mapping[str, str]] = {
    ".json": "application/json",
    ".csv": "text/csv; charset=utf-8",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".html": "text/html; charset=utf-8",
}
_REFRESH_S: Final = "5"
_YES_NO: Final = {"yes": True, "no": False}


def add_applicants(addresses: Addresses) -> None:
    """Add the addresses of applicants."""
    one = f"{NOTICES}/{{notice}}"
    addresses.take_files(UPLOADS, _take_upload, Role.OFFICER)
    addresses.show(f"{one}/uploads/{{job}}", _show_job, Role.OFFICER)
    addresses.show(f"{one}/applicants", _list_applicants, *_READERS)
    addresses.show(f"{one}/applicants/{{place}}", _show_sheet, *_READERS)
    addresses.take(f"{one}/applicants/{{place}}/confirm", _confirm, Role.OFFICER)
    addresses.take(f"{one}/applicants/{{place}}/reopen", _reopen, Role.OFFICER)
    addresses.take(f"{one}/applicants/{{place}}/set-aside", _set_aside, Role.OFFICER)
    addresses.take(f"{one}/applicants/{{place}}/ask-anew", _ask_anew, Role.OFFICER)
    addresses.show(f"{one}/queue", _show_queue, Role.REVIEWER)
    addresses.show(f"{one}/queue/{{place}}", _show_questions, Role.REVIEWER)
    addresses.take(f"{one}/queue/{{place}}", _take_answers, Role.REVIEWER)
    addresses.take(f"{one}/queue/{{place}}/accept", _accept, Role.REVIEWER)
    addresses.show(f"{one}/review", _show_review, Role.OFFICER)
    addresses.take(f"{one}/assign", _assign, Role.OFFICER)
    addresses.take(f"{one}/export", _export, Role.OFFICER)


@dataclass(frozen=True, slots=True)
class _Sent:
    """One file of a form."""

    name: str
    data: bytes


async def _take_upload(visit: Visit) -> Response:
    """Take results at once, or have files checked as a job."""
    async with visit.request.form() as form:  # read already, where the token was asked for
        notice_id = number_of(str(form.get("notice", "")))
        results, files, manifests = [await _sent(form, name) for name in ("results", "files", "manifest")]
    intake, officer = visit.committee.intake, visit.officer
    if results:
        pairs = [(each.name, each.data) for each in results]
        taken = await run_in_threadpool(lambda: intake.take(officer, notice_id, files=pairs))
        book = await run_in_threadpool(visit.committee.sheets.book, officer, notice_id)
        return staff_answer(applicants_page(visit.frame(done=taken_text(visit.frame(), taken)), book))
    if not files:
        raise CommitteeRefused("upload")
    manifest = manifests[0].data if manifests else None
    job_id = await run_in_threadpool(_begin, visit, notice_id, files, manifest)
    return visit.to(f"{NOTICES}/{notice_id}/uploads/{job_id}")


async def _sent(form: FormData, name: str) -> list[_Sent]:
    files = [each for each in form.getlist(name) if isinstance(each, UploadFile) and each.filename]
    return [_Sent(well_formed(each.filename or "")[-255:], await each.read()) for each in files]


def _begin(visit: Visit, notice_id: int, files: list[_Sent], manifest: bytes | None) -> str:
    """Lay the files down where jobs read theirs, and hand them over."""
    jobs = visit.committee.jobs
    try:
        jobs.check_room("committee", more_bytes=sum(len(each.data) for each in files))
        folder = jobs.storage.new_folder()
        try:
            upload = Upload(tuple(_part(folder, number, each) for number, each in enumerate(files)), "")
            return visit.committee.intake.begin(visit.officer, notice_id, upload=upload, manifest=manifest)
        except BaseException:
            jobs.storage.erase(folder)
            raise
    except (UploadRefused, BatchRefused) as error:
        raise CommitteeRefused("upload", str(error)) from error
    except TooBusy as error:
        raise CommitteeRefused("busy") from error


def _part(folder: Path, number: int, sent: _Sent) -> Part:
    path = folder / f"{number:05}"
    path.touch(mode=0o600)
    path.write_bytes(sent.data)
    return Part(sent.name, path, is_archive(sent.data[:4]))


def _show_job(visit: Visit) -> Response:
    """Say how far a job is; until it is finished the page comes again by itself."""
    notice = visit.committee.notices.one(visit.officer, visit.number("notice"))
    job_id = visit.request.path_params["job"]
    progress = visit.committee.intake.progress(visit.officer, notice.row.id, job_id)
    answer = staff_answer(job_page(visit.frame(), notice, job_id, progress))
    if not isinstance(progress, Taken):
        answer.headers["Refresh"] = _REFRESH_S
    return answer


def _list_applicants(visit: Visit) -> Response:
    book = visit.committee.sheets.book(visit.officer, visit.number("notice"))
    return staff_answer(applicants_page(visit.frame(), book))


def _show_sheet(visit: Visit) -> Response:
    """Show a sheet; that a name was seen on it is written down."""
    return _sheet(visit)


def _sheet(visit: Visit, error: CommitteeRefused | None = None) -> Response:
    committee, officer = visit.committee, visit.officer
    notice_id, place = visit.number("notice"), visit.number("place")
    notice, sheet = committee.sheets.sheet(officer, notice_id, place)
    if notice.row.is_blind and names_shown(notice, sheet):
        with committee.files.store.write() as transaction:
            noted = event(officer, "holder_seen", at=committee.files.seconds(), place=place)
            transaction.notices.note(notice_id, noted)
    count = committee.sheets.count(notice_id)
    stages = committee.stages.on_sheet(officer, notice_id, place)
    page = sheet_page(visit.frame(refused=error), notice, sheet, applicants=count, stages=stages)
    return staff_answer(page, 200 if error is None else 422)


def _back_to_sheet(visit: Visit) -> Response:
    return visit.to(f"{NOTICES}/{visit.number('notice')}/applicants/{visit.number('place')}")


def _confirm(visit: Visit, fields: Mapping[str, str]) -> Response:
    place = visit.number("place")
    visit.committee.sheets.confirm(visit.officer, visit.number("notice"), place, reason=fields.get("reason", ""))
    return _back_to_sheet(visit)


def _reopen(visit: Visit, fields: Mapping[str, str]) -> Response:
    place = visit.number("place")
    visit.committee.sheets.reopen(visit.officer, visit.number("notice"), place, reason=fields.get("reason", ""))
    return _back_to_sheet(visit)


def _set_aside(visit: Visit, fields: Mapping[str, str]) -> Response:
    place = visit.number("place")
    visit.committee.sheets.set_aside(visit.officer, visit.number("notice"), place, reason=fields.get("reason", ""))
    return _back_to_sheet(visit)


def _ask_anew(visit: Visit, fields: Mapping[str, str]) -> Response:
    notice_id, place, why = visit.number("notice"), visit.number("place"), fields.get("reason", "")
    visit.committee.panel.ask_anew(visit.officer, notice_id, place, question=_question(fields), reason=why)
    return _back_to_sheet(visit)


def _question(fields: Mapping[str, str]) -> Question:
    found = question_of(fields.get("question", ""))
    if found is None:
        raise CommitteeRefused("no_question")
    return found


def _show_queue(visit: Visit) -> Response:
    book, waiting = visit.committee.panel.queue(visit.officer, visit.number("notice"))
    return staff_answer(queue_page(visit.frame(), book.notice, waiting))


def _show_questions(visit: Visit) -> Response:
    notice, sheet = visit.committee.sheets.sheet(visit.officer, visit.number("notice"), visit.number("place"))
    if sheet.state is not SheetState.OPEN:
        raise CommitteeRefused("confirmed")
    return staff_answer(answers_page(visit.frame(), notice, sheet))


def _take_answers(visit: Visit, fields: Mapping[str, str]) -> Response:
    notice_id, place = visit.number("notice"), visit.number("place")
    answers = [_answer(name, value, fields) for name, value in fields.items() if name.startswith("a:")]
    visit.committee.panel.answer(visit.officer, notice_id, place, answers=answers)
    return visit.to(f"{NOTICES}/{notice_id}/queue/{place}")


def _answer(name: str, value: str, fields: Mapping[str, str]) -> Answer:
    question = question_of(name[2:])
    if question is None:
        raise CommitteeRefused("no_question")
    given = _YES_NO.get(value) if question.kind == "adjudications" else value
    if given is None:
        raise CommitteeRefused("answer")
    return Answer(question, given, fields.get(f"n:{name[2:]}", ""))


def _accept(visit: Visit, fields: Mapping[str, str]) -> Response:
    notice_id, place, why = visit.number("notice"), visit.number("place"), fields.get("reason", "")
    visit.committee.panel.accept(visit.officer, notice_id, place, question=_question(fields), note=why)
    return visit.to(f"{NOTICES}/{notice_id}/queue/{place}")


def _show_review(visit: Visit) -> Response:
    return staff_answer(review_page(visit.frame(), visit.committee.review.look(visit.officer, visit.number("notice"))))


def _assign(visit: Visit, fields: Mapping[str, str]) -> Response:
    notice_id, evidence_id = visit.number("notice"), number_of(fields.get("evidence", ""))
    number, why = fields.get("number", ""), fields.get("reason", "")
    visit.committee.intake.assign(visit.officer, notice_id, evidence_id, number=number, reason=why)
    return visit.to(f"{NOTICES}/{notice_id}/review")


def _export(visit: Visit, fields: Mapping[str, str]) -> Response:
    ending, language = fields.get("format", ""), language_of(visit.request)
    notice_id, why = visit.number("notice"), fields.get("reason", "")
    made = visit.committee.export(visit.officer, notice_id, ending=ending, language=language, reason=why)
    headers = {**STAFF_HEADERS, "Content-Disposition": f'attachment; filename="scores-{notice_id}{ending}"'}
    return Response(made, media_type=_MEDIA_TYPES[ending], headers=headers)

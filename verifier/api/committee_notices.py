"""Addresses of criteria and notices: lists, forms, use, retention, destruction, record."""

import json
from collections.abc import Mapping
from typing import Final

from fastapi import Request, Response

from verifier.api.committee import Addresses, Visit, number_of
from verifier.api.signed_in import staff_answer
from verifier.committee.criteria import check_criteria, policy_of, published_texts
from verifier.committee.errors import CommitteeRefused
from verifier.committee.limits import MAX_DAYS
from verifier.committee.notices import Notice, Terms, checked_notice
from verifier.committee.parameters import form_of
from verifier.committee.trial import published_examples, try_examples
from verifier.errors import StoreUnusable
from verifier.people.roles import Role
from verifier.store.committee_notices import CriteriaRow
from verifier.web.committee_criteria_pages import Editor, check_sentence, criteria_list_page, criteria_page, trial_page
from verifier.web.committee_frame import CRITERIA, NOTICES
from verifier.web.committee_notice_form import NoticeForm, notice_form_page
from verifier.web.committee_notice_pages import (
    choose_criteria_page,
    notice_page,
    notices_page,
    record_page,
    retention_page,
)

_ALL: Final = (Role.OFFICER, Role.REVIEWER, Role.ADMINISTRATOR)
_WRITERS: Final = (Role.OFFICER, Role.ADMINISTRATOR)


def add_notices(addresses: Addresses) -> None:
    """Add the addresses of criteria and notices."""
    addresses.show(CRITERIA, _list_criteria, *_ALL)
    addresses.show(f"{CRITERIA}/new", _new_criteria, *_WRITERS)
    addresses.show(f"{CRITERIA}/{{criteria}}", _show_criteria, *_ALL)
    addresses.take(CRITERIA, _save_criteria, *_WRITERS)
    addresses.take(f"{CRITERIA}/check", _check_criteria, *_WRITERS)
    addresses.show(f"{CRITERIA}/{{criteria}}/trial", _show_trial, *_ALL)
    addresses.take(f"{CRITERIA}/{{criteria}}/trial", _run_trial, *_ALL)
    addresses.show(NOTICES, _list_notices, *_ALL)
    addresses.take(NOTICES, _create_notice, Role.OFFICER)
    addresses.show(f"{NOTICES}/new", _new_notice, Role.OFFICER)
    addresses.show(f"{NOTICES}/{{notice}}", _show_notice, *_ALL)
    addresses.take(f"{NOTICES}/{{notice}}", _rewrite_notice, Role.OFFICER)
    addresses.show(f"{NOTICES}/{{notice}}/edit", _edit_notice, Role.OFFICER)
    addresses.take(f"{NOTICES}/{{notice}}/use", _use_notice, Role.OFFICER)
    addresses.show(f"{NOTICES}/{{notice}}/record", _show_record, *_WRITERS)
    addresses.show(f"{NOTICES}/{{notice}}/retention", _show_retention, Role.ADMINISTRATOR)
    addresses.take(f"{NOTICES}/{{notice}}/retention", _move_retention, Role.ADMINISTRATOR)
    addresses.take(f"{NOTICES}/{{notice}}/destroy", _destroy_notice, Role.ADMINISTRATOR)


def _list_criteria(visit: Visit) -> Response:
    rows = visit.committee.criteria.all(visit.officer)
    return staff_answer(criteria_list_page(visit.frame(), rows, [*published_texts()]))


def _new_criteria(visit: Visit) -> Response:
    published = published_texts().get(visit.request.query_params.get("from", ""))
    text = published or b"criteria: 1\n"
    editor = Editor(text.decode(), check_criteria(text), is_begun=published is not None)
    return staff_answer(criteria_page(visit.frame(), editor))


def _show_criteria(visit: Visit) -> Response:
    row = visit.committee.criteria.one(visit.officer, visit.number("criteria"))
    return staff_answer(criteria_page(visit.frame(), _kept(row)))


def _kept(row: CriteriaRow) -> Editor:
    return Editor(row.text.decode("utf-8", "replace"), check_criteria(row.text), row)


def _save_criteria(visit: Visit, fields: Mapping[str, str]) -> Response:
    text = _text(fields)
    try:
        number = visit.committee.criteria.save(visit.officer, text, reason=fields.get("reason", ""))
    except CommitteeRefused as error:
        editor = Editor(text.decode("utf-8", "replace"), check_criteria(text), _row(visit, fields))
        return staff_answer(criteria_page(visit.frame(refused=error, typed=fields), editor), 422)
    return visit.to(f"{CRITERIA}/{number}")


def _check_criteria(visit: Visit, fields: Mapping[str, str]) -> Response:
    """Say what the engine says; to the page's script as JSON."""
    text = _text(fields)
    checked = check_criteria(text)
    if _wants_json(visit.request):
        problems = [checked.problem] if checked.problem is not None else [*checked.refused]
        said = {"good": checked.is_good, "said": check_sentence(visit.frame(), checked), "problems": problems}
        return Response(json.dumps(said, ensure_ascii=False).encode(), media_type="application/json")
    editor = Editor(text.decode("utf-8", "replace"), checked, _row(visit, fields))
    return staff_answer(criteria_page(visit.frame(typed=fields), editor))


def _wants_json(request: Request) -> bool:
    return "application/json" in request.headers.get("accept", "")


def _row(visit: Visit, fields: Mapping[str, str]) -> CriteriaRow | None:
    number = fields.get("row", "")
    return visit.committee.criteria.one(visit.officer, number_of(number)) if number else None


def _text(fields: Mapping[str, str]) -> bytes:
    """Return what was typed, with the line ends that a file has."""
    typed = fields.get("yaml", "").replace("\r\n", "\n").replace("\r", "\n")
    return typed.encode("utf-8", "surrogatepass")


def _show_trial(visit: Visit) -> Response:
    row = visit.committee.criteria.one(visit.officer, visit.number("criteria"))
    examples = published_examples(row.policy_id)
    tried = try_examples(row.text, examples) if examples is not None else ()
    return staff_answer(trial_page(visit.frame(), row, tried, has_published=examples is not None))


def _run_trial(visit: Visit, fields: Mapping[str, str]) -> Response:
    row = visit.committee.criteria.one(visit.officer, visit.number("criteria"))
    examples = fields.get("examples", "").encode("utf-8", "surrogatepass")
    try:
        tried = try_examples(row.text, examples)
    except CommitteeRefused as error:
        return staff_answer(trial_page(visit.frame(refused=error), row, (), has_published=True), 422)
    return staff_answer(trial_page(visit.frame(), row, tried, has_published=True))


def _list_notices(visit: Visit) -> Response:
    return staff_answer(notices_page(visit.frame(), visit.committee.notices.all(visit.officer)))


def _new_notice(visit: Visit) -> Response:
    chosen = visit.request.query_params.get("criteria", "")
    if not chosen:
        return staff_answer(choose_criteria_page(visit.frame(), visit.committee.criteria.all(visit.officer)))
    row = visit.committee.criteria.one(visit.officer, number_of(chosen))
    days = str(visit.committee.kept_days or MAX_DAYS)
    form = NoticeForm(row, policy_of(row.text), {"is_blind": "yes", "retention_days": days})
    return staff_answer(notice_form_page(visit.frame(), form))


def _create_notice(visit: Visit, fields: Mapping[str, str]) -> Response:
    row = visit.committee.criteria.one(visit.officer, number_of(fields.get("criteria", "")))
    try:
        number = visit.committee.notices.create(visit.officer, row.id, form=_lines(fields), terms=_terms(fields))
    except CommitteeRefused as error:
        return _form_again(visit, row, fields, error=error)
    return visit.to(f"{NOTICES}/{number}")


def _edit_notice(visit: Visit) -> Response:
    notice = visit.committee.notices.one(visit.officer, visit.number("notice"))
    if notice.row.state != "draft":
        raise CommitteeRefused("draft_only")
    policy = policy_of(notice.criteria.text)
    typed = form_of(policy, visit.committee.notices.document(notice)) | {
        "decision_on": notice.row.decision_on,
        "retention_days": str(notice.row.retention_days),
        "is_blind": "yes" if notice.row.is_blind else "",
        "four_eyes": "yes" if notice.row.four_eyes else "",
    }
    form = NoticeForm(notice.criteria, policy, typed, {}, notice.row.id)
    return staff_answer(notice_form_page(visit.frame(), form))


def _rewrite_notice(visit: Visit, fields: Mapping[str, str]) -> Response:
    notice = visit.committee.notices.one(visit.officer, visit.number("notice"))
    try:
        terms = _terms(fields)
        visit.committee.notices.rewrite(visit.officer, notice.row.id, form=_lines(fields), terms=terms)
    except CommitteeRefused as error:
        if error.kind == "draft_only":
            raise
        return _form_again(visit, notice.criteria, fields, error=error, notice=notice)
    return visit.to(f"{NOTICES}/{notice.row.id}")


def _form_again(
    visit: Visit,
    row: CriteriaRow,
    fields: Mapping[str, str],
    *,
    error: CommitteeRefused,
    notice: Notice | None = None,
) -> Response:
    """Show the form as it was typed, with every mistake beside its field."""
    problems = checked_notice(row, _lines(fields)).problems
    number = notice.row.id if notice is not None else None
    form = NoticeForm(row, policy_of(row.text), fields, problems, number)
    frame = visit.frame(refused=None if problems else error)
    return staff_answer(notice_form_page(frame, form), 422)


def _lines(fields: Mapping[str, str]) -> dict[str, str]:
    return {name: value.replace("\r\n", "\n") for name, value in fields.items()}


def _terms(fields: Mapping[str, str]) -> Terms:
    days = fields.get("retention_days", "").strip()
    if not days.isascii() or not days.isdigit() or len(days) > 4:
        raise CommitteeRefused("days")
    return Terms(
        is_blind=fields.get("is_blind") == "yes",
        four_eyes=fields.get("four_eyes") == "yes",
        decision_on=fields.get("decision_on", "").strip(),
        retention_days=int(days),
    )


def _show_notice(visit: Visit) -> Response:
    notice, applicants = _counted(visit)
    return staff_answer(notice_page(visit.frame(), notice, applicants))


def _counted(visit: Visit) -> tuple[Notice, int]:
    wanted = visit.number("notice")
    found = [pair for pair in visit.committee.notices.all(visit.officer) if pair[0].row.id == wanted]
    if not found:
        raise CommitteeRefused("unknown")
    return found[0]


def _use_notice(visit: Visit, fields: Mapping[str, str]) -> Response:
    del fields  # there is nothing to say
    number = visit.number("notice")
    visit.committee.notices.use(visit.officer, number)
    return visit.to(f"{NOTICES}/{number}")


def _show_record(visit: Visit) -> Response:
    number = visit.number("notice")
    notice = visit.committee.notices.one(visit.officer, number)
    return staff_answer(record_page(visit.frame(), notice, visit.committee.notices.events(visit.officer, number)))


def _show_retention(visit: Visit) -> Response:
    notice, applicants = _counted(visit)
    return staff_answer(retention_page(visit.frame(), notice, applicants))


def _move_retention(visit: Visit, fields: Mapping[str, str]) -> Response:
    number, terms = visit.number("notice"), _terms(fields)
    days = (terms.decision_on, terms.retention_days)
    visit.committee.notices.move_decision(visit.officer, number, terms=days, reason=fields.get("reason", ""))
    return visit.to(f"{NOTICES}/{number}")


def _destroy_notice(visit: Visit, fields: Mapping[str, str]) -> Response:
    number, typed = visit.number("notice"), fields.get("typed", "")
    try:
        visit.committee.destroyer.destroy_now(visit.officer, number, typed=typed, reason=fields.get("reason", ""))
    except StoreUnusable:
        return visit.to(f"{NOTICES}/{number}")  # the page says what is done, and what is still to be done
    return visit.to(f"{NOTICES}/{number}")

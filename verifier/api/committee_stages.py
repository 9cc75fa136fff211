"""Addresses of written test and interview."""

from collections.abc import Mapping
from typing import Final

from fastapi import Response

from verifier.api.committee import Addresses, Visit
from verifier.api.signed_in import staff_answer
from verifier.people.roles import Role
from verifier.web.committee_frame import NOTICES
from verifier.web.committee_stage_pages import stage_page, stages_page

_READERS: Final = (Role.OFFICER, Role.REVIEWER)


def add_stages(addresses: Addresses) -> None:
    """Add the addresses of later stages."""
    all_of_them = f"{NOTICES}/{{notice}}/stages"
    one = f"{all_of_them}/{{place}}"
    addresses.show(all_of_them, _show_all, *_READERS)
    addresses.show(one, _show_one, *_READERS)
    addresses.take(f"{one}/test", _mark_section, *_READERS)
    addresses.take(f"{one}/accept", _accept_section, *_READERS)
    addresses.take(f"{one}/interview", _mark_interview, Role.REVIEWER)
    addresses.take(f"{one}/close", _close_interview, Role.OFFICER)
    addresses.take(f"{one}/ask-anew", _ask_anew, Role.OFFICER)


def _show_all(visit: Visit) -> Response:
    book = visit.committee.stages.book(visit.officer, visit.number("notice"))
    return staff_answer(stages_page(visit.frame(), book))


def _show_one(visit: Visit) -> Response:
    notice, stages = visit.committee.stages.one(visit.officer, visit.number("notice"), visit.number("place"))
    return staff_answer(stage_page(visit.frame(), notice, stages))


def _mark_section(visit: Visit, fields: Mapping[str, str]) -> Response:
    notice_id, place, section = visit.number("notice"), visit.number("place"), fields.get("section", "")
    visit.committee.stages.mark_section(visit.officer, notice_id, place, section=section, typed=fields)
    return _back(visit)


def _accept_section(visit: Visit, fields: Mapping[str, str]) -> Response:
    notice_id, place, section = visit.number("notice"), visit.number("place"), fields.get("section", "")
    why = fields.get("reason", "")
    visit.committee.stages.accept_section(visit.officer, notice_id, place, section=section, note=why)
    return _back(visit)


def _mark_interview(visit: Visit, fields: Mapping[str, str]) -> Response:
    notice_id, place = visit.number("notice"), visit.number("place")
    visit.committee.stages.mark_interview(visit.officer, notice_id, place, typed=fields)
    return _back(visit)


def _close_interview(visit: Visit, fields: Mapping[str, str]) -> Response:
    del fields
    visit.committee.stages.close_interview(visit.officer, visit.number("notice"), visit.number("place"))
    return _back(visit)


def _ask_anew(visit: Visit, fields: Mapping[str, str]) -> Response:
    notice_id, place, section = visit.number("notice"), visit.number("place"), fields.get("section", "")
    why = fields.get("reason", "")
    visit.committee.stages.ask_anew(visit.officer, notice_id, place, section=section, reason=why)
    return _back(visit)


def _back(visit: Visit) -> Response:
    return visit.to(f"{NOTICES}/{visit.number('notice')}/stages/{visit.number('place')}")

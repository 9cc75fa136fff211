"""Addresses of the pages that ask wallets; officers only, each sees her own requests of this session."""

from collections.abc import Callable, Mapping

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse

from verifier.api.committee import Addresses, Visit, number_of
from verifier.api.oauth_errors import NO_STORE
from verifier.api.signed_in import staff_answer
from verifier.api.static_files import static_files_router
from verifier.committee.committee import Committee
from verifier.committee.errors import CommitteeRefused
from verifier.committee.notices import Notice
from verifier.people.roles import Role
from verifier.presentations.desk import OWN_RETURN_PATH, PresentationDesk
from verifier.presentations.errors import PresentationUnknown, RequestRefused, TooManyPresentations
from verifier.presentations.presentation import View
from verifier.presentations.request_object import wallet_link
from verifier.presentations.wish import Circumstances, wish_of_posting
from verifier.web.ask_pages import (
    ASK_SCRIPT,
    NEW,
    REQUESTS,
    choose_page,
    new_page,
    request_page,
    withdrawn_page,
)
from verifier.web.static import SCRIPT, web_asset

_MAX_CODE = 128


def ask_pages_router(
    committee: Committee | None, desk: PresentationDesk, circumstances: Callable[[], Circumstances]
) -> APIRouter:
    """Return the addresses; with no committee, because nobody can sign in, they say how that is set up."""
    router = APIRouter()
    router.include_router(static_files_router({ASK_SCRIPT: web_asset("ask.js", SCRIPT)}))
    addresses = Addresses(router, committee)
    pages = _Pages(desk, circumstances)
    addresses.show(NEW, pages.choose, Role.OFFICER)
    addresses.take(REQUESTS, pages.create, Role.OFFICER)
    addresses.show(OWN_RETURN_PATH, pages.came_back, Role.OFFICER)
    addresses.show(f"{REQUESTS}/{{presentation}}", pages.show, Role.OFFICER)
    addresses.show(f"{REQUESTS}/{{presentation}}/state", pages.state, Role.OFFICER)
    addresses.take(f"{REQUESTS}/{{presentation}}/withdraw", pages.withdraw, Role.OFFICER)
    return router


class _Pages:
    """What the addresses do."""

    def __init__(self, desk: PresentationDesk, circumstances: Callable[[], Circumstances]) -> None:
        self._desk = desk
        self._circumstances = circumstances

    def choose(self, visit: Visit) -> Response:
        """Show the open notices, or what one of them asks."""
        staff, wanted = visit.frame().staff, visit.request.query_params.get("notice")
        if wanted is not None:
            return staff_answer(new_page(staff, _notice(visit, wanted)))
        notices = [notice for notice, _ in visit.committee.notices.all(visit.officer) if _is_open(notice)]
        return staff_answer(choose_page(staff, notices))

    def create(self, visit: Visit, fields: Mapping[str, str]) -> Response:
        """Make a request from the criteria of a notice."""
        notice = _notice(visit, fields.get("notice", ""))
        try:
            wish = wish_of_posting(notice.posting, self._circumstances(), return_url=None)
            if fields.get("device") == "this":
                wish = self._desk.with_return(wish)
            asked = self._desk.create(wish, _owner(visit))
        except (RequestRefused, TooManyPresentations) as error:
            return staff_answer(new_page(visit.frame().staff, notice, problem=str(error)), 422)
        return visit.to(f"{REQUESTS}/{asked.id}")

    def show(self, visit: Visit) -> Response:
        """Show how far a request is, and at the end what came."""
        view = self._view(visit)
        return staff_answer(request_page(visit.frame().staff, view, link=wallet_link(view.asked, self._desk.service)))

    def state(self, visit: Visit) -> Response:
        """Say how far a request is, for the page's script."""
        view = self._view(visit)
        return JSONResponse({"state": view.state.value, "finished": view.ending is not None}, headers=NO_STORE)

    def came_back(self, visit: Visit) -> Response:
        """Take the response code of a wallet on this device, and lead to the result."""
        code = visit.request.query_params.get("response_code", "")[:_MAX_CODE]
        try:
            view = self._desk.came_back(code, _owner(visit))
        except PresentationUnknown:
            raise CommitteeRefused("unknown") from None
        return visit.to(f"{REQUESTS}/{view.asked.id}")

    def withdraw(self, visit: Visit, fields: Mapping[str, str]) -> Response:  # noqa: ARG002 - there are none
        """Forget a request with everything that came."""
        view = self._view(visit)
        self._desk.cancel(view.asked.id, _owner(visit))
        return staff_answer(withdrawn_page(visit.frame().staff))

    def _view(self, visit: Visit) -> View:
        try:
            return self._desk.view(visit.request.path_params["presentation"], _owner(visit))
        except PresentationUnknown:
            raise CommitteeRefused("unknown") from None


def _owner(visit: Visit) -> str:
    return f"session:{visit.person.session_id}"


def _notice(visit: Visit, text: str) -> Notice:
    """Return an open notice.

    Raises:
        CommitteeRefused: `unknown`, `open_only`.
    """
    notice = visit.committee.notices.one(visit.officer, number_of(text))
    if not _is_open(notice):
        raise CommitteeRefused("open_only")
    return notice


def _is_open(notice: Notice) -> bool:
    return notice.row.state == "open" and not notice.is_over

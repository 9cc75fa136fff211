"""The way from a request to a page function for staff and back; the rules are those of the holders' pages, and roles.

In this order, for every page:
* a form is taken only from a page of our own, signed in or not;
* nobody's look is sent to the sign-in page and back; nobody's form gets that page with the form in it;
* somebody whose roles are not among those of the page gets the answer of an address that is not there;
* a form carries the token of the session.
Roles are read from the database for each request. A program's token opens no page here.
"""

import logging
from collections.abc import Awaitable, Callable, Collection
from typing import Final

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from credential_schemas.wording.model import Language
from issuer.api.named_routes import add_named_route
from issuer.api.pages.asked import Answer, NotHere, PageDesk
from issuer.api.pages.form import Form, read_fields, read_form
from issuer.api.pages.routing import headers_of, response_of, theme_of
from issuer.api.staff.asked import StaffAsked, StaffFunction
from issuer.errors import IssuerError, StorageFull, StorageUnusable
from issuer.staff.roles import BANKS_OWN, Role
from issuer.web.problem_pages import expired_page, forbidden_page, missing_page, refused_page
from issuer.web.shell import Visit
from issuer.web.staff.frame import HOME, room_for
from keys.errors import KeysError
from keys.faults import log_event
from keys.gate.callers import TOKEN_PREFIX
from keys.gate.gate import CALLER, REQUEST_ID
from keys.sign_in.forms import FORM_FIELD, comes_from_us, fits_session

OPERATORS: Final = frozenset({Role.OPERATOR})
AUDITORS: Final = frozenset({Role.AUDITOR})
UNIVERSITIES: Final = frozenset({Role.UNIVERSITY})
BANK: Final = BANKS_OWN
ALL_STAFF: Final = frozenset(Role)

FormReader = Callable[[bytes, str], Form]
"""Reads a body and its media type."""

_LOG: Final = logging.getLogger(__name__)


class StaffPages:
    """Registers page functions under the addresses of both languages; every path begins with `HOME`."""

    def __init__(self, desk: PageDesk) -> None:
        """Serve the pages of one bank."""
        self.router = APIRouter()
        self._desk = desk

    def show(self, path: str, function: StaffFunction, *, roles: Collection[Role]) -> None:
        """Show a page to whoever has one of the roles."""
        self._add(path, _Way(self._desk, function, frozenset(roles)))

    def change(
        self, path: str, function: StaffFunction, *, roles: Collection[Role], reader: FormReader = read_form
    ) -> None:
        """Take a form from whoever has one of the roles; `reader` reads one that is not urlencoded."""
        self._add(path, _Way(self._desk, function, frozenset(roles), reader))

    def public(self, path: str, function: StaffFunction, *, change: bool = False) -> None:
        """Show a page to anybody, or take a form from anybody: for signing in."""
        self._add(path, _Way(self._desk, function, None, read_form if change else None))

    def _add(self, path: str, way: "_Way") -> None:
        if path != HOME and not path.startswith(f"{HOME}/"):
            raise RuntimeError("a page for staff has another address")  # what is missing is told by the address
        base = self._desk.site.base
        method = "GET" if way.reader is None else "POST"
        add_named_route(self.router, base + path, way.in_language("ko"), method=method)
        add_named_route(self.router, f"{base}/en{path}", way.in_language("en"), method=method)


class _Way:
    """One page function with who may ask it; `roles` None is anybody, `reader` None a page that is only shown."""

    def __init__(
        self,
        desk: PageDesk,
        function: StaffFunction,
        roles: frozenset[Role] | None,
        reader: FormReader | None = None,
    ) -> None:
        self.reader = reader
        self._desk = desk
        self._function = function
        self._roles = roles

    def in_language(self, language: Language) -> Callable[[Request], Awaitable[Response]]:
        """Return what answers requests for the page in a language."""

        async def answer(request: Request) -> Response:
            body = None if self.reader is None else await request.body()
            return await run_in_threadpool(self._answer, request, body, language)

        return answer

    def _answer(self, request: Request, body: bytes | None, language: Language) -> Response:
        headers = headers_of(request)
        if body is None or self.reader is None:
            form = read_fields(request.scope["query_string"])
        else:
            form = self.reader(body, headers.get("content-type", ""))
        asked = asked_by(self._desk, request, form, language=language)
        return response_of(asked.visit, self._answer_to(asked, headers, is_form=body is not None))

    def _answer_to(self, asked: StaffAsked, headers: dict[str, str], *, is_form: bool) -> Answer:
        if is_form and not comes_from_us(headers, own_origins=self._desk.own_origins):
            return Answer(forbidden_page(asked.visit), 403)
        if self._roles is not None:
            if asked.member is None:
                return _keep_form(asked) if is_form else _to_sign_in(asked)
            if not asked.member.roles & self._roles:
                return Answer(missing_page(asked.visit), 404)
            token = asked.form.one(FORM_FIELD) or None
            if is_form and not fits_session(token, asked.member.session_id, key=self._desk.staff.key):
                return Answer(forbidden_page(asked.visit), 403)
        try:
            return self._function(asked)
        except NotHere:
            return Answer(missing_page(asked.visit), 404)
        except (IssuerError, KeysError) as error:
            about = log_event("request_refused", request_id=asked.request_id, code=error.code)
            _LOG.warning("request %s: refused: %s", asked.request_id, error.code, extra=about)
            status = 503 if isinstance(error, StorageFull | StorageUnusable) else 409
            return Answer(refused_page(asked.visit, error.code, request_id=asked.request_id), status)


def is_for_staff(path: str) -> bool:
    """Return whether an address, without the base, is one below that of the staff's pages, in either language."""
    bare = path.removeprefix("/en")
    return bare == HOME or bare.startswith(f"{HOME}/")


def missing_to_staff(desk: PageDesk, request: Request) -> Response:
    """Return the page for an address of the staff's that is not there; one that only takes forms looks the same."""
    path = request.url.path.removeprefix(desk.site.base)
    asked = asked_by(desk, request, Form(), language="en" if path.startswith("/en/") else "ko")
    return response_of(asked.visit, Answer(missing_page(asked.visit), 404))


def asked_by(desk: PageDesk, request: Request, form: Form, *, language: Language) -> StaffAsked:
    """Return a request as page functions for staff take it."""
    headers = headers_of(request)
    cookies, caller = headers.get("cookie"), str(request.scope[CALLER])
    member = None
    if not caller.startswith(TOKEN_PREFIX):  # a program's token would hide the place
        member = desk.staff.who(desk.cookies.read(cookies, "staff-session"), place=caller)
    path = request.url.path.removeprefix(desk.site.base)
    query = request.scope["query_string"]
    visit = Visit(
        site=desk.site,
        language=language,
        path=path.removeprefix("/en") if language == "en" else path,
        query=query.decode("ascii", "replace") if request.method == "GET" else "",
        theme=theme_of(cookies),
        name=None if member is None else member.shown_name,
        csrf="" if member is None else member.form_token,
        room=room_for(frozenset() if member is None else member.roles),
    )
    return StaffAsked(
        desk=desk,
        visit=visit,
        form=form,
        values=dict(request.path_params),
        member=member,
        place=caller,
        cookie_header=cookies,
        request_id=str(request.scope.get(REQUEST_ID, "")),
    )


def _to_sign_in(asked: StaffAsked) -> Answer:
    return Answer(go_to=f"{asked.visit.to(asked.visit.room.sign_in)}?{Form.of({'next': asked.visit.here}).encoded()}")


def _keep_form(asked: StaffAsked) -> Answer:
    """Ask to sign in, with the form in the page; it came from a page of ours."""
    kept = asked.form.without(FORM_FIELD)
    return Answer(expired_page(asked.visit, kept.encoded()), 401)

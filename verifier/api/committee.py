"""The committee's addresses in both languages, and what they share: who asks, for which page, and how refusals read.

Every address names the roles that may ask it (`verifier.api.signed_in.require`); the committee itself asks again. What
does not exist and what a person may not see are one answer.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Request, Response

from keys.sign_in.sessions import SignedIn
from keys.values import dataclass
from verifier.api.signed_in import (
    EntranceRefused,
    form_fields,
    in_language,
    language_of,
    require,
    staff_answer,
    staff_for,
)
from verifier.committee.committee import Committee
from verifier.committee.errors import CommitteeRefused
from verifier.committee.officers import Officer
from verifier.people.roles import Role
from verifier.web.committee_frame import Frame
from verifier.web.committee_refused import committee_refused_page

Fields = Annotated[Mapping[str, str], Depends(form_fields)]
_UNKNOWN, _ROLE, _CONFLICT, _INPUT = 404, 403, 409, 422
STATUS: Final[Mapping[str, int]] = {
    "unknown": _UNKNOWN,
    "role": _ROLE,
    **dict.fromkeys(
        (
            "draft_only",
            "open_only",
            "criteria_frozen",
            "name_taken",
            "confirmed",
            "not_confirmed",
            "incomplete",
            "answered",
            "settled",
            "accept",
            "evidence",
            "interview_closed",
            "members",
            "tasks",
            "not_kept",
        ),
        _CONFLICT,
    ),
}


@dataclass(frozen=True, slots=True)
class Visit:
    """One request of somebody who is signed in, and the committee it is about."""

    request: Request
    person: SignedIn
    committee: Committee

    @property
    def officer(self) -> Officer:
        """Who asks, as the committee knows people."""
        return Officer(self.person.user_id, self.person.name, frozenset(str(role) for role in self.person.roles))

    def frame(
        self, *, refused: CommitteeRefused | None = None, done: str = "", typed: Mapping[str, str] | None = None
    ) -> Frame:
        """Return the frame of the answer's page."""
        return Frame(staff_for(self.request, self.person), refused, done, dict(typed or {}))

    def to(self, path: str) -> Response:
        """Lead to another page; `path` is its Korean address."""
        return Response(status_code=303, headers={"Location": in_language(path, language_of(self.request))})

    def number(self, name: str) -> int:
        """Return a number of the address.

        Raises:
            CommitteeRefused: `unknown`, it is none.
        """
        return number_of(self.request.path_params.get(name, ""))

    def refused(self, error: CommitteeRefused) -> Response:
        """Say that something cannot be done, and why."""
        page = committee_refused_page(self.frame(refused=error), path=self.request.url.path.removeprefix("/en"))
        return staff_answer(page, STATUS.get(error.kind, _INPUT))


def number_of(text: str) -> int:
    """Return a number that stands for a row.

    Raises:
        CommitteeRefused: `unknown`.
    """
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        raise CommitteeRefused("unknown")
    return int(text)


Show = Callable[[Visit], Response]
Take = Callable[[Visit, Mapping[str, str]], Response]


@dataclass(frozen=True, slots=True)
class Addresses:
    """Adds addresses in both languages to a router."""

    router: APIRouter
    committee: Committee | None

    def show(self, path: str, show: Show, *roles: Role) -> None:
        """Add a page."""

        def answer(request: Request, person: Annotated[SignedIn, Depends(require(*roles))]) -> Response:
            visit = self._visit(request, person)
            try:
                return show(visit)
            except CommitteeRefused as error:
                return visit.refused(error)

        self._add(path, answer, "GET")

    def take(self, path: str, take: Take, *roles: Role) -> None:
        """Add what a form is sent to."""

        def answer(request: Request, person: Annotated[SignedIn, Depends(require(*roles))], fields: Fields) -> Response:
            visit = self._visit(request, person)
            try:
                return take(visit, fields)
            except CommitteeRefused as error:
                return visit.refused(error)

        self._add(path, answer, "POST")

    def take_files(self, path: str, take: Callable[[Visit], Awaitable[Response]], *roles: Role) -> None:
        """Add what a form with files is sent to; it reads the form itself."""

        async def answer(request: Request, person: Annotated[SignedIn, Depends(require(*roles))]) -> Response:
            visit = self._visit(request, person)
            try:
                return await take(visit)
            except CommitteeRefused as error:
                return visit.refused(error)

        self._add(path, answer, "POST")

    def _visit(self, request: Request, person: SignedIn) -> Visit:
        if self.committee is None:
            raise EntranceRefused("not_set_up")
        return Visit(request, person, self.committee)

    def _add(self, path: str, answer: Callable[..., object], method: str) -> None:
        for each in (path, f"/en{path}"):
            self.router.add_api_route(each, answer, methods=[method], include_in_schema=False, response_model=None)

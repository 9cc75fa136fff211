"""Who may enter: the dependency that an address of the signed-in pages names, and the refusals it answers with.

    @router.get("/notices")
    def show_notices(person: Annotated[SignedIn, Depends(require(Role.OFFICER, Role.REVIEWER))]) -> Response: ...

Rules enforced for every such address:
* a living session, and one of the named roles at this moment;
* what is not a mere reading must come from a page of our own, with the token of the session: in the header
  `x-form-token`, or in the field `form_token` of a form.

A page without a session leads to the sign-in and back; an address below `/api/` answers with a problem document.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Final, Literal
from urllib.parse import quote

from fastapi import FastAPI, Request, Response
from starlette.concurrency import run_in_threadpool

from credential_schemas.report.messages import Language
from keys.sign_in.cookies import Cookies
from keys.sign_in.forms import FORM_FIELD, comes_from_us, fits_session, form_token
from keys.sign_in.oidc.relying_party import RelyingParty
from keys.sign_in.sessions import SignedIn
from keys.values import dataclass, field
from verifier.api.form_charset import check_form_charset
from verifier.api.problems import problem
from verifier.people.roles import Role
from verifier.people.sign_in_desk import SignInDesk
from verifier.web.sign_in_page import refused_page, set_up_page
from verifier.web.staff import Staff
from verifier.web.static import PAGE_HEADERS

SIGN_IN_PATH: Final = "/sign-in"
TOKEN_HEADER: Final = "x-form-token"  # noqa: S105 - the name of a header
HTML: Final = "text/html; charset=utf-8"
STAFF_HEADERS: Final[Mapping[str, str]] = {**PAGE_HEADERS, "Referrer-Policy": "same-origin"}
"""Headers of every page for people who are signed in; what they read is kept nowhere (`no-store` by the gate)."""

_READING: Final = frozenset({"GET", "HEAD"})
_FORMS: Final = ("application/x-www-form-urlencoded", "multipart/form-data")
_MAX_FIELDS: Final = 1_000
_MAX_FILES: Final = 100
_MAX_FIELD_BYTES: Final = 256 * 1024

Refused = Literal["sign_in", "role", "foreign", "form", "not_set_up"]
_STATUS: Final[Mapping[Refused, int]] = {"sign_in": 401, "role": 403, "foreign": 403, "form": 403, "not_set_up": 403}
_DETAIL: Final[Mapping[Refused, str]] = {
    "sign_in": "expected somebody who is signed in",
    "role": "expected another role",
    "foreign": "expected a request of our own pages",
    "form": "expected the token of this session",
    "not_set_up": "nobody may sign in here yet",
}


@dataclass(frozen=True, slots=True)
class Entrance:
    """How people get into one service.

    Args:
        desk: who is signed in.
        cookies: under which names browsers keep what.
        own_origins: of the service, such as `https://verify.example`; the first is the one that others are told.
        providers: relying parties by the id of their provider.
    """

    desk: SignInDesk
    cookies: Cookies
    own_origins: tuple[str, ...]
    providers: Mapping[str, RelyingParty] = field(default_factory=dict)


class EntranceRefused(Exception):
    """The request does not come in; `.kind` says why."""

    def __init__(self, kind: Refused) -> None:
        super().__init__(kind)
        self.kind: Refused = kind


def open_entrance(app: FastAPI, entrance: Entrance | None, *, asks: bool) -> None:
    """Give an application its entrance, and the refusals their answers.

    Args:
        app: the application.
        entrance: None where nobody can sign in.
        asks: whether it asks wallets; where it does not, no page offers that.
    """
    app.state.entrance = entrance
    app.state.asks = asks
    app.add_exception_handler(EntranceRefused, on_entrance_refused)


def entrance_of(request: Request) -> Entrance:
    """Return the entrance of the service.

    Raises:
        EntranceRefused: `not_set_up`.
    """
    entrance = request.app.state.entrance
    if not isinstance(entrance, Entrance):
        raise EntranceRefused("not_set_up")
    return entrance


def require(*roles: Role) -> Callable[[Request], Awaitable[SignedIn]]:
    """Return the dependency for addresses that need one of these roles; with none, for everybody who is signed in."""
    wanted = frozenset(roles)

    async def enter(request: Request) -> SignedIn:
        entrance = entrance_of(request)
        person = await run_in_threadpool(_who, entrance, request.headers.get("cookie"))
        if request.method not in _READING:
            await _check_sender(request, entrance, person)
        if wanted and not person.roles & wanted:
            raise EntranceRefused("role")
        return person

    return enter


def token_for(request: Request, person: SignedIn) -> str:
    """Return the token that the forms on a page for this person carry in the field `form_token`."""
    return form_token(person.session_id, key=entrance_of(request).desk.secrets.key)


def staff_for(request: Request, person: SignedIn) -> Staff:
    """Return whom the page of this request is for."""
    return Staff(person, token_for(request, person), language_of(request), asks=bool(request.app.state.asks))


def check_own_page(request: Request, entrance: Entrance) -> None:
    """Let only our own pages send this request; for forms before the sign-in, which have no token yet.

    Raises:
        EntranceRefused: `foreign`.
    """
    if not comes_from_us(request.headers, own_origins=entrance.own_origins):
        raise EntranceRefused("foreign")


async def form_fields(request: Request) -> Mapping[str, str]:
    """Return the text fields of a form, of each name the last.

    Raises:
        Refusal: 415, it is in another character set than UTF-8.
    """
    check_form_charset(request)
    form = await request.form(max_files=_MAX_FILES, max_fields=_MAX_FIELDS, max_part_size=_MAX_FIELD_BYTES)
    return {name: value for name, value in form.multi_items() if isinstance(value, str)}


def language_of(request: Request) -> Language:
    """Return the language of an address: English below `/en`."""
    return language_of_path(request.url.path)


def language_of_path(path: str) -> Language:
    """Return the language of a path of ours, with or without a query."""
    return "en" if path.partition("?")[0] == "/en" or path.startswith("/en/") else "ko"


def in_language(path: str, language: Language) -> str:
    """Return the address of a page in a language."""
    return f"/en{path}" if language == "en" else path


def staff_answer(page: bytes, status: int = 200) -> Response:
    """Return a page for people who are signed in, or about to be."""
    return Response(page, status, media_type=HTML, headers=dict(STAFF_HEADERS))


def on_entrance_refused(request: Request, error: Exception) -> Response:
    """Lead to the sign-in, or say why not."""
    if not isinstance(error, EntranceRefused):
        raise error
    kind, language = error.kind, language_of(request)
    if request.url.path.startswith("/api/"):
        return problem(request, _STATUS[kind], code=kind, detail=_DETAIL[kind])
    if kind == "sign_in" and request.method in _READING:
        query = f"?{request.url.query}" if request.url.query else ""
        after = quote(f"{request.url.path}{query}", safe="/")
        location = f"{in_language(SIGN_IN_PATH, language)}?next={after}"
        return Response(status_code=303, headers={"Location": location})
    if kind == "not_set_up":
        page = set_up_page(language=language, needs_restart=request.app.state.entrance is None)
        return staff_answer(page, _STATUS[kind])
    return staff_answer(refused_page(kind, language=language), _STATUS[kind])


def _who(entrance: Entrance, cookie_header: str | None) -> SignedIn:
    person = entrance.desk.who(entrance.cookies.read(cookie_header, "session"))
    if person is None:
        raise EntranceRefused("sign_in" if entrance.desk.is_set_up() else "not_set_up")
    return person


async def _check_sender(request: Request, entrance: Entrance, person: SignedIn) -> None:
    check_own_page(request, entrance)
    token = request.headers.get(TOKEN_HEADER)
    if token is None and request.headers.get("content-type", "").partition(";")[0].strip().lower() in _FORMS:
        token = (await form_fields(request)).get(FORM_FIELD)
    if not fits_session(token, person.session_id, key=entrance.desk.secrets.key):
        raise EntranceRefused("form")

"""The way from a request to a page function and back: language, session, origin and token of forms, errors as pages.

Rules enforced, in this order, for every page:
* a form is taken only from a page of our own (`Origin`, `Sec-Fetch-Site`), signed in or not;
* pages for holders: nobody's look is sent to the sign-in page and back; nobody's form gets the sign-in page with the
  form in it, so that a session that ended in mid-form loses nothing;
* a holder's form carries the token of the session;
* what is not there and what is somebody else's give the same answer.
"""

import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from credential_schemas.look.serving import PAGE_POLICY
from credential_schemas.wording.model import Language
from issuer.api.named_routes import add_named_route
from issuer.api.pages.asked import Answer, Asked, NotHere, PageDesk, PageFunction
from issuer.api.pages.form import Form, read_fields, read_form
from issuer.api.pages.refusals import PAGE_RESPONSE_HEADERS
from issuer.desk_errors import IssuedTooMany, IssuingBusy
from issuer.errors import IssuerError, StorageFull, StorageUnusable
from issuer.holders.signing_in import Holder
from issuer.web.problem_pages import expired_page, forbidden_page, missing_page, refused_page, unopened_page
from issuer.web.shell import THEMES, Theme, Visit, page_html
from keys.errors import KeysError
from keys.faults import log_event
from keys.gate.answers import BUSY_RETRY_S
from keys.gate.gate import CALLER, REQUEST_ID
from keys.sign_in.forms import FORM_FIELD, comes_from_us, fits_session

THEME_COOKIE: Final = "theme"
_MISSING: Final = 404
_HTML: Final = "text/html; charset=utf-8"
_LOG: Final = logging.getLogger(__name__)


class Pages:
    """Registers page functions under the addresses of both languages."""

    def __init__(self, desk: PageDesk) -> None:
        """Serve the pages of one bank."""
        self.router = APIRouter()
        self._desk = desk

    def show(self, path: str, function: PageFunction, *, public: bool = False) -> None:
        """Show a page at `path` and below "/en"; only to holders, unless it is public."""
        self._add(path, function, method="GET", public=public)

    def change(self, path: str, function: PageFunction, *, public: bool = False) -> None:
        """Take a form at `path` and below "/en"; only from holders, unless it is public."""
        self._add(path, function, method="POST", public=public)

    def _add(self, path: str, function: PageFunction, *, method: str, public: bool) -> None:
        base = self._desk.site.base
        for prefix, language in ((base, "ko"), (f"{base}/en", "en")):
            answer = _endpoint(self._desk, function, language="en" if language == "en" else "ko", public=public)
            add_named_route(self.router, prefix + path, answer, method=method)


def _endpoint(
    desk: PageDesk, function: PageFunction, *, language: Language, public: bool
) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        body = await request.body() if request.method == "POST" else None
        return await run_in_threadpool(_answer, desk, request, body, function=(function, language, public))

    return answer


def _answer(
    desk: PageDesk, request: Request, body: bytes | None, *, function: tuple[PageFunction, Language, bool]
) -> Response:
    run, language, public = function
    asked = _asked(desk, request, body, language=language)
    if body is not None and not comes_from_us(headers_of(request), own_origins=desk.own_origins):
        return response_of(asked.visit, Answer(forbidden_page(asked.visit), 403))
    if asked.person is None and not public:
        return response_of(asked.visit, _to_sign_in(asked) if body is None else _keep_form(asked))
    if body is not None and not public and not _has_token(desk, asked, asked.holder):
        return response_of(asked.visit, Answer(forbidden_page(asked.visit), 403))
    try:
        return response_of(asked.visit, run(asked))
    except NotHere:
        return response_of(asked.visit, Answer(missing_page(asked.visit), 404))
    except (IssuerError, KeysError) as error:
        about = log_event("request_refused", request_id=asked.request_id, code=error.code)
        _LOG.warning("request %s: refused: %s", asked.request_id, error.code, extra=about)
        return _refused(asked, error)


def _refused(asked: Asked, error: IssuerError | KeysError) -> Response:
    """Say what was not done, and after how long to try again where that is known."""
    status, wait_s = 409, None
    if isinstance(error, IssuedTooMany):
        status, wait_s = 429, int(error.details["seconds"])
    elif isinstance(error, StorageFull | StorageUnusable | IssuingBusy):
        status, wait_s = 503, BUSY_RETRY_S
    page = refused_page(asked.visit, error.code, request_id=asked.request_id, wait_s=wait_s)
    response = response_of(asked.visit, Answer(page, status))
    if wait_s is not None:
        response.headers["Retry-After"] = str(wait_s)
    return response


def missing_response(desk: PageDesk, request: Request, *, status: int = 404) -> Response | None:
    """Return the page for what is not there, or not to be shown so; None for a program, which does not ask for HTML."""
    path = request.url.path.removeprefix(desk.site.base)
    if "text/html" not in headers_of(request).get("accept", "") or path.startswith("/api/"):
        return None
    asked = _asked(desk, request, b"", language="en" if path.startswith("/en/") else "ko")
    page = missing_page(asked.visit) if status == _MISSING else unopened_page(asked.visit)
    return response_of(asked.visit, Answer(page, status))


def _asked(desk: PageDesk, request: Request, body: bytes | None, *, language: Language) -> Asked:
    headers = headers_of(request)
    cookies = headers.get("cookie")
    query = request.scope["query_string"]
    fields = read_fields(query) if body is None else read_form(body, headers.get("content-type", ""))
    person = desk.sign_in.who(desk.cookies.read(cookies, "session"))
    path = request.url.path.removeprefix(desk.site.base)
    visit = Visit(
        site=desk.site,
        language=language,
        path=path.removeprefix("/en") if language == "en" else path,
        query=query.decode("ascii", "replace") if body is None else "",
        theme=theme_of(cookies),
        name=None if person is None else _shown_name(person, language),
        csrf="" if person is None else person.form_token,
    )
    values: Mapping[str, str] = dict(request.path_params)
    return Asked(
        desk=desk,
        visit=visit,
        form=fields,
        values=values,
        person=person,
        caller=str(request.scope[CALLER]),
        cookie_header=cookies,
        request_id=str(request.scope.get(REQUEST_ID, "")),
    )


def theme_of(cookie_header: str | None) -> Theme:
    """Return light or dark where the browser carries that choice, else what the system says."""
    pairs = [pair.strip().partition("=") for pair in (cookie_header or "").split(";")]
    values = [value for name, _, value in pairs if name == THEME_COOKIE]
    return next((theme for theme in THEMES if values == [theme]), "system")


def headers_of(request: Request) -> dict[str, str]:
    """Return the headers of a request, names in lower case."""
    return {name.decode("latin-1"): value.decode("latin-1") for name, value in request.scope["headers"]}


def _shown_name(person: Holder, language: Language) -> str:
    return (person.name_en or person.name) if language == "en" else person.name


def _has_token(desk: PageDesk, asked: Asked, person: Holder) -> bool:
    return fits_session(asked.form.one(FORM_FIELD) or None, person.session_id, key=desk.bank.sign_in_key)


def _to_sign_in(asked: Asked) -> Answer:
    return Answer(go_to=f"{asked.visit.to('/sign-in')}?{Form.of({'next': asked.visit.here}).encoded()}")


def _keep_form(asked: Asked) -> Answer:
    """Ask to sign in, with the form in the page; it came from a page of ours."""
    kept = asked.form.without(FORM_FIELD)
    return Answer(expired_page(asked.visit, kept.encoded()), 401)


def response_of(visit: Visit, answer: Answer) -> Response:
    """Return the answer of a page function to a visit as a response."""
    headers = dict(PAGE_RESPONSE_HEADERS)
    if answer.form_origin:
        # Browsers hold the way on after a form against this directive, too.
        policy = PAGE_POLICY.replace("form-action 'self'", f"form-action 'self' {answer.form_origin}")
        headers["Content-Security-Policy"] = policy
    if answer.go_to is not None:
        response = Response(status_code=303, headers={**headers, "Location": answer.go_to})
    elif answer.download is not None:
        named = {"Content-Disposition": f'attachment; filename="{answer.download.name}"'}
        response = Response(answer.download.body, media_type=answer.download.media_type, headers=headers | named)
    elif answer.page is not None:
        body = page_html(answer.visit or visit, answer.page)
        response = Response(body, answer.status, media_type=_HTML, headers=headers)
    else:
        raise RuntimeError("a page function answered nothing")
    for cookie in answer.cookies:
        response.headers.append("Set-Cookie", cookie)
    return response

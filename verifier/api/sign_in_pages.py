"""Signing in and out, by password or with a provider, and what people change about their own sign-in."""

from collections.abc import Callable, Mapping
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Request, Response
from starlette.concurrency import run_in_threadpool

from credential_schemas.report.messages import Language
from keys.gate.gate import CALLER
from keys.sign_in.errors import OidcError, OidcKind, SignInBusy
from keys.sign_in.forms import own_path
from keys.sign_in.oidc.model import OidcIdentity, open_pending, seal_pending
from keys.sign_in.oidc.relying_party import RelyingParty, WayBack
from keys.sign_in.sessions import SignedIn
from keys.sign_in.throttle import DEVICE_SECONDS
from verifier.api.signed_in import (
    SIGN_IN_PATH,
    Entrance,
    EntranceRefused,
    check_own_page,
    entrance_of,
    form_fields,
    in_language,
    language_of,
    language_of_path,
    require,
    staff_answer,
    staff_for,
)
from verifier.api.static_files import static_files_router
from verifier.people.own_sign_in import OwnChangeRefused, OwnSignIn
from verifier.people.sign_in_desk import Attempt, SignInFailed, TooManyTries, Welcome
from verifier.web.account_page import ACCOUNT, AccountNews, account_page
from verifier.web.sign_in_page import SignInRefusal, SignInState, set_up_page, sign_in_page
from verifier.web.staff import STAFF_STYLE
from verifier.web.static import STYLE, web_asset

Fields = Annotated[Mapping[str, str], Depends(form_fields)]
Anybody = Annotated[SignedIn, Depends(require())]

_BUSY_S: Final = 2
_REFUSALS: Final[Mapping[OidcKind, SignInRefusal]] = {
    "configuration": "provider",
    "provider": "provider",
    "expired": "expired",
    "answer": "answer",
    "cancelled": "cancelled",
    "code": "answer",
    "id_token": "provider",
}


def sign_in_router() -> APIRouter:
    """Return the addresses in both languages; the way back from a provider is one for both."""
    router = APIRouter()
    router.include_router(static_files_router({STAFF_STYLE: web_asset("staff.css", STYLE)}))
    for language in ("ko", "en"):
        _add_sign_in(router, language)
        _add_account(router, language)
    router.add_api_route(f"{SIGN_IN_PATH}/{{provider_id}}/callback", _come_back, include_in_schema=False)
    return router


def _add_sign_in(router: APIRouter, language: Language) -> None:
    here = in_language(SIGN_IN_PATH, language)
    router.add_api_route(here, _show_sign_in, include_in_schema=False)
    router.add_api_route(here, _take_sign_in, methods=["POST"], include_in_schema=False)
    router.add_api_route(f"{here}/{{provider_id}}", _go_to_provider, include_in_schema=False)
    router.add_api_route(in_language("/sign-out", language), _sign_out, methods=["POST"], include_in_schema=False)


def _show_sign_in(request: Request) -> Response:
    """Give the form; who is signed in already goes on."""
    entrance, after = entrance_of(request), _after(request.query_params.get("next"), language_of(request))
    if entrance.desk.who(entrance.cookies.read(request.headers.get("cookie"), "session")) is not None:
        return _to(after)
    if not entrance.desk.is_set_up():
        return staff_answer(set_up_page(language=language_of(request), needs_restart=False))
    return _form(request, SignInState(after, _providers(entrance, language_of(request))))


async def _take_sign_in(request: Request) -> Response:
    """Sign in by name, password and code."""
    entrance = entrance_of(request)
    check_own_page(request, entrance)
    fields, cookies = await form_fields(request), request.headers.get("cookie")
    attempt = Attempt(
        fields.get("name", ""),
        fields.get("password", ""),
        fields.get("code", ""),
        network=request.scope[CALLER],
        mark=entrance.cookies.read(cookies, "device"),
        session=entrance.cookies.read(cookies, "session"),
    )
    after = _after(fields.get("next"), language_of(request))
    try:
        welcome = await run_in_threadpool(entrance.desk.sign_in, attempt)
    except SignInFailed:
        return _again(request, after, attempt.name, refusal="wrong", status=403)
    except TooManyTries as error:
        return _too_many(request, after, error, name=attempt.name)
    except SignInBusy:
        answer = _again(request, after, attempt.name, refusal="busy", status=503)
        answer.headers["Retry-After"] = str(_BUSY_S)
        return answer
    return _welcomed(entrance, welcome, _to(after))


def _go_to_provider(request: Request, provider_id: str) -> Response:
    """Send the browser to a provider."""
    entrance, language = entrance_of(request), language_of(request)
    party, after = entrance.providers.get(provider_id), _after(request.query_params.get("next"), language)
    if party is None:
        return _to(in_language(SIGN_IN_PATH, language))
    try:
        entrance.desk.count_way(request.scope[CALLER])
    except TooManyTries as error:
        return _too_many(request, after, error)
    back = WayBack(f"{entrance.own_origins[0]}{SIGN_IN_PATH}/{provider_id}/callback", after)
    secrets = entrance.desk.secrets
    try:
        url, pending = party.begin(back, now=entrance.desk.now(), random_bytes=secrets.random_bytes)
    except OidcError as error:
        return _again(request, after, "", refusal=_REFUSALS[error.kind], status=502)
    answer = _to(url)
    answer.headers.append("Set-Cookie", entrance.cookies.setting("signing-in", seal_pending(pending, key=secrets.key)))
    return answer


def _come_back(request: Request, provider_id: str) -> Response:
    """Take what the browser brings back from a provider."""
    entrance, after, language = entrance_of(request), "/", language_of(request)
    cookies = request.headers.get("cookie")
    try:
        entrance.desk.count_way(request.scope[CALLER])
    except TooManyTries as error:
        return _too_many(request, _after(None, language), error)
    try:
        now, key = entrance.desk.now(), entrance.desk.secrets.key
        pending = open_pending(entrance.cookies.read(cookies, "signing-in"), key=key, now=now)
        after = pending.return_to
        language = language_of_path(after)
        party = _party(entrance, provider_id)
        identity = party.finish(pending, request.query_params.multi_items(), now=now)
    except OidcError as error:
        answer = _refused_by_provider(entrance, language, after, refusal=_REFUSALS[error.kind])
    else:
        welcome = entrance.desk.sign_in_with(identity, session=entrance.cookies.read(cookies, "session"))
        if welcome is None:
            answer = _refused_by_provider(entrance, language, after, refusal="unknown_person", identity=identity)
        else:
            answer = _welcomed(entrance, welcome, _to(after))
    answer.headers.append("Set-Cookie", entrance.cookies.ending("signing-in"))
    return answer


def _sign_out(request: Request, person: Anybody) -> Response:
    """End this session."""
    entrance = entrance_of(request)
    entrance.desk.sign_out(person.session_id)
    return _goodbye(request, entrance)


def _add_account(router: APIRouter, language: Language) -> None:
    here = in_language(ACCOUNT, language)
    router.add_api_route(here, _show_account, include_in_schema=False)
    for path, endpoint in (
        ("password", _change_password),
        ("second-step", _take_second_step),
        ("second-step/off", _drop_second_step),
        ("sign-out-everywhere", _sign_out_everywhere),
    ):
        router.add_api_route(f"{here}/{path}", endpoint, methods=["POST"], include_in_schema=False)


def _show_account(request: Request, person: Anybody) -> Response:
    """Give the page about one's own sign-in."""
    return _account(request, person, AccountNews())


def _change_password(request: Request, person: Anybody, fields: Fields) -> Response:
    """Take another password."""

    def change(own: OwnSignIn) -> AccountNews:
        own.change_password(person, password=fields.get("password", ""), new=fields.get("new", ""))
        return AccountNews("done_password")

    return _changed(request, person, change)


def _take_second_step(request: Request, person: Anybody, fields: Fields) -> Response:
    """Begin to ask for a second step."""

    def change(own: OwnSignIn) -> AccountNews:
        code, password = fields.get("code", ""), fields.get("password", "")
        codes = own.take_second_step(person, fields.get("offer", ""), code=code, password=password)
        return AccountNews("done_second_step_on", recovery_codes=codes)

    return _changed(request, person, change)


def _drop_second_step(request: Request, person: Anybody, fields: Fields) -> Response:
    """Ask for no second step any more."""

    def change(own: OwnSignIn) -> AccountNews:
        own.drop_second_step(person, password=fields.get("password", ""))
        return AccountNews("done_second_step_off")

    return _changed(request, person, change)


def _sign_out_everywhere(request: Request, person: Anybody) -> Response:
    """End every session of this person, this one included."""
    entrance = entrance_of(request)
    entrance.desk.sign_out_everywhere(person.user_id)
    return _goodbye(request, entrance)


def _changed(request: Request, person: SignedIn, change: Callable[[OwnSignIn], AccountNews]) -> Response:
    try:
        news, status = change(OwnSignIn(entrance_of(request).desk)), 200
    except OwnChangeRefused as error:
        news, status = AccountNews(f"own_{error.kind}", refused=True), 422
    except TooManyTries:
        news, status = AccountNews("own_too_many", refused=True), 429
    except SignInBusy:
        news, status = AccountNews("own_busy", refused=True), 503
    return _account(request, person, news, status=status)


def _account(request: Request, person: SignedIn, news: AccountNews, *, status: int = 200) -> Response:
    own = OwnSignIn(entrance_of(request).desk)
    try:
        state = own.state(person)
    except OwnChangeRefused:  # she was removed a moment ago
        raise EntranceRefused("sign_in") from None
    wanted = state.has_password and not state.has_second_step
    offer = own.offer_second_step(person, name=state.name) if wanted else None
    return staff_answer(account_page(staff_for(request, person), state, offer=offer, news=news), status)


def _form(request: Request, state: SignInState, status: int = 200) -> Response:
    return staff_answer(sign_in_page(state, language=language_of(request)), status)


def _again(request: Request, after: str, name: str, *, refusal: SignInRefusal, status: int) -> Response:
    providers = _providers(entrance_of(request), language_of(request))
    return _form(request, SignInState(after, providers, name[:100], refusal), status)


def _too_many(request: Request, after: str, error: TooManyTries, *, name: str = "") -> Response:
    answer = _again(request, after, name, refusal="too_many", status=429)
    answer.headers["Retry-After"] = str(error.wait_s)
    return answer


def _refused_by_provider(
    entrance: Entrance, language: Language, after: str, *, refusal: SignInRefusal, identity: OidcIdentity | None = None
) -> Response:
    shown = None if identity is None else (identity.issuer, identity.subject)
    state = SignInState(after, _providers(entrance, language), "", refusal, identity=shown)
    return staff_answer(sign_in_page(state, language=language), 403)


def _party(entrance: Entrance, provider_id: str) -> RelyingParty:
    party = entrance.providers.get(provider_id)
    if party is None:
        raise OidcError("expected one of our providers, found another", kind="answer")
    return party


def _providers(entrance: Entrance, language: Language) -> tuple[tuple[str, str], ...]:
    return tuple((party.provider.id, party.provider.name[language]) for party in entrance.providers.values())


def _welcomed(entrance: Entrance, welcome: Welcome, answer: Response) -> Response:
    cookies = entrance.cookies
    answer.headers.append("Set-Cookie", cookies.setting("session", welcome.token))
    answer.headers.append("Set-Cookie", cookies.setting("device", welcome.mark, max_age_s=DEVICE_SECONDS))
    return answer


def _goodbye(request: Request, entrance: Entrance) -> Response:
    answer = _to(in_language(SIGN_IN_PATH, language_of(request)))
    answer.headers.append("Set-Cookie", entrance.cookies.ending("session"))
    return answer


def _to(address: str) -> Response:
    return Response(status_code=303, headers={"Location": address})


def _after(path: str | None, language: Language) -> str:
    return own_path(path, otherwise=in_language(ACCOUNT, language))

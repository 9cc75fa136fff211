"""`/sign-in`, `/sign-up`, `/sign-out` and the settings of signing in; providers at `/sign-in/ID`."""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from credential_schemas.wording.phrases import spoken_day
from issuer.api.pages.asked import Answer, Asked, NotHere, go_to, shown
from issuer.api.pages.form import Form, read_fields
from issuer.api.pages.routing import Pages
from issuer.holders.errors import (
    CodeDoesNotFit,
    NewPasswordRefused,
    SignInCrowded,
    SignInNameRefused,
    SignInNameTaken,
    SignInRefused,
    SignInThrottled,
)
from issuer.holders.local_sign_ins import LOCAL, Attempt
from issuer.holders.signing_in import Begun
from issuer.openid4vci.metadata import AUTHORIZE
from issuer.times import korean_day_of, utc_moment
from issuer.web.problem_pages import expired_page, resume_page
from issuer.web.session_part import SESSION_PATH, session_page
from issuer.web.shell import Page
from issuer.web.sign_in_pages import (
    SettingsView,
    SignInForm,
    WayIn,
    recovery_codes_page,
    second_step_page,
    settings_page,
    sign_in_page,
    sign_up_page,
    signed_in_page,
)
from keys.sign_in.errors import OidcError
from keys.sign_in.forms import own_path
from keys.sign_in.oidc.model import open_pending, seal_pending
from keys.sign_in.oidc.relying_party import RelyingParty, WayBack
from keys.sign_in.one_time_codes import totp_uri
from keys.sign_in.throttle import DEVICE_SECONDS

_SERVICE: Final = "직무능력은행"
_SECRET: Final = re.compile(r"[A-Z2-7]{32}")
_Refused = SignInThrottled | SignInCrowded | SignInRefused | SignInNameRefused | SignInNameTaken | NewPasswordRefused
_REFUSALS = (SignInThrottled, SignInCrowded, SignInRefused, SignInNameRefused, SignInNameTaken, NewPasswordRefused)
_TOO_MANY = (SignInThrottled, SignInCrowded)


def register(pages: Pages) -> None:
    """Add the addresses."""
    pages.show("/sign-in", show_sign_in, public=True)
    pages.change("/sign-in", sign_in, public=True)
    pages.show("/sign-up", show_sign_up, public=True)
    pages.change("/sign-up", sign_up, public=True)
    pages.show("/sign-in/done", show_done)
    pages.show("/sign-in/settings", show_settings)
    pages.change("/sign-in/settings/password", change_password)
    pages.show("/sign-in/settings/second-step", show_second_step)
    pages.change("/sign-in/settings/second-step", set_second_step)
    pages.change("/sign-in/settings/second-step/remove", remove_second_step)
    pages.show(SESSION_PATH, lambda asked: shown(session_page(asked.visit)))
    pages.change("/sign-out", sign_out)
    pages.change("/sign-out/elsewhere", sign_out_elsewhere)
    pages.change("/resume", resume, public=True)
    pages.show("/sign-in/{provider}", go_to_provider, public=True)
    pages.show("/sign-in/{provider}/callback", come_back, public=True)


def show_sign_in(asked: Asked) -> Answer:
    """Show the page for signing in; who is signed in goes on."""
    after = own_path(asked.form.one("next"), otherwise="")
    if asked.person is not None:
        return _onward(asked, after)
    return shown(sign_in_page(asked.visit, SignInForm(_providers(asked), after)))


def sign_in(asked: Asked) -> Answer:
    """Sign somebody in by name and password."""
    try:
        begun = asked.desk.sign_in.sign_in(_attempt(asked))
    except _REFUSALS as error:
        page = sign_in_page(asked.visit, _again(asked, error))
        return shown(page, status=429 if isinstance(error, _TOO_MANY) else 422)
    return _signed_in(asked, begun)


def show_sign_up(asked: Asked) -> Answer:
    """Show the page for a new sign-in name; who is signed in needs none."""
    if asked.person is not None:
        return go_to(asked, "/account")
    after = own_path(asked.form.one("next"), otherwise="")
    return shown(sign_up_page(asked.visit, SignInForm(next=after)))


def sign_up(asked: Asked) -> Answer:
    """Make a sign-in name with an account of nobody yet."""
    try:
        begun = asked.desk.sign_in.sign_up(_attempt(asked))
    except _REFUSALS as error:
        page = sign_up_page(asked.visit, _again(asked, error))
        return shown(page, status=429 if isinstance(error, _TOO_MANY) else 422)
    return _signed_in(asked, begun)


def show_done(asked: Asked) -> Answer:
    """Say that a second window is done."""
    return shown(signed_in_page(asked.visit))


def sign_out(asked: Asked) -> Answer:
    """End this session."""
    asked.desk.sign_in.sign_out(asked.holder)
    return go_to(asked, "/", cookies=[asked.desk.cookies.ending("session")])


def sign_out_elsewhere(asked: Asked) -> Answer:
    """End every other session of the account."""
    asked.desk.sign_in.sign_out_elsewhere(asked.holder)
    return go_to(asked, "/sign-in/settings?done=out")


def show_settings(asked: Asked) -> Answer:
    """Show how the account is entered."""
    done = {"out": "done_out", "password": "done_password", "step": "done_step"}.get(asked.form.one("done"), "")
    return shown(settings_page(asked.visit, _settings(asked, done=done)))


def change_password(asked: Asked) -> Answer:
    """Put a new password in the place of the old one."""
    try:
        asked.desk.settings.change_password(asked.holder, asked.form.one("new"), attempt=_attempt(asked))
    except _REFUSALS as error:
        at = "f-new" if isinstance(error, NewPasswordRefused) else "f-password"
        return _settings_again(asked, error, at=at)
    return go_to(asked, "/sign-in/settings?done=password")


def show_second_step(asked: Asked) -> Answer:
    """Show a new secret for an app."""
    return shown(_second_step_page(asked, asked.desk.settings.new_secret()))


def set_second_step(asked: Asked) -> Answer:
    """Take the first code of the app, and show the recovery codes."""
    secret = asked.form.one("secret")
    if not _SECRET.fullmatch(secret):
        raise NotHere
    try:
        codes = asked.desk.settings.set_second_step(
            asked.holder, secret=secret, code=asked.form.one("code"), attempt=_attempt(asked)
        )
    except CodeDoesNotFit:
        return shown(_second_step_page(asked, secret, error="step_code_wrong"), status=422)
    except _REFUSALS as error:
        return shown(_second_step_page(asked, secret, error=_word_of(error)), status=422)
    return shown(recovery_codes_page(asked.visit, codes))


def remove_second_step(asked: Asked) -> Answer:
    """Ask for a password alone from now on."""
    attempt = replace(_attempt(asked), password=asked.form.one("step_password"))
    try:
        asked.desk.settings.remove_second_step(asked.holder, attempt=attempt)
    except _REFUSALS as error:
        return _settings_again(asked, error, at="f-step_password")
    return go_to(asked, "/sign-in/settings?done=step")


def resume(asked: Asked) -> Answer:
    """Offer to send a form again that came after its session had ended."""
    path, kept = own_path(asked.form.one("path"), otherwise=""), asked.form.one("form")
    if not path:
        raise NotHere
    if asked.person is None:
        return shown(expired_page(replace(asked.visit, path=path), kept), status=401)
    form = read_fields(kept.encode("ascii", "replace"))
    if path == AUTHORIZE:
        # From there the browser is sent on to a wallet, which only that page's own policy allows: decide on it again.
        names = {name: form.one(name) for name in ("client_id", "request_uri")}
        return go_to(asked, f"{path}?{Form.of(names).encoded()}")
    return shown(resume_page(asked.visit, path, form.fields))


def go_to_provider(asked: Asked) -> Answer:
    """Send the browser to a provider."""
    provider, now = _provider(asked), int(asked.desk.clock().timestamp())
    after = own_path(asked.form.one("next"), otherwise="")
    way_back = WayBack(_callback(asked, provider), after or asked.visit.to("/account"))
    try:
        address, pending = provider.begin(way_back, now=now, random_bytes=asked.desk.random_bytes)
    except OidcError as error:
        return _provider_failed(asked, error)
    sealed = seal_pending(pending, key=asked.desk.bank.sign_in_key)
    return Answer(go_to=address, cookies=[asked.desk.cookies.setting("signing-in", sealed)])


def come_back(asked: Asked) -> Answer:
    """Take what the browser brought back from a provider."""
    provider, cookies, now = _provider(asked), asked.desk.cookies, int(asked.desk.clock().timestamp())
    try:
        carried = cookies.read(asked.cookie_header, "signing-in")
        pending = open_pending(carried, key=asked.desk.bank.sign_in_key, now=now)
        identity = provider.finish(pending, asked.form.fields, now=now)
    except OidcError as error:
        return replace(_provider_failed(asked, error), cookies=[cookies.ending("signing-in")])
    attempt = replace(_attempt(asked), name=identity.name or provider.provider.name[asked.visit.language])
    begun = asked.desk.sign_in.sign_in_with(
        provider.provider.id, issuer=identity.issuer, subject=identity.subject, attempt=attempt
    )
    after = own_path(pending.return_to, otherwise=asked.visit.to("/account"))
    return Answer(go_to=after, cookies=[cookies.ending("signing-in"), *_begin_cookies(asked, begun)])


def _attempt(asked: Asked) -> Attempt:
    cookies, form = asked.desk.cookies, asked.form
    return Attempt(
        name=form.one("name"),
        password=form.one("password"),
        code=form.one("code"),
        network=asked.caller,
        mark=cookies.read(asked.cookie_header, "device"),
        old_cookie=cookies.read(asked.cookie_header, "session"),
    )


def _signed_in(asked: Asked, begun: Begun) -> Answer:
    return replace(_onward(asked, own_path(asked.form.one("next"), otherwise="")), cookies=_begin_cookies(asked, begun))


def _begin_cookies(asked: Asked, begun: Begun) -> list[str]:
    cookies = asked.desk.cookies
    return [
        cookies.setting("session", begun.cookie),
        cookies.setting("device", begun.mark, max_age_s=DEVICE_SECONDS),
    ]


def _onward(asked: Asked, after: str) -> Answer:
    return Answer(go_to=after or asked.visit.to("/account"))


def _providers(asked: Asked) -> list[tuple[str, str]]:
    language = asked.visit.language
    return [(each.provider.id, each.provider.name[language]) for each in asked.desk.providers.values()]


def _again(asked: Asked, error: _Refused) -> SignInForm:
    after = own_path(asked.form.one("next"), otherwise="")
    return SignInForm(_providers(asked), after, asked.form.one("name"), _word_of(error), _values_of(error))


def _word_of(error: _Refused) -> str:
    return f"password_{error.details['kind']}" if isinstance(error, NewPasswordRefused) else error.code


def _values_of(error: _Refused) -> Mapping[str, str | int]:
    return error.details


def _provider(asked: Asked) -> RelyingParty:
    provider = asked.desk.providers.get(asked.values["provider"])
    if provider is None:
        raise NotHere
    return provider


def _callback(asked: Asked, provider: RelyingParty) -> str:
    """The one address to which a provider sends back, whatever the language of the page was."""
    site = asked.desk.site
    return f"{asked.desk.origin}{site.base}/sign-in/{provider.provider.id}/callback"


def _provider_failed(asked: Asked, error: OidcError) -> Answer:
    word = "provider_cancelled" if error.kind in ("cancelled", "expired") else "provider_failed"
    return shown(sign_in_page(asked.visit, SignInForm(_providers(asked), error=word)), status=502)


def _settings(asked: Asked, *, done: str = "") -> SettingsView:
    holder = asked.holder
    ways = [
        WayIn(
            name=way.name,
            provider=_provider_name(asked, way.kind),
            since=spoken_day(korean_day_of(utc_moment(way.created_at)), asked.visit.language),
            is_this=way.id == holder.sign_in_id,
            has_second_step=way.totp_secret is not None,
        )
        for way in asked.desk.settings.ways_in(holder)
    ]
    return SettingsView(ways, holder.kind == LOCAL, any(way.is_this and way.has_second_step for way in ways), done)


def _settings_again(asked: Asked, error: _Refused, *, at: str) -> Answer:
    view = replace(_settings(asked), error=_word_of(error), at=at, values=_values_of(error))
    return shown(settings_page(asked.visit, view), status=429 if isinstance(error, _TOO_MANY) else 422)


def _provider_name(asked: Asked, kind: str) -> str:
    known = asked.desk.providers.get(kind)
    return asked.visit.say("way_local") if known is None else known.provider.name[asked.visit.language]


def _second_step_page(asked: Asked, secret: str, *, error: str = "") -> Page:
    ways = asked.desk.settings.ways_in(asked.holder)
    name = next(way.name for way in ways if way.id == asked.holder.sign_in_id)
    address = totp_uri(secret, account=name, service=_SERVICE)
    return second_step_page(asked.visit, secret, address=address, error=error)

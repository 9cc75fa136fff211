"""`/operator/sign-in` with providers below it, `/operator/sign-out`, and forms that came after their session ended."""

from dataclasses import replace
from typing import Final

from issuer.api.pages.asked import Answer, NotHere, shown
from issuer.api.pages.form import read_fields
from issuer.api.staff.asked import StaffAsked, onward
from issuer.api.staff.routing import ALL_STAFF, StaffPages, is_for_staff
from issuer.holders.errors import SignInCrowded, SignInRefused, SignInThrottled
from issuer.holders.local_sign_ins import Attempt
from issuer.holders.signing_in import Begun
from issuer.web.problem_pages import expired_page, resume_page
from issuer.web.sign_in_pages import SignInForm
from issuer.web.staff.frame import HOME
from issuer.web.staff.sign_in_page import staff_sign_in_page, staff_signed_in_page, unknown_identity_page
from keys.sign_in.errors import OidcError
from keys.sign_in.forms import own_path
from keys.sign_in.oidc.model import open_pending, seal_pending
from keys.sign_in.oidc.relying_party import RelyingParty, WayBack
from keys.sign_in.throttle import DEVICE_SECONDS

_SIGN_IN: Final = f"{HOME}/sign-in"
_TOO_MANY: Final = (SignInThrottled, SignInCrowded)


def register(pages: StaffPages) -> None:
    """Add the addresses."""
    pages.public(_SIGN_IN, show_sign_in)
    pages.public(_SIGN_IN, sign_in, change=True)
    pages.show(f"{_SIGN_IN}/done", show_done, roles=ALL_STAFF)
    pages.change(f"{HOME}/sign-out", sign_out, roles=ALL_STAFF)
    pages.public(f"{HOME}/resume", resume, change=True)
    pages.public(f"{_SIGN_IN}/with/{{provider}}", go_to_provider)
    pages.public(f"{_SIGN_IN}/with/{{provider}}/callback", come_back)


def show_sign_in(asked: StaffAsked) -> Answer:
    """Ask who it is; somebody who is signed in already goes on."""
    if asked.member is not None:
        return _on(asked, asked.form.one("next"))
    return shown(staff_sign_in_page(asked.visit, SignInForm(_providers(asked), _after(asked.form.one("next")))))


def sign_in(asked: StaffAsked) -> Answer:
    """Sign somebody in with name, password and code."""
    try:
        begun = asked.desk.staff.sign_in(attempt_of(asked))
    except (*_TOO_MANY, SignInRefused) as error:
        form = SignInForm(
            _providers(asked), _after(asked.form.one("next")), asked.form.one("name"), error.code, error.details
        )
        return shown(staff_sign_in_page(asked.visit, form), status=429 if isinstance(error, _TOO_MANY) else 422)
    return replace(_on(asked, asked.form.one("next")), cookies=_begin_cookies(asked, begun))


def show_done(asked: StaffAsked) -> Answer:
    """Say that a second window is done."""
    return shown(staff_signed_in_page(asked.visit))


def sign_out(asked: StaffAsked) -> Answer:
    """End this session."""
    asked.desk.staff.sign_out(asked.staff)
    return onward(asked, _SIGN_IN, cookies=[asked.desk.cookies.ending("staff-session")])


def resume(asked: StaffAsked) -> Answer:
    """Offer to send a form again that came after its session had ended."""
    path, kept = own_path(asked.form.one("path"), otherwise=""), asked.form.one("form")
    if not is_for_staff(path):
        raise NotHere
    if asked.member is None:
        return shown(expired_page(replace(asked.visit, path=path), kept), status=401)
    return shown(resume_page(asked.visit, path, read_fields(kept.encode("ascii", "replace")).fields))


def go_to_provider(asked: StaffAsked) -> Answer:
    """Send the browser to a provider."""
    provider, now = _provider(asked), int(asked.now.timestamp())
    wait_s = asked.desk.staff.throttle.count_way(asked.place)
    if wait_s is not None:
        return _failed(asked, SignInThrottled(seconds=wait_s).code, status=429, seconds=wait_s)
    after = _after(asked.form.one("next")) or asked.visit.to(HOME)
    try:
        way_back = WayBack(_callback(asked, provider), after)
        address, pending = provider.begin(way_back, now=now, random_bytes=asked.desk.random_bytes)
    except OidcError:
        return _failed(asked, "provider_failed", status=502)
    sealed = seal_pending(pending, key=asked.desk.staff.key)
    return Answer(go_to=address, cookies=[asked.desk.cookies.setting("staff-signing-in", sealed)])


def come_back(asked: StaffAsked) -> Answer:
    """Take what the browser brought back from a provider; whom nobody has added is shown the identity."""
    provider, cookies, now = _provider(asked), asked.desk.cookies, int(asked.now.timestamp())
    ended = cookies.ending("staff-signing-in")
    try:
        carried = cookies.read(asked.cookie_header, "staff-signing-in")
        pending = open_pending(carried, key=asked.desk.staff.key, now=now)
        identity = provider.finish(pending, asked.form.fields, now=now)
    except OidcError as error:
        word = "provider_cancelled" if error.kind in ("cancelled", "expired") else "provider_failed"
        return replace(_failed(asked, word, status=502), cookies=[ended])
    begun = asked.desk.staff.sign_in_with(identity.issuer, identity.subject, attempt_of(asked))
    if begun is None:
        page = unknown_identity_page(asked.visit, identity.issuer, identity.subject)
        return replace(shown(page, status=403), cookies=[ended])
    return replace(_on(asked, pending.return_to), cookies=[ended, *_begin_cookies(asked, begun)])


def attempt_of(asked: StaffAsked) -> Attempt:
    """Return what was typed, with where it came from."""
    cookies, form = asked.desk.cookies, asked.form
    return Attempt(
        name=form.one("name"),
        password=form.one("password"),
        code=form.one("code"),
        network=asked.place,
        mark=cookies.read(asked.cookie_header, "staff-device"),
        old_cookie=cookies.read(asked.cookie_header, "staff-session"),
    )


def _begin_cookies(asked: StaffAsked, begun: Begun) -> list[str]:
    cookies = asked.desk.cookies
    return [
        cookies.setting("staff-session", begun.cookie),
        cookies.setting("staff-device", begun.mark, max_age_s=DEVICE_SECONDS),
    ]


def _after(wanted: str) -> str:
    """Return where to go afterwards: a page for staff, or nothing."""
    path = own_path(wanted, otherwise="")
    return path if is_for_staff(path.partition("?")[0]) else ""


def _on(asked: StaffAsked, wanted: str) -> Answer:
    return Answer(go_to=_after(wanted) or asked.visit.to(HOME))


def _providers(asked: StaffAsked) -> list[tuple[str, str]]:
    language = asked.visit.language
    return [(each.provider.id, each.provider.name[language]) for each in asked.desk.providers.values()]


def _provider(asked: StaffAsked) -> RelyingParty:
    provider = asked.desk.providers.get(asked.values["provider"])
    if provider is None:
        raise NotHere
    return provider


def _callback(asked: StaffAsked, provider: RelyingParty) -> str:
    """The one address to which a provider sends back, whatever the language of the page was."""
    return f"{asked.desk.origin}{asked.desk.site.base}{_SIGN_IN}/with/{provider.provider.id}/callback"


def _failed(asked: StaffAsked, word: str, *, status: int, **values: str | int) -> Answer:
    return shown(
        staff_sign_in_page(asked.visit, SignInForm(_providers(asked), error=word, values=values)), status=status
    )

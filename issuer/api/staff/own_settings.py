"""`/operator/sign-in/settings`: what somebody of the staff changes about signing in."""

import re
from dataclasses import replace
from typing import Final

from credential_schemas.wording.phrases import spoken_day
from issuer.api.pages.asked import Answer, NotHere, shown
from issuer.api.staff.asked import StaffAsked, onward
from issuer.api.staff.routing import ALL_STAFF, StaffPages
from issuer.api.staff.sign_in import attempt_of
from issuer.holders.errors import CodeDoesNotFit, NewPasswordRefused, SignInCrowded, SignInRefused, SignInThrottled
from issuer.staff.own_sign_in import OwnSignIn
from issuer.times import korean_day_of
from issuer.web.shell import Page
from issuer.web.sign_in_pages import SettingsView, WayIn, recovery_codes_page, second_step_page, settings_page
from issuer.web.staff.frame import HOME, dense
from keys.sign_in.one_time_codes import totp_uri

_SETTINGS: Final = f"{HOME}/sign-in/settings"
_SERVICE: Final = "직무능력은행 담당자"
_SECRET: Final = re.compile(r"[A-Z2-7]{32}")
_DONE: Final = {"out": "done_out", "password": "done_password", "step": "done_step"}
_Refused = SignInThrottled | SignInCrowded | SignInRefused | NewPasswordRefused
_REFUSALS: Final = (SignInThrottled, SignInCrowded, SignInRefused, NewPasswordRefused)


def register(pages: StaffPages) -> None:
    """Add the addresses."""
    pages.show(_SETTINGS, show, roles=ALL_STAFF)
    pages.change(f"{_SETTINGS}/password", change_password, roles=ALL_STAFF)
    pages.show(f"{_SETTINGS}/second-step", show_second_step, roles=ALL_STAFF)
    pages.change(f"{_SETTINGS}/second-step", set_second_step, roles=ALL_STAFF)
    pages.change(f"{_SETTINGS}/second-step/remove", remove_second_step, roles=ALL_STAFF)
    pages.change(f"{HOME}/sign-out/elsewhere", sign_out_elsewhere, roles=ALL_STAFF)


def show(asked: StaffAsked) -> Answer:
    """Show how the person signs in."""
    return shown(dense(settings_page(asked.visit, _view(asked, done=_DONE.get(asked.form.one("done"), "")))))


def change_password(asked: StaffAsked) -> Answer:
    """Put a new password in the place of the old one."""
    try:
        _own(asked).change_password(asked.staff, asked.form.one("new"), attempt=attempt_of(asked))
    except _REFUSALS as error:
        return _again(asked, error, at="f-new" if isinstance(error, NewPasswordRefused) else "f-password")
    return onward(asked, f"{_SETTINGS}?done=password")


def show_second_step(asked: StaffAsked) -> Answer:
    """Show a new secret for an app."""
    if not asked.staff.has_password:
        raise NotHere
    return shown(_second_step(asked, _own(asked).new_secret()))


def set_second_step(asked: StaffAsked) -> Answer:
    """Take the first code of the app, and show the recovery codes."""
    secret, code = asked.form.one("secret"), asked.form.one("code")
    if not _SECRET.fullmatch(secret):
        raise NotHere
    try:
        codes = _own(asked).set_second_step(asked.staff, secret=secret, code=code, attempt=attempt_of(asked))
    except CodeDoesNotFit:
        return shown(_second_step(asked, secret, error="step_code_wrong"), status=422)
    except _REFUSALS as error:
        return shown(_second_step(asked, secret, error=error.code), status=_status(error))
    return shown(dense(recovery_codes_page(asked.visit, codes)))


def remove_second_step(asked: StaffAsked) -> Answer:
    """Ask for a password alone from now on."""
    attempt = replace(attempt_of(asked), password=asked.form.one("step_password"))
    try:
        _own(asked).remove_second_step(asked.staff, attempt=attempt)
    except _REFUSALS as error:
        return _again(asked, error, at="f-step_password")
    return onward(asked, f"{_SETTINGS}?done=step")


def sign_out_elsewhere(asked: StaffAsked) -> Answer:
    """End every other session of the person."""
    _own(asked).end_other_sessions(asked.staff)
    return onward(asked, f"{_SETTINGS}?done=out")


def _own(asked: StaffAsked) -> OwnSignIn:
    return OwnSignIn(asked.desk.staff)


def _view(asked: StaffAsked, *, done: str = "") -> SettingsView:
    member = asked.staff
    way = WayIn(
        name=member.name,
        provider=", ".join(asked.visit.say(f"role_{role}") for role in sorted(member.roles)),
        since=spoken_day(korean_day_of(member.added_at), asked.visit.language),
        is_this=True,
        has_second_step=member.has_second_step,
    )
    return SettingsView([way], member.has_password, member.has_second_step, done)


def _again(asked: StaffAsked, error: _Refused, *, at: str) -> Answer:
    word = f"password_{error.details['kind']}" if isinstance(error, NewPasswordRefused) else error.code
    view = replace(_view(asked), error=word, at=at, values=error.details)
    return shown(dense(settings_page(asked.visit, view)), status=_status(error))


def _status(error: _Refused) -> int:
    return 429 if isinstance(error, SignInThrottled | SignInCrowded) else 422


def _second_step(asked: StaffAsked, secret: str, *, error: str = "") -> Page:
    address = totp_uri(secret, account=asked.staff.name, service=_SERVICE)
    return dense(second_step_page(asked.visit, secret, address=address, error=error))

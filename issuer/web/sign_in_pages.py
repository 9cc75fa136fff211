"""Signing in and up, and what a holder changes about it: pasting allowed, no puzzles, nothing asked twice."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlencode

from credential_schemas.look.markup import NOTHING, Html, html, icon, joined
from issuer.web.parts import Field, account_steps, button, error_summary, form, link_button, note, tag
from issuer.web.parts import field as field_html
from issuer.web.problem_pages import hidden
from issuer.web.shell import Page, Visit

_GROUP = 4


@dataclass(frozen=True, slots=True)
class SignInForm:
    """What the sign-in page shows again after a try, and where it leads.

    Attributes:
        providers: (id, name in this language) of each.
        next: where to go afterwards, a path of ours; empty for the account.
        name: as typed.
        error: why nobody was signed in, a word's name; empty for none.
        values: of that word.
    """

    providers: Sequence[tuple[str, str]] = ()
    next: str = ""
    name: str = ""
    error: str = ""
    values: Mapping[str, str | int] = field(default_factory=dict)


def sign_in_page(visit: Visit, shown: SignInForm) -> Page:
    """Return the page for signing in."""
    providers = joined(
        html(
            '<li><a class="btn wide" href="{address}" rel="nofollow">{icon}{name}</a></li>',
            address=with_next(visit.to(f"/sign-in/{provider}"), shown.next),
            icon=icon("id"),
            name=visit.say("sign_in_with", name=name),
        )
        for provider, name in shown.providers
    )
    by_provider = html('<ul class="stack-s">{items}</ul><p class="or">{or_}</p>', items=providers, or_=visit.say("or"))
    main = html(
        '<div class="stack narrow"><div><h1>{heading}</h1><p class="lead">{lead}</p></div>{errors}'
        '<section class="card" aria-labelledby="way-h"><h2 id="way-h">{ways}</h2>{providers}{form}'
        '<p class="mt"><a href="{sign_up}">{sign_up_word}</a></p></section>{what}</div>',
        heading=visit.say("sign_in_heading"),
        lead=visit.say("sign_in_lead"),
        errors=sign_in_errors(visit, shown, control="f-name"),
        ways=visit.say("sign_in_ways"),
        providers=by_provider if shown.providers else NOTHING,
        form=form(visit, "/sign-in", sign_in_fields(visit, shown)),
        sign_up=with_next(visit.to("/sign-up"), shown.next),
        sign_up_word=visit.say("sign_up_link"),
        what=_what_is_collected(visit),
    )
    return Page(visit.say("sign_in_heading"), main, current="sign_in")


def with_next(address: str, after: str) -> str:
    """Return the address of a way to sign in that says where to go afterwards; `after` is empty for nowhere."""
    return f"{address}?{urlencode({'next': after})}" if after else address


def sign_up_page(visit: Visit, shown: SignInForm) -> Page:
    """Return the page for a new sign-in name."""
    fields = (
        hidden((("next", shown.next),)),
        field_html(
            Field(
                "name",
                visit.say("sign_in_name"),
                hint=visit.say("sign_up_name_hint"),
                error=_at(visit, shown, "name"),
                value=shown.name,
                autocomplete="username",
                max_length=64,
            )
        ),
        field_html(
            Field(
                "password",
                visit.say("sign_in_password"),
                hint=visit.say("new_password_hint"),
                error=_at(visit, shown, "password"),
                kind="password",
                autocomplete="new-password",
                max_length=128,
            )
        ),
        button(visit.say("sign_up_button"), kind="p wide"),
    )
    main = html(
        '{steps}<div class="stack narrow"><div><h1>{heading}</h1><p class="lead">{lead}</p></div>{errors}{needed}'
        '<section class="card">{form}<p class="mt"><a href="{sign_in}">{sign_in_word}</a></p></section>{what}</div>',
        steps=account_steps(visit, "name"),
        heading=visit.say("sign_up_heading"),
        lead=visit.say("sign_up_lead"),
        errors=sign_in_errors(visit, shown, control=f"f-{_control(shown)}"),
        form=form(visit, "/sign-up", html('<div class="stack-s">{fields}</div>', fields=joined(fields))),
        sign_in=visit.to("/sign-in"),
        sign_in_word=visit.say("sign_in_link"),
        needed=_listed(visit, "needed"),
        what=_listed(visit, "collected"),
    )
    return Page(visit.say("sign_up_heading"), main, current="sign_in", styles=("collecting.css",))


def signed_in_page(visit: Visit) -> Page:
    """Return the page that ends a sign-in in a second window."""
    main = html(
        '<div class="stack narrow"><h1>{heading}</h1><p>{text}</p><p>{way}</p></div>',
        heading=visit.say("signed_in_heading"),
        text=visit.say("signed_in_text"),
        way=link_button(visit.say("to_account"), visit.to("/account")),
    )
    return Page(visit.say("signed_in_heading"), main)


@dataclass(frozen=True, slots=True)
class WayIn:
    """One way into the account: what it is called, since which day, and whether it is the one in use."""

    name: str
    provider: str
    since: str
    is_this: bool
    has_second_step: bool


@dataclass(frozen=True, slots=True)
class SettingsView:
    """What the settings of signing in show; `is_local` says whether this session began with a password."""

    ways: Sequence[WayIn]
    is_local: bool
    has_second_step: bool
    done: str = ""
    error: str = ""
    at: str = ""
    values: Mapping[str, str | int] = field(default_factory=dict)


def settings_page(visit: Visit, view: SettingsView) -> Page:
    """Return the page where a holder sees and changes how the account is entered."""
    ways = joined(_way(visit, way) for way in view.ways)
    changes = joined((_password_card(visit, view), _second_step_card(visit, view))) if view.is_local else NOTHING
    main = html(
        '<div class="stack narrow"><h1>{heading}</h1>{done}{errors}<section class="card"><h2>{ways_word}</h2>'
        '<ul class="stack-s">{ways}</ul></section>{changes}<section class="card"><h2>{out_word}</h2>'
        '<div class="row">{out}{everywhere}</div></section></div>',
        heading=visit.say("settings_heading"),
        done=note(visit.say(view.done), kind="ok") if view.done else NOTHING,
        errors=error_summary(visit, [(view.at, visit.say(view.error, **view.values))] if view.error else []),
        ways_word=visit.say("settings_ways"),
        ways=ways,
        changes=changes,
        out_word=visit.say("sign_out"),
        out=form(visit, visit.room.sign_out, button(visit.say("sign_out_here"))),
        everywhere=form(visit, f"{visit.room.sign_out}/elsewhere", button(visit.say("sign_out_elsewhere"))),
    )
    return Page(visit.say("settings_heading"), main)


def second_step_page(visit: Visit, secret: str, *, address: str, error: str = "") -> Page:
    """Return the page that adds a second step.

    Args:
        visit: of the page.
        secret: base32, for the app.
        address: `otpauth:` of the same, for an app on this device.
        error: a word's name; empty for none.
    """
    groups = " ".join(secret[start : start + _GROUP] for start in range(0, len(secret), _GROUP))
    fields = (
        hidden((("secret", secret),)),
        field_html(
            Field(
                "code",
                visit.say("step_code"),
                hint=visit.say("step_code_hint"),
                autocomplete="one-time-code",
                max_length=20,
            )
        ),
        _present_password(visit),
        button(visit.say("step_set_button"), kind="p"),
    )
    main = html(
        '<div class="stack narrow"><h1>{heading}</h1>{errors}<ol class="todo"><li><p>{first}</p>'
        '<p class="code"><code>{secret}</code></p><p><a class="btn" href="{address}">{open}</a></p></li>'
        "<li><p>{second}</p>{form}</li></ol></div>",
        heading=visit.say("step_heading"),
        errors=error_summary(visit, [("f-code", visit.say(error))] if error else []),
        first=visit.say("step_first"),
        secret=groups,
        address=address,
        open=visit.say("step_open_app"),
        second=visit.say("step_second"),
        form=form(
            visit,
            f"{visit.room.settings}/second-step",
            html('<div class="stack-s">{fields}</div>', fields=joined(fields)),
        ),
    )
    return Page(visit.say("step_heading"), main)


def recovery_codes_page(visit: Visit, codes: Sequence[str]) -> Page:
    """Return the page that shows the recovery codes, once."""
    main = html(
        '<div class="stack narrow"><h1>{heading}</h1>{note}<ul class="card codes">{codes}</ul><p>{way}</p></div>',
        heading=visit.say("codes_heading"),
        note=note(visit.say("codes_note"), kind="un"),
        codes=joined(html("<li><code>{code}</code></li>", code=code) for code in codes),
        way=link_button(visit.say("codes_kept"), visit.to(visit.room.settings), kind="p"),
    )
    return Page(visit.say("codes_heading"), main)


def sign_in_fields(visit: Visit, shown: SignInForm) -> Html:
    """Return the fields of signing in with a name."""
    fields = (
        hidden((("next", shown.next),)),
        field_html(Field("name", visit.say("sign_in_name"), value=shown.name, autocomplete="username", max_length=64)),
        field_html(
            Field(
                "password",
                visit.say("sign_in_password"),
                kind="password",
                autocomplete="current-password",
                max_length=128,
            )
        ),
        field_html(
            Field(
                "code",
                visit.say("sign_in_code"),
                hint=visit.say("sign_in_code_hint"),
                autocomplete="one-time-code",
                required=False,
                max_length=40,
            )
        ),
        button(visit.say("sign_in_button"), kind="p wide"),
    )
    return html('<div class="stack-s">{fields}</div>', fields=joined(fields))


def _what_is_collected(visit: Visit) -> Html:
    """What is needed to open an account, and what is kept of it."""
    return joined(_listed(visit, name) for name in ("needed", "collected"))


def _listed(visit: Visit, name: str) -> Html:
    items = joined(html("<li>{text}</li>", text=visit.say(f"{name}_{number}")) for number in (1, 2, 3))
    return html(
        '<section class="s"><h2 class="h3">{heading}</h2><ul class="dots">{items}</ul></section>',
        heading=visit.say(f"{name}_heading"),
        items=items,
    )


def _control(shown: SignInForm) -> str:
    return "password" if shown.error.startswith("password_") else "name"


def _at(visit: Visit, shown: SignInForm, control: str) -> str:
    return visit.say(shown.error, **shown.values) if shown.error and _control(shown) == control else ""


def sign_in_errors(visit: Visit, shown: SignInForm, *, control: str) -> Html:
    """Return why nobody was signed in; nothing where nobody has tried."""
    return error_summary(visit, [(control, visit.say(shown.error, **shown.values))] if shown.error else [])


def _way(visit: Visit, way: WayIn) -> Html:
    return html(
        '<li class="ln">{icon}<span><b>{name}</b> <span class="muted s">{provider} · {since}</span> {this}{step}'
        "</span></li>",
        icon=icon("id"),
        name=way.name,
        provider=way.provider,
        since=visit.say("since_day", day=way.since),
        this=tag(visit.say("this_way"), kind="ok", sign="ok") if way.is_this else NOTHING,
        step=tag(visit.say("has_second_step"), sign="lock") if way.has_second_step else NOTHING,
    )


def _present_password(visit: Visit) -> Html:
    return field_html(
        Field(
            "password",
            visit.say("present_password"),
            kind="password",
            autocomplete="current-password",
            max_length=128,
        )
    )


def _password_card(visit: Visit, view: SettingsView) -> Html:
    error = visit.say(view.error, **view.values) if view.at == "f-new" else ""
    new = Field(
        "new",
        visit.say("new_password"),
        hint=visit.say("new_password_hint"),
        error=error,
        kind="password",
        autocomplete="new-password",
        max_length=128,
    )
    fields = joined((_present_password(visit), field_html(new), button(visit.say("password_change_button"))))
    return html(
        '<section class="card"><h2>{heading}</h2>{form}</section>',
        heading=visit.say("password_change"),
        form=form(visit, f"{visit.room.settings}/password", html('<div class="stack-s">{fields}</div>', fields=fields)),
    )


def _second_step_card(visit: Visit, view: SettingsView) -> Html:
    if view.has_second_step:
        password = Field(
            "step_password",
            visit.say("present_password"),
            kind="password",
            autocomplete="current-password",
            max_length=128,
        )
        fields = joined((field_html(password), button(visit.say("step_remove_button"), kind="danger")))
        way = form(
            visit,
            f"{visit.room.settings}/second-step/remove",
            html('<div class="stack-s">{fields}</div>', fields=fields),
        )
    else:
        way = link_button(visit.say("step_add"), visit.to(f"{visit.room.settings}/second-step"), sign="lock")
    return html(
        '<section class="card"><h2>{heading}</h2><p>{text}</p><div class="mt">{way}</div></section>',
        heading=visit.say("step_card"),
        text=visit.say("step_has" if view.has_second_step else "step_has_not"),
        way=way,
    )

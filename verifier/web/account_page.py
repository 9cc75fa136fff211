"""The page on which people change their own sign-in: password, second step, sessions."""

from typing import Final

from credential_schemas.look.markup import NOTHING, Html, html, icon, joined
from credential_schemas.look.qr_codes import qr_picture
from keys.values import dataclass
from verifier.people.own_sign_in import NewSecondStep, OwnState
from verifier.web.people_words import people_word
from verifier.web.staff import Staff, staff_page

ACCOUNT: Final = "/account"
_GROUP: Final = 4


@dataclass(frozen=True, slots=True)
class AccountNews:
    """What has just happened: a word (`done_...` or `own_...`), whether it is a refusal, and recovery codes if new."""

    word: str = ""
    refused: bool = False
    recovery_codes: tuple[str, ...] = ()


def account_page(staff: Staff, state: OwnState, *, offer: NewSecondStep | None, news: AccountNews) -> bytes:
    """Return the page.

    Args:
        staff: whom it is for.
        state: of her sign-in.
        offer: a second step to set up, None where there is one already, or no password.
        news: what has just happened.
    """
    title = people_word("account", staff.language)
    main = html(
        '<div class="stack narrow"><h1>{title}</h1>{news}{facts}{password}{second}{sessions}</div>',
        title=title,
        news=_news(news, staff),
        facts=_facts(staff, state),
        password=_password(staff) if state.has_password else NOTHING,
        second=_second_step(staff, state, offer),
        sessions=_sessions(staff, state),
    )
    return staff_page(staff, main, title=title, path=ACCOUNT)


def _news(news: AccountNews, staff: Staff) -> Html:
    if not news.word:
        return NOTHING
    codes = NOTHING
    if news.recovery_codes:
        codes = html(
            '<section class="card" id="recovery"><h2>{title}</h2><p>{why}</p><ul class="codes">{codes}</ul></section>',
            title=people_word("recovery", staff.language),
            why=people_word("recovery_why", staff.language),
            codes=joined(html("<li><code>{code}</code></li>", code=code) for code in news.recovery_codes),
        )
    return html(
        '<div class="note {kind}" role="{role}">{sign}<span>{text}</span></div>{codes}',
        kind="bad" if news.refused else "ok",
        role="alert" if news.refused else "status",
        sign=icon("bad" if news.refused else "ok"),
        text=people_word(news.word, staff.language),
        codes=codes,
    )


def _facts(staff: Staff, state: OwnState) -> Html:
    roles = ", ".join(people_word(f"role_{role}", staff.language) for role in sorted(staff.person.roles))
    return html(
        '<dl class="facts"><div><dt>{name}</dt><dd>{name_is}</dd></div><div><dt>{roles}</dt><dd>{roles_are}</dd></div>'
        "</dl>",
        name=people_word("name", staff.language),
        name_is=state.name,
        roles=people_word("roles", staff.language),
        roles_are=roles,
    )


def _password(staff: Staff) -> Html:
    return html(
        '<section class="card" aria-labelledby="password-h"><h2 id="password-h">{title}</h2>'
        '<form method="post" action="{action}">{token}{current}<div class="field"><label for="new">{new}</label>'
        '<input id="new" name="new" type="password" required minlength="15" maxlength="128" '
        'autocomplete="new-password" aria-describedby="new-hint"><p class="hint" id="new-hint">{hint}</p></div>'
        '<button class="btn">{button}</button></form></section>',
        title=people_word("change_password", staff.language),
        action=staff.address(f"{ACCOUNT}/password"),
        token=staff.token_field(),
        current=_current_password(staff, "password-now"),
        new=people_word("new_password", staff.language),
        hint=people_word("new_password_hint", staff.language),
        button=people_word("change_password", staff.language),
    )


def _second_step(staff: Staff, state: OwnState, offer: NewSecondStep | None) -> Html:
    if state.has_second_step:
        inner = html(
            '<p>{there}</p><form method="post" action="{action}">{token}{current}'
            '<button class="btn danger">{button}</button></form>',
            there=people_word("second_step_there", staff.language, left=state.recovery_codes_left),
            action=staff.address(f"{ACCOUNT}/second-step/off"),
            token=staff.token_field(),
            current=_current_password(staff, "password-off"),
            button=people_word("second_step_off", staff.language),
        )
    elif offer is not None:
        inner = _offer(staff, offer)
    else:
        inner = html("<p>{text}</p>", text=people_word("second_step_provider", staff.language))
    return html(
        '<section class="card" aria-labelledby="second-h"><h2 id="second-h">{title}</h2>{inner}</section>',
        title=people_word("second_step", staff.language),
        inner=inner,
    )


def _offer(staff: Staff, offer: NewSecondStep) -> Html:
    groups = " ".join(offer.secret[start : start + _GROUP] for start in range(0, len(offer.secret), _GROUP))
    return html(
        '<p>{why}</p><div class="second-step"><div class="code-picture">{picture}</div><div>'
        '<p>{typed}</p><p><code class="secret">{groups}</code></p><p><a href="{uri}">{open}</a></p></div></div>'
        '<form method="post" action="{action}">{token}<input type="hidden" name="offer" value="{sealed}">{current}'
        '<div class="field"><label for="code">{code}</label><input id="code" name="code" required maxlength="20" '
        'inputmode="numeric" autocomplete="one-time-code"></div><button class="btn">{button}</button></form>',
        why=people_word("second_step_why", staff.language),
        picture=qr_picture(offer.uri, label=people_word("second_step_picture", staff.language)),
        typed=people_word("second_step_typed", staff.language),
        groups=groups,
        uri=offer.uri,
        open=people_word("second_step_open", staff.language),
        action=staff.address(f"{ACCOUNT}/second-step"),
        token=staff.token_field(),
        sealed=offer.sealed,
        current=_current_password(staff, "password-on"),
        code=people_word("second_step_code", staff.language),
        button=people_word("second_step_on", staff.language),
    )


def _sessions(staff: Staff, state: OwnState) -> Html:
    return html(
        '<section class="card" aria-labelledby="sessions-h"><h2 id="sessions-h">{title}</h2><p>{count}</p>'
        '<form method="post" action="{action}">{token}<button class="btn">{button}</button></form></section>',
        title=people_word("sessions", staff.language),
        count=people_word("sessions_count", staff.language, count=state.sessions),
        action=staff.address(f"{ACCOUNT}/sign-out-everywhere"),
        token=staff.token_field(),
        button=people_word("sign_out_everywhere", staff.language),
    )


def _current_password(staff: Staff, place: str) -> Html:
    return html(
        '<div class="field"><label for="{place}">{label}</label><input id="{place}" name="password" type="password" '
        'required maxlength="200" autocomplete="current-password"></div>',
        place=place,
        label=people_word("password_now", staff.language),
    )

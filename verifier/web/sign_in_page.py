"""The page where people sign in, what it says when that fails, and the page that says how to set it up."""

from collections.abc import Sequence
from typing import Final, Literal
from urllib.parse import quote

from credential_schemas.look.markup import NOTHING, Html, html, icon, joined
from credential_schemas.report.messages import Language
from keys.values import dataclass
from verifier.web.people_words import people_word
from verifier.web.staff import guest_page

SIGN_IN: Final = "/sign-in"
SignInRefusal = Literal["wrong", "too_many", "busy", "provider", "cancelled", "expired", "answer", "unknown_person"]


@dataclass(frozen=True, slots=True)
class SignInState:
    """What the page shows beside its form.

    Args:
        after: path of our own where one goes on.
        providers: id and name of each.
        name: as typed before.
        refusal: why it failed, None at first.
        identity: issuer and subject of somebody whom a provider knows and we do not.
    """

    after: str
    providers: Sequence[tuple[str, str]] = ()
    name: str = ""
    refusal: SignInRefusal | None = None
    identity: tuple[str, str] | None = None


def sign_in_page(state: SignInState, *, language: Language) -> bytes:
    """Return the page with name, password and code in one form, and the providers as a list."""

    def word(name: str) -> str:
        return people_word(name, language)

    main = html(
        '<div class="stack narrow"><h1>{title}</h1><p class="lead">{lead}</p>{refusal}{providers}'
        '<section class="card" aria-labelledby="own-h"><h2 id="own-h">{own}</h2>'
        '<form method="post" action="{action}"><input type="hidden" name="next" value="{after}">'
        '<div class="field"><label for="name">{name_label}</label><input id="name" name="name" value="{name}" required '
        'maxlength="100" autocomplete="username" autocapitalize="none" spellcheck="false"></div>'
        '<div class="field"><label for="password">{password_label}</label><input id="password" name="password" '
        'type="password" required maxlength="200" autocomplete="current-password"></div>'
        '<div class="field"><label for="code">{code_label}</label><input id="code" name="code" maxlength="100" '
        'autocomplete="one-time-code" spellcheck="false" aria-describedby="code-hint">'
        '<p class="hint" id="code-hint">{code_hint}</p></div>'
        '<button class="btn p">{button}</button></form></section><p class="hint">{help}</p></div>',
        title=word("sign_in"),
        lead=word("sign_in_lead"),
        refusal=_refusal(state, language),
        providers=_providers(state, language),
        own=word("sign_in_own" if state.providers else "sign_in_form"),
        action=_address(SIGN_IN, language),
        after=state.after,
        name_label=word("name"),
        name=state.name,
        password_label=word("password"),
        code_label=word("code"),
        code_hint=word("code_hint"),
        button=word("sign_in_button"),
        help=word("sign_in_help"),
    )
    return guest_page(main, language=language, title=word("sign_in"), path=SIGN_IN)


def set_up_page(*, language: Language, needs_restart: bool) -> bytes:
    """Return the page of a service in which nobody may sign in yet, or nobody can before it is started anew."""
    title = people_word("set_up", language)
    main = html(
        '<div class="stack narrow"><h1>{title}</h1><p class="lead">{lead}</p><section class="card stack-s">'
        "<p>{how}</p><pre><code>cb-verifier users add NAME --role administrator</code></pre><p>{then}</p></section>"
        '<p><a class="btn" href="{home}">{back}</a></p></div>',
        title=title,
        lead=people_word("set_up_lead", language),
        how=people_word("set_up_how", language),
        then=people_word("set_up_restart" if needs_restart else "set_up_then", language),
        home="/en/" if language == "en" else "/",
        back=people_word("home", language),
    )
    return guest_page(main, language=language, title=title, path=SIGN_IN)


def refused_page(kind: str, *, language: Language) -> bytes:
    """Return the page for somebody who does not come in: `sign_in`, `role`, `foreign` or `form`."""
    title = people_word(f"refused_{kind}", language)
    main = html(
        '<div class="stack narrow"><h1>{title}</h1><p class="note un" role="alert">{sign}<span>{why}</span></p>'
        '<p class="row"><a class="btn" href="{sign_in}">{again}</a> <a class="btn t" href="{home}">{back}</a></p>'
        "</div>",
        title=title,
        sign=icon("un"),
        why=people_word(f"refused_{kind}_why", language),
        sign_in=_address(SIGN_IN, language),
        again=people_word("to_sign_in", language),
        home="/en/" if language == "en" else "/",
        back=people_word("home", language),
    )
    return guest_page(main, language=language, title=title, path=SIGN_IN)


def _refusal(state: SignInState, language: Language) -> Html:
    if state.refusal is None:
        return NOTHING
    shown = NOTHING
    if state.identity is not None:
        issuer, subject = state.identity
        shown = html("<br><code>--issuer {issuer} --subject {subject}</code>", issuer=issuer, subject=subject)
    return html(
        '<div class="note bad" role="alert" id="refusal">{sign}<span><strong>{title}</strong> {why}{shown}</span>'
        "</div>",
        sign=icon("bad"),
        title=people_word("sign_in_failed", language),
        why=people_word(f"sign_in_{state.refusal}", language),
        shown=shown,
    )


def _providers(state: SignInState, language: Language) -> Html:
    if not state.providers:
        return NOTHING
    links = joined(
        html(
            '<li><a class="btn" href="{address}?next={after}">{sign}{name}</a></li>',
            address=_address(f"{SIGN_IN}/{provider}", language),
            after=quote(state.after, safe="/"),
            sign=icon("id"),
            name=people_word("sign_in_with", language, provider=name),
        )
        for provider, name in state.providers
    )
    return html('<section class="card"><ul class="stack-s">{links}</ul></section>', links=links)


def _address(path: str, language: Language) -> str:
    return f"/en{path}" if language == "en" else path

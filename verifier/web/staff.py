"""The frame of the pages for people who are signed in: the usual one, with the way around and who is signed in."""

from collections.abc import Sequence
from typing import Final

from credential_schemas.look.markup import NOTHING, Html, html, icon, joined
from credential_schemas.report.messages import Language
from keys.sign_in.sessions import SignedIn
from keys.values import dataclass
from verifier.people.roles import Role
from verifier.web.people_words import people_word
from verifier.web.shell import Shell, page_html

STAFF_STYLE: Final = "/web/staff.css"
_ASKING: Final = "/requests/new"
_PLACES: Final = (
    ("/notices", "nav_notices", frozenset({Role.OFFICER, Role.REVIEWER, Role.ADMINISTRATOR})),
    (_ASKING, "nav_requests", frozenset({Role.OFFICER})),
    ("/settings", "nav_settings", frozenset({Role.ADMINISTRATOR})),
    ("/account", "nav_account", frozenset(Role)),
)


@dataclass(frozen=True, slots=True)
class Staff:
    """Whom a page is for.

    Args:
        person: who is signed in.
        form_token: of her session (`verifier.api.signed_in.token_for`).
        language: of the page.
        asks: whether this service asks wallets.
    """

    person: SignedIn
    form_token: str
    language: Language
    asks: bool

    def address(self, path: str) -> str:
        """Return the address of a page in this language."""
        return f"/en{path}" if self.language == "en" else path

    def token_field(self) -> Html:
        """Return the hidden field that every form on the page needs."""
        return html('<input type="hidden" name="form_token" value="{token}">', token=self.form_token)


def staff_page(staff: Staff, main: Html, *, title: str, path: str, files: Sequence[str] = ()) -> bytes:
    """Return a whole page.

    Args:
        staff: whom it is for.
        main: what stands below the bar.
        title: of the window, without markup.
        path: of this page in Korean.
        files: addresses of its own style sheets (`.css`) and modules.
    """
    shell = Shell(
        staff.language,
        title,
        path,
        styles=(STAFF_STYLE, *(name for name in files if name.endswith(".css"))),
        scripts=tuple(name for name in files if not name.endswith(".css")),
        foot="foot_staff",
        referrer="same-origin",
    )
    return page_html(shell, html("{bar}{main}", bar=_bar(staff, path), main=main))


def guest_page(main: Html, *, language: Language, title: str, path: str) -> bytes:
    """Return a page for somebody who is not signed in yet."""
    shell = Shell(language, title, path, styles=(STAFF_STYLE,), foot="foot_staff", referrer="same-origin")
    return page_html(shell, main)


def _bar(staff: Staff, path: str) -> Html:
    places = joined(
        html(
            '<li><a href="{address}"{current}>{name}</a></li>',
            address=staff.address(place),
            current=Html(' aria-current="page"') if path == place else NOTHING,
            name=people_word(word, staff.language),
        )
        for place, word, roles in _PLACES
        if staff.person.roles & roles and (staff.asks or place != _ASKING)
    )
    return html(
        '<div class="staff"><nav aria-label="{label}"><ul>{places}</ul></nav>'
        '<form method="post" action="{action}">{token}<span class="who">{id}{name}</span>'
        '<button class="btn sm">{sign_out}</button></form></div>',
        label=people_word("nav", staff.language),
        places=places,
        action=staff.address("/sign-out"),
        token=staff.token_field(),
        id=icon("id"),
        name=staff.person.name,
        sign_out=people_word("sign_out", staff.language),
    )

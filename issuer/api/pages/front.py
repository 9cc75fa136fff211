"""`/`: what this is and how to begin; `/notices`; `/theme`, light or dark; privacy and accessibility."""

from collections.abc import Sequence
from typing import Final

from issuer.api.pages.asked import Answer, Asked, NotHere, go_to, shown
from issuer.api.pages.routing import THEME_COOKIE, Pages
from issuer.holders.collecting_consents import source_states
from issuer.notices import notices_of_today
from issuer.sample_certificate import sample_wording
from issuer.sources.model import Source
from issuer.sources.registry import SOURCES
from issuer.times import korean_day_of
from issuer.web.front_pages import Landing, accessibility_page, landing_page, policy_page
from issuer.web.notices_page import PATH as NOTICES_PATH
from issuer.web.notices_page import notices_page
from issuer.web.shell import THEMES
from keys.sign_in.forms import own_path

_YEAR_S: Final = 365 * 24 * 3600
_NOBODY: Final = ""
_NEWEST: Final = 3


def register(pages: Pages) -> None:
    """Add the addresses."""
    pages.show("/", show_landing, public=True)
    pages.show(NOTICES_PATH, show_notices, public=True)
    pages.change("/theme", choose_theme, public=True)
    pages.show("/privacy-policy", lambda asked: shown(policy_page(asked.visit)), public=True)
    pages.show("/accessibility", lambda asked: shown(accessibility_page(asked.visit)), public=True)


def show_landing(asked: Asked) -> Answer:
    """Explain in one page; who is signed in goes to the account."""
    if asked.person is not None:
        return go_to(asked, "/account")
    bank, now = asked.desk.bank, asked.desk.clock()
    landing = Landing(
        sources=_sources(asked),
        sample=sample_wording(bank, asked.visit.language, today=korean_day_of(now)),
        notices=notices_of_today(bank, now=now)[:_NEWEST],
    )
    return shown(landing_page(asked.visit, landing))


def show_notices(asked: Asked) -> Answer:
    """Show every notice of today; also to who is signed in."""
    return shown(notices_page(asked.visit, notices_of_today(asked.desk.bank, now=asked.desk.clock())))


def choose_theme(asked: Asked) -> Answer:
    """Keep the choice of light or dark in a cookie, and go back."""
    theme = asked.form.one("theme")
    if theme not in THEMES:
        raise NotHere
    secure = "; Secure" if asked.desk.cookies.secure else ""
    cookie = f"{THEME_COOKIE}={theme}; Path=/; Max-Age={_YEAR_S}{secure}; HttpOnly; SameSite=Lax"
    return Answer(go_to=own_path(asked.form.one("next"), otherwise=asked.visit.to("/")), cookies=[cookie])


def _sources(asked: Asked) -> Sequence[tuple[Source, str | None]]:
    with asked.desk.bank.store.read() as transaction:
        states = source_states(transaction, _NOBODY, promises=asked.desk.operating.promises, now=asked.desk.clock())
    return [(SOURCES[each.id], each.as_of) for each in states]

"""How long one stays signed in: a sentence on pages that take time, a warning five minutes before, one press to stay.

Without JavaScript the sentence says it, and its link does the same in a second window: what was filled in stays where
it is. `session.js` shows the warning, and stays without leaving the page.
"""

from typing import Final

from credential_schemas.look.markup import Html, html
from issuer.web.parts import note
from issuer.web.shell import Page, Visit
from keys.limits import SESSION_ABSOLUTE_SECONDS, SESSION_IDLE_SECONDS

SESSION_PATH: Final = "/session"
SCRIPT: Final = "session.js"
WARN_BEFORE_S: Final = 5 * 60
_MINUTE_S: Final = 60
_HOUR_S: Final = 3600


def session_part(visit: Visit) -> Html:
    """Return the sentence, and the warning that the script shows in time."""
    stay = html(
        '<a class="btn sm" id="session-stay" href="{address}" target="_blank" rel="noopener">{word}</a>',
        address=visit.to(SESSION_PATH),
        word=visit.say("session_stay"),
    )
    warning = html(
        '<p>{text}</p><p class="mt">{stay}</p>', text=visit.say("session_soon", n=WARN_BEFORE_S // _MINUTE_S), stay=stay
    )
    return html(
        '<div id="session" data-warn-s="{seconds}"><p class="s muted">{text} '
        '<a href="{address}" target="_blank" rel="noopener">{word}</a></p>'
        '<div class="soon" id="session-soon" hidden>{warning}</div>'
        '<p class="vh" role="status" id="session-said" data-soon="{soon}" data-done="{done}"></p></div>',
        seconds=SESSION_IDLE_SECONDS - WARN_BEFORE_S,
        text=visit.say("session_sentence", n=SESSION_IDLE_SECONDS // _MINUTE_S),
        address=visit.to(SESSION_PATH),
        word=visit.say("session_stay"),
        warning=note(warning, kind="un"),
        soon=visit.say("session_soon", n=WARN_BEFORE_S // _MINUTE_S),
        done=visit.say("session_stayed"),
    )


def session_page(visit: Visit) -> Page:
    """Return the page whose showing is a use of the session: one stays signed in."""
    main = html(
        '<div class="stack narrow"><h1>{heading}</h1><p>{text}</p><p class="s muted">{most}</p></div>',
        heading=visit.say("session_stayed"),
        text=visit.say("session_stayed_text", n=SESSION_IDLE_SECONDS // _MINUTE_S),
        most=visit.say("session_most", n=SESSION_ABSOLUTE_SECONDS // _HOUR_S),
    )
    return Page(visit.say("session_stayed"), main)

"""Pages for what does not go on: nothing here, not from us, the session is over, refused. Nothing is lost by any."""

from collections.abc import Sequence
from typing import Final

from credential_schemas.look.markup import NOTHING, Html, html, icon, joined
from issuer.web.parts import button, form, link_button, note
from issuer.web.shell import Page, Visit
from issuer.web.words import words

_MINUTE_S: Final = 60
_MINUTES_FROM_S: Final = 120


def missing_page(visit: Visit) -> Page:
    """Return the page for what is not there, or not this person's: nobody learns which."""
    return _problem(visit, "missing", link_button(visit.say("to_home"), visit.to(visit.room.home), kind="p"))


def unopened_page(visit: Visit) -> Page:
    """Return the page for an address that is there and is not asked like this, such as one that only takes forms."""
    return _problem(visit, "unopened", link_button(visit.say("to_home"), visit.to(visit.room.home), kind="p"))


def forbidden_page(visit: Visit) -> Page:
    """Return the page for a form that did not come from a page of this session."""
    return _problem(visit, "forbidden", link_button(visit.say("to_home"), visit.to(visit.room.home), kind="p"))


def refused_page(visit: Visit, code: str, *, request_id: str, wait_s: int | None = None) -> Page:
    """Return the page for what the bank will not or cannot do now.

    Args:
        visit: of the form.
        code: stable slug of the error; one with words of its own is said in those.
        request_id: to name in a complaint.
        wait_s: after how many seconds it can be done again; None where waiting is not what helps.
    """
    sentence = f"refused_{code}" if f"refused_{code}" in words() else "refused_other"
    main = html(
        '<div class="stack narrow"><h1>{heading}</h1>{note}{wait}<p class="s muted">{number}</p><p>{back}</p></div>',
        heading=visit.say("refused_heading"),
        note=note(visit.say(sentence), kind="un"),
        wait=NOTHING if wait_s is None else html("<p>{text}</p>", text=_waiting(visit, wait_s)),
        number=visit.say("request_number", number=request_id),
        back=link_button(visit.say("to_home"), visit.to(visit.room.home)),
    )
    return Page(visit.say("refused_heading"), main)


def expired_page(visit: Visit, kept: str) -> Page:
    """Return the page for a form that came after its session had ended: it is kept in the page.

    Args:
        visit: of the form.
        kept: the form, urlencoded, without its token.
    """
    fields = (("path", visit.path), ("form", kept))
    main = html(
        '<div class="stack narrow"><h1>{heading}</h1><p>{lead}</p><ol class="todo"><li><p>{first}</p><p>'
        '<a class="btn p" href="{sign_in}" target="_blank" rel="noopener">{icon}{sign_in_word}</a></p></li>'
        "<li><p>{second}</p>{again}</li></ol></div>",
        heading=visit.say("expired_heading"),
        lead=visit.say("expired_lead"),
        first=visit.say("expired_first"),
        sign_in=f"{visit.to(visit.room.sign_in)}?next={visit.to(f'{visit.room.sign_in}/done')}",
        icon=icon("id"),
        sign_in_word=visit.say("expired_sign_in"),
        second=visit.say("expired_second"),
        again=form(visit, visit.room.resume, joined((hidden(fields), button(visit.say("expired_send"))))),
    )
    return Page(visit.say("expired_heading"), main)


def resume_page(visit: Visit, path: str, fields: Sequence[tuple[str, str]]) -> Page:
    """Return the page that sends a kept form again, now that somebody is signed in; the person presses once more."""
    main = html(
        '<div class="stack narrow"><h1>{heading}</h1><p>{lead}</p>{form}</div>',
        heading=visit.say("resume_heading"),
        lead=visit.say("resume_lead"),
        form=form(visit, path, joined((hidden(fields), button(visit.say("resume_send"), kind="p")))),
    )
    return Page(visit.say("resume_heading"), main)


def hidden(fields: Sequence[tuple[str, str]]) -> Html:
    """Return fields that a form carries without showing them."""
    return joined(
        html('<input type="hidden" name="{name}" value="{value}">', name=name, value=value) for name, value in fields
    )


def _waiting(visit: Visit, seconds: int) -> str:
    """Say how long to wait: in seconds, or in minutes that are begun."""
    if seconds < _MINUTES_FROM_S:
        return visit.say("refused_wait_seconds", n=seconds)
    return visit.say("refused_wait_minutes", n=-(-seconds // _MINUTE_S))


def _problem(visit: Visit, name: str, way: Html = NOTHING) -> Page:
    main = html(
        '<div class="stack narrow"><h1>{heading}</h1><p>{text}</p><p>{way}</p></div>',
        heading=visit.say(f"{name}_heading"),
        text=visit.say(f"{name}_text"),
        way=way,
    )
    return Page(visit.say(f"{name}_heading"), main)

"""What the holder is told above the account: certificates to issue again, and sources that are late."""

from collections.abc import Sequence
from typing import Final

from credential_schemas.look.markup import Html, html
from issuer.holders.collecting_consents import SourceState
from issuer.web.parts import note
from issuer.web.shell import Visit

_TITLES: Final = 6


def superseded_note(visit: Visit, number: int) -> Html:
    """Say how many certificates carry an entry that changed at its source, with the way to them."""
    words = html(
        '<b>{text}</b> <a href="{address}?state=superseded">{link}</a>',
        text=visit.say("told_superseded", n=number),
        address=visit.to("/certificates"),
        link=visit.say("told_superseded_link"),
    )
    return note(words, kind="un")


def late_note(visit: Visit, state: SourceState, titles: Sequence[str]) -> Html:
    """Say that a source is late, and which entries are of which day for that reason."""
    more = [visit.say("and_more", n=len(titles) - _TITLES)] if len(titles) > _TITLES else []
    words = html(
        '<b>{heading}</b> {text} <span class="private">{titles}</span> <a href="{address}">{link}</a>',
        heading=visit.say("late_heading", source=state.names.in_language(visit.language)),
        titles=", ".join([*titles[:_TITLES], *more]),
        text=visit.say("late_text", n=state.entries, day=state.as_of or ""),
        address=visit.to("/account/sources"),
        link=visit.say("late_link"),
    )
    return note(words, kind="un")

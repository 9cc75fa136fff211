"""What the holder is told beside the account: certificates to issue again, late sources, entries that are held back."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from credential_schemas.look.markup import NOTHING, Html, html, joined
from issuer.holders.collecting_consents import SourceState
from issuer.web.parts import note
from issuer.web.shell import Visit

_TITLES: Final = 6


@dataclass(frozen=True, slots=True)
class HeldBack:
    """An entry that cannot go on a certificate now: where to read how it is corrected, title, status, and source."""

    address: str
    title: Html
    status: Html
    source: str


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


def held_back_card(visit: Visit, entries: Sequence[HeldBack], *, total: int) -> Html:
    """List those of `total` entries that are held back, with the way to a correction, and say what is in no account."""
    said = visit.say("held_back_text", n=len(entries)) if entries else visit.say("held_back_none")
    items = joined(
        html(
            '<li><p><a href="{address}">{title}</a> {status}</p><p class="s muted">{who}</p></li>',
            address=each.address,
            title=each.title,
            status=each.status,
            who=visit.say("held_back_ask", source=each.source),
        )
        for each in entries
    )
    return html(
        '<section class="card" aria-labelledby="held-back"><h2 id="held-back">{heading}</h2>{said}{listed}'
        '<p class="s muted mt">{unclear} <a href="{help}">{way}</a></p></section>',
        heading=visit.say("held_back_heading"),
        said=html('<p class="s">{said}</p>', said=said) if total else NOTHING,
        listed=html('<ul class="held private">{items}</ul>', items=items) if entries else NOTHING,
        unclear=visit.say("held_back_unclear"),
        help=visit.to("/help/missing"),
        way=visit.say("progress_why"),
    )

"""The landing page, and the pages about privacy and accessibility; the same for everybody."""

from collections.abc import Sequence
from typing import Final

from credential_schemas.entry_types import Names
from credential_schemas.look.markup import NOTHING, Html, html, icon, joined
from issuer.web.parts import link_button
from issuer.web.shell import Page, Visit

_STEPS: Final = (("redo", "collect"), ("ok", "choose"), ("doc", "hand_in"))
_POLICY: Final = ("what", "why", "whom", "how_long", "rights", "safety", "contact")
_ACCESS: Final = ("goal", "how", "known", "contact")


def landing_page(visit: Visit, sources: Sequence[tuple[Names, str | None]]) -> Page:
    """Return the page that explains the bank in one screen.

    Args:
        visit: of the page.
        sources: which institutions deliver, and up to which day.
    """
    steps = joined(_step(visit, number, sign, name) for number, (sign, name) in enumerate(_STEPS, 1))
    check = link_button(visit.say("landing_check"), visit.site.verifier, kind="ghost", sign="find")
    main = html(
        '<div class="stack"><section class="cover" aria-labelledby="h"><div><h1 id="h">{heading}</h1>'
        '<p class="lead">{lead}</p></div><div class="row">{open}{check}</div></section>'
        '<section aria-labelledby="steps-h"><h2 id="steps-h" class="mb">{steps_word}</h2><ol class="threes">{steps}'
        "</ol></section>{sources}"
        '<section class="card"><h2>{help}</h2><p>{help_text}</p><p class="mt">{help_link}</p></section></div>',
        heading=visit.say("landing_heading"),
        lead=visit.say("landing_lead"),
        open=link_button(visit.say("landing_open"), visit.to("/sign-in"), kind="p"),
        check=check if visit.site.verifier else NOTHING,
        steps_word=visit.say("landing_steps"),
        steps=steps,
        sources=_sources(visit, sources),
        help=visit.say("nav_help"),
        help_text=visit.say("landing_help"),
        help_link=link_button(visit.say("nav_help"), visit.to("/help"), sign="info"),
    )
    return Page(visit.say("landing_title"), main)


def policy_page(visit: Visit) -> Page:
    """Return what is kept about whom, why and how long."""
    return _text_page(visit, "policy", _POLICY)


def accessibility_page(visit: Visit) -> Page:
    """Return what the pages promise to people who use them differently."""
    return _text_page(visit, "access", _ACCESS)


def _step(visit: Visit, number: int, sign: str, name: str) -> Html:
    return html(
        '<li class="card">{icon}<h3><span class="num">{number}.</span> {heading}</h3><p class="s">{text}</p></li>',
        icon=icon(sign),
        number=number,
        heading=visit.say(f"step_{name}"),
        text=visit.say(f"step_{name}_text"),
    )


def _sources(visit: Visit, sources: Sequence[tuple[Names, str | None]]) -> Html:
    rows = joined(
        html(
            '<tr role="row"><th role="rowheader" scope="row">{name}</th>'
            '<td role="cell" class="num" data-l="{column}">{day}</td></tr>',
            name=names.in_language(visit.language),
            column=visit.say("landing_day"),
            day=visit.say("as_of", day=day) if day else visit.say("no_delivery_yet"),
        )
        for names, day in sources
    )
    return html(
        '<section class="card" aria-labelledby="sources-h"><h2 id="sources-h">{caption}</h2>'
        '<table role="table" class="ledger fold"><caption class="vh">{caption}</caption>'
        '<thead role="rowgroup"><tr role="row"><th role="columnheader" scope="col">{source}</th>'
        '<th role="columnheader" scope="col">{day}</th></tr></thead><tbody role="rowgroup">{rows}</tbody></table>'
        "</section>",
        caption=visit.say("landing_sources"),
        source=visit.say("source"),
        day=visit.say("landing_day"),
        rows=rows,
    )


def _text_page(visit: Visit, name: str, parts: Sequence[str]) -> Page:
    sections = joined(
        html(
            '<section class="card"><h2>{heading}</h2><p>{text}</p></section>',
            heading=visit.say(f"{name}_{part}"),
            text=visit.say(f"{name}_{part}_text"),
        )
        for part in parts
    )
    heading = visit.say(f"{name}_heading")
    main = html('<div class="stack narrow"><h1>{heading}</h1>{sections}</div>', heading=heading, sections=sections)
    return Page(heading, main)

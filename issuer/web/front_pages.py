"""The landing page, and the pages about privacy and accessibility; the same for everybody."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from credential_schemas.entry_types import certificate_labels, entry_types
from credential_schemas.look.markup import NOTHING, Html, html, icon, joined
from credential_schemas.wording.model import CertificateWording
from issuer.sources.model import Source
from issuer.store.notices import StoredNotice
from issuer.web.entry_words import ICONS
from issuer.web.facsimile import facsimile
from issuer.web.notices_page import newest_notices
from issuer.web.parts import link_button, tag
from issuer.web.shell import Page, Visit

KINDS_PATH: Final = "/kinds"
_PHASES: Final = 2
"""The phases in which the bank connects institutions; whatever comes after them stands apart."""
_POLICY: Final = ("what", "why", "whom", "how_long", "rights", "safety", "contact")
_ACCESS: Final = ("goal", "how", "known", "contact")


@dataclass(frozen=True, slots=True)
class Landing:
    """What the landing page shows.

    Attributes:
        sources: which institutions deliver, and up to which day; None before the first delivery.
        sample: what a certificate says, of nobody.
        notices: the newest ones.
    """

    sources: Sequence[tuple[Source, str | None]]
    sample: CertificateWording
    notices: Sequence[StoredNotice] = ()


def landing_page(visit: Visit, landing: Landing) -> Page:
    """Return the page that explains the bank in one screen."""
    check = link_button(visit.say("landing_check"), visit.site.verifier, kind="ghost", sign="find")
    main = html(
        '<div class="stack"><section class="cover front" aria-labelledby="h"><div><h1 id="h">{heading}</h1>'
        '<p class="lead">{lead}</p></div><div class="row">{open}{check}</div></section>'
        "{steps}{sources}{notices}"
        '<section class="card help"><div><h2>{help}</h2><p>{help_text}</p></div><p>{help_link}</p></section></div>',
        heading=visit.say("landing_heading"),
        lead=visit.say("landing_lead"),
        open=link_button(visit.say("landing_open"), visit.to("/sign-in"), kind="p"),
        check=check if visit.site.verifier else NOTHING,
        steps=_steps(visit, landing.sample),
        sources=_sources(visit, landing.sources),
        notices=newest_notices(visit, landing.notices) if landing.notices else NOTHING,
        help=visit.say("nav_help"),
        help_text=visit.say("landing_help"),
        help_link=link_button(visit.say("nav_help"), visit.to("/help"), sign="info"),
    )
    return Page(visit.say("landing_title"), main, styles=("certificates.css", "front.css"))


def policy_page(visit: Visit) -> Page:
    """Return what is kept about whom, why and how long."""
    return _text_page(visit, "policy", _POLICY)


def accessibility_page(visit: Visit) -> Page:
    """Return what the pages promise to people who use them differently."""
    return _text_page(visit, "access", _ACCESS)


def phase_of(source: Source) -> int:
    """Return in which phase an institution is connected: the first one of what it brings."""
    return min(entry_types()[each].phase for each in source.entry_types)


def _steps(visit: Visit, sample: CertificateWording) -> Html:
    """The three steps beside what comes of them; each shows what one deals with."""
    steps = (("collect", _kinds(visit)), ("choose", _choices(visit)), ("hand_in", _ways(visit)))
    return html(
        '<section class="how" aria-labelledby="steps-h"><div><h2 id="steps-h">{heading}</h2>'
        '<ol class="ways">{steps}</ol></div><figure class="sample">{paper}<figcaption class="s muted">{about}'
        "</figcaption></figure></section>",
        heading=visit.say("landing_steps"),
        steps=joined(
            html(
                "<li><h3>{name}</h3><p>{text}</p>{shown}</li>",
                name=visit.say(f"step_{name}"),
                text=visit.say(f"step_{name}_text"),
                shown=shown,
            )
            for name, shown in steps
        ),
        paper=facsimile(visit, sample),
        about=visit.say("landing_sample"),
    )


def _kinds(visit: Visit) -> Html:
    """What is collected, each a way to its introduction."""
    chips = joined(
        html(
            '<li><a class="chip" href="{page}#{category}">{icon}{name}</a></li>',
            page=visit.to(KINDS_PATH),
            category=category,
            icon=icon(ICONS[category]),
            name=names.in_language(visit.language),
        )
        for category, names in certificate_labels().categories.items()
        if category != "achievements"
    )
    return html('<ul class="row" aria-label="{label}">{chips}</ul>', label=visit.say("landing_kinds"), chips=chips)


def _choices(visit: Visit) -> Html:
    marks = (tag(visit.say("landing_shown"), kind="ok", sign="ok"), tag(visit.say("landing_hidden"), sign="eyeoff"))
    return html('<p class="row">{marks}</p>', marks=joined(marks))


def _ways(visit: Visit) -> Html:
    ways = (("pdf", "doc"), ("qr", "cam"), ("code", "find"), ("wallet", "wallet"))
    marks = joined(tag(visit.say(f"landing_{name}"), kind="line", sign=sign) for name, sign in ways)
    return html('<p class="row">{marks}</p>', marks=marks)


def _sources(visit: Visit, sources: Sequence[tuple[Source, str | None]]) -> Html:
    columns = ("source", "landing_brings", "landing_day")
    heads = joined(
        html('<th role="columnheader" scope="col">{name}</th>', name=visit.say(column)) for column in columns
    )
    return html(
        '<section class="card" aria-labelledby="sources-h"><h2 id="sources-h">{caption}</h2><p class="s">{text}</p>'
        '<table role="table" class="ledger fold mt"><caption class="vh">{caption}</caption>'
        '<thead role="rowgroup"><tr role="row">{heads}</tr></thead>{phases}</table></section>',
        caption=visit.say("landing_sources"),
        text=visit.say("landing_sources_text"),
        heads=heads,
        phases=joined(_phases(visit, sources)),
    )


def _phases(visit: Visit, sources: Sequence[tuple[Source, str | None]]) -> Iterator[Html]:
    def phase(each: tuple[Source, str | None]) -> int:
        return min(phase_of(each[0]), _PHASES + 1)

    for number, group in groupby(sorted(sources, key=phase), phase):
        name = visit.say("phase_n", n=number) if number <= _PHASES else visit.say("phase_others")
        yield html(
            '<tbody role="rowgroup"><tr role="row" class="grp"><th role="rowheader" scope="rowgroup" colspan="3">{name}'
            "</th></tr>{rows}</tbody>",
            name=name,
            rows=joined(_source(visit, source, day) for source, day in group),
        )


def _source(visit: Visit, source: Source, day: str | None) -> Html:
    types = [entry_types()[each] for each in source.entry_types]
    brings = joined(
        (
            html(
                '<a href="{page}/{id}">{name}</a>',
                page=visit.to(KINDS_PATH),
                id=each.id,
                name=each.names.in_language(visit.language),
            )
            for each in types
        ),
        Html(", "),
    )
    return html(
        '<tr role="row"><th role="rowheader" scope="row">{name}</th>'
        '<td role="cell" data-l="{brings_word}"><span>{brings}</span></td>'
        '<td role="cell" class="num" data-l="{day_word}">{day}</td></tr>',
        name=source.en if visit.language == "en" else source.ko,
        brings_word=visit.say("landing_brings"),
        brings=brings,
        day_word=visit.say("landing_day"),
        day=visit.say("as_of", day=day) if day else visit.say("no_delivery_yet"),
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

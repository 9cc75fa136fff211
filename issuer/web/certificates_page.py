"""The list of a holder's certificates, with filters by state and year."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from credential_schemas.look.markup import NOTHING, Html, html, joined
from issuer.issued.own_certificates import state_of
from issuer.store.certificates import CertificateLine
from issuer.web.certificate_pages import STATE_TAGS, purpose_words, state_tag
from issuer.web.parts import button, link_button, note, pager, select
from issuer.web.pick_page import PICK_PATH, STYLES
from issuer.web.shell import Page, Visit

PAGE_SIZE: Final = 50
_YEAR_DIGITS: Final = 4
_COLUMNS: Final = (
    "cert_number",
    "cert_recipient",
    "cert_purpose",
    "cert_issued",
    "cert_until",
    "cert_state",
    "cert_checks",
    "cert_actions",
)
_ACTIONS: Final[Mapping[str, tuple[str, str]]] = {
    "valid": ("cert_files", "#files"),
    "superseded": ("cert_reissue", "#again"),
}


@dataclass(frozen=True, slots=True)
class Listed:
    """What the list shows: every line, the filters that were asked for, the page from 1, what was just done."""

    lines: Sequence[CertificateLine]
    now: datetime
    state: str = ""
    year: str = ""
    page: int = 1
    done: str = ""


def certificates_page(visit: Visit, listed: Listed) -> Page:
    """Return the page."""
    found = [line for line in listed.lines if _fits(line, listed)]
    pages = max(1, -(-len(found) // PAGE_SIZE))
    page = min(listed.page, pages)
    shown = found[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]
    nothing = visit.say("cert_none_found" if listed.lines else "cert_none")
    asked = {name: value for name, value in (("state", listed.state), ("year", listed.year)) if value}
    main = html(
        '<div class="stack"><div class="hd"><h1>{heading}</h1>{new}</div>{done}{filters}'
        '<p class="muted num">{count}</p>{table}{pager}</div>',
        heading=visit.say("cert_list_heading"),
        new=link_button(visit.say("cert_new"), visit.to(PICK_PATH), kind="p"),
        done=note(visit.say(f"cert_done_{listed.done}"), kind="ok") if listed.done else NOTHING,
        filters=_filters(visit, listed),
        count=visit.say("cert_listed", n=len(found)),
        table=_table(visit, shown, now=listed.now) if shown else html('<p class="empty">{text}</p>', text=nothing),
        pager=pager(visit, asked, page=page, pages=pages),
    )
    return Page(visit.say("cert_list_heading"), main, "certificates", styles=STYLES)


def _fits(line: CertificateLine, listed: Listed) -> bool:
    in_state = not listed.state or state_of(line, now=listed.now) == listed.state
    return in_state and line.issued_on.startswith(listed.year)


def _filters(visit: Visit, listed: Listed) -> Html:
    years = sorted({line.issued_on[:_YEAR_DIGITS] for line in listed.lines}, reverse=True)
    anything = ("", visit.say("cert_any"))
    states = [anything, *((state, visit.say(f"cert_state_{state}")) for state in STATE_TAGS)]
    return html(
        '<form class="filters f3" method="get" action="{action}">{state}{year}{button}</form>',
        action=visit.to("/certificates"),
        state=select("state", visit.say("cert_state"), options=states, chosen=listed.state),
        year=select("year", visit.say("cert_year"), options=[anything, *((y, y) for y in years)], chosen=listed.year),
        button=button(visit.say("cert_filter"), sign="find"),
    )


def _table(visit: Visit, lines: Sequence[CertificateLine], *, now: datetime) -> Html:
    heads = (html('<th role="columnheader" scope="col">{name}</th>', name=visit.say(name)) for name in _COLUMNS)
    return html(
        '<section class="card"><table role="table" class="ledger fold"><caption class="vh">{caption}</caption>'
        '<thead role="rowgroup"><tr role="row">{heads}</tr></thead><tbody role="rowgroup">{rows}</tbody></table>'
        "</section>",
        caption=visit.say("cert_list_heading"),
        heads=joined(heads),
        rows=joined(_line(visit, line, now=now) for line in lines),
    )


def _line(visit: Visit, line: CertificateLine, *, now: datetime) -> Html:
    cells: Mapping[str, Html] = {
        "cert_recipient": html("{text}", text=line.recipient or visit.say("cert_recipient_open")),
        "cert_purpose": html("{text}", text=purpose_words(visit, line.purpose)),
        "cert_issued": _day(line.issued_on),
        "cert_until": _day(line.valid_until),
        "cert_state": state_tag(visit, state_of(line, now=now)),
        "cert_checks": html("{n}", n=line.lookups),
        "cert_actions": _action(visit, line, now=now),
    }
    return html(
        '<tr role="row"><th role="rowheader" scope="row" class="num"><a href="{address}">{number}</a></th>{cells}</tr>',
        address=visit.to(f"/certificates/{line.number}"),
        number=line.number,
        cells=joined(
            html('<td role="cell" data-l="{name}">{cell}</td>', name=visit.say(name), cell=cell)
            for name, cell in cells.items()
        ),
    )


def _action(visit: Visit, line: CertificateLine, *, now: datetime) -> Html:
    """The next thing one does with a certificate; of one that is over, to choose the same again."""
    word, part = _ACTIONS.get(state_of(line, now=now), ("cert_like", ""))
    address = (
        f"{visit.to(f'/certificates/{line.number}')}{part}" if part else f"{visit.to(PICK_PATH)}?like={line.number}"
    )
    return html(
        '<a class="btn sm" href="{address}">{word}<span class="vh"> {number}</span></a>',
        address=address,
        word=visit.say(word),
        number=line.number,
    )


def _day(day: str) -> Html:
    return html('<time class="num" datetime="{day}">{day}</time>', day=day)

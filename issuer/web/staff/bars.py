"""Bars with their table: each row a label, a bar and its number; the drawing itself is hidden from screen readers."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from credential_schemas.look.markup import Html, html, joined
from issuer.web.shell import Visit
from issuer.web.staff.frame import Table, table

_WIDTH: Final = 100


@dataclass(frozen=True, slots=True)
class Bars:
    """One chart: heading, names of the two columns, rows of label and number, the sentence where there are none."""

    heading: str
    columns: tuple[str, str]
    rows: Sequence[tuple[str, int]]
    empty: str


def bars(visit: Visit, shown: Bars) -> Html:
    """Return a chart with its table."""
    most = max((number for _, number in shown.rows), default=0)
    drawn = joined(_bar(label, number, most) for label, number in shown.rows)
    numbers = Table(
        shown.heading,
        shown.columns,
        [(label, str(number)) for label, number in shown.rows],
        shown.empty,
        numbers=frozenset({1}),
        hide_caption=True,
    )
    return html(
        '<section class="card chart"><h2 class="h3">{heading}</h2>{drawing}'
        "<details><summary>{as_table}</summary>{table}</details></section>",
        heading=shown.heading,
        drawing=html('<ul class="bars">{drawn}</ul>', drawn=drawn)
        if shown.rows
        else html('<p class="muted">{empty}</p>', empty=shown.empty),
        as_table=visit.say("as_table"),
        table=table(numbers),
    )


def _bar(label: str, number: int, most: int) -> Html:
    width = round(_WIDTH * max(number, 0) / most) if most > 0 else 0
    return html(
        '<li><span class="bar-label">{label}</span><svg aria-hidden="true" viewBox="0 0 100 10" '
        'preserveAspectRatio="none"><rect width="{width}" height="10"/></svg><span class="num">{number}</span></li>',
        label=label,
        width=max(width, 1) if number > 0 else 0,
        number=number,
    )

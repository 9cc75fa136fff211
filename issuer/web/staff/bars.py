"""Bars with their table: each row a label, a bar for each of its numbers, and these; the drawing is hidden from screen
readers.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from credential_schemas.look.markup import NOTHING, Html, html, joined
from issuer.web.shell import Visit
from issuer.web.staff.frame import Table, table

Row = tuple[Html | str, *tuple[int | None, ...]]
"""A label and its numbers, None for one that there is not."""

_WIDTH: Final = 100
_HEIGHT: Final = 10
_NOTHING: Final = "–"
_ONE: Final = 2  # columns: the label and one number
_PAIRS: Final = " pairs"


@dataclass(frozen=True, slots=True)
class Bars:
    """One chart: heading, names of the columns, rows of a label and as many numbers each, the sentence where there are
    none. `spoken` says a number, `note` what the bars of a row are where there are several.
    """

    heading: str
    columns: Sequence[str]
    rows: Sequence[Row]
    empty: str
    spoken: Callable[[int], str] = str
    note: str = ""


def bars(visit: Visit, shown: Bars) -> Html:
    """Return a chart with its table."""
    most = max((number or 0 for _, *numbers in shown.rows for number in numbers), default=0)
    drawn = joined(_bar(shown, row, most) for row in shown.rows)
    numbers = Table(
        shown.heading,
        shown.columns,
        [(label, *(_said(shown, number) for number in numbers)) for label, *numbers in shown.rows],
        shown.empty,
        numbers=frozenset(range(1, len(shown.columns))),
        hide_caption=True,
    )
    return html(
        '<section class="card chart"><h2 class="h3">{heading}</h2>{note}{drawing}'
        "<details><summary>{as_table}</summary>{table}</details></section>",
        heading=shown.heading,
        note=html('<p class="s muted">{note}</p>', note=shown.note) if shown.note and shown.rows else NOTHING,
        drawing=html(
            '<ul class="bars{more}">{drawn}</ul>', more=_PAIRS if len(shown.columns) > _ONE else "", drawn=drawn
        )
        if shown.rows
        else html('<p class="muted">{empty}</p>', empty=shown.empty),
        as_table=visit.say("as_table"),
        table=table(numbers),
    )


def _bar(shown: Bars, row: Row, most: int) -> Html:
    label, *numbers = row
    height = _HEIGHT // len(numbers)
    drawn = joined(
        html(
            '<rect width="{width}" height="{height}" y="{y}"/>',
            width=_width(number or 0, most),
            height=height - (1 if at + 1 < len(numbers) else 0),
            y=at * height,
        )
        for at, number in enumerate(numbers)
    )
    return html(
        '<li><span class="bar-label">{label}</span><svg aria-hidden="true" viewBox="0 0 100 10" '
        'preserveAspectRatio="none">{drawn}</svg><span class="num">{numbers}</span></li>',
        label=label,
        drawn=drawn,
        numbers=" / ".join(_said(shown, number) for number in numbers),
    )


def _width(number: int, most: int) -> int:
    return max(round(_WIDTH * number / most), 1) if number > 0 else 0


def _said(shown: Bars, number: int | None) -> str:
    return _NOTHING if number is None else shown.spoken(number)

"""What pages for staff share: their ways by role, the field for a reason, dense tables with their captions."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from credential_schemas.look.markup import NOTHING, Html, html, joined
from issuer.staff.roles import Role
from issuer.web.parts import Field, field
from issuer.web.shell import Page, Room, Visit

HOME: Final = "/operator"
REASON: Final = "reason"

_BANK: Final = frozenset({Role.OPERATOR, Role.AUDITOR})
STAFF_WAYS: Final[Sequence[tuple[str, str, frozenset[Role]]]] = (
    ("staff_home", HOME, frozenset(Role)),
    ("staff_sources", f"{HOME}/sources", _BANK),
    ("staff_statuses", f"{HOME}/statuses", _BANK),
    ("staff_recognition", f"{HOME}/recognition", _BANK),
    ("staff_university", f"{HOME}/university", frozenset({Role.UNIVERSITY})),
    ("staff_notices", f"{HOME}/notices", _BANK),
    ("staff_keys", f"{HOME}/keys", _BANK),
    ("staff_traces", f"{HOME}/traces", _BANK),
    ("staff_accesses", f"{HOME}/accesses", frozenset({Role.AUDITOR})),
)
"""The ways of the masthead: word without "nav_", path, and who sees it. A new page adds its line here."""


def room_for(roles: frozenset[Role]) -> Room:
    """Return the room of somebody with these roles; without any, that of somebody who has to sign in."""
    return Room(
        home=HOME,
        ways=tuple((word, path) for word, path, seen_by in STAFF_WAYS if roles & seen_by),
        public_ways=(("staff_sign_in", f"{HOME}/sign-in"),),
        sign_in=f"{HOME}/sign-in",
        settings=f"{HOME}/sign-in/settings",
        sign_out=f"{HOME}/sign-out",
        resume=f"{HOME}/resume",
    )


def staff_page(title: str, main: Html, *, current: str = "", scripts: Sequence[str] = ()) -> Page:
    """Return a page in the denser look of the staff's; `current` is the word of its way in `STAFF_WAYS`."""
    return Page(title, main, current=current, styles=("staff.css",), scripts=scripts)


def dense(page: Page) -> Page:
    """Return a page that is shared with holders in the look of the staff's."""
    return replace(page, styles=("staff.css", *page.styles))


def reason_field(visit: Visit, *, value: str = "", error: str = "", hint: str = "staff_reason_hint") -> Html:
    """Return the field for the reason that every change asks; `error` is a sentence, empty for none; `hint` a word."""
    return field(
        Field(
            REASON,
            visit.say("staff_reason"),
            hint=visit.say(hint),
            error=error,
            value=value,
            max_length=300,
        )
    )


@dataclass(frozen=True, slots=True)
class Table:
    """A dense table: caption, names of the columns, rows of cells (texts or markup); `numbers` are columns of numbers.

    `empty` is the sentence where there are no rows. The first cell of each row is its head.
    """

    caption: str
    columns: Sequence[str]
    rows: Iterable[Sequence[Html | str]]
    empty: str
    numbers: frozenset[int] = frozenset()
    hide_caption: bool = False


def table(shown: Table) -> Html:
    """Return a table that can be scrolled sideways by keyboard where it is too wide for the screen."""
    rows = [*shown.rows]
    if not rows:
        return html('<p class="muted">{empty}</p>', empty=shown.empty)
    head = joined(
        html('<th scope="col"{number}>{name}</th>', name=name, number=_number(shown, at))
        for at, name in enumerate(shown.columns)
    )
    return html(
        '<div class="scroll" tabindex="0" role="region" aria-label="{caption}"><table class="dense">'
        "<caption{hidden}>{caption}</caption><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>",
        caption=shown.caption,
        hidden=Html(' class="vh"') if shown.hide_caption else NOTHING,
        head=head,
        rows=joined(_row(shown, row) for row in rows),
    )


def _row(shown: Table, cells: Sequence[Html | str]) -> Html:
    first = html('<th scope="row"{number}>{cell}</th>', cell=cells[0], number=_number(shown, 0))
    rest = joined(
        html("<td{number}>{cell}</td>", cell=cell, number=_number(shown, at))
        for at, cell in enumerate(cells[1:], start=1)
    )
    return html("<tr>{first}{rest}</tr>", first=first, rest=rest)


def _number(shown: Table, at: int) -> Html:
    return Html(' class="num"') if at in shown.numbers else NOTHING

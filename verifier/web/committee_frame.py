"""What the committee's pages have in common: words, fields, tags, notes, and the way back."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Final

from credential_schemas.criteria.terms import Both
from credential_schemas.criteria.wording import Why
from credential_schemas.look.markup import NOTHING, Html, html, icon, joined
from credential_schemas.report.messages import Language
from keys.values import dataclass, field
from verifier.committee.errors import CommitteeRefused
from verifier.committee.notices import Notice
from verifier.scoring.moments import time_with_zone
from verifier.web.committee_words import committee_word, committee_words
from verifier.web.staff import Staff, staff_page

COMMITTEE_STYLE: Final = "/web/committee.css"
COMMITTEE_SCRIPT: Final = "/web/committee.js"
NOTICES: Final = "/notices"
CRITERIA: Final = "/criteria"


@dataclass(frozen=True, slots=True)
class Frame:
    """Whom a page is for, and what it says of what was just done: `refused` where that failed, else `done`."""

    staff: Staff
    refused: CommitteeRefused | None = None
    done: str = ""
    typed: dict[str, str] = field(default_factory=dict)

    @property
    def language(self) -> Language:
        """The language of the page."""
        return self.staff.language

    def word(self, name: str, /, **values: object) -> str:
        """Return a text of the pages."""
        return committee_word(name, self.language, **values)

    def both(self, both: Both | Why) -> str:
        """Return the one of two texts."""
        return both.in_language(self.language)

    def time(self, seconds: int) -> str:
        """Return a time as people read it, in Korea."""
        return time_with_zone(datetime.fromtimestamp(seconds, UTC).isoformat(), self.language)

    def page(
        self, main: Html, *, title: str, path: str, trail: Sequence[tuple[str, str]] = (), heading: str = ""
    ) -> bytes:
        """Return a whole page: the way back, what was just done, and `main`.

        Args:
            main: what stands below the heading.
            title: of window and page.
            path: of this page in Korean.
            trail: address in Korean and name of the pages above it.
            heading: of the page, where it is another than the title.
        """
        inner = html(
            '<div class="stack committee"><div>{trail}<h1>{heading}</h1></div>{news}{main}</div>',
            trail=self._trail(trail),
            heading=heading or title,
            news=self._news(),
            main=main,
        )
        return staff_page(self.staff, inner, title=title, path=path, files=(COMMITTEE_STYLE, COMMITTEE_SCRIPT))

    def _trail(self, trail: Sequence[tuple[str, str]]) -> Html:
        if not trail:
            return NOTHING
        links = joined(
            (
                html('<a href="{address}">{name}</a>', address=self.staff.address(path), name=name)
                for path, name in trail
            ),
            Html(" › "),
        )
        return html('<p class="s">{links}</p>', links=links)

    def _news(self) -> Html:
        if self.refused is not None:
            detail = NOTHING
            if self.refused.detail:
                detail = html(' <code lang="en">{detail}</code>', detail=self.refused.detail)
            return html(
                '<p class="note bad" role="alert" tabindex="-1" id="news">{icon}<span>{text}{detail}</span></p>',
                icon=icon("bad"),
                text=self.word(f"refused_{self.refused.kind}"),
                detail=detail,
            )
        if self.done:
            return html(
                '<p class="note ok" role="status">{icon}<span>{text}</span></p>', icon=icon("ok"), text=self.done
            )
        return NOTHING

    def kept_note(self, notice: Notice) -> Html:
        """Return until when everything is kept; it stands on every page of a notice."""
        if notice.row.state == "destroyed":
            return self.note("na", self.word("destroyed_note"))
        if notice.is_over:
            return self.note("un", self.word("over_note"), kind="un")
        return self.note("clock", self.word("kept_until", day=notice.last_day.isoformat()))

    def note(self, sign: str, text: str | Html, *, kind: str = "") -> Html:
        """Return a note with an icon."""
        return html('<p class="note {kind}">{icon}<span>{text}</span></p>', kind=kind, icon=icon(sign), text=text)

    def button(self, name: str, *, kind: str = "p") -> Html:
        """Return the button of a form."""
        return html('<button class="btn {kind}">{name}</button>', kind=kind, name=self.word(name))

    def link(self, path: str, name: str, *, kind: str = "") -> Html:
        """Return a link that looks like a button; `path` is the Korean address."""
        address = self.staff.address(path)
        return html(
            '<a class="btn {kind}" href="{address}">{name}</a>', kind=kind, address=address, name=self.word(name)
        )

    def form(self, action: str, inner: Html, *, kind: str = "stack-s") -> Html:
        """Return a form; `action` is the Korean address."""
        return html(
            '<form method="post" action="{action}" class="{kind}">{token}{inner}</form>',
            action=self.staff.address(action),
            kind=kind,
            token=self.staff.token_field(),
            inner=inner,
        )

    def reason(self, action: str, button: str, *, kind: str = "", forever: bool = False, lead: str = "") -> Html:
        """Return a form that asks nothing but a reason."""
        name = f"reason-{button}"
        asked = self.field(name, "reason", hint="reason_forever" if forever else "reason_hint", form_name="reason")
        explained = html("<p>{lead}</p>", lead=lead) if lead else NOTHING
        return self.form(action, joined((explained, asked, self.button(button, kind=kind))))

    def field(
        self, field_id: str, label: str, *, hint: str = "", form_name: str = "", control: Html | None = None
    ) -> Html:
        """Return a labelled text field, or another control with this id."""
        name = form_name or field_id
        if control is None:
            control = html(
                '<input id="{id}" name="{name}" value="{value}" maxlength="500"{described}>',
                id=field_id,
                name=name,
                value=self.typed.get(name, ""),
                described=described(field_id, hint),
            )
        return labelled(field_id, self.word(label), control, hint=self.word(hint) if hint else "")


def described(field_id: str, hint: str) -> Html:
    """Return the attribute that ties a hint to its field."""
    return html(' aria-describedby="{id}-hint"', id=field_id) if hint else NOTHING


def labelled(field_id: str, label: str, control: Html, *, hint: str = "", problem: str = "") -> Html:
    """Return a control with its label, hint and what is wrong with it."""
    return html(
        '<div class="field"><label for="{id}">{label}</label>{control}{hint}{problem}</div>',
        id=field_id,
        label=label,
        control=control,
        hint=html('<p class="hint" id="{id}-hint">{hint}</p>', id=field_id, hint=hint) if hint else NOTHING,
        problem=html(
            '<p class="problem" id="{id}-problem">{icon}<span lang="en">{text}</span></p>',
            id=field_id,
            icon=icon("bad"),
            text=problem,
        )
        if problem
        else NOTHING,
    )


def tag(kind: str, sign: str, name: str) -> Html:
    """Return a tag: an icon and a word."""
    return html('<span class="tag {kind}">{icon}{name}</span>', kind=kind, icon=icon(sign), name=name)


def card(heading_id: str, heading: str, inner: Html) -> Html:
    """Return a section with its heading."""
    return html(
        '<section class="card" aria-labelledby="{id}"><h2 id="{id}">{heading}</h2>{inner}</section>',
        id=heading_id,
        heading=heading,
        inner=inner,
    )


def table(
    caption: str, heads: Sequence[str], rows: Iterable[Sequence[Html | str]], *, numbers: Sequence[int] = ()
) -> Html:
    """Return a table that folds on narrow screens; the first cell of a row is its heading."""

    def kind(column: int) -> Html:
        return Html(' class="n"') if column in numbers else NOTHING

    head = joined(
        html('<th role="columnheader" scope="col"{kind}>{name}</th>', kind=kind(column), name=name)
        for column, name in enumerate(heads)
    )
    body = joined(
        html(
            '<tr role="row"><th role="rowheader" scope="row">{first}</th>{rest}</tr>',
            first=row[0],
            rest=joined(
                html(
                    '<td role="cell" data-l="{label}"{kind}><span>{cell}</span></td>',
                    label=heads[column],
                    kind=kind(column),
                    cell=cell,
                )
                for column, cell in enumerate(row)
                if column
            ),
        )
        for row in rows
    )
    return html(
        '<table role="table" class="ledger fold"><caption class="vh">{caption}</caption><thead role="rowgroup">'
        '<tr role="row">{head}</tr></thead><tbody role="rowgroup">{body}</tbody></table>',
        caption=caption,
        head=head,
        body=body,
    )


def pairs(rows: Iterable[tuple[str, Html | str]]) -> Html:
    """Return a list of names and values."""
    return html(
        '<dl class="kv">{rows}</dl>',
        rows=joined(html("<dt>{name}</dt><dd>{value}</dd>", name=name, value=value) for name, value in rows),
    )


def lines_of(value: str) -> Html:
    """Return a text of several lines for a text area; each line is made harmless by itself."""
    return joined((html("{line}", line=line) for line in value.splitlines()), Html("\n"))


def known(name: str) -> bool:
    """Return whether there is a text of this name."""
    return name in committee_words()

"""The account: a passbook cover, what is late, the ledger with its filters, and the chart of competencies."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final
from urllib.parse import urlencode

from credential_schemas.entry_types import certificate_labels, entry_types
from credential_schemas.look.markup import NOTHING, Html, html, icon, joined
from issuer.accounts.account import AccountEntry
from issuer.holders.account_view import LEVELS, AccountView, Matrix, Wish, year_of
from issuer.holders.collecting_consents import SourceState
from issuer.web.account_notes import HeldBack, held_back_card, late_note, superseded_note
from issuer.web.entry_words import ICONS, foreign, repeat_tags, row_words, source_name, status_tag
from issuer.web.parts import link_button, pager, select, tag
from issuer.web.shell import Page, Visit

_COLUMNS: Final = ("column_title", "column_when", "column_body", "column_ncs", "column_source")
_TITLES_A_YEAR: Final = 6


@dataclass(frozen=True, slots=True)
class AccountCover:
    """What stands on the cover: whose account, since when, how fresh, and how many certificates are in force.

    `superseded` of these have to be issued again, because an entry changed at its source.
    """

    account: str
    last_collected: str
    certificates: int
    superseded: int = 0


@dataclass(frozen=True, slots=True)
class AccountShown:
    """Everything the page of an account shows.

    `proofs` has all entries by id, among them those that prove units. `status_days` says since which Korean day an
    entry has the status that it has, by id, where that is known.
    """

    cover: AccountCover
    view: AccountView
    wish: Wish
    sources: Sequence[SourceState]
    proofs: Mapping[str, AccountEntry]
    today: date
    status_days: Mapping[str, str] = field(default_factory=dict)


def account_page(visit: Visit, shown: AccountShown) -> Page:
    """Return the page of an account."""
    view = shown.view
    ledger = _ledger(visit, shown) if view.total else _empty(visit, shown.sources)
    charts = [_matrix(visit, view.matrix), _years(visit, shown)] if view.total else []
    kept = _held_back(shown)
    card = held_back_card(visit, [_held_words(visit, each, shown) for each in kept], total=view.total)
    aside = [card, *charts] if kept else [*charts, card]
    main = html(
        '<div class="stack">{cover}{told}{late}<div class="cols c-2-1"><section class="card" aria-labelledby="e">'
        '<div class="hd"><h2 id="e">{heading}</h2><span class="muted s num" role="status">{count}</span>'
        '<label class="veil s"><input type="checkbox" id="veil">{veil}</label></div>'
        '{ledger}</section><aside class="stack">{aside}</aside></div></div>',
        cover=_cover(visit, shown),
        told=superseded_note(visit, shown.cover.superseded) if shown.cover.superseded else NOTHING,
        late=joined(_late(visit, state, shown) for state in shown.sources if state.is_late and state.entries),
        heading=visit.say("account_entries"),
        veil=visit.say("veil"),
        count=visit.say("shown_of", n=view.total, shown=view.found),
        ledger=ledger,
        aside=joined(aside),
    )
    return Page(visit.say("account_heading"), main, current="account")


def _cover(visit: Visit, shown: AccountShown) -> Html:
    cover, when = shown.cover, shown.cover.last_collected
    return html(
        '<section class="cover" aria-labelledby="h"><div><p class="lead"><span class="private">{name}</span> · '
        '{account_word} <span class="num">{account}</span></p><h1 id="h">{heading}</h1></div><div class="sum">'
        '<p><span class="lead">{entries_word}</span><br><span class="big num">{entries}</span></p>'
        '<p><span class="lead">{last_word}</span><br><b class="num">{last}</b></p>'
        '<p><span class="lead">{valid_word}</span><br><b class="num">{valid}</b></p></div>'
        '<div class="row">{issue}{collect}</div></section>',
        name=visit.say("signed_in_as", name=visit.name or ""),
        account_word=visit.say("account_number"),
        account=cover.account,
        heading=visit.say("account_heading"),
        entries_word=visit.say("account_total"),
        entries=visit.say("entries_n", n=shown.view.total),
        last_word=visit.say("last_collected"),
        last=when or visit.say("never"),
        valid_word=visit.say("valid_certificates"),
        valid=visit.say("certificates_n", n=cover.certificates),
        issue=link_button(visit.say("nav_new"), visit.to("/certificates/new"), kind="p"),
        collect=link_button(visit.say("collect"), visit.to("/account/sources"), kind="ghost", sign="redo"),
    )


def _late(visit: Visit, state: SourceState, shown: AccountShown) -> Html:
    entries = [each for each in shown.proofs.values() if each.source_entry.source == state.id and not each.proven_by]
    return late_note(visit, state, [row_words(each, visit.language).title for each in entries])


def _held_back(shown: AccountShown) -> list[AccountEntry]:
    """Return what cannot go on a certificate now; units follow what proves them and are not named again."""
    return [each for each in shown.proofs.values() if not each.in_force and each.proven_by is None]


def _held_words(visit: Visit, entry: AccountEntry, shown: AccountShown) -> HeldBack:
    title = row_words(entry, visit.language).title
    return HeldBack(
        visit.to(f"/account/entries/{entry.id}#correct"),
        foreign(visit, title, is_korean=title == entry.title),
        _status(visit, entry, shown),
        source_name(shown.sources, entry.source_entry.source, visit.language),
    )


def _empty(visit: Visit, sources: Sequence[SourceState]) -> Html:
    asked = [state.names.in_language(visit.language) for state in sources if state.consented_at]
    text = visit.say("empty_asked", sources=", ".join(asked)) if asked else visit.say("empty_no_consent")
    return html(
        '<div class="empty"><p><b>{heading}</b></p><p>{text}</p><p class="mt">{way}</p></div>',
        heading=visit.say("account_empty"),
        text=text,
        way=link_button(visit.say("collect"), visit.to("/account/sources"), kind="p", sign="redo"),
    )


def _ledger(visit: Visit, shown: AccountShown) -> Html:
    view = shown.view
    heads = joined(
        html(
            '<th role="columnheader" scope="col"{wide}>{word}</th>',
            wide=Html(' class="w30"') if name == "column_title" else NOTHING,
            word=visit.say(name),
        )
        for name in _COLUMNS
    )
    table = html(
        '<table role="table" class="ledger fold private"><caption class="vh">{caption}</caption>'
        '<thead role="rowgroup"><tr role="row">{heads}</tr></thead><tbody role="rowgroup">{rows}</tbody></table>',
        caption=visit.say("ledger_caption"),
        heads=heads,
        rows=_rows(visit, shown),
    )
    return html(
        '<div class="stack-s">{chips}{filters}{table}{pager}<p class="s muted">{wrong} <a href="{help}">{how}</a></p>'
        "</div>",
        chips=_chips(visit, shown),
        filters=_filters(visit, shown),
        table=table if view.shown else html('<p class="empty">{text}</p>', text=visit.say("nothing_found")),
        pager=pager(visit, _parameters(shown.wish), page=view.page, pages=view.pages),
        wrong=visit.say("wrong_entry"),
        help=visit.to("/help/correct"),
        how=visit.say("wrong_entry_how"),
    )


def _parameters(wish: Wish) -> dict[str, str]:
    chosen = {"kind": wish.kind, "source": wish.source, "year": wish.year, "field": wish.field, "q": wish.text}
    return {name: value for name, value in chosen.items() if value}


def _chips(visit: Visit, shown: AccountShown) -> Html:
    kinds = [("", visit.say("all"), shown.view.total)]
    names = certificate_labels().categories
    kinds += [(kind, names[kind].in_language(visit.language), n) for kind, n in shown.view.kinds.items()]
    chips = joined(_chip(visit, shown.wish, kind=kind, word=word, count=n) for kind, word, n in kinds)
    return html('<nav aria-label="{label}"><ul class="chips">{chips}</ul></nav>', label=visit.say("kinds"), chips=chips)


def _chip(visit: Visit, wish: Wish, *, kind: str, word: str, count: int) -> Html:
    query = urlencode({**{name: value for name, value in _parameters(wish).items() if name != "kind"}, "kind": kind})
    return html(
        '<li><a class="chip" href="{address}?{query}"{current}>{word} <b>{count}</b></a></li>',
        address=visit.to(visit.path),
        query=query,
        current=Html(' aria-current="true"') if wish.kind == kind else NOTHING,
        word=word,
        count=count,
    )


def _filters(visit: Visit, shown: AccountShown) -> Html:
    view, wish, everything = shown.view, shown.wish, ("", visit.say("all"))
    sources = [(source, source_name(shown.sources, source, visit.language)) for source in view.sources]
    years = [(year, year) for year in view.years]
    fields = [(code, f"{code} {name}") for code, name in view.fields.items()]
    return html(
        '<form class="filters f4" role="search" aria-label="{label}" method="get" action="{action}">'
        '<input type="hidden" name="kind" value="{kind}">{source}{year}{field}'
        '<div class="field"><label for="f-q">{text}</label><input id="f-q" name="q" type="search" value="{q}" '
        'maxlength="100" autocomplete="off"></div><button class="btn">{icon}{find}</button></form>',
        label=visit.say("find_entries"),
        action=visit.to(visit.path),
        kind=wish.kind,
        source=select("source", visit.say("source"), options=[everything, *sources], chosen=wish.source),
        year=select("year", visit.say("year"), options=[everything, *years], chosen=wish.year),
        field=select("field", visit.say("ncs_field"), options=[everything, *fields], chosen=wish.field),
        text=visit.say("find_text"),
        q=wish.text,
        icon=icon("find"),
        find=visit.say("find"),
    )


def _rows(visit: Visit, shown: AccountShown) -> Html:
    parts: list[Html] = []
    kind = ""
    for entry in shown.view.shown:
        if entry.category != kind:
            kind = entry.category
            parts.append(_group(visit, kind, shown.view.kinds[kind]))
        parts.append(_row(visit, entry, shown))
    return joined(parts)


def _group(visit: Visit, kind: str, count: int) -> Html:
    return html(
        '<tr role="row" class="grp"><th role="cell" colspan="5">{icon} {name} <span class="num">{count}</span></th>'
        "</tr>",
        icon=icon(ICONS[kind]),
        name=certificate_labels().categories[kind].in_language(visit.language),
        count=visit.say("entries_n", n=count),
    )


def _row(visit: Visit, entry: AccountEntry, shown: AccountShown) -> Html:
    words = row_words(entry, visit.language)
    proof = shown.proofs.get(entry.proven_by or "")
    kind = entry_types()[entry.type].short_names.in_language(visit.language)
    about = kind if proof is None else visit.say("proven_by", title=row_words(proof, visit.language).title)
    body, ncs, level, when, amount = words.cells
    if proof is not None:
        when = row_words(proof, visit.language).cells[3]
    none = html('<span class="muted">{none}</span>', none=visit.say("none"))
    source = entry.source_entry
    return html(
        '<tr role="row"><th role="rowheader" scope="row"><a href="{address}">{title}</a> {status}'
        '<span class="sub">{details}</span></th>'
        '<td role="cell" data-l="{when_word}" class="num when">{when}</td>'
        '<td role="cell" data-l="{body_word}">{body}</td>'
        '<td role="cell" data-l="{ncs_word}"{hide}><span>{ncs} <span class="sub">{level}</span></span></td>'
        '<td role="cell" data-l="{source_word}"><span>{source} <span class="sub num">{as_of}</span></span></td></tr>',
        address=visit.to(f"/account/entries/{entry.id}"),
        title=foreign(visit, words.title, is_korean=words.title == entry.title),
        status=joined(
            (
                _status(visit, entry, shown),
                repeat_tags(visit, entry),
                _late_tag(visit, entry, shown.sources),
            )
        ),
        details=" · ".join(filter(None, (about, amount))),
        when_word=visit.say("column_when"),
        when=_unbroken(when) if when else none,
        body_word=visit.say("column_body"),
        body=body or none,
        ncs_word=visit.say("column_ncs"),
        hide=NOTHING if ncs else Html(' class="hide-s"'),
        ncs=ncs or none,
        level=visit.say("level_n", n=int(level)) if level else "",
        source_word=visit.say("column_source"),
        source=source_name(shown.sources, source.source, visit.language),
        as_of=visit.say("as_of", day=source.as_of),
    )


def _status(visit: Visit, entry: AccountEntry, shown: AccountShown) -> Html:
    return status_tag(visit, entry, today=shown.today, since=shown.status_days.get(entry.id, ""))


def _unbroken(period: str) -> Html:
    """Return a day or a period that may be broken only between its days."""
    first, _, last = period.partition(" ~ ")
    days = [first, f"~ {last}"] if last else [first]
    return html(
        "<span>{days}</span>", days=joined((html('<span class="nb">{day}</span>', day=day) for day in days), Html(" "))
    )


def _late_tag(visit: Visit, entry: AccountEntry, sources: Sequence[SourceState]) -> Html:
    late_sources = {state.id for state in sources if state.is_late}
    late = late_sources.issuperset(each.source for each in entry.provenances)
    return tag(visit.say("late_tag"), kind="un", sign="clock") if late else NOTHING


def _matrix(visit: Visit, matrix: Matrix) -> Html:
    if not matrix.counts:
        return html(
            '<section class="card"><h2>{heading}</h2><p class="s muted">{text}</p></section>',
            heading=visit.say("matrix_heading"),
            text=visit.say("matrix_empty"),
        )
    heads = joined(
        html('<th scope="col"><span class="vh">{word} </span>{n}</th>', word=visit.say("level"), n=n) for n in LEVELS
    )
    rows = joined(
        html(
            '<tr><th scope="row">{code} {name}</th>{cells}</tr>',
            code=code,
            name=foreign(visit, name, is_korean=True),
            cells=joined(_cell(matrix.counts.get((code, level), 0)) for level in LEVELS),
        )
        for code, name in matrix.names.items()
    )
    return html(
        '<section class="card" aria-labelledby="m"><h2 id="m">{heading}</h2><table class="matrix">'
        '<caption class="vh">{caption}</caption><thead><tr><th scope="col">{field}</th>{heads}</tr></thead>'
        '<tbody>{rows}</tbody></table><p class="xs muted">{note}</p></section>',
        heading=visit.say("matrix_heading"),
        caption=visit.say("matrix_caption"),
        field=visit.say("ncs_field"),
        heads=heads,
        rows=rows,
        note=visit.say("matrix_note", n=matrix.without_level),
    )


def _cell(count: int) -> Html:
    if not count:
        return Html('<td><span aria-hidden="true">·</span><span class="vh">0</span></td>')
    return html('<td class="l{step}">{count}</td>', step=min(count, 3), count=count)


def _years(visit: Visit, shown: AccountShown) -> Html:
    entries: dict[str, list[AccountEntry]] = {}
    for entry in shown.view.fitting:
        if entry.category != "units" and year_of(entry):
            entries.setdefault(year_of(entry), []).append(entry)
    if not entries:
        return NOTHING
    years = joined(_year(visit, year, entries[year]) for year in sorted(entries, reverse=True))
    return html(
        '<section class="card" aria-labelledby="y"><h2 id="y">{heading}</h2><ol class="years private">{years}</ol>'
        "</section>",
        heading=visit.say("years_heading"),
        years=years,
    )


def _year(visit: Visit, year: str, entries: Sequence[AccountEntry]) -> Html:
    items = []
    for entry in entries[:_TITLES_A_YEAR]:
        title = row_words(entry, visit.language).title
        items.append(html("<li>{title}</li>", title=foreign(visit, title, is_korean=title == entry.title)))
    if len(entries) > _TITLES_A_YEAR:
        items.append(html("<li>{more}</li>", more=visit.say("and_more", n=len(entries) - _TITLES_A_YEAR)))
    return html('<li><b class="num">{year}</b><ul>{items}</ul></li>', year=year, items=joined(items))

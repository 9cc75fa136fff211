"""One entry: every field, where it came from, to whom it was shown, and how to have it corrected."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from credential_schemas.bodies import body_name
from credential_schemas.entry_types import entry_types
from credential_schemas.look.markup import NOTHING, Html, html, joined
from credential_schemas.wording.values import value_text
from issuer.accounts.account import AccountEntry
from issuer.web.entry_words import foreign, repeat_tags, row_words, status_tag
from issuer.web.parts import facts, link_button
from issuer.web.shell import Page, Visit
from keys.encoding import JsonValue


@dataclass(frozen=True, slots=True)
class Shown:
    """One certificate that carries the entry: number, to whom, on which day, in which state, with which fields."""

    number: str
    recipient: str
    day: str
    status: str
    fields: Sequence[str]


@dataclass(frozen=True, slots=True)
class EntryShown:
    """What the page of an entry shows; times are texts of the Korean day and minute.

    `since` is the Korean day on which the bank recorded the entry's status, `contact` how its source is reached; empty
    where nobody knows it. `also` are the names and days of other sources that delivered the same record, `alike`
    entries that may be the same.
    """

    entry: AccountEntry
    proof: AccountEntry | None
    source: str
    collected_at: str
    first_collected_at: str
    certificates: Sequence[Shown]
    today: date
    since: str = ""
    contact: str = ""
    also: Sequence[tuple[str, str]] = ()
    alike: Sequence[AccountEntry] = ()


def entry_page(visit: Visit, shown: EntryShown) -> Page:
    """Return the page of one entry."""
    entry = shown.entry
    title = row_words(entry, visit.language).title
    kind = entry_types()[entry.type].names.in_language(visit.language)
    main = html(
        '<div class="stack narrow"><p><a href="{back}">{back_word}</a></p><div><h1>{title}</h1>'
        '<p class="lead">{kind} {status}</p></div>'
        '<section class="card private"><h2>{fields_word}</h2>{fields}</section>'
        '<section class="card"><h2>{chain_word}</h2>{chain}</section>{alike}{shown}'
        '<section class="card" id="correct"><h2>{wrong}</h2><p>{how}</p>{contact}<p class="mt">{help}</p></section>'
        "</div>",
        back=visit.to("/account"),
        back_word=visit.say("back_to_account"),
        title=foreign(visit, title, is_korean=title == entry.title),
        kind=kind,
        status=joined((status_tag(visit, entry, today=shown.today, since=shown.since), repeat_tags(visit, entry))),
        fields_word=visit.say("entry_fields"),
        fields=facts(field_values(visit, entry.type, entry.fields)),
        chain_word=visit.say("entry_chain"),
        chain=_chain(visit, shown),
        alike=_alike(visit, shown.alike),
        shown=_disclosed(visit, shown.certificates, entry),
        wrong=visit.say("entry_wrong"),
        how=visit.say("entry_wrong_how", source=shown.source),
        contact=_contact(visit, shown),
        help=link_button(visit.say("wrong_entry_how"), visit.to("/help/correct"), sign="info"),
    )
    return Page(visit.say("entry_heading"), main, current="account")


def field_labels(entry: AccountEntry, visit: Visit) -> Mapping[str, str]:
    """Return how the fields of an entry are called, by name."""
    return {field.name: field.label.in_language(visit.language) for field in entry_types()[entry.type].own_fields}


def field_values(visit: Visit, entry_type: str, fields: Mapping[str, JsonValue]) -> list[tuple[str, Html | str]]:
    """Return the fields of an entry with their names, each value as a certificate words it."""
    numbers: dict[int, str] = {}
    return [
        (
            field.label.in_language(visit.language),
            value_text(field, fields[field.name], language=visit.language, numbers=numbers),
        )
        for field in entry_types()[entry_type].own_fields
        if fields.get(field.name) is not None
    ]


def _chain(visit: Visit, shown: EntryShown) -> Html:
    entry, stored = shown.entry, shown.entry.source_entry
    body = body_name(entry.issuing_body).in_language(visit.language)
    keeper = body_name(stored.record_keeper).in_language(visit.language) if stored.record_keeper else body
    rows: list[tuple[str, Html | str]] = [
        (visit.say("chain_body"), body),
        (visit.say("chain_keeper"), keeper),
        (visit.say("source"), shown.source),
        (visit.say("chain_as_of"), stored.as_of),
        (visit.say("chain_collected"), shown.collected_at),
        (visit.say("chain_first"), shown.first_collected_at),
    ]
    if shown.since:
        rows.append((visit.say("chain_status_since"), shown.since))
    if shown.also:
        others = (
            html('{source} <span class="nb">({day})</span>', source=source, day=visit.say("as_of", day=day))
            for source, day in shown.also
        )
        rows.append((visit.say("also_delivered"), joined(others, Html(", "))))
    if shown.proof is not None:
        proof = html(
            '<a href="{address}">{title}</a>',
            address=visit.to(f"/account/entries/{shown.proof.id}"),
            title=row_words(shown.proof, visit.language).title,
        )
        rows.insert(0, (visit.say("chain_proof"), proof))
    return facts(rows)


def _contact(visit: Visit, shown: EntryShown) -> Html:
    if not shown.contact:
        return NOTHING
    return facts([(visit.say("entry_contact"), shown.contact)])


def _alike(visit: Visit, entries: Sequence[AccountEntry]) -> Html:
    if not entries:
        return NOTHING
    links = joined(
        html(
            '<li><a href="{address}">{title}</a> <span class="sub">{day}</span></li>',
            address=visit.to(f"/account/entries/{each.id}"),
            title=row_words(each, visit.language).title,
            day=row_words(each, visit.language).cells[3],
        )
        for each in entries
    )
    return html(
        '<section class="card"><h2>{heading}</h2><p>{text}</p><ul>{links}</ul></section>',
        heading=visit.say("alike_heading"),
        text=visit.say("alike_text"),
        links=links,
    )


def _disclosed(visit: Visit, certificates: Sequence[Shown], entry: AccountEntry) -> Html:
    if not certificates:
        return html(
            '<section class="card"><h2>{heading}</h2><p>{text}</p></section>',
            heading=visit.say("entry_shown"),
            text=visit.say("entry_shown_nowhere"),
        )
    labels = field_labels(entry, visit)
    columns = ("certificate", "recipient", "issued", "fields_shown")
    heads = joined(
        html('<th role="columnheader" scope="col">{word}</th>', word=visit.say(f"column_{name}")) for name in columns
    )
    rows = joined(_certificate(visit, each, labels) for each in certificates)
    return html(
        '<section class="card"><h2>{heading}</h2><table role="table" class="ledger fold">'
        '<caption class="vh">{heading}</caption><thead role="rowgroup"><tr role="row">{heads}</tr></thead>'
        '<tbody role="rowgroup">{rows}</tbody></table></section>',
        heading=visit.say("entry_shown"),
        heads=heads,
        rows=rows,
    )


def _certificate(visit: Visit, shown: Shown, labels: Mapping[str, str]) -> Html:
    names = [labels[name] for name in shown.fields if name in labels]
    state = visit.say(f"certificate_{shown.status}")
    return html(
        '<tr role="row"><th role="rowheader" scope="row"><a class="num" href="{address}">{number}</a>'
        '<span class="sub">{state}</span></th><td role="cell" data-l="{recipient_word}">{recipient}</td>'
        '<td role="cell" class="num" data-l="{day_word}">{day}</td>'
        '<td role="cell" data-l="{fields_word}">{fields}</td></tr>',
        address=visit.to(f"/certificates/{shown.number}"),
        number=shown.number,
        state=state,
        recipient_word=visit.say("column_recipient"),
        recipient=shown.recipient or html('<span class="muted">{text}</span>', text=visit.say("recipient_open")),
        day_word=visit.say("column_issued"),
        day=shown.day,
        fields_word=visit.say("column_fields_shown"),
        fields=", ".join(names) if names else NOTHING,
    )

"""What kinds of information an account may hold: an introduction to each, with its details and who can hide which."""

from collections.abc import Sequence

from credential_schemas.entry_types import EntryType, certificate_labels, entry_types
from credential_schemas.look.markup import NOTHING, Html, html, icon, joined
from issuer.accounts.selection import FieldChoice, field_choice
from issuer.sources.registry import SOURCES
from issuer.web.entry_words import ICONS
from issuer.web.front_pages import KINDS_PATH, phase_of
from issuer.web.parts import facts, link_button, tag
from issuer.web.shell import Page, Visit
from issuer.web.words import words


def delivered_types() -> Sequence[EntryType]:
    """Return the types that a source of this bank brings, in the order of categories and then of sources."""
    order = [*certificate_labels().categories]
    names = dict.fromkeys(each for source in SOURCES.values() for each in source.entry_types)
    types = [entry_types()[each] for each in names]
    return sorted(types, key=lambda each: order.index(each.category))


def kinds_page(visit: Visit) -> Page:
    """Return the list of all kinds by category."""
    types = delivered_types()
    cards = joined(
        _category(visit, category, [each for each in types if each.category == category])
        for category in certificate_labels().categories
        if any(each.category == category for each in types)
    )
    main = html(
        '<div class="stack"><div><h1>{heading}</h1><p class="lead">{lead}</p></div><div class="kinds">{cards}</div>'
        "</div>",
        heading=visit.say("kinds_heading"),
        lead=visit.say("kinds_lead"),
        cards=cards,
    )
    return Page(visit.say("kinds_heading"), main, current="help", styles=("front.css",))


def kind_page(visit: Visit, kind: EntryType) -> Page:
    """Return the introduction to one kind."""
    name = kind.names.in_language(visit.language)
    sources = [each for each in SOURCES.values() if kind.id in each.entry_types]
    rows = [
        (visit.say("kind_category"), certificate_labels().categories[kind.category].in_language(visit.language)),
        (visit.say("kind_source"), ", ".join(each.en if visit.language == "en" else each.ko for each in sources)),
        (visit.say("kind_phase"), visit.say("phase_n", n=min(phase_of(each) for each in sources))),
    ]
    main = html(
        '<div class="stack narrow"><p><a href="{back}">{back_word}</a></p><div><h1>{icon} {name}</h1>{intro}</div>'
        '<section class="card">{facts}</section>{fields}{dropped}<p class="row">{open}{help}</p></div>',
        back=visit.to(KINDS_PATH),
        back_word=visit.say("kinds_heading"),
        icon=icon(ICONS[kind.category]),
        name=name,
        intro=_intro(visit, kind),
        facts=facts(rows),
        fields=_fields(visit, kind),
        dropped=_dropped(visit, kind),
        open=link_button(visit.say("landing_open"), visit.to("/account"), kind="p"),
        help=link_button(visit.say("kind_wrong"), visit.to("/help/correct"), sign="info"),
    )
    return Page(name, main, current="help", styles=("front.css",))


def _intro(visit: Visit, kind: EntryType) -> Html:
    """What stands in the words for this kind; one that came with a new institution may have none yet."""
    name = f"kind_about_{kind.id}"
    return html('<p class="lead">{text}</p>', text=visit.say(name)) if name in words() else NOTHING


def _category(visit: Visit, category: str, types: Sequence[EntryType]) -> Html:
    return html(
        '<section class="card" id="{id}" aria-labelledby="{id}-h"><h2 id="{id}-h" class="h3 ln">{icon}<span>{name}'
        '</span></h2><ul class="list">{kinds}</ul></section>',
        id=category,
        icon=icon(ICONS[category]),
        name=certificate_labels().categories[category].in_language(visit.language),
        kinds=joined(
            html(
                '<li><a href="{address}"><span>{name}</span></a>{about}</li>',
                address=visit.to(f"{KINDS_PATH}/{each.id}"),
                name=each.names.in_language(visit.language),
                about=_intro(visit, each),
            )
            for each in types
        ),
    )


def _fields(visit: Visit, kind: EntryType) -> Html:
    columns = ("kind_field", "kind_usual", "kind_blind")
    rows = joined(
        html(
            '<tr role="row"><th role="rowheader" scope="row">{name}</th>{marks}</tr>',
            name=each.label.in_language(visit.language),
            marks=joined(
                html(
                    '<td role="cell" data-l="{column}"><span>{mark}</span></td>',
                    column=visit.say("kind_blind" if blind else "kind_usual"),
                    mark=_mark(visit, field_choice(each, blind=blind)),
                )
                for blind in (False, True)
            ),
        )
        for each in kind.own_fields
    )
    return html(
        '<section class="card" aria-labelledby="f-h"><h2 id="f-h">{heading}</h2><p class="s">{text}</p>'
        '<table role="table" class="ledger fold mt"><caption class="vh">{heading}</caption><thead role="rowgroup">'
        '<tr role="row">{heads}</tr></thead><tbody role="rowgroup">{rows}</tbody></table></section>',
        heading=visit.say("kind_fields"),
        text=visit.say("kind_fields_text"),
        heads=joined(
            html('<th role="columnheader" scope="col">{name}</th>', name=visit.say(column)) for column in columns
        ),
        rows=rows,
    )


def _mark(visit: Visit, choice: FieldChoice) -> Html:
    if choice.rule == "open":
        word, sign = ("kind_may_hide", "ok") if choice.shown else ("kind_may_show", "eyeoff")
        return tag(visit.say(word), sign=sign)
    return tag(visit.say(f"kind_{choice.rule}"), kind="line", sign="lock" if choice.rule == "fixed" else "eyeoff")


def _dropped(visit: Visit, kind: EntryType) -> Html:
    """Fields that a source may send and the bank never keeps."""
    names = [each.label.in_language(visit.language) for each in kind.fields if each.pii == "forbidden"]
    return html('<p class="s">{text}</p>', text=visit.say("kind_dropped", names=", ".join(names))) if names else NOTHING

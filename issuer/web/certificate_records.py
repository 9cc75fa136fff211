"""What is on record about a certificate: entries, how it differs from the one before, look-ups, changes of status."""

from collections.abc import Sequence
from dataclasses import dataclass

from credential_schemas.entry_types import entry_types
from credential_schemas.korean_time import korean_time
from credential_schemas.look.markup import NOTHING, Html, html, icon, joined
from credential_schemas.wording.model import Language
from issuer.issued.own_certificates import OwnCertificate, OwnEntry
from issuer.times import utc_moment
from issuer.web.entry_words import row_words
from issuer.web.parts import facts, tag
from issuer.web.shell import Visit


@dataclass(frozen=True, slots=True)
class Difference:
    """How a certificate differs from the one before it: titles that came, went, or show other fields."""

    before: str
    came: Sequence[str]
    gone: Sequence[str]
    changed: Sequence[str]


def difference_of(own: OwnCertificate, before: OwnCertificate, language: Language) -> Difference:
    """Compare two certificates of one account by their entries and the fields that these disclosed.

    Titles are in the language, where an entry has one in it.
    """
    now, then = _fields(own), _fields(before)
    entries = (*before.entries, *own.entries)
    titles = {each.entry_id: row_words(each.entry, language).title for each in entries if each.entry is not None}

    def named(ids: Sequence[str]) -> list[str]:
        return [titles[each] for each in ids if each in titles]

    return Difference(
        before.line.number,
        came=named([each for each in now if each not in then]),
        gone=named([each for each in then if each not in now]),
        changed=named([each for each in now if each in then and now[each] != then[each]]),
    )


def records(visit: Visit, own: OwnCertificate, difference: Difference | None) -> Html:
    """Return these four as sections."""
    return joined((_entries(visit, own), _difference(visit, difference), _lookups(visit, own), _events(visit, own)))


def _fields(own: OwnCertificate) -> dict[str, frozenset[str]]:
    return {each.entry_id: frozenset(each.disclosed) for each in own.entries}


def _entries(visit: Visit, own: OwnCertificate) -> Html:
    return html(
        '<section class="card"><h2>{heading}</h2><ul class="files">{rows}</ul></section>',
        heading=visit.say("cert_disclosed", n=len(own.entries)),
        rows=joined(_entry(visit, each) for each in own.entries),
    )


def _entry(visit: Visit, each: OwnEntry) -> Html:
    state = NOTHING if each.status == "valid" else tag(visit.say(f"cert_entry_{each.status}"), kind="un", sign="redo")
    title, fields = visit.say("cert_entry_gone"), ""
    if each.entry is not None:
        kind = entry_types()[each.entry.type]
        labels = {own.name: own.label.in_language(visit.language) for own in kind.own_fields}
        title = row_words(each.entry, visit.language).title
        fields = ", ".join(labels[name] for name in each.disclosed if name in labels)
    return html(
        '<li>{icon}<div><b>{title}</b><p class="s muted">{fields}</p></div>{state}</li>',
        icon=icon("doc"),
        title=title,
        fields=fields,
        state=state,
    )


def _difference(visit: Visit, difference: Difference | None) -> Html:
    if difference is None:
        return NOTHING
    parts = (("came", difference.came), ("gone", difference.gone), ("changed", difference.changed))
    rows = joined(
        html("<li>{text}</li>", text=visit.say(f"cert_diff_{name}", titles=", ".join(titles)))
        for name, titles in parts
        if titles
    )
    same = html("<p>{same}</p>", same=visit.say("cert_diff_same"))
    return html(
        '<section class="card"><h2>{heading}</h2>{rows}</section>',
        heading=visit.say("cert_diff", number=difference.before),
        rows=html('<ul class="stack-s">{rows}</ul>', rows=rows) if rows else same,
    )


def _lookups(visit: Visit, own: OwnCertificate) -> Html:
    rows = joined(
        html(
            '<li class="ln">{icon}<span><span class="num">{at}</span> {who}</span></li>',
            icon=icon("find"),
            at=korean_time(utc_moment(each.at)),
            who=each.requester or visit.say("cert_asker_unknown"),
        )
        for each in own.lookups
    )
    none = html("<p>{none}</p>", none=visit.say("cert_no_lookups"))
    return html(
        '<section class="card"><h2>{heading}</h2>{rows}<p class="s muted">{offline}</p></section>',
        heading=visit.say("cert_lookups"),
        rows=html('<ul class="stack-s">{rows}</ul>', rows=rows) if rows else none,
        offline=visit.say("cert_lookups_offline"),
    )


def _events(visit: Visit, own: OwnCertificate) -> Html:
    if not own.events:
        return NOTHING
    rows = [
        (korean_time(utc_moment(each.at)), visit.say("cert_event_one" if each.position is None else "cert_event_entry"))
        for each in own.events
    ]
    heading = visit.say("cert_events")
    return html('<section class="card"><h2>{heading}</h2>{rows}</section>', heading=heading, rows=facts(rows))

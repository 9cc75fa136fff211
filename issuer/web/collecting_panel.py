"""How collecting stands, source by source: a mark, what is known in a sentence, and what the source brought so far."""

from collections.abc import Mapping, Sequence
from typing import Final

from credential_schemas.entry_types import entry_types
from credential_schemas.korean_time import korean_time
from credential_schemas.look.markup import NOTHING, Html, html, joined
from issuer.operating.holder_collecting import Collecting, Step
from issuer.sources.registry import SOURCES
from issuer.times import utc_moment
from issuer.web.parts import button, form, link_button, tag
from issuer.web.shell import Visit

AGAIN_PATH: Final = "/account/sources/again"
_TAGS: Final[Mapping[Step, tuple[str, str]]] = {
    "running": ("", "redo"),
    "held": ("un", "un"),
    "refused": ("un", "un"),
    "down": ("un", "un"),
    "failed": ("un", "un"),
    "waiting": ("line", "clock"),
    "late": ("un", "clock"),
    "done": ("ok", "ok"),
}


def collecting_panel(visit: Visit, collecting: Sequence[Collecting]) -> Html:
    """Return the panel; a script follows it by its ids while something goes on."""
    running = sum(each.step == "running" for each in collecting)
    entries = sum(each.state.entries for each in collecting)
    again = NOTHING
    if any(each.can_be_asked for each in collecting):
        again = form(visit, AGAIN_PATH, button(visit.say("collect_again"), sign="redo"))
    return html(
        '<section class="card" id="collecting" aria-labelledby="agreed-h"{goes_on}><div class="hd">'
        '<h2 id="agreed-h">{heading}</h2><p class="num s" id="collecting-said" role="status">{said}</p></div>'
        '<ul class="pick" id="collecting-list">{rows}</ul><div class="row mt" id="collecting-ways">{account}{again}'
        "</div></section>",
        goes_on=Html(" data-goes-on") if running else NOTHING,
        heading=visit.say("sources_agreed"),
        said=_said(visit, running=running, of=len(collecting), entries=entries),
        rows=joined(_row(visit, each) for each in collecting),
        account=link_button(visit.say("to_account"), visit.to("/account"), kind="p"),
        again=again,
    )


def what_it_brings(source: str, visit: Visit) -> str:
    """Return the kinds of entries that a source brings, in words."""
    registry = entry_types()
    names = [registry[each].names.in_language(visit.language) for each in SOURCES[source].entry_types]
    return ", ".join(dict.fromkeys(names))


def _said(visit: Visit, *, running: int, of: int, entries: int) -> str:
    counted = visit.say("entries_n", n=entries)
    if not running:
        return visit.say("progress_idle", counted=counted)
    return visit.say("progress_going_on", done=of - running, of=of, counted=counted)


def _row(visit: Visit, each: Collecting) -> Html:
    state, (kind, sign) = each.state, _TAGS[each.step]
    name = state.names.in_language(visit.language)
    return html(
        '<li class="source"><div><p><b>{name}</b> {mark}</p><p class="s muted">{brings}</p>'
        '<p class="s num">{entries}{pages}</p>{sentence}</div><p><a class="btn sm" id="withdraw-{id}" '
        'href="{address}?source={id}">{withdraw}<span class="vh"> {name}</span></a></p></li>',
        name=name,
        mark=tag(visit.say(f"progress_tag_{each.step}"), kind=kind, sign=sign),
        brings=what_it_brings(state.id, visit),
        entries=_entries(visit, each),
        pages=_pages(visit, each),
        sentence=_sentence(visit, each),
        id=state.id,
        address=visit.to("/account/sources/withdraw"),
        withdraw=visit.say("withdraw"),
    )


def _entries(visit: Visit, each: Collecting) -> str:
    """What the source brought so far, as of which day; that nothing of this holder is in it is said only then."""
    state = each.state
    if state.as_of is None:
        return visit.say("no_delivery_yet")
    count = visit.say("entries_n", n=state.entries) if state.entries else visit.say("progress_nothing_of_yours")
    return f"{count} · {visit.say('as_of', day=state.as_of)}"


def _pages(visit: Visit, each: Collecting) -> Html:
    if each.pages is None:
        return NOTHING
    done, of = each.pages
    words = visit.say("progress_pages", done=done, of=of)
    return html(
        ' · <progress max="{of}" value="{done}" aria-label="{words}"></progress> {words}', done=done, of=of, words=words
    )


def _sentence(visit: Visit, each: Collecting) -> Html:
    """What is known of the last time; nothing where the counts say it all."""
    said = []
    if each.step != "done":
        since = korean_time(utc_moment(each.since)) if each.since is not None else ""
        word = f"progress_{each.step}" if since or each.step in ("waiting", "late") else f"progress_{each.step}_now"
        said.append(visit.say(word, at=since))
    if each.step in ("down", "refused", "failed") and each.next_at is not None:
        said.append(visit.say("progress_next", at=korean_time(each.next_at)))
    missing = NOTHING
    if each.state.as_of is not None and not each.state.entries and each.step == "done":
        missing = html(
            '<a href="{address}">{word}</a>', address=visit.to("/help/missing"), word=visit.say("progress_why")
        )
    return (
        html('<p class="s">{said} {missing}</p>', said=" ".join(said), missing=missing) if said or missing else NOTHING
    )

"""Sources: what each brings and up to which day, and the consent to each, given and withdrawn one by one."""

from collections.abc import Sequence

from credential_schemas.entry_types import entry_types
from credential_schemas.look.markup import NOTHING, Html, html, joined
from issuer.holders.collecting_consents import SourceState
from issuer.sources.registry import SOURCES
from issuer.web.parts import CheckRow, button, check_row, error_summary, form, link_button, note, tag
from issuer.web.problem_pages import hidden
from issuer.web.shell import Page, Visit


def sources_page(visit: Visit, states: Sequence[SourceState], *, done: str = "", error: str = "") -> Page:
    """Return the page where a holder agrees to sources and sees what they bring.

    Args:
        visit: of the page.
        states: of every source.
        done: a word's name for what has just been done; empty for nothing.
        error: a word's name; empty for none.
    """
    agreed = [state for state in states if state.consented_at]
    open_ones = [state for state in states if not state.consented_at]
    main = html(
        '<div class="stack narrow"><div><h1>{heading}</h1><p class="lead">{lead}</p></div>{done}{errors}{agreed}{open}'
        "<p>{account}</p></div>",
        heading=visit.say("sources_heading"),
        lead=visit.say("sources_lead"),
        done=note(visit.say(done), kind="ok") if done else NOTHING,
        errors=error_summary(visit, [("sources-h", visit.say(error))] if error else []),
        agreed=_agreed(visit, agreed) if agreed else NOTHING,
        open=_open(visit, open_ones) if open_ones else NOTHING,
        account=link_button(visit.say("to_account"), visit.to("/account")),
    )
    return Page(visit.say("sources_heading"), main, current="account")


def withdraw_page(visit: Visit, state: SourceState) -> Page:
    """Return the page that asks again before a consent to a source is withdrawn."""
    name = state.names.in_language(visit.language)
    press = joined(
        (
            hidden((("source", state.id),)),
            button(visit.say("withdraw_button"), kind="danger"),
            link_button(visit.say("keep_it"), visit.to("/account/sources")),
        )
    )
    main = html(
        '<div class="stack narrow"><h1>{heading}</h1><p>{text}</p><p>{stays}</p>{form}</div>',
        heading=visit.say("withdraw_heading", source=name),
        text=visit.say("withdraw_text", n=state.entries),
        stays=visit.say("withdraw_stays"),
        form=form(visit, "/account/sources/withdraw", html('<div class="row">{press}</div>', press=press)),
    )
    return Page(visit.say("withdraw_title"), main, current="account")


def what_it_brings(source: str, visit: Visit) -> str:
    """Return the kinds of entries that a source brings, in words."""
    registry = entry_types()
    names = [registry[each].names.in_language(visit.language) for each in SOURCES[source].entry_types]
    return ", ".join(dict.fromkeys(names))


def _agreed(visit: Visit, states: Sequence[SourceState]) -> Html:
    rows = joined(_state(visit, state) for state in states)
    return html(
        '<section class="card" aria-labelledby="agreed-h"><h2 id="agreed-h">{heading}</h2><ul class="pick">{rows}</ul>'
        "</section>",
        heading=visit.say("sources_agreed"),
        rows=rows,
    )


def _state(visit: Visit, state: SourceState) -> Html:
    if state.delivered_at is None:
        mark = tag(visit.say("source_waiting"), kind="line", sign="clock")
    elif state.is_late:
        mark = tag(visit.say("late_tag"), kind="un", sign="clock")
    else:
        mark = tag(visit.say("source_current"), kind="ok", sign="ok")
    as_of = visit.say("as_of", day=state.as_of) if state.as_of else visit.say("no_delivery_yet")
    return html(
        '<li class="source"><div><b>{name}</b> {mark}<p class="s muted">{brings}</p>'
        '<p class="s num">{entries} · {as_of}</p></div><p><a class="btn sm" href="{address}?source={id}">{withdraw}'
        '<span class="vh"> {name}</span></a></p></li>',
        name=state.names.in_language(visit.language),
        mark=mark,
        brings=what_it_brings(state.id, visit),
        entries=visit.say("entries_n", n=state.entries),
        as_of=as_of,
        address=visit.to("/account/sources/withdraw"),
        id=state.id,
        withdraw=visit.say("withdraw"),
    )


def _open(visit: Visit, states: Sequence[SourceState]) -> Html:
    rows = joined(
        check_row(
            CheckRow(
                "source",
                state.id,
                state.names.in_language(visit.language),
                meta=visit.say("source_row", what=what_it_brings(state.id, visit)),
            )
        )
        for state in states
    )
    body = html(
        '<p class="s">{text}</p><ul class="pick">{rows}</ul><p class="s mt">{right}</p><p class="mt">{button}</p>',
        text=visit.say("sources_consent"),
        rows=rows,
        right=visit.say("sources_right"),
        button=button(visit.say("agree_and_collect"), kind="p"),
    )
    return html(
        '<section class="card" aria-labelledby="sources-h"><h2 id="sources-h" tabindex="-1">{heading}</h2>{form}'
        "</section>",
        heading=visit.say("sources_open"),
        form=form(visit, "/account/sources", body),
    )

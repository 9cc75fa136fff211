"""Sources: what each brings and up to which day, and the consent to each, given and withdrawn one by one."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from credential_schemas.look.markup import NOTHING, Html, html, joined
from issuer.holders.collecting_consents import SourceState
from issuer.operating.holder_collecting import Collecting
from issuer.web.collecting_panel import collecting_panel, what_it_brings
from issuer.web.parts import CheckRow, account_steps, button, check_row, error_summary, form, link_button, note
from issuer.web.problem_pages import hidden
from issuer.web.shell import Page, Visit

_LOOK_AGAIN_S: Final = 5


@dataclass(frozen=True, slots=True)
class SourcesShown:
    """What the page shows: every source, how collecting stands with those agreed to; `done` and `error` are words."""

    states: Sequence[SourceState]
    collecting: Sequence[Collecting]
    done: str = ""
    error: str = ""


def sources_page(visit: Visit, shown: SourcesShown) -> Page:
    """Return the page where a holder agrees to sources and sees how collecting stands; while it goes on, it follows."""
    open_ones = [state for state in shown.states if not state.consented_at]
    goes_on = any(each.step == "running" for each in shown.collecting)
    main = html(
        '{steps}<div class="stack narrow"><div><h1>{heading}</h1><p class="lead">{lead}</p></div>{done}{errors}{agreed}'
        "{open}</div>",
        steps=account_steps(visit, "consent") if not shown.collecting else NOTHING,
        heading=visit.say("sources_heading"),
        lead=visit.say("sources_lead"),
        done=note(visit.say(shown.done), kind="ok") if shown.done else NOTHING,
        errors=error_summary(visit, [("sources-h", visit.say(shown.error))] if shown.error else []),
        agreed=collecting_panel(visit, shown.collecting) if shown.collecting else NOTHING,
        open=_open(visit, open_ones, is_first=not shown.collecting) if open_ones else NOTHING,
    )
    scripts = ("progress.js",) if goes_on else ()
    return Page(
        visit.say("sources_heading"),
        main,
        current="account",
        styles=("collecting.css",),
        scripts=scripts,
        refresh_without_scripts_s=_LOOK_AGAIN_S if goes_on else None,
    )


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


def _open(visit: Visit, states: Sequence[SourceState], *, is_first: bool) -> Html:
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
        button=button(visit.say("agree_and_collect"), kind="p" if is_first else ""),
    )
    return html(
        '<section class="card" aria-labelledby="sources-h"><h2 id="sources-h" tabindex="-1">{heading}</h2>{form}'
        "</section>",
        heading=visit.say("sources_open"),
        form=form(visit, "/account/sources", body),
    )

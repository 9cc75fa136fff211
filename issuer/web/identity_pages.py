"""Linking the account to its person: which agencies verify an identity, and the list of a test bank."""

from collections.abc import Sequence
from dataclasses import dataclass

from credential_schemas.look.markup import NOTHING, Html, html, joined
from issuer.web.parts import account_steps, button, error_summary, form, note, radios, tag
from issuer.web.problem_pages import hidden
from issuer.web.shell import Page, Visit


@dataclass(frozen=True, slots=True)
class AgencyWay:
    """One agency as the page names it; `is_test` when it verifies nothing."""

    id: str
    name: str
    is_test: bool


def identity_page(visit: Visit, ways: Sequence[AgencyWay], *, account: str, error: str = "") -> Page:
    """Return the page that links an account.

    Args:
        visit: of the page.
        ways: the agencies; with none only an operator can link.
        account: its id, which an operator asks for.
        error: a word's name; empty for none.
    """
    main = html(
        '{steps}<div class="stack narrow"><div><h1>{heading}</h1><p class="lead">{lead}</p></div>{errors}{ways}'
        '<section class="card"><h2>{desk}</h2><p>{desk_text}</p><p class="mt">{account_word} <b class="num">{account}'
        "</b></p></section></div>",
        steps=account_steps(visit, "identity"),
        heading=visit.say("identity_heading"),
        lead=visit.say("identity_lead"),
        errors=error_summary(visit, [("ways-h", visit.say(error))] if error else []),
        ways=_ways(visit, ways),
        desk=visit.say("identity_desk"),
        desk_text=visit.say("identity_desk_text"),
        account_word=visit.say("account_number"),
        account=account,
    )
    return Page(visit.say("identity_heading"), main, current="account", styles=("collecting.css",))


def stub_page(visit: Visit, people: Sequence[tuple[str, str, str]], *, state: str) -> Page:
    """Return the list of test persons (reference, name, date of birth); it says that nothing is verified."""
    options = [(reference, f"{name} · {birth_date}") for reference, name, birth_date in people]
    fields = (
        hidden((("state", state),)),
        radios("person", visit.say("stub_person"), options=options, chosen=""),
        button(visit.say("stub_choose"), kind="p"),
    )
    main = html(
        '<div class="stack narrow"><h1>{heading}</h1>{note}<section class="card">{form}</section></div>',
        heading=visit.say("stub_heading"),
        note=note(visit.say("stub_note"), kind="bad"),
        form=form(visit, "/identity/test/back", html('<div class="stack-s">{fields}</div>', fields=joined(fields))),
    )
    return Page(visit.say("stub_heading"), main, current="account")


def _ways(visit: Visit, ways: Sequence[AgencyWay]) -> Html:
    if not ways:
        return note(visit.say("identity_no_agency"))
    items = joined(
        html(
            "<li>{form}{test}</li>",
            form=form(visit, f"/identity/{way.id}/begin", button(way.name, kind="p wide", sign="id")),
            test=tag(visit.say("identity_test"), kind="un", sign="un") if way.is_test else NOTHING,
        )
        for way in ways
    )
    return html(
        '<section class="card" aria-labelledby="ways-h"><h2 id="ways-h" tabindex="-1">{heading}</h2>'
        '<ul class="stack-s">{items}</ul></section>',
        heading=visit.say("identity_ways"),
        items=items,
    )

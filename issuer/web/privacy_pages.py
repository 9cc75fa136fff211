"""Consents and accesses: what was agreed, what was collected, who looked; taking it all away; closing the account."""

from collections.abc import Sequence
from dataclasses import dataclass

from credential_schemas.look.markup import NOTHING, Html, html, joined
from issuer.holders.closing import Closing
from issuer.holders.collecting_consents import SourceState
from issuer.web.certificate_pages import purpose_words
from issuer.web.entry_words import source_name
from issuer.web.parts import button, error_summary, form, link_button, note, pager, radios, tag
from issuer.web.problem_pages import hidden
from issuer.web.shell import Page, Visit
from issuer.web.words import words


@dataclass(frozen=True, slots=True)
class ConsentShown:
    """One consent: what for, to whom and what of, since when and until when, in texts; `state` says how it stands.

    `state` is "standing", "withdrawn" or "over". `entries` is how many are named, None where all are meant.
    """

    id: int
    act: str
    recipient: str
    purpose: str
    sources: Sequence[str]
    entries: int | None
    given: str
    until: str
    state: str


@dataclass(frozen=True, slots=True)
class AccessShown:
    """One access: when, who, why (a word's name of `act_…`), and to what."""

    when: str
    actor: str
    act: str
    subject: str
    detail: str


@dataclass(frozen=True, slots=True)
class PrivacyShown:
    """What the page shows; `page` of `pages` of accesses."""

    consents: Sequence[ConsentShown]
    sources: Sequence[SourceState]
    accesses: Sequence[AccessShown]
    page: int
    pages: int
    done: str = ""


def privacy_page(visit: Visit, shown: PrivacyShown) -> Page:
    """Return the page of consents, collections and accesses."""
    main = html(
        '<div class="stack"><div><h1>{heading}</h1><p class="lead">{lead}</p></div>{done}{consents}{collections}'
        '{accesses}<section class="card"><h2>{away}</h2><p>{away_text}</p><p class="mt row">{download}</p></section>'
        '<section class="card"><h2>{close}</h2><p>{close_text}</p><p class="mt">{close_link}</p></section></div>',
        heading=visit.say("privacy_heading"),
        lead=visit.say("privacy_lead"),
        done=note(visit.say(shown.done), kind="ok") if shown.done else NOTHING,
        consents=_consents(visit, shown),
        collections=_collections(visit, shown.sources),
        accesses=_accesses(visit, shown),
        away=visit.say("export_heading"),
        away_text=visit.say("export_text"),
        download=form(visit, "/privacy/export", html('<div class="row">{buttons}</div>', buttons=_downloads(visit))),
        close=visit.say("close_heading"),
        close_text=visit.say("close_lead"),
        close_link=link_button(visit.say("close_link"), visit.to("/privacy/close"), kind="danger"),
    )
    return Page(visit.say("privacy_heading"), main, current="privacy")


def _downloads(visit: Visit) -> Html:
    pdf = button(visit.say("export_pdf"), sign="down", name="form", value="pdf")
    return joined((pdf, button(visit.say("export_button"), sign="down", name="form", value="json")))


def close_page(visit: Visit, closing: Closing, *, error: str = "") -> Page:
    """Return the first step of closing: what is erased, what is kept and why, and what becomes of certificates."""
    choice = radios(
        "certificates",
        visit.say("close_choice", n=len(closing.valid_certificates)),
        options=[("keep", visit.say("close_keep")), ("revoke", visit.say("close_revoke"))],
        chosen="",
    )
    erased = (
        visit.say("erased_sign_in"),
        visit.say("erased_link"),
        visit.say("erased_entries", n=closing.erased_entries),
    )
    kept = [visit.say("kept_certificates", n=closing.kept_entries), visit.say("kept_consents"), visit.say("kept_trail")]
    fields = joined((choice if closing.valid_certificates else NOTHING, button(visit.say("close_next"), kind="danger")))
    main = html(
        '<div class="stack narrow"><h1>{heading}</h1>{errors}<section class="card"><h2>{erased_word}</h2>{erased}'
        '</section><section class="card"><h2>{kept_word}</h2>{kept}<p class="s mt">{again}</p></section>{form}'
        "<p>{back}</p></div>",
        heading=visit.say("close_heading"),
        errors=error_summary(visit, [("close-h", visit.say(error))] if error else []),
        erased_word=visit.say("erased_heading"),
        erased=_list(erased),
        kept_word=visit.say("kept_heading"),
        kept=_list(kept),
        again=visit.say("kept_sources"),
        form=html(
            '<section class="card" id="close-h" tabindex="-1">{form}</section>',
            form=form(visit, "/privacy/close", html('<div class="stack-s">{fields}</div>', fields=fields)),
        ),
        back=link_button(visit.say("keep_account"), visit.to("/privacy")),
    )
    return Page(visit.say("close_heading"), main, current="privacy")


def confirm_close_page(visit: Visit, closing: Closing, *, revoke: bool) -> Page:
    """Return the second step of closing: it cannot be undone."""
    n = len(closing.valid_certificates)
    fate = "close_fate_revoke" if revoke else "close_fate_keep"
    press = joined(
        (
            hidden((("certificates", "revoke" if revoke else "keep"), ("confirmed", "yes"))),
            button(visit.say("close_button"), kind="danger"),
            link_button(visit.say("keep_account"), visit.to("/privacy")),
        )
    )
    main = html(
        '<div class="stack narrow"><h1>{heading}</h1>{note}{fate}{form}</div>',
        heading=visit.say("close_confirm_heading"),
        note=note(visit.say("close_confirm_text"), kind="bad"),
        fate=html("<p>{text}</p>", text=visit.say(fate, n=n)) if n else NOTHING,
        form=form(visit, "/privacy/close", html('<div class="row">{press}</div>', press=press)),
    )
    return Page(visit.say("close_confirm_heading"), main, current="privacy")


def closed_page(visit: Visit, closing: Closing) -> Page:
    """Return the page after an account was closed; nobody is signed in any more."""
    main = html(
        '<div class="stack narrow"><h1>{heading}</h1><p>{text}</p><p>{home}</p></div>',
        heading=visit.say("closed_heading"),
        text=visit.say("closed_text", n=closing.erased_entries),
        home=link_button(visit.say("to_home"), visit.to("/")),
    )
    return Page(visit.say("closed_heading"), main)


def _list(texts: Sequence[str]) -> Html:
    items = joined(html("<li>{text}</li>", text=text) for text in texts)
    return html('<ul class="dots">{items}</ul>', items=items)


def _table(visit: Visit, name: str, columns: Sequence[str], *, rows: Sequence[Html]) -> Html:
    heads = joined(
        html('<th role="columnheader" scope="col">{word}</th>', word=visit.say(f"column_{column}"))
        for column in columns
    )
    table = html(
        '<table role="table" class="ledger fold"><caption class="vh">{caption}</caption><thead role="rowgroup">'
        '<tr role="row">{heads}</tr></thead><tbody role="rowgroup">{rows}</tbody></table>',
        caption=visit.say(f"{name}_heading"),
        heads=heads,
        rows=joined(rows),
    )
    return html(
        '<section class="card" aria-labelledby="{name}-h"><h2 id="{name}-h">{heading}</h2><p class="s">{text}</p>'
        "{table}</section>",
        name=name,
        heading=visit.say(f"{name}_heading"),
        text=visit.say(f"{name}_text"),
        table=table if rows else html('<p class="empty">{none}</p>', none=visit.say(f"{name}_none")),
    )


def _consents(visit: Visit, shown: PrivacyShown) -> Html:
    rows = [_consent(visit, each, shown.sources) for each in shown.consents]
    return _table(visit, "consents", ("what", "whom", "given", "until", "state"), rows=rows)


def _consent(visit: Visit, consent: ConsentShown, sources: Sequence[SourceState]) -> Html:
    if consent.sources:
        what = ", ".join(source_name(sources, each, visit.language) for each in consent.sources)
    elif consent.entries is None:
        what = visit.say("consent_everything")
    else:
        what = visit.say("entries_n", n=consent.entries)
    heading = visit.say(f"consent_{consent.act}")
    marks = {"standing": ("ok", "ok"), "withdrawn": ("", "na"), "over": ("", "na")}
    kind, sign = marks[consent.state]
    whom = consent.recipient or visit.say("bank_itself" if consent.act == "collection" else "recipient_open")
    return html(
        '<tr role="row"><th role="rowheader" scope="row">{heading}<span class="sub">{what}</span></th>'
        '<td role="cell" data-l="{whom_word}"><span>{whom} <span class="sub by">{purpose}</span></span></td>'
        '<td role="cell" class="num" data-l="{given_word}">{given}</td>'
        '<td role="cell" class="num" data-l="{until_word}">{until}</td>'
        '<td role="cell" data-l="{state_word}">{state} {press}</td></tr>',
        heading=heading,
        what=what,
        whom_word=visit.say("column_whom"),
        whom=whom,
        purpose=purpose_words(visit, consent.purpose) if consent.purpose else "",
        given_word=visit.say("column_given"),
        given=consent.given,
        until_word=visit.say("column_until"),
        until=consent.until or visit.say("until_withdrawn"),
        state_word=visit.say("column_state"),
        state=tag(visit.say(f"consent_{consent.state}"), kind=kind, sign=sign),
        press=_withdraw(visit, consent),
    )


def _withdraw(visit: Visit, consent: ConsentShown) -> Html:
    if consent.state != "standing":
        return NOTHING
    if consent.act == "collection":
        return link_button(visit.say("withdraw"), visit.to("/account/sources"), kind="sm")
    press = joined((hidden((("consent", str(consent.id)),)), button(visit.say("withdraw"), kind="sm")))
    return form(visit, "/privacy/withdraw", press)


def _collections(visit: Visit, sources: Sequence[SourceState]) -> Html:
    rows = [
        html(
            '<tr role="row"><th role="rowheader" scope="row">{name}</th>'
            '<td role="cell" class="num" data-l="{entries_word}">{entries}</td>'
            '<td role="cell" class="num" data-l="{as_of_word}">{as_of}</td></tr>',
            name=state.names.in_language(visit.language),
            entries_word=visit.say("column_entries"),
            entries=visit.say("entries_n", n=state.entries),
            as_of_word=visit.say("column_as_of"),
            as_of=state.as_of or visit.say("no_delivery_yet"),
        )
        for state in sources
        if state.consented_at
    ]
    return _table(visit, "collections", ("from", "entries", "as_of"), rows=rows)


def _accesses(visit: Visit, shown: PrivacyShown) -> Html:
    rows = [_access(visit, each) for each in shown.accesses]
    table = _table(visit, "accesses", ("when_access", "who", "why"), rows=rows)
    return joined((table, pager(visit, {}, page=shown.page, pages=shown.pages)))


def _access(visit: Visit, access: AccessShown) -> Html:
    act = f"act_{access.act}"
    return html(
        '<tr role="row"><th role="rowheader" scope="row" class="num">{when}</th>'
        '<td role="cell" data-l="{who_word}">{who}</td>'
        '<td role="cell" data-l="{why_word}"><span>{why} '
        '<span class="sub by">{subject} {detail}</span></span></td></tr>',
        when=access.when,
        who_word=visit.say("column_who"),
        who=actor_words(visit, access.actor),
        why_word=visit.say("column_why"),
        why=visit.say(act) if act in words() else access.act,
        subject=access.subject,
        detail=access.detail,
    )


def actor_words(visit: Visit, actor: str) -> str:
    """Return who did something, in words; a member of the staff is named."""
    kind, _, name = actor.partition(":")
    known = f"actor_{kind}"
    return visit.say(known, name=name) if known in words() else actor

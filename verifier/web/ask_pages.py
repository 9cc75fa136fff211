"""The pages that ask wallets (V7): choose a posting, see what is asked and why, show the code, see what comes."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Final

from credential_schemas.criteria.asking import AskedType, asked_types, uses
from credential_schemas.entry_types import EntryType
from credential_schemas.look.markup import NOTHING, Html, html, icon, joined
from credential_schemas.look.qr_codes import qr_picture
from credential_schemas.report.messages import Language
from credential_schemas.report_page.markup import result_html
from credential_schemas.report_page.view import view_of
from verifier.committee.notices import Notice
from verifier.presentations.presentation import WAITING, Shown, State, View
from verifier.presentations.texts import reason_text, state_text
from verifier.rendering.bands import band_of_report
from verifier.scoring.moments import time_with_zone
from verifier.web.ask_words import ask_word
from verifier.web.committee_frame import NOTICES, card, table
from verifier.web.staff import Staff, staff_page

REQUESTS: Final = "/requests"
NEW: Final = f"{REQUESTS}/new"
ASK_SCRIPT: Final = "/web/ask.js"
_STYLES: Final = ("/web/committee.css", "/web/result.css")
_SIGNS: Final = {State.VERIFIED: ("ok", "ok"), State.REFUSED: ("bad", "bad"), State.EXPIRED: ("un", "un")}


def choose_page(staff: Staff, notices: Sequence[Notice]) -> bytes:
    """Return the page on which a posting is chosen."""
    word = _words(staff.language)
    if notices:
        links = joined(
            html(
                '<li><a href="{address}?notice={id}">{title}</a></li>',
                address=staff.address(NEW),
                id=each.row.id,
                title=each.title,
            )
            for each in notices
        )
        main = html(
            "<p>{lead}</p><h2>{choose}</h2><ul>{links}</ul>", lead=word("lead"), choose=word("choose"), links=links
        )
    else:
        main = html(
            '{note}<p><a class="btn" href="{address}">{name}</a></p>',
            note=_note("na", word("no_notices")),
            address=staff.address(NOTICES),
            name=word("to_notices"),
        )
    return _page(staff, main, path=NEW)


def new_page(staff: Staff, notice: Notice, *, problem: str = "") -> bytes:
    """Return the page that says what a posting asks, by which rules, and makes the request."""
    word, posting = _words(staff.language), notice.posting
    asked = asked_types(posting.policy, posting.notice)
    by_type: dict[str, set[str]] = {}
    for use in uses(posting.policy, posting.notice):
        by_type.setdefault(use.entry_type, set()).add(use.rule)
    rows = [_asked_row(each, sorted(by_type.get(each.entry_type.id, ())), staff.language) for each in asked]
    heads = [word("entry_type"), word("claims"), word("rules")]
    buttons = html(
        '<button class="btn p" name="device" value="other">{create}</button>'
        '<button class="btn" name="device" value="this">{here}</button>',
        create=word("create"),
        here=word("create_here"),
    )
    form = html(
        '<form method="post" action="{action}" class="stack-s">{token}<input type="hidden" name="notice" value="{id}">'
        '<div class="row">{buttons}</div></form>',
        action=staff.address(REQUESTS),
        token=staff.token_field(),
        id=notice.row.id,
        buttons=buttons,
    )
    refused = NOTHING
    if problem:
        refused = html(
            '<p class="note bad" role="alert">{icon}<span>{text} <span lang="en">{detail}</span></span></p>',
            icon=icon("bad"),
            text=word("cannot"),
            detail=problem,
        )
    main = html(
        "{refused}<p><b>{title}</b></p><p>{lead}</p>{asked}{never}{form}",
        refused=refused,
        title=notice.title,
        lead=word("lead"),
        asked=card("asked", word("asked"), table(word("asked"), heads, rows)),
        never=_note("na", word("never")),
        form=form,
    )
    return _page(staff, main, path=NEW)


def withdrawn_page(staff: Staff) -> bytes:
    """Return what is said of a request that is gone."""
    word = _words(staff.language)
    main = html("{note}{again}", note=_note("ok", word("withdrawn"), kind="ok"), again=_again(staff))
    return _page(staff, main, path=NEW)


def request_page(staff: Staff, view: View, *, link: str) -> bytes:
    """Return the page of one request: code and link while it waits, then what came."""
    word, path = _words(staff.language), f"{REQUESTS}/{view.asked.id}"
    waiting = view.state in WAITING
    consent = view.asked.consent.consent if view.asked.consent is not None else None
    parts = [
        html("<p><b>{title}</b></p>", title=consent.title) if consent is not None else NOTHING,
        _progress(staff, view, path),
        _code(staff, view, link) if waiting else NOTHING,
        _outcome(staff, view),
        _form(staff, f"{path}/withdraw", word("withdraw" if waiting else "forget")),
        NOTHING if waiting else _again(staff),
    ]
    return _page(staff, joined(parts), path=path, scripts=(ASK_SCRIPT,))


def _asked_row(asked: AskedType, rules: list[str], language: Language) -> list[Html | str]:
    always = [_label(asked.entry_type, name, language) for name in asked.always]
    sometimes = [
        ask_word("if_there", language, name=_label(asked.entry_type, name, language)) for name in asked.sometimes
    ]
    names = asked.entry_type.names
    return [names.ko if language == "ko" else names.en or names.ko, ", ".join([*always, *sometimes]), ", ".join(rules)]


def _label(entry_type: EntryType, name: str, language: Language) -> str:
    field = entry_type.field(name)
    if field is None:  # what every entry has
        return ask_word(f"claim_{name}", language)
    return field.label.ko if language == "ko" else field.label.en or field.label.ko


def _progress(staff: Staff, view: View, path: str) -> Html:
    word = _words(staff.language)
    live = view.ending is None and view.state is not State.EXPIRED
    kind, sign = _SIGNS.get(view.state, ("", "clock"))
    said = state_text(view.state).in_language(staff.language)
    if view.ending is not None and view.ending.reason is not None:
        said = f"{said}. {reason_text(view.ending.reason).in_language(staff.language)}"
        kind, sign = (kind, sign) if kind else ("un", "un")
    until = NOTHING
    unreached = NOTHING
    if live:
        unreached = html(
            '<div role="status"><p class="note un" id="unreached" hidden>{icon}<span>{text}</span></p></div>',
            icon=icon("un"),
            text=word("unreached"),
        )
    if view.state in WAITING:
        time = time_with_zone(datetime.fromtimestamp(view.asked.expires_at, UTC).isoformat(), staff.language)
        until = html(
            '<p>{until} <a href="{address}">{reload}</a></p>',
            until=word("until", time=time),
            address=staff.address(path),
            reload=word("reload"),
        )
    return html(
        '<div id="progress" role="status" data-state="{state}" data-address="{address}">'
        '<p class="note {kind}">{icon}<span>{said}</span></p></div>{unreached}{until}',
        state=view.state.value,
        address=staff.address(f"{path}/state") if live else "",
        kind=kind,
        icon=icon(sign),
        said=said,
        unreached=unreached,
        until=until,
    )


def _code(staff: Staff, view: View, link: str) -> Html:
    word = _words(staff.language)
    if view.asked.wish.return_url is not None:
        return html('<p><a class="btn p" href="{link}">{name}</a></p>', link=link, name=word("open_here"))
    return html(
        '<p>{scan}</p><div class="code-picture">{picture}</div>',
        scan=word("scan"),
        picture=qr_picture(link, label=word("qr_label")),
    )


def _outcome(staff: Staff, view: View) -> Html:
    word, ending = _words(staff.language), view.ending
    if ending is None:
        return NOTHING
    if view.code_wanted:
        return _note("clock", word("code_wanted"))
    consented = _note("ok", word("consented"), kind="ok") if ending.consented else NOTHING
    shown = joined(_shown(each, number, staff.language) for number, each in enumerate(ending.shown, start=1))
    kept = _note("na", word("kept")) if ending.shown else NOTHING
    return html("{consented}{shown}{kept}", consented=consented, shown=shown, kept=kept)


def _shown(shown: Shown, number: int, language: Language) -> Html:
    word = _words(language)
    if shown.report is None:
        inner = _note("bad", word("no_credential"), kind="bad")
    else:
        view = view_of(shown.report.to_json(), band_of_report(shown.report), language=language)
        inner = result_html(view, language=language, standing_alone=False)
    counted = NOTHING if shown.accepted else _note("un", word("not_counted"), kind="un")
    return html(
        '<section class="stack-s presented" aria-labelledby="shown-{number}"><h2 id="shown-{number}">{heading}</h2>'
        "{counted}{inner}</section>",
        number=number,
        heading=word("result", number=number),
        counted=counted,
        inner=inner,
    )


def _again(staff: Staff) -> Html:
    return html(
        '<p><a class="btn p" href="{address}">{name}</a></p>',
        address=staff.address(NEW),
        name=ask_word("again", staff.language),
    )


def _form(staff: Staff, action: str, name: str) -> Html:
    return html(
        '<form method="post" action="{action}">{token}<button class="btn">{name}</button></form>',
        action=staff.address(action),
        token=staff.token_field(),
        name=name,
    )


def _note(sign: str, text: str, *, kind: str = "") -> Html:
    return html('<p class="note {kind}">{icon}<span>{text}</span></p>', kind=kind, icon=icon(sign), text=text)


def _page(staff: Staff, main: Html, *, path: str, scripts: tuple[str, ...] = ()) -> bytes:
    title = ask_word("title", staff.language)
    inner = html('<div class="stack committee"><h1>{title}</h1>{main}</div>', title=title, main=main)
    return staff_page(staff, inner, title=title, path=path, files=(*_STYLES, *scripts))


def _words(language: Language) -> Callable[..., str]:
    def word(name: str, /, **values: object) -> str:
        return ask_word(name, language, **values)

    return word

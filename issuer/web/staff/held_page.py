"""Entries that are held back: a list that hides what they say, and one of them opened beside what may be the same."""

from collections.abc import Sequence
from typing import Final

from credential_schemas.bodies import body_name
from credential_schemas.entry_types import entry_types
from credential_schemas.korean_time import korean_time
from credential_schemas.look.markup import NOTHING, Html, html, joined
from issuer.operating.held_rows import Candidate, HeldRow, OpenedRow
from issuer.store.entries import StoredEntry
from issuer.times import utc_moment
from issuer.web.entry_page import field_values
from issuer.web.entry_words import foreign
from issuer.web.parts import Field, button, error_summary, facts, field, form, note, tag
from issuer.web.shell import Page, Visit
from issuer.web.staff.frame import Table, reason_field, staff_page, table
from issuer.web.staff.sources_page import HELD_PATH, source_name
from issuer.web.words import words

_WAY: Final = "staff_sources"
_NOTHING: Final = "–"
_DONE: Final = {"given": "op_held_given", "left": "op_held_left"}


def held_page(visit: Visit, rows: Sequence[HeldRow], *, may_open: bool, done: str = "") -> Page:
    """Return the list; `done` is what was done last, `may_open` whether whoever looks is an operator."""
    heading = visit.say("op_held_heading")
    shown = Table(
        visit.say("op_held_table"),
        [
            visit.say(f"op_{column}")
            for column in ("held_id", "name", "kind", "as_of", "held_since", "together", "left")
        ],
        [_row(visit, row, may_open=may_open) for row in rows],
        visit.say("op_held_none"),
        numbers=frozenset({5}),
    )
    main = html(
        '<div class="stack"><h1>{heading}</h1>{done}<p>{lead}</p><section class="card">{table}</section></div>',
        heading=heading,
        done=note(visit.say(_DONE[done]), kind="ok") if done in _DONE else NOTHING,
        lead=visit.say("op_held_lead"),
        table=table(shown),
    )
    return staff_page(heading, main, current=_WAY)


def closed_page(visit: Visit, row: HeldRow, *, error: str = "") -> Page:
    """Return one held entry before it is opened: a reason is asked; `error` is the word of what is wrong with it."""
    heading = visit.say("op_held_one", id=row.id[:8])
    said = visit.say(error) if error else ""
    rows = [
        (visit.say("op_name"), source_name(visit, row.source)),
        (visit.say("op_kind"), _kind(visit, row.entry_type)),
        (visit.say("op_as_of"), row.as_of),
        (visit.say("op_held_since"), korean_time(utc_moment(row.collected_at))),
    ]
    body = html(
        '<div class="stack-s">{reason}<p>{press}</p></div>',
        reason=reason_field(visit, error=said),
        press=button(visit.say("op_held_open"), kind="p"),
    )
    main = html(
        '<div class="stack narrow"><p><a href="{back}">{back_word}</a></p><h1>{heading}</h1>{errors}{facts}'
        '<p>{text}</p><section class="card">{form}</section></div>',
        back=visit.to(HELD_PATH),
        back_word=visit.say("op_held_heading"),
        heading=heading,
        errors=error_summary(visit, [("f-reason", said)] if error else []),
        facts=facts(rows),
        text=visit.say("op_held_open_text"),
        form=form(visit, f"{HELD_PATH}/{row.id}/open", body),
    )
    return staff_page(heading, main, current=_WAY)


def opened_page(visit: Visit, opened: OpenedRow, *, reason: str, error: str = "") -> Page:
    """Return one held entry beside what may be the same, with the decisions; `reason` is what it was opened with."""
    heading = visit.say("op_held_one", id=opened.row.id[:8])
    at = "f-reason" if error == "refused_reason_missing" else "f-person"
    errors = [(at, visit.say(error))] if error else []
    candidates = joined(_candidate(visit, each) for each in opened.candidates)
    main = html(
        '<div class="stack"><p><a href="{back}">{back_word}</a></p><h1>{heading}</h1>{errors}<p>{together}</p>'
        '<div class="side"><section class="card"><h2 class="h3">{held}</h2>{entry}</section>{candidates}</div>'
        "{none}{decision}</div>",
        back=visit.to(HELD_PATH),
        back_word=visit.say("op_held_heading"),
        heading=heading,
        errors=error_summary(visit, errors),
        together=visit.say("op_held_together", n=opened.row.together),
        held=visit.say("op_held_row"),
        entry=_entry(visit, opened.entry),
        candidates=candidates,
        none=NOTHING if opened.candidates else note(visit.say("op_held_no_candidate")),
        decision=_decision(visit, opened, reason, error),
    )
    return staff_page(heading, main, current=_WAY)


def _row(visit: Visit, row: HeldRow, *, may_open: bool) -> Sequence[Html | str]:
    way = html('<a href="{address}">{id}</a>', address=visit.to(f"{HELD_PATH}/{row.id}"), id=row.id[:8])
    left = _NOTHING
    if row.left is not None:
        left = f"{korean_time(utc_moment(row.left.at))} {row.left.detail or ''}"
    return (
        way if may_open else row.id[:8],
        source_name(visit, row.source),
        _kind(visit, row.entry_type),
        row.as_of,
        korean_time(utc_moment(row.collected_at)),
        str(row.together),
        left,
    )


def _kind(visit: Visit, entry_type: str) -> str:
    known = entry_types().get(entry_type)
    return entry_type if known is None else known.names.in_language(visit.language)


def _entry(visit: Visit, entry: StoredEntry) -> Html:
    status = f"status_{entry.status}"
    rows = [
        (visit.say("op_entry_title"), foreign(visit, entry.title, is_korean=True)),
        (visit.say("op_kind"), _kind(visit, entry.entry_type)),
        (visit.say("op_entry_body"), body_name(entry.issuing_body).in_language(visit.language)),
        (visit.say("op_name"), source_name(visit, entry.source)),
        (visit.say("op_entry_status"), visit.say(status if status in words() else "certificate_valid")),
        (visit.say("op_as_of"), entry.as_of),
        *field_values(visit, entry.entry_type, entry.fields),
    ]
    return facts(rows)


def _candidate(visit: Visit, each: Candidate) -> Html:
    account = each.account_id
    mark = tag(visit.say("op_same" if each.is_same else "op_alike"), kind="ok" if each.is_same else "un")
    said = visit.say("op_no_account") if account is None else visit.say("op_account", id=account)
    return html(
        '<section class="card"><h2 class="h3">{account}</h2><p>{mark}</p>{entry}</section>',
        account=said,
        mark=mark,
        entry=_entry(visit, each.entry),
    )


def _decision(visit: Visit, opened: OpenedRow, reason: str, error: str) -> Html:
    accounts = sorted({each.account_id for each in opened.candidates if each.account_id is not None})
    to_accounts = joined(
        button(visit.say("op_give_to", id=account), name="do", value=f"account {account}") for account in accounts
    )
    # The first button is the one that Enter in a field presses: it must be the one that gives nothing to anybody.
    body = html(
        '<div class="stack-s"><h2 class="h3">{heading}</h2><p>{text}</p>{reason}'
        '<div class="row">{leave}{accounts}</div>{person}<p>{give}</p></div>',
        heading=visit.say("op_decision"),
        text=visit.say("op_decision_text"),
        reason=reason_field(visit, value=reason, error=_said(visit, error, of="refused_reason_missing")),
        accounts=to_accounts,
        person=field(
            Field(
                "person",
                visit.say("op_person"),
                hint=visit.say("op_person_hint"),
                error=_said(visit, error, of="op_person_unknown"),
                required=False,
                max_length=100,
            )
        ),
        give=button(visit.say("op_give"), name="do", value="give"),
        leave=button(visit.say("op_leave"), name="do", value="leave"),
    )
    return html('<section class="card">{form}</section>', form=form(visit, f"{HELD_PATH}/{opened.row.id}/decide", body))


def _said(visit: Visit, error: str, *, of: str) -> str:
    return visit.say(error) if error == of else ""

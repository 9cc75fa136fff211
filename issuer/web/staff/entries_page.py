"""Suspending, reinstating or revoking one entry: which one, what would happen, and then the button."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from credential_schemas.entry_types import entry_types
from credential_schemas.look.markup import NOTHING, Html, html, joined
from issuer.issued.status_changes import AFTER, REASONS, Action, StatusChange
from issuer.operating.entry_orders import EntryRehearsed
from issuer.web.parts import Field, button, error_summary, facts, field, form, note, radios, select
from issuer.web.shell import Page, Visit
from issuer.web.staff.frame import HOME, Table, reason_field, staff_page, table
from issuer.web.staff.sources_page import source_name

ENTRIES_PATH: Final = f"{HOME}/entries"
FIELDS: Final = ("action", "slug", "record", "reason")
_WAY: Final = "staff_statuses"


@dataclass(frozen=True, slots=True)
class EntriesShown:
    """The form as it was filled in, what is wrong: (id of the control, sentence) or None, and what was done."""

    values: Mapping[str, str]
    may_change: bool
    error: tuple[str, str] | None = None
    said: str = ""


def entries_page(visit: Visit, shown: EntriesShown) -> Page:
    """Return the form for a dry run."""
    main = html(
        '<div class="stack"><p><a href="{back}">{back_word}</a></p><h1>{heading}</h1>{errors}{said}<p>{lead}</p>{form}'
        "</div>",
        back=visit.to(f"{HOME}/statuses"),
        back_word=visit.say("nav_staff_statuses"),
        heading=visit.say("op_entry_heading"),
        errors=error_summary(visit, [] if shown.error is None else [shown.error]),
        said=note(visit.say(shown.said), kind="ok") if shown.said else NOTHING,
        lead=visit.say("op_entry_lead"),
        form=_form(visit, shown) if shown.may_change else note(visit.say("op_entry_operators")),
    )
    return staff_page(visit.say("op_entry_heading"), main, current=_WAY)


def entry_rehearsed_page(
    visit: Visit, action: Action, found: EntryRehearsed, values: Mapping[str, str], *, error: str = ""
) -> Page:
    """Return what would happen to an entry, and the form that lets it happen; `error` is about the typed number."""
    count, heading = len(found.changing), visit.say(f"op_entry_rehearsed_{action}")
    kind = entry_types()[found.entry.entry_type].names.in_language(visit.language)
    rows: list[tuple[str, Html | str]] = [
        (visit.say("op_name"), source_name(visit, found.entry.source)),
        (visit.say("op_entry_kind"), kind),
        (visit.say("op_entry_at_source"), visit.say(f"op_entry_{found.entry.source_status}")),
        (visit.say("op_entry_at_bank"), visit.say(f"op_status_{found.entry.bank_status}")),
        (visit.say("op_entry_after"), visit.say(f"op_status_{found.after}")),
        (visit.say("op_would_change"), str(count)),
        (visit.say("op_entry_unchanged"), str(found.unchanged)),
    ]
    change = note(visit.say("op_entry_nothing"))
    if not found.changes_nothing:
        change = _change(visit, action, values, count=count, error=error)
    main = html(
        '<div class="stack"><p><a href="{back}">{back_word}</a></p><h1>{heading}</h1>{errors}'
        "<p>{nothing_done}</p>{final}"
        '<section class="card">{facts}</section><section class="card">{places}</section>{change}</div>',
        back=visit.to(ENTRIES_PATH),
        back_word=visit.say("op_entry_heading"),
        heading=heading,
        errors=error_summary(visit, [("f-count", error)] if error else []),
        nothing_done=visit.say("op_nothing_done"),
        final=note(visit.say("op_entry_final"), kind="un") if action == "revoke" else NOTHING,
        facts=facts(rows),
        places=table(_places(visit, found.changing)),
        change=change,
    )
    return staff_page(heading, main, current=_WAY)


def _form(visit: Visit, shown: EntriesShown) -> Html:
    values = shown.values

    def error_at(control: str) -> str:
        return shown.error[1] if shown.error is not None and shown.error[0] == control else ""

    actions = [(action, visit.say(f"op_action_{action}")) for action in AFTER]
    slugs = [(slug, visit.say(f"op_slug_{slug}")) for slug in REASONS]
    record = Field(
        "record",
        visit.say("op_filter_record"),
        hint=visit.say("op_entry_record_hint"),
        error=error_at("f-record"),
        value=values.get("record", ""),
    )
    body = html(
        '<div class="stack-s">{action}{record}{slug}{reason}<p>{press}</p></div>',
        action=radios("action", visit.say("op_action"), options=actions, chosen=values.get("action", "")),
        record=field(record),
        slug=select("slug", visit.say("op_slug"), options=slugs, chosen=values.get("slug", "")),
        reason=reason_field(visit, value=values.get("reason", ""), error=error_at("f-reason")),
        press=button(visit.say("op_dry_run"), kind="p"),
    )
    return html('<section class="card">{form}</section>', form=form(visit, f"{ENTRIES_PATH}/dry-run", body))


def _places(visit: Visit, changing: Sequence[StatusChange]) -> Table:
    columns = ("number", "entry_place", "status_now", "entry_after")
    rows = [
        (
            each.number,
            str((each.position or 0) + 1),
            visit.say(f"op_entry_{each.before}"),
            visit.say(f"op_entry_{each.after}"),
        )
        for each in changing
    ]
    names = [visit.say(f"op_{column}") for column in columns]
    return Table(
        visit.say("op_entry_places", n=len(rows)), names, rows, visit.say("op_entry_places_none"), frozenset({1})
    )


def _change(visit: Visit, action: Action, values: Mapping[str, str], *, count: int, error: str) -> Html:
    kept = joined(
        html('<input type="hidden" name="{name}" value="{value}">', name=name, value=values.get(name, ""))
        for name in (*FIELDS, "code")
    )
    typed = Field("count", visit.say("op_count"), hint=visit.say("op_count_hint", n=count), error=error, max_length=9)
    body = html(
        '<div class="stack-s">{kept}{count}<p>{press}</p></div>',
        kept=kept,
        count=field(typed),
        press=button(visit.say(f"op_entry_do_{action}"), kind="danger"),
    )
    return html('<section class="card">{form}</section>', form=form(visit, f"{ENTRIES_PATH}/change", body))

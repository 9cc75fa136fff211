"""`/operator/entries`: the dry run of a status change of one entry, and the change."""

import re
from typing import Final

from issuer.api.pages.asked import Answer, shown
from issuer.api.staff.asked import StaffAsked, onward
from issuer.api.staff.routing import BANK, OPERATORS, StaffPages
from issuer.errors import SourceRecordNotFound, TransitionRefused
from issuer.issued.status_changes import AFTER, REASONS, Action, StatusOrder
from issuer.operating.entry_orders import Seen, change_one_entry, rehearse_entry
from issuer.operating.errors import NothingToChange, RehearsalDiffers
from issuer.staff.errors import ReasonMissing
from issuer.staff.roles import Role
from issuer.web.staff.entries_page import ENTRIES_PATH, FIELDS, EntriesShown, entries_page, entry_rehearsed_page

_COUNT: Final = re.compile(r"[0-9]{1,9}")
_ACTIONS: Final[dict[str, Action]] = {action: action for action in AFTER}
_SAID: Final = {"changed": "op_entry_said_changed"}


class _Wrong(Exception):
    """The order cannot be carried out: where, and the sentence."""

    def __init__(self, control: str, sentence: str) -> None:
        super().__init__(sentence)
        self.control = control
        self.sentence = sentence


def register(pages: StaffPages) -> None:
    """Add the addresses."""
    pages.show(ENTRIES_PATH, show, roles=BANK)
    pages.change(f"{ENTRIES_PATH}/dry-run", try_out, roles=OPERATORS)
    pages.change(f"{ENTRIES_PATH}/change", change, roles=OPERATORS)


def show(asked: StaffAsked) -> Answer:
    """Show the form."""
    return _form(asked)


def try_out(asked: StaffAsked) -> Answer:
    """Show what an order would do to one entry; recorded for its holder first."""
    try:
        return _rehearsed(asked)
    except _Wrong as wrong:
        return _form(asked, wrong)


def change(asked: StaffAsked) -> Answer:
    """Change the entry if it is what was rehearsed and the number was typed in; else show the dry run again."""
    typed = asked.form.one("count").strip()
    count = int(typed) if _COUNT.fullmatch(typed) else -1
    try:
        record, order = _order(asked)
        change_one_entry(asked.bank, record, order, seen=Seen(asked.form.one("code"), count), now=asked.now)
    except (RehearsalDiffers, NothingToChange) as error:
        try:
            return _rehearsed(asked, error=error.code)
        except _Wrong as wrong:
            return _form(asked, wrong)
    except (SourceRecordNotFound, TransitionRefused) as error:
        return _form(asked, _wrong(asked, error))
    except _Wrong as wrong:
        return _form(asked, wrong)
    return onward(asked, f"{ENTRIES_PATH}?said=changed")


def _order(asked: StaffAsked) -> tuple[str, StatusOrder]:
    form, say = asked.form, asked.visit.say
    action, slug, record = _ACTIONS.get(form.one("action")), form.one("slug"), form.one("record").strip()
    if action is None:
        raise _Wrong("f-action", say("op_wrong_action"))
    if slug not in REASONS:
        raise _Wrong("f-slug", say("op_wrong_slug"))
    if not record:
        raise _Wrong("f-record", say("op_wrong_record", n=0))
    try:
        return record, StatusOrder(action, slug, words=asked.reason())
    except ReasonMissing as error:
        raise _Wrong("f-reason", say(f"refused_{error.code}")) from error


def _rehearsed(asked: StaffAsked, *, error: str = "") -> Answer:
    record, order = _order(asked)
    try:
        found = rehearse_entry(asked.bank, record, order, now=asked.now)
    except (SourceRecordNotFound, TransitionRefused) as refused:
        raise _wrong(asked, refused) from refused
    sentence = asked.visit.say(f"op_wrong_{error}", n=len(found.changing)) if error else ""
    values = {**_values(asked), "code": found.code}
    page = entry_rehearsed_page(asked.visit, order.action, found, values, error=sentence)
    return shown(page, status=422 if error else 200)


def _wrong(asked: StaffAsked, error: SourceRecordNotFound | TransitionRefused) -> _Wrong:
    if isinstance(error, TransitionRefused):
        return _Wrong("f-action", asked.visit.say("op_entry_wrong_final"))
    return _Wrong("f-record", asked.visit.say("op_wrong_record", n=int(error.details["count"])))


def _values(asked: StaffAsked) -> dict[str, str]:
    return {name: asked.form.one(name) for name in FIELDS}


def _form(asked: StaffAsked, wrong: _Wrong | None = None) -> Answer:
    view = EntriesShown(
        values=_values(asked),
        may_change=Role.OPERATOR in asked.staff.roles,
        error=None if wrong is None else (wrong.control, wrong.sentence),
        said=_SAID.get(asked.form.one("said"), ""),
    )
    return shown(entries_page(asked.visit, view), status=200 if wrong is None else 422)

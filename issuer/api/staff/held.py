"""`/operator/held`: entries that are held back; opening one is recorded, and so is what is decided about it."""

from typing import Final

from issuer.api.pages.asked import Answer, NotHere, shown
from issuer.api.staff.asked import StaffAsked, onward
from issuer.api.staff.routing import BANK, OPERATORS, StaffPages
from issuer.errors import AccountNotFound, AccountNotLinked, PersonNotFound
from issuer.operating.held_rows import give_to_account, give_to_reference, held_rows, leave_held, open_held
from issuer.staff.errors import ReasonMissing
from issuer.staff.roles import Role
from issuer.web.staff.held_page import closed_page, held_page, opened_page
from issuer.web.staff.sources_page import HELD_PATH

_ACCOUNT: Final = "account "


def register(pages: StaffPages) -> None:
    """Add the addresses."""
    pages.show(HELD_PATH, show, roles=BANK)
    pages.show(f"{HELD_PATH}/{{entry}}", show_closed, roles=OPERATORS)
    pages.change(f"{HELD_PATH}/{{entry}}/open", open_one, roles=OPERATORS)
    pages.change(f"{HELD_PATH}/{{entry}}/decide", decide, roles=OPERATORS)


def show(asked: StaffAsked) -> Answer:
    """Show which entries are held back, and nothing that they say."""
    may_open = Role.OPERATOR in asked.staff.roles
    return shown(held_page(asked.visit, held_rows(asked.bank), may_open=may_open, done=asked.form.one("done")))


def show_closed(asked: StaffAsked) -> Answer:
    """Ask for what one of them is opened."""
    return _closed(asked)


def open_one(asked: StaffAsked) -> Answer:
    """Open one entry: recorded, then shown beside what may be the same."""
    try:
        reason = asked.reason()
    except ReasonMissing as error:
        return _closed(asked, error=f"refused_{error.code}")
    opened = open_held(asked.bank, asked.values["entry"], reason=reason, now=asked.now)
    return shown(opened_page(asked.visit, opened, reason=reason))


def decide(asked: StaffAsked) -> Answer:
    """Give an entry, and all under its reference, to a person, or leave them held."""
    try:
        reason = asked.reason()
    except ReasonMissing as error:
        return _closed(asked, error=f"refused_{error.code}")
    bank, entry, order = asked.bank, asked.values["entry"], asked.form.one("do")
    try:
        if order.startswith(_ACCOUNT):
            account = order.removeprefix(_ACCOUNT)
            give_to_account(bank, entry, account_id=account, reason=reason, now=asked.now)
        elif order == "give":
            person = asked.form.one("person").strip()
            give_to_reference(bank, entry, person_ref=person, reason=reason, now=asked.now)
        elif order == "leave":
            leave_held(bank, entry, reason=reason, now=asked.now)
            return onward(asked, f"{HELD_PATH}?done=left")
        else:
            raise NotHere
    except (PersonNotFound, AccountNotFound, AccountNotLinked):
        opened = open_held(bank, entry, reason=reason, now=asked.now)
        page = opened_page(asked.visit, opened, reason=reason, error="op_person_unknown")
        return shown(page, status=422)
    return onward(asked, f"{HELD_PATH}?done=given")


def _closed(asked: StaffAsked, *, error: str = "") -> Answer:
    found = [row for row in held_rows(asked.bank) if row.id == asked.values["entry"]]
    if not found:
        raise NotHere
    return shown(closed_page(asked.visit, found[0], error=error), status=422 if error else 200)

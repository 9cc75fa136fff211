"""`/operator/notices`: what everybody is told on the first page; writing a notice, and withdrawing one."""

import re
from typing import Final

from issuer.api.pages.asked import Answer, NotHere, shown
from issuer.api.staff.asked import StaffAsked, onward
from issuer.api.staff.routing import BANK, OPERATORS, StaffPages
from issuer.notice_errors import NoticeFieldRefused
from issuer.notices import NOTICE_FIELDS, newest_notices, publish_notice, read_notice, withdraw_notice
from issuer.staff.errors import ReasonMissing
from issuer.staff.roles import Role
from issuer.store.notices import StoredNotice
from issuer.times import korean_day_of
from issuer.web.staff.frame import REASON
from issuer.web.staff.notices_page import NOTICES_PATH, NoticesShown, notices_page, one_notice_page

_NUMBER: Final = re.compile(r"[1-9][0-9]{0,17}")
_SAID: Final = {"published": "notice_said_published", "withdrawn": "notice_said_withdrawn"}


def register(pages: StaffPages) -> None:
    """Add the addresses."""
    pages.show(NOTICES_PATH, show, roles=BANK)
    pages.change(NOTICES_PATH, publish, roles=OPERATORS)
    pages.show(f"{NOTICES_PATH}/{{notice}}", show_one, roles=BANK)
    pages.change(f"{NOTICES_PATH}/{{notice}}/withdraw", withdraw, roles=OPERATORS)


def show(asked: StaffAsked) -> Answer:
    """Show all notices, and the form for a new one."""
    return _all(asked, said=_SAID.get(asked.form.one("said"), ""))


def publish(asked: StaffAsked) -> Answer:
    """Publish a notice; what is wrong with it is said at its field, and everything that was typed stays."""
    typed = {name: asked.form.one(name) for name in NOTICE_FIELDS}
    try:
        new = read_notice(typed, today=korean_day_of(asked.now))
        publish_notice(asked.bank, new, reason=asked.reason(), now=asked.now)
    except NoticeFieldRefused as error:
        sentence = asked.visit.say(f"notice_wrong_{error.details['kind']}")
        return _all(asked, error=(f"f-{error.details['field']}", sentence))
    except ReasonMissing as error:
        return _all(asked, error=(f"f-{REASON}", asked.visit.say(f"refused_{error.code}")))
    return onward(asked, f"{NOTICES_PATH}?said=published")


def show_one(asked: StaffAsked) -> Answer:
    """Show one notice."""
    return _one(asked, _notice(asked))


def withdraw(asked: StaffAsked) -> Answer:
    """Show a notice no more."""
    notice = _notice(asked)
    try:
        withdraw_notice(asked.bank, notice.id, reason=asked.reason(), now=asked.now)
    except ReasonMissing as error:
        return _one(asked, notice, error=asked.visit.say(f"refused_{error.code}"))
    return onward(asked, f"{NOTICES_PATH}?said=withdrawn")


def _notice(asked: StaffAsked) -> StoredNotice:
    number = asked.values["notice"]
    wanted = int(number) if _NUMBER.fullmatch(number) else 0
    for each in newest_notices(asked.desk.bank):
        if each.id == wanted:
            return each
    raise NotHere


def _one(asked: StaffAsked, notice: StoredNotice, *, error: str = "") -> Answer:
    today, may = korean_day_of(asked.now), Role.OPERATOR in asked.staff.roles
    page = one_notice_page(asked.visit, notice, today=today, may_withdraw=may, error=error)
    return shown(page, status=422 if error else 200)


def _all(asked: StaffAsked, *, error: tuple[str, str] | None = None, said: str = "") -> Answer:
    names = (*NOTICE_FIELDS, REASON)
    view = NoticesShown(
        notices=newest_notices(asked.desk.bank),
        today=korean_day_of(asked.now),
        may_change=Role.OPERATOR in asked.staff.roles,
        values={name: asked.form.one(name) for name in names} if error else {},
        error=error,
        said=said,
    )
    return shown(notices_page(asked.visit, view), status=422 if error else 200)

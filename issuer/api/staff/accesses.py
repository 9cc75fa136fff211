"""`/operator/accesses`: the access log of staff, for auditors."""

import re
from datetime import date
from typing import Final, get_args

from credential_schemas.look.harmless import harmless
from issuer.api.pages.asked import Answer, shown
from issuer.api.staff.asked import StaffAsked
from issuer.api.staff.routing import AUDITORS, StaffPages
from issuer.audit.trail import Action
from issuer.staff.access_log import LogWish, staff_accesses
from issuer.web.staff.access_pages import ACCESSES, AccessesShown, accesses_page, action_words
from keys.sign_in.throttle import folded_name

_ACTIONS: Final[tuple[str, ...]] = get_args(Action)
_PLACE: Final = re.compile(r"[1-9][0-9]{0,17}")
_LONGEST_NAME: Final = 64


def register(pages: StaffPages) -> None:
    """Add the address."""
    pages.show(ACCESSES, show, roles=AUDITORS)


def show(asked: StaffAsked) -> Answer:
    """Show one page of the log; that it was looked at is in the log from then on."""
    form = asked.form
    action, before = form.one("action"), form.one("before")
    day, is_wrong = _day(form.one("day").strip())
    wish = LogWish(
        name=harmless(folded_name(form.one("name"))[:_LONGEST_NAME]),
        day=day,
        action=action if action in _ACTIONS else "",
        before=int(before) if _PLACE.fullmatch(before) else 0,
    )
    found, following = ([], 0) if is_wrong else staff_accesses(asked.bank, wish, now=asked.now)
    view = AccessesShown(
        accesses=found,
        asked={"name": wish.name, "day": form.one("day")[:_LONGEST_NAME], "action": wish.action},
        actions=sorted(_ACTIONS, key=lambda each: action_words(asked.visit, each)),
        next=following,
        error="access_day_wrong" if is_wrong else "",
    )
    return shown(accesses_page(asked.visit, view), status=422 if is_wrong else 200)


def _day(typed: str) -> tuple[date | None, bool]:
    """Return a day and whether something else was typed; a day so far away that its bounds are no times is none."""
    if not typed:
        return None, False
    try:
        day = date.fromisoformat(typed)
    except ValueError:
        return None, True
    return (day, False) if _FIRST <= day <= _LAST else (None, True)


_FIRST: Final = date(2000, 1, 1)
_LAST: Final = date(9999, 12, 30)

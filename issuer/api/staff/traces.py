"""`/operator/traces`: what a key or a delivery touched, and the list of it for telling people (LR-14)."""

import re
from typing import Final

from credential_schemas.korean_time import korean_time
from issuer.api.pages.asked import Answer, Download, NotHere, shown
from issuer.api.staff.asked import StaffAsked
from issuer.api.staff.routing import BANK, StaffPages
from issuer.bank.key_ring import records
from issuer.staff.errors import ReasonMissing, TraceTooLarge, TraceUnknown
from issuer.staff.tracing import Cause, count_trace, trace_list
from issuer.times import utc_moment
from issuer.web.shell import Page
from issuer.web.staff.access_pages import TRACES, TraceShown, trace_page

_MOST: Final = 50
_KEY: Final = re.compile(r"key:([A-Za-z0-9_-]{1,64})")
_DELIVERY: Final = re.compile(r"delivery:([1-9][0-9]{0,17})")
_CSV: Final = "text/csv; charset=utf-8"


def register(pages: StaffPages) -> None:
    """Add the addresses."""
    pages.show(TRACES, show, roles=BANK)
    pages.change(TRACES, give_list, roles=BANK)


def show(asked: StaffAsked) -> Answer:
    """Ask for a cause, and say how many it touched."""
    what = asked.form.one("what")
    if not what:
        return shown(trace_page(asked.visit, TraceShown(_causes(asked))))
    return shown(_page(asked, what))


def give_list(asked: StaffAsked) -> Answer:
    """Give the list; it is recorded in every account of it."""
    what = asked.form.one("what")
    cause = _cause(what)
    try:
        body = trace_list(asked.bank, cause, reason=asked.reason(), now=asked.now)
    except TraceUnknown:
        raise NotHere from None
    except (ReasonMissing, TraceTooLarge) as error:
        at = "f-reason" if isinstance(error, ReasonMissing) else "f-what"
        return shown(_page(asked, what, error=(at, f"refused_{error.code}", error.details)), status=422)
    return Answer(download=Download(body, _CSV, "trace.csv"))


def _page(asked: StaffAsked, what: str, *, error: tuple[str, str, dict[str, str | int]] | None = None) -> Page:
    try:
        counts = count_trace(asked.bank, _cause(what))
    except TraceUnknown:
        raise NotHere from None
    view = TraceShown(_causes(asked), what, counts, asked.form.one("reason")[:300], error)
    return trace_page(asked.visit, view)


def _cause(what: str) -> Cause:
    key, delivery = _KEY.fullmatch(what), _DELIVERY.fullmatch(what)
    if key is not None:
        return Cause(kid=key[1])
    if delivery is not None:
        return Cause(delivery_id=int(delivery[1]))
    raise NotHere


def _causes(asked: StaffAsked) -> list[tuple[str, str]]:
    """Return every key of credentials and the newest deliveries."""
    say = asked.visit.say
    keys = [(f"key:{each.kid}", say("trace_key", kid=each.kid)) for each in records(asked.bank, "credential")]
    with asked.bank.store.read() as transaction:
        found = transaction.traces.deliveries(_MOST)
    deliveries = [
        (
            f"delivery:{each.id}",
            say("trace_delivery", n=each.id, source=each.source, time=korean_time(utc_moment(each.received_at))),
        )
        for each in found
    ]
    return [*keys, *deliveries]

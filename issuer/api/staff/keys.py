"""`/operator/keys`: keys, log, audit trail and trust bundle; proofs by number, and a check of every record."""

import re
from collections import Counter
from datetime import datetime
from typing import Final

from issuer.api.pages.asked import Answer, Download, NotHere, shown
from issuer.api.staff.asked import StaffAsked, onward
from issuer.api.staff.routing import BANK, StaffPages
from issuer.bank.key_errors import DistrustNotTakenBack, KeyAmbiguous, KeyNotFound, KeyUseFixed
from issuer.errors import InvalidOption
from issuer.key_life.distrusting import affected_certificates, distrust_key
from issuer.key_life.listing import list_keys
from issuer.staff.oversight import bundle_made_at, check_records, find_in_log, last_check, log_facts, trail_size
from issuer.times import utc_text
from issuer.web.staff.keys_page import KEYS, DryRun, KeysShown, keys_page

_NUMBER: Final = re.compile(r"[A-Za-z0-9-]{1,40}")
_FIRST_YEAR: Final = 2000  # a moment at the beginning of time is no time in another zone
_PROOF: Final = "text/plain; charset=utf-8"


def register(pages: StaffPages) -> None:
    """Add the addresses."""
    pages.show(KEYS, show, roles=BANK)
    pages.show(f"{KEYS}/proof", give_proof, roles=BANK)
    pages.change(f"{KEYS}/check", check, roles=BANK)


def show(asked: StaffAsked) -> Answer:
    """Show the facts, and what was looked up or tried."""
    bank, now = asked.bank, asked.now
    number = asked.form.one("number").strip()
    check = last_check(bank)
    dry_run, error = _dry_run(asked)
    view = KeysShown(
        keys=list_keys(bank),
        log=log_facts(bank),
        trail=trail_size(bank),
        check=check,
        is_check_due=check is None or check.is_due(now),
        bundle_at=bundle_made_at(bank, now=now),
        number=number[:40],
        place=find_in_log(bank, number) if bank.has_log and _NUMBER.fullmatch(number) else None,
        dry_run=dry_run,
        error=None if error is None else ("f-since" if error == "dry_since_wrong" else "f-kid", error),
    )
    return shown(keys_page(asked.visit, view), status=200 if error is None else 422)


def give_proof(asked: StaffAsked) -> Answer:
    """Give the proof that a certificate is in the log."""
    number = asked.form.one("number")
    place = find_in_log(asked.bank, number) if asked.bank.has_log and _NUMBER.fullmatch(number) else None
    if place is None:
        raise NotHere
    return Answer(download=Download(place.proof, _PROOF, f"{place.number}.tlog-proof"))


def check(asked: StaffAsked) -> Answer:
    """Check every record of the log and of the trail; what is found stands on the page from then on."""
    with asked.desk.places.place():
        check_records(asked.bank, now=asked.now)
    return onward(asked, KEYS)


def _dry_run(asked: StaffAsked) -> tuple[DryRun | None, str | None]:
    """Return what distrusting a key would mean, and the word of what is wrong with the question."""
    kid, typed, now = asked.form.one("kid"), asked.form.one("since").strip(), asked.now
    if not kid and not typed:
        return None, None
    since = _moment(typed)
    if since is None:
        return None, "dry_since_wrong"
    try:
        record = distrust_key(asked.bank, kid, since=since, now=now, dry_run=True).record
    except InvalidOption:
        return None, "dry_since_wrong"
    except (KeyNotFound, KeyAmbiguous, KeyUseFixed, DistrustNotTakenBack):
        return None, "dry_key_wrong"
    if record.use != "credential":
        return None, "dry_key_wrong"
    counts = Counter({"stays_valid": 0, "refused": 0, "open": 0})
    counts.update(each.outcome for each in affected_certificates(asked.bank, record, now=now))
    return DryRun(record.kid, utc_text(since), dict(counts)), None


def _moment(text: str) -> datetime | None:
    """Read a time with its zone, of this century; None for anything else."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.utcoffset() is not None and moment.year >= _FIRST_YEAR else None

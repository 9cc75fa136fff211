"""`/privacy`: consents and accesses, taking everything away as a file, and closing the account in two steps."""

import json
import re
from dataclasses import replace
from datetime import date
from typing import Final

from credential_schemas.korean_time import korean_time
from credential_schemas.wording.model import Language
from issuer.accounts.account import show_account
from issuer.api.pages.asked import Answer, Asked, Download, NotHere, go_to, shown
from issuer.api.pages.routing import Pages
from issuer.audit.history import Access
from issuer.documents import statement_document
from issuer.errors import AccountNotLinked
from issuer.holders.closing import close_account, plan_closing
from issuer.holders.collecting_consents import source_states, withdraw_disclosure
from issuer.holders.local_sign_ins import LOCAL
from issuer.holders.own_records import own_data_document, own_records, take_own_data
from issuer.store.accounts import Consent
from issuer.times import korean_day_of, utc_moment
from issuer.web.entry_words import row_words
from issuer.web.own_data import own_data_statement
from issuer.web.privacy_pages import (
    AccessShown,
    ConsentShown,
    PrivacyShown,
    close_page,
    closed_page,
    confirm_close_page,
    privacy_page,
)

_PAGE_SIZE: Final = 50
_PAGE: Final = re.compile(r"[1-9][0-9]{0,5}")
_ID: Final = re.compile(r"[1-9][0-9]{0,17}")
_HEX: Final = re.compile(r"[0-9a-f]{32,64}")
_CHOICES: Final = ("keep", "revoke")
_STAFF: Final = "staff:"


def register(pages: Pages) -> None:
    """Add the addresses."""
    pages.show("/privacy", show)
    pages.change("/privacy/withdraw", withdraw)
    pages.change("/privacy/export", export)
    pages.show("/privacy/close", show_close)
    pages.change("/privacy/close", close)


def show(asked: Asked) -> Answer:
    """Show consents, collections and accesses."""
    now, account_id = asked.desk.clock(), asked.holder.account_id
    records = own_records(asked.bank, account_id, now=now)
    with asked.desk.bank.store.read() as transaction:
        states = source_states(transaction, account_id, promises=asked.desk.operating.promises, now=now)
    today = korean_day_of(now)
    pages = max(1, -(-len(records.accesses) // _PAGE_SIZE))
    wanted = asked.form.one("page")
    page = min(int(wanted) if _PAGE.fullmatch(wanted) else 1, pages)
    on_page = records.accesses[(page - 1) * _PAGE_SIZE : page * _PAGE_SIZE]
    language = asked.visit.language
    names = _titles(asked) | {state.id: state.names.in_language(language) for state in states}
    view = PrivacyShown(
        consents=[_consent(each, today) for each in records.consents],
        sources=states,
        accesses=[_access(each, names) for each in on_page],
        page=page,
        pages=pages,
        done="done_withdrawn_consent" if asked.form.one("done") == "withdrawn" else "",
    )
    return shown(privacy_page(asked.visit, view))


def withdraw(asked: Asked) -> Answer:
    """Withdraw one consent to disclosure."""
    wanted = asked.form.one("consent")
    if not _ID.fullmatch(wanted):
        raise NotHere
    if not withdraw_disclosure(asked.bank, asked.holder.account_id, int(wanted), now=asked.desk.clock()):
        raise NotHere
    return go_to(asked, "/privacy?done=withdrawn")


def export(asked: Asked) -> Answer:
    """Give everything held about the holder as a file: JSON, or a PDF to read that carries the same JSON."""
    now = asked.desk.clock()
    data = take_own_data(asked.bank, asked.holder.account_id, now=now)
    body = json.dumps(own_data_document(data), ensure_ascii=False, indent=1).encode()
    if asked.form.one("form") != "pdf":
        return Answer(download=Download(body, "application/json", "competency-account.json"))
    with asked.desk.bank.store.read() as transaction:
        states = source_states(transaction, asked.holder.account_id, promises=asked.desk.operating.promises, now=now)
    with asked.desk.places.place():
        pdf = statement_document(own_data_statement(asked.visit, data, states), body, created_at=now)
    return Answer(download=Download(pdf, "application/pdf", "competency-account.pdf"))


def show_close(asked: Asked) -> Answer:
    """Say what closing erases and keeps."""
    return shown(close_page(asked.visit, plan_closing(asked.bank, asked.holder.account_id, now=asked.desk.clock())))


def close(asked: Asked) -> Answer:
    """Ask once more, and then close the account."""
    now, account_id = asked.desk.clock(), asked.holder.account_id
    planned = plan_closing(asked.bank, account_id, now=now)
    choice = asked.form.one("certificates") if planned.valid_certificates else "keep"
    if choice not in _CHOICES:
        return shown(close_page(asked.visit, planned, error="close_choice_missing"), status=422)
    if asked.form.one("confirmed") != "yes":
        return shown(confirm_close_page(asked.visit, planned, revoke=choice == "revoke"))
    closing = close_account(asked.bank, account_id, revoke=choice == "revoke", now=now)
    nobody = replace(asked.visit, name=None, csrf="")
    page = closed_page(nobody, closing)
    return Answer(page, visit=nobody, cookies=[asked.desk.cookies.ending("session")])


def _titles(asked: Asked) -> dict[str, str]:
    """The holder's entries by id, to say in the history what was looked at."""
    language: Language = asked.visit.language
    try:
        with asked.desk.bank.store.read() as transaction:
            opened = show_account(asked.desk.bank, transaction, asked.holder.account_id)
    except AccountNotLinked:
        return {}
    return {each: row_words(entry, language).title for entry in opened.entries for each in entry.ids}


def _consent(consent: Consent, today: date) -> ConsentShown:
    entries = consent.names("entries")
    state = "standing"
    if consent.withdrawn_at is not None:
        state = "withdrawn"
    elif consent.valid_until is not None and consent.valid_until < today.isoformat():
        state = "over"
    return ConsentShown(
        id=consent.id,
        act=consent.act,
        recipient=consent.recipient or "",
        purpose="" if consent.act == "collection" else consent.purpose or "",
        sources=sorted(consent.names("sources")),
        entries=len(entries) if entries else None,
        given=korean_time(utc_moment(consent.given_at)),
        until=consent.valid_until or "",
        state=state,
    )


def _access(access: Access, names: dict[str, str]) -> AccessShown:
    subject = access.subject or ""
    if subject in names:
        subject = names[subject]
    elif _HEX.fullmatch(subject):
        subject = ""  # the keyed hash of the person, or an entry that is no longer shown: nothing for people
    # What staff write beside an act is their reason; what programs write is for programs.
    detail = access.detail or "" if access.actor.startswith(_STAFF) and access.detail != LOCAL else ""
    return AccessShown(korean_time(utc_moment(access.at)), access.actor, access.action, subject, detail)

"""`/account`: the account, its entries one by one, and the sources with the consent to each."""

import re
from collections import Counter
from typing import Final

from credential_schemas.korean_time import korean_time
from issuer.accounts.account import AccountEntry, OpenAccount, show_account
from issuer.api.pages.asked import Answer, Asked, NotHere, go_to, shown
from issuer.api.pages.form import Form
from issuer.api.pages.routing import Pages
from issuer.errors import SourceUnknown
from issuer.holders.account_view import Wish, account_view
from issuer.holders.collecting_consents import SourceState, give_consents, source_states, withdraw_source
from issuer.holders.status_days import status_days
from issuer.issued.own_certificates import state_of
from issuer.operating.holder_collecting import ask_for_news, collecting_of
from issuer.store.transaction import Transaction
from issuer.times import korean_day_of, utc_moment
from issuer.web.account_pages import AccountCover, AccountShown, account_page
from issuer.web.collecting_panel import AGAIN_PATH
from issuer.web.entry_page import EntryShown, Shown, entry_page
from issuer.web.entry_words import source_name
from issuer.web.sources_page import SourcesShown, sources_page, withdraw_page

_MAX_TEXT: Final = 100
_PAGE: Final = re.compile(r"[1-9][0-9]{0,3}")
_DONE: Final = {
    "linked": "done_linked",
    "joined": "done_joined",
    "already": "done_linked",
    "collected": "done_collected",
    "withdrawn": "done_withdrawn",
    "asked": "done_asked",
    "lately": "done_asked_lately",
}


def register(pages: Pages) -> None:
    """Add the addresses."""
    pages.show("/account", show)
    pages.show("/account/entries/{entry}", show_entry)
    pages.show("/account/sources", show_sources)
    pages.change("/account/sources", agree)
    pages.change(AGAIN_PATH, ask_again)
    pages.show("/account/sources/withdraw", confirm_withdrawal)
    pages.change("/account/sources/withdraw", withdraw)


def show(asked: Asked) -> Answer:
    """Show the account; one that is linked to nobody leads to identity verification."""
    if not asked.holder.is_linked:
        return go_to(asked, "/identity")
    now = asked.desk.clock()
    with asked.desk.bank.store.read() as transaction:
        opened = show_account(asked.desk.bank, transaction, asked.holder.account_id)
        states = source_states(transaction, opened.account.id, promises=asked.desk.operating.promises, now=now)
        certificates = transaction.certificates.lines(opened.account.id)
        days = status_days(transaction, opened.entries)
    wish = _wish(asked.form)
    collected = [entry.source_entry.collected_at for entry in opened.entries]
    last = korean_time(utc_moment(max(collected))) if collected else ""
    today, of_state = korean_day_of(now), Counter(state_of(each, now=now) for each in certificates)
    in_force = of_state["valid"] + of_state["superseded"]
    cover = AccountCover(opened.account.id, last, in_force, of_state["superseded"])
    proofs = {entry.id: entry for entry in opened.entries}
    view = account_view(opened.entries, wish)
    return shown(account_page(asked.visit, AccountShown(cover, view, wish, states, proofs, today, days)))


def show_entry(asked: Asked) -> Answer:
    """Show one entry of the holder; one of somebody else is not there."""
    if not asked.holder.is_linked:
        raise NotHere
    now = asked.desk.clock()
    with asked.desk.bank.store.read() as transaction:
        opened = show_account(asked.desk.bank, transaction, asked.holder.account_id)
        by_id = {each: entry for entry in opened.entries for each in entry.ids}
        entry = by_id.get(asked.values["entry"])
        if entry is None:
            raise NotHere
        states = source_states(transaction, opened.account.id, promises=asked.desk.operating.promises, now=now)
        certificates = _certificates_with(transaction, opened, entry, asked=asked)
        days = status_days(transaction, [entry])
    stored = entry.source_entry
    details = EntryShown(
        entry=entry,
        proof=by_id.get(entry.proven_by or ""),
        source=source_name(states, stored.source, asked.visit.language),
        collected_at=korean_time(utc_moment(stored.collected_at)),
        first_collected_at=korean_time(utc_moment(stored.first_collected_at)),
        certificates=certificates,
        today=korean_day_of(now),
        since=days.get(entry.id, ""),
        contact=asked.desk.operating.sources.contact(stored.source, asked.visit.language),
        also=[(source_name(states, each.source, asked.visit.language), each.as_of) for each in entry.others],
        alike=[by_id[each] for each in entry.alike],
    )
    return shown(entry_page(asked.visit, details))


def show_sources(asked: Asked) -> Answer:
    """Show the sources, and ask for the consent to each."""
    if not asked.holder.is_linked:
        return go_to(asked, "/identity")
    return _sources(asked, done=_DONE.get(asked.form.one("done"), ""))


def agree(asked: Asked) -> Answer:
    """Record the consents that were ticked."""
    if not asked.holder.is_linked:
        return go_to(asked, "/identity")
    chosen = asked.form.many("source")
    if not chosen:
        return _sources(asked, error="sources_none_chosen")
    try:
        added = give_consents(asked.bank, asked.holder.account_id, chosen, now=asked.desk.clock())
    except SourceUnknown:
        raise NotHere from None
    ask_for_news(asked.desk.bank, asked.desk.operating, added, now=asked.desk.clock())
    return go_to(asked, "/account/sources?done=collected")


def ask_again(asked: Asked) -> Answer:
    """Ask the sources that were agreed to for news, those that can be asked and were not lately."""
    if not asked.holder.is_linked:
        return go_to(asked, "/identity")
    agreed = [each.id for each in _states(asked) if each.consented_at]
    begun = ask_for_news(asked.desk.bank, asked.desk.operating, agreed, now=asked.desk.clock())
    return go_to(asked, f"/account/sources?done={'asked' if begun else 'lately'}")


def confirm_withdrawal(asked: Asked) -> Answer:
    """Ask again before a consent is withdrawn."""
    return shown(withdraw_page(asked.visit, _agreed_source(asked)))


def withdraw(asked: Asked) -> Answer:
    """Withdraw the consent to one source; what came from it leaves the account."""
    state = _agreed_source(asked)
    withdraw_source(asked.bank, asked.holder.account_id, state.id, now=asked.desk.clock())
    return go_to(asked, "/account/sources?done=withdrawn")


def _sources(asked: Asked, *, done: str = "", error: str = "") -> Answer:
    states, desk = _states(asked), asked.desk
    collecting = collecting_of(desk.bank, desk.operating, states, now=desk.clock())
    page = sources_page(asked.visit, SourcesShown(states, collecting, done, error))
    return shown(page, status=422 if error else 200)


def _agreed_source(asked: Asked) -> SourceState:
    wanted = asked.form.one("source")
    for state in _states(asked):
        if state.id == wanted and state.consented_at:
            return state
    raise NotHere


def _states(asked: Asked) -> list[SourceState]:
    with asked.desk.bank.store.read() as transaction:
        return source_states(
            transaction, asked.holder.account_id, promises=asked.desk.operating.promises, now=asked.desk.clock()
        )


def _wish(form: Form) -> Wish:
    page = form.one("page")
    return Wish(
        kind=form.one("kind")[:_MAX_TEXT],
        source=form.one("source")[:_MAX_TEXT],
        year=form.one("year")[:_MAX_TEXT],
        field=form.one("field")[:_MAX_TEXT],
        text=form.one("q")[:_MAX_TEXT],
        page=int(page) if _PAGE.fullmatch(page) else 1,
    )


def _certificates_with(
    transaction: Transaction, opened: OpenAccount, entry: AccountEntry, *, asked: Asked
) -> list[Shown]:
    own = {each.number: each for each in transaction.certificates.lines(opened.account.id)}
    now = asked.desk.clock()
    found = []
    for copy in transaction.certificates.copies_of([each.id for each in entry.provenances]):
        issued = own.get(copy.number)
        if issued is None or copy.entry_id not in entry.ids:
            continue
        state = state_of(issued, now=now)
        found.append(Shown(issued.number, issued.recipient or "", issued.issued_on, state, copy.disclosed))
    return found

"""What a holder allows a wallet, or does not: the question, and the way back with a code or a refusal.

The holder chooses entry by entry what is handed over; nothing is chosen beforehand, and nothing that was not asked for
can be. What is allowed is an offer like any other, whose code only this wallet can exchange, within a minute. The
consent is recorded with its last day; until then the wallet may have a copy that is about to expire issued again.

Source: RFC 6749 section 4.1.2; RFC 9207
"""

import json
import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final
from urllib.parse import urlencode, urlsplit, urlunsplit

from credential_schemas.entry_types import entry_types
from credential_schemas.wording.model import Language
from issuer.accounts.account import CONSENT_TEXT_VERSION, AccountEntry, OpenAccount
from issuer.accounts.errors import SelectionEmpty
from issuer.accounts.selection import Choice, field_choices
from issuer.audit.trail import Act, record_acts
from issuer.bank import Bank
from issuer.issuing.claims import DEFAULT_PURPOSE, DEFAULT_VALID_DAYS, IssueRequest
from issuer.issuing.making import prepare_certificate
from issuer.openid4vci.authorization import wanted_of
from issuer.openid4vci.configurations import CERTIFICATE_ID, configurations
from issuer.openid4vci.handles import link_of, new_secret
from issuer.openid4vci.offers import certificate_entries, offered, only_about, request_of, request_text
from issuer.store.authorizations import StoredCode, StoredRequest
from issuer.store.transaction import Transaction
from issuer.store.wallets import StoredOffer
from issuer.times import korean_day_of, utc_text
from keys.encoding import JsonValue, encode_json

CODE_S: Final = 60
RENEWAL_DAYS: Final = 180
"""For so long a wallet may have expiring copies issued again without asking the holder."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """One entry that may be handed over: its fields that would be shown and kept, and what comes along with it."""

    entry: AccountEntry
    shown: tuple[str, ...]
    withheld: tuple[str, ...]
    companion: AccountEntry | None


@dataclass(frozen=True, slots=True)
class Question:
    """What a wallet wants of an account: of each configuration the entries to choose from.

    `request` is the wallet's. `belongs_to_another`: the offer behind it was made for another account, so that nothing
    can be allowed here. `until` is the last day of the consent.
    """

    request: StoredRequest
    account_id: str
    wanted: Mapping[str, Sequence[Candidate]]
    belongs_to_another: bool
    until: date


class RequestDecidedError(Exception):
    """The request was decided already, has expired, or its offer was used meanwhile."""


def question_of(bank: Bank, request: StoredRequest, opened: OpenAccount, *, now: datetime) -> Question:
    """Return what to ask the holder of an account."""
    offer = _offer_of(bank, request)
    mine = offer is None or offer.account_id == opened.account.id
    wanted: dict[str, Sequence[Candidate]] = {}
    issued = configurations(bank.profile.issuer)
    for name in wanted_of(request):
        if name not in issued:  # given up since it was offered or asked for
            continue
        entry_type = issued[name].entry_type
        among = None if offer is None else offered(offer).get(name, ())
        choice = Choice() if offer is None or not among else request_of(offer, name).choice
        fitting = [each for each in opened.entries if each.in_force and _fits(each, entry_type, among)]
        wanted[name] = [_candidate(each, opened.entries, choice) for each in fitting] if mine else []
    until = korean_day_of(now) + timedelta(days=RENEWAL_DAYS)
    return Question(request, opened.account.id, wanted, not mine, until)


def approve(
    bank: Bank, question: Question, chosen: Mapping[str, Collection[str]], *, language: Language, now: datetime
) -> str:
    """Record what the holder allowed, and return the address to which the browser goes with the code.

    Args:
        bank: acting as the holder.
        question: as the holder saw it.
        chosen: of each configuration the ids of entries; one without any is not handed over.
        language: of what is issued, where no offer says it.
        now: aware.

    Raises:
        RequestDecidedError: there is nothing to decide any more.
        IssuerError, CredentialError: nothing was chosen, or it cannot be issued to a wallet; nothing was recorded.
    """
    allowed = _allowed(question, chosen)
    offer = _offer_of(bank, question.request)
    if question.request.offer_id is not None and offer is None:
        raise RequestDecidedError
    wish = _wish(bank, question, allowed, offer, language=language)
    entries = {name: _prepared(bank, wish, name, ids, now=now) for name, ids in allowed.items()}
    code = new_secret()
    granted = StoredOffer(
        id=secrets.token_hex(8),
        code_link=link_of(bank, code, "authorization-code"),
        tx_link=None,
        tries_left=0,
        account_id=question.account_id,
        request=request_text(wish),
        configurations=json.dumps(entries),
        created_at=utc_text(now),
        expires_at=int(now.timestamp()) + CODE_S,
        redeemed_at=utc_text(now),
    )
    with bank.store.write() as transaction:
        _decide(transaction, question.request, now=now)
        transaction.wallets.add_offer(granted)
        transaction.authorizations.add_code(_code(question.request, granted))
        detail = " ".join((question.request.client_id, *entries))
        act = Act("wallet_allowed", question.account_id, granted.id, detail)
        record_acts(transaction, act, actor=bank.actor, at=utc_text(now))
    return address_with(question.request, bank, {"code": code})


def deny(bank: Bank, request: StoredRequest) -> str:
    """Record that the holder allowed nothing, and return the address to which the browser goes with the refusal.

    Raises:
        RequestDecidedError: there is nothing to decide any more.
    """
    with bank.store.write() as transaction:
        if not transaction.authorizations.decide_request(request.request_link):
            raise RequestDecidedError
    return address_with(request, bank, {"error": "access_denied"})


def address_with(request: StoredRequest, bank: Bank, answer: Mapping[str, str]) -> str:
    """Return the wallet's address with an answer, the wallet's own `state`, and who answers (RFC 9207)."""
    parts = urlsplit(request.redirect_uri)
    own = {} if request.state is None else {"state": request.state}
    query = urlencode({**answer, **own, "iss": bank.profile.issuer})
    return urlunsplit(parts._replace(query=f"{parts.query}&{query}" if parts.query else query))


def _offer_of(bank: Bank, request: StoredRequest) -> StoredOffer | None:
    if request.offer_id is None:
        return None
    with bank.store.read() as transaction:
        return transaction.wallets.offer(request.offer_id)


def _fits(entry: AccountEntry, entry_type: str | None, among: Sequence[str] | None) -> bool:
    if among is not None and not any(each in entry.ids for each in among):
        return False
    return entry_type is None or entry_types()[entry.type].credential_type == entry_type


def _candidate(entry: AccountEntry, entries: Sequence[AccountEntry], choice: Choice) -> Candidate:
    def said(names: Sequence[str], field: str) -> bool:
        return any(
            name == field and any(each.startswith(prefix.lower()) for each in entry.ids)
            for prefix, _, name in (each.partition(".") for each in names)
        )

    shown, withheld = list[str](), list[str]()
    for each in field_choices(entry, blind=False):
        name = each.field.name
        visible = each.rule == "fixed" or (not said(choice.hide, name) and (each.shown or said(choice.show, name)))
        (shown if visible else withheld).append(name)
    companion = next((each for each in entries if each.id == entry.proven_by), None)
    return Candidate(entry, tuple(shown), tuple(withheld), companion)


def _allowed(question: Question, chosen: Mapping[str, Collection[str]]) -> dict[str, list[str]]:
    """Return what was chosen, as far as it was asked."""
    found = {
        name: [each.entry.id for each in candidates if each.entry.id in chosen.get(name, ())]
        for name, candidates in question.wanted.items()
    }
    allowed = {name: ids for name, ids in found.items() if ids}
    if not allowed or any(len(ids) > 1 for name, ids in allowed.items() if name != CERTIFICATE_ID):
        raise SelectionEmpty
    return allowed


def _wish(
    bank: Bank, question: Question, allowed: Mapping[str, list[str]], offer: StoredOffer | None, *, language: Language
) -> IssueRequest:
    """Return the request behind everything that was allowed, with the holder's consent to it."""
    if offer is None:
        days = min(DEFAULT_VALID_DAYS, bank.profile.max_valid_days)
        wish = IssueRequest(question.account_id, Choice(), language, DEFAULT_PURPOSE[language], valid_days=days)
    else:
        wish = request_of(offer, next(iter(allowed)))
    chosen = [each for name, ids in allowed.items() for each in question.wanted[name] if each.entry.id in ids]
    taken = [each for one in chosen for each in (one.entry, one.companion) if each is not None]
    ids = {each for entry in taken for each in entry.ids}
    hide, show = (
        tuple(name for name in names if any(each.startswith(name.partition(".")[0].lower()) for each in ids))
        for names in (wish.choice.hide, wish.choice.show)
    )
    entries: list[JsonValue] = [*dict.fromkeys(each.id for each in taken)]
    consent = encode_json(
        {
            "consent": 1,
            "recipient": wish.recipient,
            "purpose": wish.purpose,
            "entries": entries,
            "valid_until": question.until.isoformat(),
            "text_version": CONSENT_TEXT_VERSION,
            "channel": "wallet",
        }
    )
    return replace(wish, choice=replace(wish.choice, entries=(), hide=hide, show=show), consent=consent)


def _prepared(bank: Bank, wish: IssueRequest, name: str, ids: Sequence[str], *, now: datetime) -> list[str]:
    """Return the entries that one configuration is of, if it could be issued now."""
    request = replace(wish, choice=replace(wish.choice, entries=tuple(ids)))
    if name != CERTIFICATE_ID:
        prepare_certificate(bank, only_about(request, {*ids}), now=now)
        return [*ids]
    return certificate_entries(bank, request, prepare_certificate(bank, request, now=now))


def _code(request: StoredRequest, granted: StoredOffer) -> StoredCode:
    return StoredCode(
        code_link=granted.code_link,
        offer_id=granted.id,
        client_id=request.client_id,
        identified=request.identified,
        key_thumbprint=request.key_thumbprint,
        redirect_uri=request.redirect_uri,
        code_challenge=request.code_challenge,
        expires_at=granted.expires_at,
    )


def _decide(transaction: Transaction, request: StoredRequest, *, now: datetime) -> None:
    """Use up the request, and the offer behind it."""
    alive = transaction.authorizations.request(request.request_link, now_s=int(now.timestamp()), to_change=True)
    if alive is None or not transaction.authorizations.decide_request(request.request_link):
        raise RequestDecidedError
    if request.offer_id is None:
        return
    offer = transaction.wallets.offer(request.offer_id, to_change=True)
    # The offer's own ten minutes ended the time to begin; a request that was begun has ten more.
    if offer is None or offer.redeemed_at is not None:
        raise RequestDecidedError
    transaction.wallets.redeem(offer.id, at=utc_text(now))

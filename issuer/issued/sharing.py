"""Links to a certificate's PDF that end on a day. The certificate itself does not depend on them.

The copy under a link is sealed under the link's own secret, which stands in the link alone, so the bank cannot open it
by itself; when the link ends or is switched off the copy is destroyed. Making a link needs the confirmation code, as
every way to the stored PDF does.
"""

import hashlib
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from issuer.audit.trail import Act, record_acts
from issuer.bank import Bank
from issuer.desk_errors import LinksTooMany, LinkTooLong, LinkUnknown
from issuer.errors import CertificateNotFound
from issuer.issued.reprinting import ReprintRequest, reprint_number
from issuer.store.share_links import StoredLink
from issuer.store.transaction import Transaction
from issuer.times import utc_text
from keys.errors import SealedAnswerError
from keys.keyed_link import keyed_link
from keys.sealed_answer import open_answer, seal_answer

LONGEST_DAYS: Final = 30
MOST_OPEN: Final = 5
SHORTEST_KEY: Final = 16
_ID_BYTES: Final = 6


@dataclass(frozen=True, slots=True)
class NewLink:
    """A link that was just made; its secret is part of its address and is known to nobody else from now on."""

    secret: str
    record: StoredLink


@dataclass(frozen=True, slots=True)
class SharedPdf:
    """What a link leads to: the bytes that were issued, and until when the link does."""

    number: str
    pdf: bytes
    expires_at: int


@dataclass(frozen=True, slots=True)
class LinkWish:
    """Which certificate of which account, opened by its code, is to be had for how many days.

    `key` is random and the caller's own; the same again gives the same link, as long as it is open.
    """

    account_id: str
    number: str
    code: str
    days: int
    key: str = field(repr=False)


def make_link(bank: Bank, wish: LinkWish, *, now: datetime) -> NewLink:
    """Make a link to the stored PDF.

    Raises:
        LinkTooLong, CertificateNotFound, CodeWrong, LinksTooMany: no link was made.
    """
    if not 1 <= wish.days <= LONGEST_DAYS or len(wish.key) < SHORTEST_KEY:
        raise LinkTooLong(days=LONGEST_DAYS)
    asked = ReprintRequest(account_id=wish.account_id)
    printed = reprint_number(bank, wish.number, asked, code=wish.code, now=now)
    asked_with = f"{wish.account_id}\n{wish.number}\n{wish.key}"
    secret, link_id = keyed_link(asked_with, key=bank.pepper, context="share-link"), secrets.token_hex(_ID_BYTES)
    link = StoredLink(link_id, wish.number, utc_text(now), int((now + timedelta(days=wish.days)).timestamp()))
    sealed = seal_answer(printed.pdf, key=secret, pepper=bank.pepper, associated_data=link_id.encode("ascii"))
    with bank.store.write() as transaction:
        known = transaction.links.sealed_at(_locator(secret), now_s=int(now.timestamp()))
        if known is not None:
            return NewLink(secret, known[0])
        still_open = [each for each in transaction.links.of(wish.number) if each.is_open(int(now.timestamp()))]
        if len(still_open) >= MOST_OPEN:
            raise LinksTooMany(count=len(still_open))
        transaction.links.add(link, locator=_locator(secret), sealed=sealed)
        act = Act("link_made", wish.account_id, wish.number, link_id)
        record_acts(transaction, act, actor=bank.actor, at=utc_text(now))
    return NewLink(secret, link)


def close_link(bank: Bank, account_id: str, link_id: str, *, number: str, now: datetime) -> None:
    """Switch a link off; doing it twice is no error.

    Raises:
        CertificateNotFound, LinkUnknown: it is not a link of a certificate of this account.
    """
    with bank.store.write() as transaction:
        if not transaction.certificates.lines(account_id, number):
            raise CertificateNotFound(number=number)
        if link_id not in {each.id for each in transaction.links.of(number)}:
            raise LinkUnknown
        transaction.links.close(link_id, at=utc_text(now))
        act = Act("link_closed", account_id, number, link_id)
        record_acts(transaction, act, actor=bank.actor, at=utc_text(now))


def end_of_link(bank: Bank, secret: str, *, now: datetime) -> int:
    """Return until when (Unix seconds) a link leads to its PDF; nothing is counted.

    Raises:
        LinkUnknown: it leads to nothing.
    """
    with bank.store.read() as transaction:
        return _found(transaction, secret, now=now)[0].expires_at


def open_link(bank: Bank, secret: str, *, now: datetime) -> SharedPdf:
    """Return what a link leads to, and count that it was taken.

    Raises:
        LinkUnknown: it leads to nothing.
    """
    with bank.store.write() as transaction:
        link, sealed = _found(transaction, secret, now=now)
        transaction.links.count_opening(link.id)
    try:
        pdf = open_answer(sealed, key=secret, pepper=bank.pepper, associated_data=link.id.encode("ascii"))
    except SealedAnswerError as error:
        raise LinkUnknown from error
    return SharedPdf(link.number, pdf, link.expires_at)


def _found(transaction: Transaction, secret: str, *, now: datetime) -> tuple[StoredLink, bytes]:
    found = transaction.links.sealed_at(_locator(secret), now_s=int(now.timestamp()))
    if found is None:
        raise LinkUnknown
    return found


def _locator(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogateescape")).hexdigest()

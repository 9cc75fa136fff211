"""Choosing now and going on later: what a holder has filled in for a certificate, kept for a month and for her alone.

It is kept at the bank and not in the browser, which may be anybody's, nor in an address. It is sealed under a secret
that the database does not hold, replaced by the next one, and erased when a certificate is issued, when the holder says
so, when the account is closed and when its month is over. Nothing is issued from it: the holder goes on where she was.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from issuer.bank import Bank
from issuer.store.kept_choices import StoredChoice
from issuer.times import utc_text
from keys.encoding import JsonValue, decode_json_object, encode_json
from keys.errors import SealedAnswerError
from keys.sealed_answer import open_answer, seal_answer

KEPT_FOR: Final = timedelta(days=30)
_MAX_BYTES: Final = 1_000_000
_LABEL: Final = "kept-choice"


@dataclass(frozen=True, slots=True)
class KeptChoice:
    """What was filled in, as fields of a form, and since when and until when it is kept."""

    fields: Sequence[tuple[str, str]]
    kept_at: str
    expires_at: int


def keep_choice(bank: Bank, account_id: str, fields: Sequence[tuple[str, str]], *, now: datetime) -> None:
    """Keep what was filled in, in the place of what was kept before."""
    names: list[JsonValue] = [name for name, _ in fields]
    values: list[JsonValue] = [value for _, value in fields]
    said = encode_json({"names": names, "values": values})
    sealed = seal_answer(said, key=_LABEL, pepper=bank.pepper, associated_data=_belongs_to(account_id))
    choice = StoredChoice(account_id, sealed, utc_text(now), int((now + KEPT_FOR).timestamp()))
    with bank.store.write() as transaction:
        transaction.choices.keep(choice)


def kept_choice(bank: Bank, account_id: str, *, now: datetime) -> KeptChoice | None:
    """Return what was kept, None for nothing; what no longer opens counts as nothing."""
    with bank.store.read() as transaction:
        stored = transaction.choices.of(account_id, now_s=int(now.timestamp()))
    return None if stored is None else open_choice(bank, stored)


def open_choice(bank: Bank, stored: StoredChoice) -> KeptChoice | None:
    """Return what a stored choice says; None when it was sealed under another secret or was changed."""
    belongs = _belongs_to(stored.account_id)
    try:
        opened = open_answer(stored.sealed, key=_LABEL, pepper=bank.pepper, associated_data=belongs)
    except SealedAnswerError:
        return None
    said = decode_json_object(opened, max_bytes=_MAX_BYTES)
    names, values = said["names"], said["values"]
    if not isinstance(names, list) or not isinstance(values, list):
        raise AssertionError("what we sealed has another form")
    fields = [(str(name), str(value)) for name, value in zip(names, values, strict=True)]
    return KeptChoice(fields, stored.kept_at, stored.expires_at)


def forget_choice(bank: Bank, account_id: str) -> None:
    """Erase what was kept."""
    with bank.store.write() as transaction:
        transaction.choices.forget(account_id)


def _belongs_to(account_id: str) -> bytes:
    return f"{_LABEL}/{account_id}".encode()

"""What each key of the credentials has signed, as the records of certificates say."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select, func, select

from issuer.store.log import LOG_ENTRIES
from issuer.store.tables import CERTIFICATES

_AT_ONCE = 1000
_ENTRY = LOG_ENTRIES.c.entry.label("log_entry")


@dataclass(frozen=True, slots=True)
class SignedByKey:
    """How many certificates a key has signed, copies included, and the last Korean day on which one is valid."""

    certificates: int
    last_day: str


@dataclass(frozen=True, slots=True)
class SignedCertificate:
    """One certificate by the key that signed it; `log_entry` is None when it was not logged."""

    number: str
    account_id: str
    carrier: str
    issued_at: str
    valid_until: str
    log_entry: bytes | None


class KeyUseBook:
    """Reads within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def by_key(self) -> dict[str, SignedByKey]:
        """Return what each key has signed; this reads every certificate."""
        query = select(CERTIFICATES.c.key_id, func.count(), func.max(CERTIFICATES.c.valid_until))
        rows = self._connection.execute(query.group_by(CERTIFICATES.c.key_id))
        return {kid: SignedByKey(count, last_day) for kid, count, last_day in rows}

    def in_force(self, kid: str, *, on: str) -> Iterator[SignedCertificate]:
        """Yield what a key has signed that is valid or suspended on a Korean day, in the order of the numbers."""
        joined = CERTIFICATES.outerjoin(LOG_ENTRIES, LOG_ENTRIES.c.number == CERTIFICATES.c.number)
        columns = [*(CERTIFICATES.c[name] for name in SignedCertificate.__slots__[:-1]), _ENTRY]
        query: Select[Any] = select(*columns).select_from(joined).order_by(CERTIFICATES.c.number).limit(_AT_ONCE)
        wanted = query.where(
            CERTIFICATES.c.key_id == kid, CERTIFICATES.c.valid_until >= on, CERTIFICATES.c.status != "revoked"
        )
        last = ""
        while rows := self._connection.execute(wanted.where(CERTIFICATES.c.number > last)).all():
            yield from (SignedCertificate(*row) for row in rows)
            last = rows[-1].number

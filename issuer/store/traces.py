"""What a key or a delivery touched: certificates and accounts, for telling people (LR-14)."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Select, distinct, func, select

from issuer.store.tables import ACCOUNTS, CERTIFICATE_ENTRIES, CERTIFICATES, DELIVERIES, ENTRIES

_AT_ONCE: Final = 1000


@dataclass(frozen=True, slots=True)
class TracedCertificate:
    """One certificate with its account, whatever has become of it."""

    number: str
    account_id: str
    status: str
    carrier: str
    issued_at: str
    valid_until: str


@dataclass(frozen=True, slots=True)
class TracedDelivery:
    """One delivery of a source."""

    id: int
    source: str
    file_name: str
    received_at: str


class TraceBook:
    """Reads within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def signed_by(self, kid: str) -> Iterator[TracedCertificate]:
        """Yield every certificate that a key signed, in the order of the numbers."""
        return self._certificates(CERTIFICATES.c.key_id == kid)

    def carrying(self, delivery_id: int) -> Iterator[TracedCertificate]:
        """Yield every certificate that carries an entry as a delivery brought it last, in the order of the numbers."""
        return self._certificates(CERTIFICATES.c.number.in_(_carrying(delivery_id)))

    def accounts_of(self, delivery_id: int) -> list[str]:
        """Return the accounts in which an entry stands as a delivery brought it last, in the order of their ids."""
        return sorted(self._connection.execute(_holding(delivery_id)).scalars())

    def counts(self, *, kid: str | None = None, delivery_id: int | None = None) -> tuple[int, int]:
        """Return how many certificates and how many accounts a key or a delivery touched."""
        numbers = select(CERTIFICATES.c.number, CERTIFICATES.c.account_id)
        if delivery_id is None:
            touched = numbers.where(CERTIFICATES.c.key_id == kid).subquery()
            accounts = select(func.count(distinct(touched.c.account_id)))
        else:
            touched = numbers.where(CERTIFICATES.c.number.in_(_carrying(delivery_id))).subquery()
            holders = select(touched.c.account_id).union(_holding(delivery_id)).subquery()
            accounts = select(func.count()).select_from(holders)
        certificates = select(func.count()).select_from(touched)
        return (
            int(self._connection.execute(certificates).scalar_one()),
            int(self._connection.execute(accounts).scalar_one()),
        )

    def delivery(self, delivery_id: int) -> TracedDelivery | None:
        """Return a delivery by its number."""
        columns = [DELIVERIES.c[name] for name in TracedDelivery.__slots__]
        row = self._connection.execute(select(*columns).where(DELIVERIES.c.id == delivery_id)).first()
        return None if row is None else TracedDelivery(*row)

    def deliveries(self, limit: int) -> list[TracedDelivery]:
        """Return the newest deliveries, newest first."""
        columns = [DELIVERIES.c[name] for name in TracedDelivery.__slots__]
        query = select(*columns).order_by(DELIVERIES.c.id.desc()).limit(limit)
        return [TracedDelivery(*row) for row in self._connection.execute(query)]

    def _certificates(self, wanted: ColumnElement[bool]) -> Iterator[TracedCertificate]:
        columns: list[ColumnElement[Any]] = [CERTIFICATES.c[name] for name in TracedCertificate.__slots__]
        query, last = select(*columns).where(wanted).order_by(CERTIFICATES.c.number).limit(_AT_ONCE), ""
        while rows := self._connection.execute(query.where(CERTIFICATES.c.number > last)).all():
            yield from (TracedCertificate(*row) for row in rows)
            last = rows[-1].number


def _carrying(delivery_id: int) -> Select[Any]:
    """Numbers of certificates with an entry of a delivery."""
    joined = CERTIFICATE_ENTRIES.join(ENTRIES, ENTRIES.c.id == CERTIFICATE_ENTRIES.c.source_entry_id)
    return select(CERTIFICATE_ENTRIES.c.number).select_from(joined).where(ENTRIES.c.delivery_id == delivery_id)


def _holding(delivery_id: int) -> Select[Any]:
    """Accounts with an entry of a delivery."""
    joined = ACCOUNTS.join(ENTRIES, ENTRIES.c.person_link == ACCOUNTS.c.person_link)
    return select(ACCOUNTS.c.id).distinct().select_from(joined).where(ENTRIES.c.delivery_id == delivery_id)

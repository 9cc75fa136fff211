"""How long issuing takes and what is refused, for the operators' dashboard; about nobody, and forgotten after a while.

The time runs from the first look at the account to the record in the database, its commit not included. What is refused
is counted by the code of the error, also when a wallet asked.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Final

from credential_schemas.errors import CredentialError
from issuer.bank import Bank
from issuer.errors import IssuerError
from issuer.store.transaction import Transaction
from issuer.times import korean_day_of
from keys.errors import KeysError
from keys.faults import faults_told

KEPT_DAYS: Final = 90
_MS: Final = 1000
_MOST_MS: Final = 24 * 3600 * _MS


@contextmanager
def counting_refusals(bank: Bank, *, now: datetime) -> Iterator[None]:
    """Count an error that ends a `with` block of issuing, and let it pass; a count that fails hides nothing."""
    try:
        yield
    except (IssuerError, KeysError, CredentialError) as error:
        with faults_told("counting a refusal", IssuerError), bank.store.write() as transaction:
            transaction.issuing_counts.refused(korean_day_of(now).isoformat(), error.code)
        raise


def record_time(transaction: Transaction, seconds: float, *, now: datetime) -> None:
    """Record how long an issuing took, in its own transaction."""
    took_ms = min(max(round(seconds * _MS), 0), _MOST_MS)
    transaction.issuing_counts.took(korean_day_of(now).isoformat(), took_ms)


def forget_old_counts(transaction: Transaction, *, now: datetime) -> None:
    """Erase what is older than `KEPT_DAYS`."""
    transaction.issuing_counts.forget((korean_day_of(now) - timedelta(days=KEPT_DAYS)).isoformat())


def nearest_rank(counted: Mapping[int, int], percent: int) -> int | None:
    """Return the smallest value that at least so many per cent of all do not exceed; None when there are none.

    Args:
        counted: how often there is each value.
        percent: 1 to 100; 50 is the median, the lower one of two.
    """
    wanted, seen = -(-percent * sum(counted.values()) // 100), 0
    for value in sorted(counted):
        seen += counted[value]
        if seen >= wanted:
            return value
    return None

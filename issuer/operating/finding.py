"""Which certificates an operator means: by number, account, source record, key and time of issue, all together."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

from credential_schemas.korean_time import KOREAN_TIME
from issuer.accounts.account import find_account
from issuer.bank import Bank
from issuer.errors import CertificateNotFound, InvalidOption
from issuer.issued.status_changes import find_source_record
from issuer.key_life.finding import find_key
from issuer.store.status_jobs import CertificateState, WantedCertificates
from issuer.store.transaction import Transaction
from issuer.times import utc_text
from keys.encoding import JsonValue

MOST_NUMBERS: Final = 20_000
_MINUTE: Final = "%Y-%m-%dT%H:%M"


@dataclass(frozen=True, slots=True)
class Filter:
    """What was said; empty for nothing.

    Attributes:
        numbers: of certificates.
        account: id of an account, or the beginning of it.
        record: record id at a source, or SOURCE:RECORD-ID; meant are the certificates that carry its entry.
        key: name of a key of the bank, or a part of it.
        issued_from: first moment of issue, Korean time, `2026-11-22` or `2026-11-22T09:30`.
        issued_until: last day of issue, whole; or the moment before which.
        affected_on: a Korean day; meant are those in force on it with an entry that its source, or the bank, changed.
    """

    numbers: Sequence[str] = ()
    account: str = ""
    record: str = ""
    key: str = ""
    issued_from: str = ""
    issued_until: str = ""
    affected_on: str = ""

    @property
    def is_empty(self) -> bool:
        """Return whether nothing was said, which means no certificate and never all of them."""
        return not self.as_json()

    def as_json(self) -> dict[str, JsonValue]:
        """Return what was said by name, for the record of a job; long lists of numbers by their count."""
        said: dict[str, JsonValue] = {
            name: getattr(self, name) for name in self.__slots__ if name != "numbers" and getattr(self, name)
        }
        return said if not self.numbers else {"numbers": len(set(self.numbers)), **said}


def find_certificates(bank: Bank, wanted: Filter) -> list[CertificateState]:
    """Return the certificates that are meant, in the order of their numbers.

    Raises:
        InvalidOption: nothing was said, too many numbers, or a time that is none.
        CertificateNotFound: one of the numbers is unknown, or that of a further copy.
        AccountNotFound, SourceRecordNotFound, KeyNotFound, KeyAmbiguous, KeyUseFixed: there is no single such thing.
    """
    if wanted.is_empty:
        raise InvalidOption("expected at least one condition; nothing means no certificate", option="filter")
    if len(wanted.numbers) > MOST_NUMBERS:
        raise InvalidOption(f"expected at most {MOST_NUMBERS} numbers", option="numbers")
    key_id = find_key(bank, wanted.key).kid if wanted.key else None
    numbers = frozenset(wanted.numbers)
    with bank.store.read() as transaction:
        _check_numbers(transaction, numbers)
        meant = WantedCertificates(
            numbers=numbers or None,
            account_id=find_account(transaction, wanted.account).id if wanted.account else None,
            entries=[find_source_record(transaction, wanted.record).id] if wanted.record else None,
            key_id=key_id,
            issued_from=_moment(wanted.issued_from) if wanted.issued_from else None,
            issued_before=_moment(wanted.issued_until, is_end=True) if wanted.issued_until else None,
            affected_on=wanted.affected_on or None,
        )
        return transaction.status_jobs.find(meant)


def _check_numbers(transaction: Transaction, numbers: frozenset[str]) -> None:
    if not numbers:
        return
    unknown = numbers - {each.number for each in transaction.status_jobs.find(WantedCertificates(numbers=numbers))}
    if unknown:
        raise CertificateNotFound(number=min(unknown))


def _moment(text: str, *, is_end: bool = False) -> str:
    """Return a moment in UTC; a day alone is its beginning, or as an end the beginning of the next day."""
    try:
        if "T" in text:
            return utc_text(datetime.strptime(text, _MINUTE).replace(tzinfo=KOREAN_TIME))
        day = date.fromisoformat(text) + timedelta(days=is_end)
        return utc_text(datetime.combine(day, time(), KOREAN_TIME))
    except (ValueError, OverflowError) as error:
        problem = "expected Korean time as 2026-11-22 or 2026-11-22T09:30"
        raise InvalidOption(problem, option=text[:40]) from error

"""Which courses are recognised on a day, and what is wrong with a completion that names a recognition.

A delivery names the recognition by its number. A number of this bank's list must belong to the course, the days and the
units of the list, and be in force on the day on which the term ends. A number that is not on the list is taken on the
deliverer's word only where its days begin before the first recognition of the list: decision 0051.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, Self

from issuer.bank import Bank
from issuer.recognition.texts import targets_of
from issuer.sources.model import SourceRecord
from issuer.store.recognition import Recognised
from issuer.store.transaction import Transaction
from keys.encoding import JsonValue

ENTRY_TYPE: Final = "university_ncs_course"
_TERM_ENDS: Final = {"1": (6, 30), "2": (12, 31), "S": (8, 31)}
_WINTER: Final = "W"


@dataclass(frozen=True, slots=True)
class RecognisedCourses:
    """The list of every course that was ever recognised, by number; `first_day` is when the first recognition began."""

    by_number: Mapping[str, Recognised]
    first_day: str | None

    @classmethod
    def of(cls, transaction: Transaction) -> Self:
        """Read the list."""
        found = {str(each.course.recognition_id): each for each in transaction.recognition.recognised()}
        return cls(found, min((str(each.course.valid_from) for each in found.values()), default=None))

    def fault(self, record: SourceRecord) -> tuple[str, str] | None:
        """Return the column of a record that does not fit the list, and what was expected; None when it fits."""
        if record.entry_type != ENTRY_TYPE or self.first_day is None:
            return None
        fields = record.fields
        known = self.by_number.get(str(fields["recognition_id"]))
        if known is None:
            if str(fields["recognition_valid_from"]) < self.first_day:
                return None
            return "recognition_id", "expected a recognition that is on the bank's list"
        return _fault(record.title, fields, known)


def recognised_courses(bank: Bank, institution_id: str | None = None) -> Sequence[Recognised]:
    """Return every course that was ever recognised, or those of one institution, by number."""
    with bank.store.read() as transaction:
        return transaction.recognition.recognised(institution_id)


def last_day_of(recognised: Recognised) -> str:
    """Return the last day on which a course is recognised."""
    return str(recognised.course.ended_on or recognised.course.valid_until)


def completion_day(term: str) -> str:
    """Return the day on which lessons of a term end at the latest: 30 June, 31 December, 31 August, end of February.

    Deliveries name the term only. A winter term belongs to the academic year in which it begins.
    """
    year, _, part = term.partition("-")
    if part == _WINTER:
        return (date(int(year) + 1, 3, 1) - timedelta(days=1)).isoformat()
    return date(int(year), *_TERM_ENDS[part]).isoformat()


def _fault(title: str, fields: Mapping[str, JsonValue], known: Recognised) -> tuple[str, str] | None:
    course = known.course
    same = (known.institution_name, course.code, course.title)
    if (fields["institution_name"], fields["course_code"], title) != same:
        return "course_code", "expected the university and the course that were recognised under this number"
    days = (course.valid_from, course.valid_until)
    if (fields["recognition_valid_from"], fields["recognition_valid_until"]) != days:
        return "valid_from", "expected the days for which the course was recognised"
    units = fields.get("ncs_units")
    claimed = {str(each) for each in units} if isinstance(units, list) else set()
    if not claimed <= {each.code for each in targets_of(course.targets)}:
        return "ncs_units", "expected units for which the course was recognised"
    if not str(course.valid_from) <= completion_day(str(fields["term"])) <= last_day_of(known):
        return "term", "expected a term that ends while the course is recognised"
    return None

"""Who agreed to what: the list of recorded consents, without which nobody's certificates are analysed.

CSV, UTF-8, one row an employee: `employee_no`, `purposes` (separated by `;`), `given_on`, `until`, `record` (where
the consent is kept) and, when it was taken back, `withdrawn_on`. A consent holds from its first to its last day,
Korean time.

Source: docs/analyse.md
"""

import csv
import hashlib
import io
from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Final

from keys.values import dataclass
from verifier.analysis.limits import MAX_CONSENT_BYTES, MAX_RECORD_CHARACTERS
from verifier.errors import ScoringFileError
from verifier.scoring.criteria_files import read_limited
from verifier.scoring.limits import MAX_APPLICANTS

_COLUMNS: Final = ("employee_no", "purposes", "given_on", "until", "record")
_WITHDRAWN: Final = "withdrawn_on"


class Purpose(StrEnum):
    """What an employee can agree to."""

    MAP = "map"
    PLACEMENT = "placement"
    TRAINING = "training"


@dataclass(frozen=True, slots=True)
class Consent:
    """One employee's recorded consent; days are Korean days, first and last included."""

    purposes: frozenset[Purpose]
    given_on: date
    until: date
    record: str
    withdrawn_on: date | None = None

    def refusal(self, purpose: Purpose, day: date) -> str | None:
        """Return why it does not allow a purpose on a day, None if it does."""
        if self.withdrawn_on is not None and self.withdrawn_on <= day:
            return "consent_withdrawn"
        if day < self.given_on:
            return "consent_not_begun"
        if day > self.until:
            return "consent_ended"
        return None if purpose in self.purposes else "no_consent"


@dataclass(frozen=True, slots=True)
class Consents:
    """The consents of a company's people, by employee number, and the digest of the file they stand in."""

    by_employee: Mapping[str, Consent]
    sha256: str

    def refusal(self, employee: str, purpose: Purpose, day: date) -> str | None:
        """Return why an employee's certificates may not be used for a purpose on a day, None if they may."""
        found = self.by_employee.get(employee)
        return "no_consent" if found is None else found.refusal(purpose, day)


def read_consents(path: Path) -> Consents:
    """Read the list of consents.

    Raises:
        ScoringFileError: it is not such a list, or names somebody twice; with file and line, never with a number.
    """
    data = read_limited(path, MAX_CONSENT_BYTES)
    found: dict[str, Consent] = {}
    try:
        rows = csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline=""), strict=True)
        missing = [name for name in _COLUMNS if name not in (rows.fieldnames or ())]
        if missing:
            raise _refused(f"{path.name}:1: expected the columns {', '.join(_COLUMNS)}; missing: {missing[0]}")
        for row in rows:
            place = f"{path.name}:{rows.line_num}"
            number = row["employee_no"] or ""
            if not number or len(number) > 100:
                raise _refused(f"{place}: expected an employee number of at most 100 characters")
            if number in found:
                raise _refused(f"{place}: expected one row for each employee, found a second")
            found[number] = _consent(row, place)
            if len(found) > MAX_APPLICANTS:
                raise _refused(f"{place}: expected at most {MAX_APPLICANTS} employees, found more")
    except (UnicodeDecodeError, csv.Error) as error:
        raise _refused(f"{path.name}: expected CSV in UTF-8, found something else") from error
    return Consents(found, hashlib.sha256(data).hexdigest())


def _consent(row: Mapping[str, str | None], place: str) -> Consent:
    record = (row["record"] or "").strip()
    if not 1 <= len(record) <= MAX_RECORD_CHARACTERS:
        raise _refused(f"{place}: expected in record where the consent is kept")
    given, until = _day(row, "given_on", place), _day(row, "until", place)
    if until < given:
        raise _refused(f"{place}: expected until to be no earlier than given_on")
    withdrawn = _day(row, _WITHDRAWN, place) if row.get(_WITHDRAWN) else None
    return Consent(_purposes(row["purposes"] or "", place), given, until, record, withdrawn)


def _purposes(text: str, place: str) -> frozenset[Purpose]:
    known = {purpose.value: purpose for purpose in Purpose}
    words = [word.strip() for word in text.split(";") if word.strip()]
    if not words or any(word not in known for word in words):
        raise _refused(f"{place}: expected purposes among {', '.join(known)}, separated by ;")
    return frozenset(known[word] for word in words)


def _day(row: Mapping[str, str | None], name: str, place: str) -> date:
    text = row.get(name) or ""
    try:
        if len(text) == len("2026-03-02"):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise _refused(f"{place}: expected in {name} a day such as 2026-03-02")


def _refused(message: str) -> ScoringFileError:
    return ScoringFileError(message, kind="consents")

"""The entries that scoring reads, from verified reports or, marked as such, from an applicant's own list.

Claim names are those of `credential_schemas/types`. Policies and older lists use other words for some of them; the one
table for that is `_OTHER_WORDS`.
"""

import itertools
import re
from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache
from typing import Final, Literal, TypeAlias

from credential_schemas.bodies import body_name
from credential_schemas.certificate_claims import CertificateEntry
from credential_schemas.criteria.errors import ScoringInputError
from credential_schemas.criteria.values import comparable, day
from credential_schemas.entry_types import entry_types
from credential_schemas.report.facts import DisclosedEntry
from keys.encoding import JsonValue
from keys.values import dataclass

Basis: TypeAlias = Literal["verified", "self-declared"]

MAX_ENTRIES: Final = 1000
MAX_ID: Final = 200
TITLE: Final = "title"
ISSUING_BODY: Final = "issuing_body"
_COMMON: Final = frozenset({"id", "type", "verified", "disclosed", "trusted", "status", "valid_until", "as_of"})
_IN_FORCE: Final = "valid"
_REASON_OF_STATUS: Final[Mapping[str, str]] = {
    "revoked": "revoked",
    "cancelled": "revoked",
    "suspended": "suspended",
    "expired": "expired",
    "corrected": "superseded",
    "superseded": "superseded",
}
_OTHER_WORDS: Final[Mapping[str, tuple[str, ...]]] = {
    **dict.fromkeys(
        ("name", "course", "course_name", "item_name", "qualification_name", "test", "exam", "degree", "contest"),
        (TITLE,),
    ),
    **dict.fromkeys(("duty_name", "unit_name"), (TITLE,)),
    "provider": ("institution_name", "provider_name", ISSUING_BODY),
    "institution_name": ("provider", "provider_name", ISSUING_BODY),
    "score": ("score_or_grade",),
    "grade": ("series", "score_or_grade"),
}
GRADES_NAMED_SERIES: Final = frozenset({"national_technical_qualification", "course_based_qualification"})
_JOINED_LEVEL: Final = re.compile(r"(?P<name>.+?)\s*(?P<grade>[1-5]급)")


@dataclass(frozen=True, slots=True)
class ScoringEntry:
    """One entry of an applicant.

    Attributes:
        id: unique for the applicant.
        type: the id of the entry type.
        claims: what it says, by claim name; a withheld claim is absent.
        excluded: why it can earn nothing whatever it says, None if it can.
        valid_until: its own last day, if it has one.
        as_of: the day on which its source said so.
    """

    id: str
    type: str
    claims: Mapping[str, JsonValue]
    excluded: str | None = None
    valid_until: date | None = None
    as_of: date | None = None

    def claim(self, word: str) -> JsonValue:
        """Return what a word of a policy names for this type of entry, None if it was not disclosed."""
        return self.claims.get(canonical_claim(word, self.type))

    @property
    def title(self) -> str | None:
        """The entry's name, without a level that its source joins to it."""
        title, _ = self._title_and_level()
        return title

    @property
    def grade(self) -> str | None:
        """The grade or level of a qualification, from its own claim or from the end of its name."""
        found = self.claims.get("series" if self.type in GRADES_NAMED_SERIES else "grade")
        if isinstance(found, str):
            return comparable(found)
        return self._title_and_level()[1]

    @property
    def names(self) -> frozenset[str]:
        """Every way to write its full name, made comparable: with and without the grade."""
        title, grade = self.title, self.grade
        if title is None:
            return frozenset()
        return frozenset({comparable(title), comparable(title + (grade or ""))})

    def _title_and_level(self) -> tuple[str | None, str | None]:
        title = self.claims.get(TITLE)
        if not isinstance(title, str):
            return None, None
        joined = _JOINED_LEVEL.fullmatch(title)
        if joined is None or (self.type in GRADES_NAMED_SERIES and "series" in self.claims):
            return title, None
        return joined["name"], joined["grade"]

    def standing(self, evaluation_date: date) -> str | None:
        """Return why it earns nothing on a day, None if it can earn points."""
        if self.excluded is not None:
            return self.excluded
        if self.valid_until is not None and self.valid_until < evaluation_date:
            return "expired"
        return None


@cache
def canonical_claim(word: str, entry_type: str) -> str:
    """Return the claim name that a word of a policy or list means for an entry type."""
    own = {field.name for field in entry_types()[entry_type].own_fields}
    if word in own:
        return word
    meant = _OTHER_WORDS.get(word, (word,))
    return next((name for name in meant if name in own), meant[-1])


def entry_of_report(entry_id: str, entry: DisclosedEntry, *, trusted: bool) -> ScoringEntry:
    """Return a disclosed entry of a verified report for scoring.

    Args:
        entry_id: unique for the applicant.
        entry: as the Report holds it; a Report shows content only when its proof checks passed.
        trusted: whether the caller trusts the issuer for this type of entry.
    """
    claims: dict[str, JsonValue] = dict(entry.fields)
    if entry.title.get("ko"):
        claims[TITLE] = entry.title["ko"]
    if entry.issuing_body.get("ko"):
        claims[ISSUING_BODY] = entry.issuing_body["ko"]
    status = entry.status.value
    excluded = None if trusted else "issuer_not_trusted"
    if excluded is None and status != _IN_FORCE:
        excluded = _REASON_OF_STATUS.get(status, "status_unknown")
    return ScoringEntry(
        entry_id, entry.type, claims, excluded=excluded, valid_until=day(claims.get("valid_until")), as_of=entry.as_of
    )


def entry_of_certificate(entry_id: str, entry: CertificateEntry) -> ScoringEntry:
    """Return an entry of a certificate that its holder has, for the holder's own check before applying."""
    claims: dict[str, JsonValue] = {**entry.fields, TITLE: entry.title}
    if entry.issuing_body is not None:
        claims[ISSUING_BODY] = body_name(entry.issuing_body).ko
    return ScoringEntry(entry_id, entry.type, claims, valid_until=day(claims.get("valid_until")), as_of=entry.as_of)


def entry_name(issuer: str, number: str, index: int | str) -> str:
    """Return the id of an entry: issuer, number of the certificate and index, the same however often it is checked."""
    place = issuer.removeprefix("https://").removeprefix("http://")
    return f"{place}/{number}/{index}".replace(":", "_")[-MAX_ID:]


def read_entries(rows: JsonValue) -> tuple[ScoringEntry, ...]:
    """Read a plain list of entries: `id`, `type`, its claims, and `verified`, `disclosed`, `trusted`, `status`.

    What such a list says of itself is a claim of whoever wrote it: results from it are marked by their basis.

    Raises:
        ScoringInputError: no list of objects, an id twice, an unknown type, more than 1,000 entries.
    """
    if not isinstance(rows, list) or len(rows) > MAX_ENTRIES:
        raise ScoringInputError(f"expected a list of at most {MAX_ENTRIES} entries")
    return unique(_entry(row, f"entries[{place}]") for place, row in enumerate(rows))


def unique(entries: Iterable[ScoringEntry]) -> tuple[ScoringEntry, ...]:
    """Return entries in the order of their ids.

    Raises:
        ScoringInputError: an id stands twice.
    """
    found = sorted(entries, key=lambda entry: entry.id)
    for one, other in itertools.pairwise(found):
        if one.id == other.id:
            raise ScoringInputError(f"expected each entry once, found {one.id} twice")
    return tuple(found)


def _entry(row: JsonValue, place: str) -> ScoringEntry:
    if not isinstance(row, dict):
        raise ScoringInputError(f"{place}: expected an object")
    entry_id, entry_type = row.get("id"), row.get("type")
    if not isinstance(entry_id, str) or not 1 <= len(entry_id) <= MAX_ID or ":" in entry_id:
        raise ScoringInputError(f"{place}: expected an id of at most {MAX_ID} characters without a colon")
    if not isinstance(entry_type, str) or entry_type not in entry_types():
        raise ScoringInputError(f"{place}: expected a known entry type")
    claims = {
        canonical_claim(word, entry_type): value
        for word, value in row.items()
        if word not in _COMMON and value is not None
    }
    return ScoringEntry(
        entry_id,
        entry_type,
        claims,
        excluded=_declared(row),
        valid_until=day(row.get("valid_until")),
        as_of=day(row.get("as_of")),
    )


def _declared(row: Mapping[str, JsonValue]) -> str | None:
    for member, reason in (
        ("verified", "not_verified"),
        ("disclosed", "not_disclosed"),
        ("trusted", "issuer_not_trusted"),
    ):
        if row.get(member, True) is not True:
            return reason
    status, last = row.get("status", _IN_FORCE), row.get("valid_until")
    if status == _IN_FORCE:  # a last day that cannot be read may be over
        return "claim_unreadable" if last is not None and day(last) is None else None
    return _REASON_OF_STATUS.get(str(status), "status_unknown")

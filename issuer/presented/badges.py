"""One Open Badge (3.0) for each entry that a wallet presents, if it is an achievement; nothing that was withheld.

Rules enforced:
* a badge says that somebody achieved something, so an entry becomes one only if it shows what (`title`) and by whom
  (`issuing_body`), and, where its type has `passed` or `completed`, that it was; jobs, duties and businesses are none;
* only shown fields are mapped; what Open Badges has no place for is left out and named;
* the subject is the key that the credential is bound to (`did:jwk`); name and birth date are never in a badge;
* it ends with the credential, with the entry's own last day if it has one, and after 30 days at the latest, because
  nobody can revoke it; an entry whose last day was withheld becomes none.

Source: Open Badges 3.0 (document version 1.2) sections 8.2 and B; docs/formats/exports.md
"""

import uuid
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from credential_schemas.catalogue import ncs_unit
from credential_schemas.entry_types import entry_types
from credential_schemas.presented_claims import ShownEntry
from credential_schemas.wording.model import Language
from credential_schemas.wording.published import current_wording
from keys.encoding import JsonValue

CONTEXTS: Final = (
    "https://www.w3.org/ns/credentials/v2",
    "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
)
ACHIEVEMENT_TYPES: Final[Mapping[str, str]] = {
    "academic_degree": "Degree",
    "certified_private_qualification": "Certification",
    "consigned_national_qualification": "Certification",
    "contest_award": "Award",
    "course_based_qualification": "Certification",
    "enterprise_qualification": "Certification",
    "language_test": "Assessment",
    "lifelong_learning": "Course",
    "military_qualification": "Certification",
    "national_technical_qualification": "Certification",
    "ncs_competency_unit": "Competency",
    "overseas_programme": "Course",
    "polytechnic_record": "Course",
    "professional_qualification": "License",
    "school_course": "Course",
    "state_exam_pass": "Assessment",
    "university_ncs_course": "Course",
    "vocational_training": "Course",
    "work_learning_qualification": "Certification",
}
"""What an entry of a type is as an achievement; types that are not here are no achievements."""
SUBJECT_FIELDS: Final[Mapping[str, str]] = {
    "start_date": "activityStartDate",
    "end_date": "activityEndDate",
    "certificate_number": "licenseNumber",
    "credits": "creditsEarned",
    "term": "term",
}
AWARD_FIELDS: Final = ("acquired_date", "conferred_date", "award_date", "test_date", "pass_date")
RESULT_FIELDS: Final[Mapping[str, str]] = {
    "series": "Result",
    "score_or_grade": "Result",
    "grade": "Result",
    "grade_letter": "LetterGrade",
    "internal_score": "RawScore",
    "external_score": "RawScore",
    "attendance_rate": "Percent",
    "prize": "Result",
}
REACHED_FIELDS: Final = ("passed", "completed")
UNIT_FIELDS: Final = ("ncs_units", "unit_code")
_LAST_DAY: Final = "valid_until"
_STUDIED: Final = "field"
_FRAMEWORK: Final = "National Competency Standards (NCS), Republic of Korea"
_FRAMEWORK_URL: Final = "https://www.ncs.go.kr/"
_CRITERIA: Final[Mapping[Language, str]] = {
    "ko": "만든 곳으로 적힌 기관의 기록에 따라 인정합니다. 기준은 그 기관이 정합니다.",
    "en": "Certified from the records of the body named as creator, by the criteria of that body.",
}

Document = dict[str, JsonValue]


@dataclass(frozen=True, slots=True)
class BadgeFrame:
    """What all badges of one export share.

    Attributes:
        issuer: URL of the bank.
        name: of the bank.
        subject: the holder as a DID.
        valid_from, valid_until: Korean days, the first and the last.
        language: of names and descriptions.
        new_id: makes the id of a badge, another for each.
    """

    issuer: str
    name: str
    subject: str
    valid_from: date
    valid_until: date
    language: Language
    new_id: Callable[[], uuid.UUID]


@dataclass(frozen=True, slots=True)
class Badge:
    """A badge before it is signed, its last day, and the names of shown fields that it has no place for."""

    document: Document
    valid_until: date
    left_out: tuple[str, ...]


def why_no_badge(entry: ShownEntry, *, certified: Collection[str], day: date) -> str | None:
    """Say why an entry cannot be a badge (a slug of docs/formats/exports.md); None when it can.

    Args:
        entry: as far as it is shown.
        certified: the names of the fields that the credential has, shown or not.
        day: today.
    """
    if entry.type not in ACHIEVEMENT_TYPES:
        return "not_an_achievement"
    if entry.title is None or entry.issuing_body is None:
        return "not_shown"
    own = {field.name for field in entry_types()[entry.type].own_fields}
    reached = [name for name in REACHED_FIELDS if name in own]
    needed = {*reached, *(name for name in (_LAST_DAY,) if name in certified)}
    if not needed.issubset(entry.fields):
        return "not_shown"
    if not all(entry.fields[name] is True for name in reached):
        return "not_reached"
    last = _last_day(entry)
    return "ended" if last is not None and last < day else None


def badge_of(entry: ShownEntry, frame: BadgeFrame) -> Badge:
    """Return the badge of an entry for which `why_no_badge` has no objection."""
    results = list(_results(entry, frame))
    achievement = _achievement(entry, frame, results)
    subject: Document = {"id": frame.subject, "type": ["AchievementSubject"], "achievement": achievement}
    for name, target in SUBJECT_FIELDS.items():
        if name in entry.fields:
            subject[target] = (
                midnight(_day(entry.fields[name])) if target.startswith("activity") else entry.fields[name]
            )
    if results:
        subject["result"] = [
            {"type": ["Result"], "resultDescription": described["id"], "value": value} for described, value in results
        ]
    last = min(frame.valid_until, _last_day(entry) or frame.valid_until)
    document: Document = {
        "@context": [*CONTEXTS],
        "id": frame.new_id().urn,
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "name": achievement["name"],
        "issuer": {"id": frame.issuer, "type": ["Profile"], "name": frame.name, "url": frame.issuer},
        "validFrom": midnight(frame.valid_from),
        "validUntil": midnight(last + timedelta(days=1)),
        "credentialSubject": subject,
    }
    awarded = next((entry.fields[name] for name in AWARD_FIELDS if name in entry.fields), None)
    if awarded is not None:
        document["awardedDate"] = midnight(_day(awarded))
    mapped = {*SUBJECT_FIELDS, *AWARD_FIELDS, *RESULT_FIELDS, *REACHED_FIELDS, *UNIT_FIELDS, _LAST_DAY, _STUDIED}
    return Badge(document, last, tuple(name for name in entry.fields if name not in mapped))


def _achievement(entry: ShownEntry, frame: BadgeFrame, results: list[tuple[Document, str]]) -> Document:
    language = frame.language
    title = entry.title_en if language == "en" and entry.title_en is not None else entry.title or ""
    body_id = entry.issuing_body or ""
    body = current_wording().body_name(body_id).in_language(language)
    kind = entry_types()[entry.type].names.in_language(language)
    achievement: Document = {
        "id": _name_of(frame, entry.type, entry.title or "", body_id),
        "type": ["Achievement"],
        "achievementType": ACHIEVEMENT_TYPES[entry.type],
        "name": title,
        "description": f"{kind}, {body}",
        "criteria": {"narrative": _CRITERIA[language]},
        "creator": {"id": _name_of(frame, "body", body_id), "type": ["Profile"], "name": body},
        "inLanguage": language,
    }
    studied = entry.fields.get(_STUDIED)
    if studied is not None:
        achievement["fieldOfStudy"] = studied["name"] if isinstance(studied, dict) else studied
    units = [*_units(entry)]
    if units:
        achievement["alignment"] = [_alignment(code) for code in units]
    if results:
        achievement["resultDescription"] = [described for described, _ in results]
    return achievement


def _results(entry: ShownEntry, frame: BadgeFrame) -> Iterator[tuple[Document, str]]:
    fields = {field.name: field for field in entry_types()[entry.type].own_fields}
    for name, kind in RESULT_FIELDS.items():
        if name in entry.fields:
            described: Document = {
                "id": _name_of(frame, entry.type, "result", name),
                "type": ["ResultDescription"],
                "name": fields[name].label.in_language(frame.language),
                "resultType": kind,
            }
            yield described, str(entry.fields[name])


def _units(entry: ShownEntry) -> Iterator[str]:
    for name in UNIT_FIELDS:
        value = entry.fields.get(name, [])
        yield from (str(code) for code in (value if isinstance(value, list) else [value]))


def _alignment(code: str) -> Document:
    unit = ncs_unit(code)
    return {
        "type": ["Alignment"],
        "targetCode": code,
        "targetName": code if unit is None else unit.name_ko,
        "targetFramework": _FRAMEWORK,
        "targetType": "ext:NCSUnit",
        "targetUrl": _FRAMEWORK_URL,
    }


def _name_of(frame: BadgeFrame, *parts: str) -> str:
    """Return the URN of a thing that is the same in every badge of this bank, such as an achievement."""
    return uuid.uuid5(uuid.NAMESPACE_URL, "\n".join((frame.issuer, *parts))).urn


def midnight(day: date) -> str:
    """Return the beginning of a Korean day, with its zone."""
    return f"{day.isoformat()}T00:00:00+09:00"


def _last_day(entry: ShownEntry) -> date | None:
    return _day(entry.fields[_LAST_DAY]) if _LAST_DAY in entry.fields else None


def _day(value: JsonValue) -> date:
    """Return a day that was checked when the entry was read."""
    return date.fromisoformat(str(value))

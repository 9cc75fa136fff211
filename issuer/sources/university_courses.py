"""Universities: courses recognised against the NCS, uploaded after review, CSV.

Natural key: person, recognition and term.
"""

from collections.abc import Iterator

from issuer.sources.model import RejectedRow, Source, SourceRecord
from issuer.sources.reading import csv_rows
from issuer.sources.rows import Column, RecordDraft, Row, convert_columns, ends_after, records, type_of, unit_warnings

_TYPE = "university_ncs_course"
_COLUMNS = (
    Column("recognition_id", "recognition_id"),
    Column("valid_from", "recognition_valid_from"),
    Column("valid_until", "recognition_valid_until"),
    Column("institution_name", "institution_name"),
    Column("department", "department"),
    Column("course_code", "course_code"),
    Column("credits", "credits"),
    Column("passed", "passed"),
    Column("term", "term"),
    Column("ncs_units", "ncs_units", needed=False),
)
_HEADING = frozenset({column.name for column in _COLUMNS} | {"person_ref", "course_name"})


def parse(data: bytes) -> Iterator[SourceRecord | RejectedRow]:
    """Read one delivery; raises `DeliveryUnreadable`."""
    return records(csv_rows(data, columns=_HEADING), _draft)


def _draft(row: Row) -> RecordDraft:
    entry_type, person = type_of(_TYPE), row.text("person_ref")
    fields = convert_columns(row, entry_type, _COLUMNS)
    ends_after(fields, start="recognition_valid_from", end="recognition_valid_until", column="valid_until")
    return RecordDraft(
        row=row,
        entry_type=entry_type,
        title=row.text("course_name"),
        key=(person, str(fields["recognition_id"]), str(fields["term"])),
        issuing_body="hrdk",
        person_ref=person,
        fields=fields,
        warnings=unit_warnings(fields),
        known_columns=_HEADING,
    )


SOURCE = Source(
    id="university_courses",
    ko="대학 NCS 교과 인정",
    en="Universities: courses recognised against the NCS",
    entry_types=(_TYPE,),
    parse=parse,
)

"""Korea Polytechnics: courses taken, CSV.

Natural key: person, course and term; a course repeated in a later term is another record.
"""

from collections.abc import Iterator

from issuer.sources.model import RejectedRow, Source, SourceRecord
from issuer.sources.reading import csv_rows
from issuer.sources.rows import Column, RecordDraft, Row, convert_columns, records, type_of, unit_warnings

_TYPE = "polytechnic_record"
_COLUMNS = (
    Column("course_code", "course_code"),
    Column("programme", "programme"),
    Column("department", "department"),
    Column("campus", "campus"),
    Column("term", "term"),
    Column("credits", "credits"),
    Column("hours", "hours", needed=False),
    Column("passed", "passed"),
    Column("grade_letter", "grade_letter", needed=False),
    Column("ncs_units", "ncs_units", needed=False),
)
_HEADING = frozenset({column.name for column in _COLUMNS} | {"person_ref", "course_name"})


def parse(data: bytes) -> Iterator[SourceRecord | RejectedRow]:
    """Read one delivery; raises `DeliveryUnreadable`."""
    return records(csv_rows(data, columns=_HEADING), _draft)


def _draft(row: Row) -> RecordDraft:
    entry_type, person = type_of(_TYPE), row.text("person_ref")
    fields = convert_columns(row, entry_type, _COLUMNS)
    return RecordDraft(
        row=row,
        entry_type=entry_type,
        title=row.text("course_name"),
        key=(person, str(fields["course_code"]), str(fields["term"])),
        issuing_body="kopo",
        person_ref=person,
        fields=fields,
        warnings=unit_warnings(fields),
        known_columns=_HEADING,
    )


SOURCE = Source(
    id="polytechnic_records",
    ko="한국폴리텍대학 학사정보",
    en="Korea Polytechnics: academic records",
    entry_types=(_TYPE,),
    parse=parse,
)

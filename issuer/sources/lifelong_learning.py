"""Lifelong-learning account (온국민평생배움터): courses, CSV.

Natural key: person, course and run.
"""

from collections.abc import Iterator

from issuer.sources.model import RejectedRow, Source, SourceRecord
from issuer.sources.reading import csv_rows
from issuer.sources.rows import Column, RecordDraft, Row, convert_columns, ends_after, records, type_of

_TYPE = "lifelong_learning"
_COLUMNS = (
    Column("course_id", "course_id"),
    Column("session", "session", needed=False),
    Column("accredited", "accredited"),
    Column("provider_name", "provider_name"),
    Column("start_date", "start_date"),
    Column("end_date", "end_date"),
    Column("hours", "hours"),
    Column("completed", "completed"),
    Column("completion_certificate", "completion_certificate"),
)
_CATEGORY = Column("category", "category", needed=False)  # not in every delivery
_HEADING = frozenset({column.name for column in _COLUMNS} | {"person_ref", "course_name"})


def parse(data: bytes) -> Iterator[SourceRecord | RejectedRow]:
    """Read one delivery; raises `DeliveryUnreadable`."""
    return records(csv_rows(data, columns=_HEADING), _draft)


def _draft(row: Row) -> RecordDraft:
    entry_type, person = type_of(_TYPE), row.text("person_ref")
    fields = convert_columns(row, entry_type, (*_COLUMNS, _CATEGORY))
    ends_after(fields, start="start_date", end="end_date", column="end_date")
    return RecordDraft(
        row=row,
        entry_type=entry_type,
        title=row.text("course_name"),
        key=(person, str(fields["course_id"]), str(fields.get("session", ""))),
        issuing_body="nile",
        person_ref=person,
        fields=fields,
        known_columns=_HEADING | {_CATEGORY.name},
    )


SOURCE = Source(
    id="lifelong_learning",
    ko="평생학습계좌제 학습이력",
    en="Lifelong-learning account",
    entry_types=(_TYPE,),
    parse=parse,
)

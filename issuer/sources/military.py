"""Defence personnel system: duties and defence qualifications, JSON with one list each.

Unit, service number and kind of discharge are never taken, rank only as a personal field. A duty has no number.
Natural keys: person, duty and first day; the number of the certificate.
"""

from collections.abc import Iterator

from issuer.sources.model import RejectedRow, Source, SourceRecord
from issuer.sources.reading import json_lists, json_rows
from issuer.sources.rows import Column, RecordDraft, Row, convert_columns, ends_after, records, type_of, unit_warnings

_DUTY, _QUALIFICATION = "military_duty", "military_qualification"
_DUTY_COLUMNS = (
    Column("specialityCode", "speciality_code", needed=False),
    Column("startedOn", "start_date"),
    Column("endedOn", "end_date"),
    Column("ncsUnits", "ncs_units"),
    Column("rank", "rank", needed=False),
)
_QUALIFICATION_COLUMNS = (
    Column("grade", "grade", needed=False),
    Column("certNo", "certificate_number"),
    Column("acquiredOn", "acquired_date"),
)


def parse(data: bytes) -> Iterator[SourceRecord | RejectedRow]:
    """Read one delivery, duties first; raises `DeliveryUnreadable`."""
    lists = json_lists(data, names=("duties", "qualifications"))
    yield from records(json_rows(lists["duties"]), _duty_draft)
    yield from records(json_rows(lists["qualifications"]), _qualification_draft)


def _duty_draft(row: Row) -> RecordDraft:
    entry_type, person, title = type_of(_DUTY), row.text("personRef"), row.text("dutyName")
    fields = convert_columns(row, entry_type, _DUTY_COLUMNS)
    ends_after(fields, start="start_date", end="end_date", column="endedOn")
    return RecordDraft(
        row=row,
        entry_type=entry_type,
        title=title,
        key=(person, title, str(fields["start_date"])),
        issuing_body="rok_army",
        person_ref=person,
        fields=fields,
        warnings=unit_warnings(fields),
        known_columns=frozenset({column.name for column in _DUTY_COLUMNS} | {"personRef", "dutyName"}),
    )


def _qualification_draft(row: Row) -> RecordDraft:
    entry_type = type_of(_QUALIFICATION)
    return RecordDraft(
        row=row,
        entry_type=entry_type,
        title=row.text("itemName"),
        key=(row.text("certNo"),),
        issuing_body="rok_army",
        person_ref=row.text("personRef"),
        fields=convert_columns(row, entry_type, _QUALIFICATION_COLUMNS),
        known_columns=frozenset({column.name for column in _QUALIFICATION_COLUMNS} | {"personRef", "itemName"}),
    )


SOURCE = Source(
    id="military",
    ko="국방인사정보체계 군 직무·자격",
    en="Defence personnel system: military duties and qualifications",
    entry_types=(_DUTY, _QUALIFICATION),
    parse=parse,
)

"""Employment insurance: careers, JSON. No end means still insured; wage and reason of separation are never taken.

The system gives a career no number. Natural key: person, employer and first day.
"""

from collections.abc import Iterator

from issuer.sources.model import RejectedRow, Source, SourceRecord
from issuer.sources.reading import json_lists, json_rows
from issuer.sources.rows import Column, RecordDraft, Row, convert_columns, ends_after, records, type_of

_TYPE = "employment_insurance_career"
_COLUMNS = (
    Column("employerName", "employer_name"),
    Column("industry", "employer_industry", needed=False),
    Column("acquiredOn", "start_date"),
    Column("lostOn", "end_date", needed=False),
    Column("duty", "duty", needed=False),
    Column("workplaceManagementNumber", "workplace_management_number", needed=False),
)


def parse(data: bytes) -> Iterator[SourceRecord | RejectedRow]:
    """Read one delivery; raises `DeliveryUnreadable`."""
    return records(json_rows(json_lists(data, names=("items",))["items"]), _draft)


def _draft(row: Row) -> RecordDraft:
    entry_type, person = type_of(_TYPE), row.text("personRef")
    fields = convert_columns(row, entry_type, _COLUMNS)
    ends_after(fields, start="start_date", end="end_date", column="lostOn")
    return RecordDraft(
        row=row,
        entry_type=entry_type,
        title=entry_type.names.ko,
        title_en=entry_type.names.en,
        key=(person, str(fields["employer_name"]), str(fields["start_date"])),
        issuing_body="comwel",
        person_ref=person,
        fields=fields,
        known_columns=frozenset({column.name for column in _COLUMNS} | {"personRef"}),
    )


SOURCE = Source(
    id="employment_career",
    ko="고용보험 취업이력",
    en="Employment insurance: career history",
    entry_types=(_TYPE,),
    parse=parse,
)

"""Bodies that examine on behalf of the state: national technical qualifications, CSV.

The delivery has no item code and no field: both come from the catalogue, by the name or by name and grade. The body
that examined is the issuing body; today's record keeper differs where an item has moved since.
Natural key: examining body and number of the certificate, for each body numbers its own.
"""

from collections.abc import Iterator

from issuer.sources.model import RejectedRow, Source, SourceRecord
from issuer.sources.naming import body_id, item_names
from issuer.sources.reading import csv_rows
from issuer.sources.rows import Column, RecordDraft, Row, convert_columns, records, type_of

_TYPE = "consigned_national_qualification"
_COLUMNS = (
    Column("grade", "series"),
    Column("certificate_number", "certificate_number"),
    Column("acquired_date", "acquired_date"),
)
_HEADING = frozenset({column.name for column in _COLUMNS} | {"person_ref", "exam_body", "item_name", "status"})
_RECORD_KEEPERS = {"kisa": "kca"}  # information security moved from KISA to KCA for 2022


def parse(data: bytes) -> Iterator[SourceRecord | RejectedRow]:
    """Read one delivery; raises `DeliveryUnreadable`."""
    return records(csv_rows(data, columns=_HEADING), _draft)


def _draft(row: Row) -> RecordDraft:
    entry_type, title, body = type_of(_TYPE), row.text("item_name"), body_id(row.text("exam_body"))
    names = item_names(title, row.optional("grade"))
    fields = {**names.fields, **convert_columns(row, entry_type, _COLUMNS), "exam_body": body}
    return RecordDraft(
        row=row,
        entry_type=entry_type,
        title=title,
        title_en=names.title_en,
        key=(body, row.text("certificate_number")),
        issuing_body=body,
        record_keeper=_RECORD_KEEPERS.get(body, body),
        person_ref=row.text("person_ref"),
        status=row.text("status"),
        fields=fields,
        warnings=list(names.warnings),
        known_columns=_HEADING,
    )


SOURCE = Source(
    id="consigned_qualifications",
    ko="수탁기관 국가기술자격",
    en="Consigned bodies: national technical qualifications",
    entry_types=(_TYPE,),
    parse=parse,
)

"""NCS competency units: reference data, JSON; nobody's entries, but the names of units that other entries prove.

Natural key: the code of the unit with its version.
"""

from collections.abc import Iterator

from credential_schemas.catalogue import ncs_unit
from issuer.sources.model import RejectedRow, Source, SourceRecord
from issuer.sources.naming import class_value
from issuer.sources.reading import json_lists, json_rows
from issuer.sources.rows import Column, RecordDraft, Row, checked, convert_columns, records, type_of

_TYPE = "ncs_competency_unit"
_COLUMNS = (
    Column("ncsClCd", "unit_code"),
    Column("compeUnitLevel", "unit_level", needed=False),
    Column("compeUnitDef", "unit_definition", needed=False),
)
_CLASSES = {  # field: column of the name, digits of the code
    "major_class": ("ncsLclasCdnm", 2),
    "middle_class": ("ncsMclasCdnm", 4),
    "minor_class": ("ncsSclasCdnm", 6),
    "sub_class": ("ncsSubdCdnm", 8),
}
_CODES = {"ncsLclasCd", "ncsMclasCd", "ncsSclasCd", "ncsSubdCd"}
_OTHERS = {"compeUnitName", "name_checked"} | _CODES | {column for column, _ in _CLASSES.values()}


def parse(data: bytes) -> Iterator[SourceRecord | RejectedRow]:
    """Read one delivery; raises `DeliveryUnreadable`."""
    return records(json_rows(json_lists(data, names=("items",))["items"]), _draft)


def _draft(row: Row) -> RecordDraft:
    entry_type = type_of(_TYPE)
    fields = convert_columns(row, entry_type, _COLUMNS)
    code = str(fields["unit_code"])
    known = ncs_unit(code)
    if "unit_level" not in fields and known is not None and known.level is not None:
        fields["unit_level"] = known.level
    for name, (column, digits) in _CLASSES.items():
        value = class_value(code[:digits], row.optional(column))
        if value is not None:
            fields[name] = checked(entry_type, name, value, column=column)
    return RecordDraft(
        row=row,
        entry_type=entry_type,
        title=row.text("compeUnitName"),
        key=(code,),
        issuing_body="hrdk",
        fields=fields,
        warnings=[] if known else [f"the NCS unit {code} is not in the catalogue"],
        known_columns=frozenset({column.name for column in _COLUMNS} | _OTHERS),
    )


SOURCE = Source(
    id="ncs_units",
    ko="NCS 능력단위 정보",
    en="NCS competency units (reference)",
    entry_types=(_TYPE,),
    parse=parse,
)

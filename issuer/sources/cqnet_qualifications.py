"""CQ-Net: course-based qualifications (class C) and work-learning qualifications (class W), JSON.

Natural key: the number of the certificate (`certNo`), which CQ-Net gives once over both classes.
"""

from collections.abc import Iterator

from issuer.sources.model import RejectedRow, Source, SourceRecord
from issuer.sources.naming import item_names
from issuer.sources.reading import json_lists, json_rows
from issuer.sources.rows import (
    Column,
    RecordDraft,
    Row,
    RowFault,
    convert_columns,
    records,
    type_of,
    unit_warnings,
)

_TYPES = {"C": "course_based_qualification", "W": "work_learning_qualification"}
_COLUMNS = (
    Column("jmCd", "item_code"),
    Column("grdNm", "series"),
    Column("certNo", "certificate_number"),
    Column("eduTrngCoseNm", "course_name"),
    Column("trnglnstiNm", "training_institution"),
    Column("etraStdrTimeSm", "training_hours"),
    Column("abltyUnitCds", "ncs_units"),
    Column("acqDt", "acquired_date"),
    Column("internalScore", "internal_score", needed=False),
    Column("externalScore", "external_score", needed=False),
)
_OTHERS = {"personRef", "qualgbCd", "jmNm", "engJmNm", "grdCd", "status"}


def parse(data: bytes) -> Iterator[SourceRecord | RejectedRow]:
    """Read one delivery; raises `DeliveryUnreadable`."""
    return records(json_rows(json_lists(data, names=("items",))["items"]), _draft)


def _draft(row: Row) -> RecordDraft:
    type_id = _TYPES.get(row.text("qualgbCd"))
    if type_id is None:
        raise RowFault("qualgbCd", f"expected one of {', '.join(_TYPES)}")
    entry_type, title = type_of(type_id), row.text("jmNm")
    fields = convert_columns(row, entry_type, _COLUMNS)
    return RecordDraft(
        row=row,
        entry_type=entry_type,
        title=title,
        title_en=row.optional("engJmNm") or item_names(title).title_en,
        key=(row.text("certNo"),),
        issuing_body="hrdk",
        person_ref=row.text("personRef"),
        status=row.text("status"),
        fields=fields,
        warnings=unit_warnings(fields),
        known_columns=frozenset({column.name for column in _COLUMNS} | _OTHERS),
    )


SOURCE = Source(
    id="cqnet_qualifications",
    ko="CQ-Net 과정평가형·일학습병행 자격",
    en="CQ-Net: course-based and work-learning qualifications",
    entry_types=tuple(_TYPES.values()),
    parse=parse,
)

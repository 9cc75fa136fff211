"""Q-Net: national technical qualifications by examination, XML, one `item` each.

Natural key: the number of the certificate (`certNo`), which Q-Net gives once.
"""

from collections.abc import Iterator

from issuer.sources.model import RejectedRow, Source, SourceRecord
from issuer.sources.naming import body_id, coded, item_names
from issuer.sources.reading import xml_rows
from issuer.sources.rows import Column, RecordDraft, Row, RowFault, checked, convert_columns, records, type_of

_TYPE = "national_technical_qualification"
_EXAMINATION = "T"
_COLUMNS = (
    Column("jmcd", "item_code"),
    Column("seriesnm", "series"),
    Column("certNo", "certificate_number"),
    Column("acqDt", "acquired_date"),
    Column("issueDt", "issued_date", needed=False),
    Column("mgmtInstiNm", "competent_ministry", needed=False),
)
_OTHERS = {"qualgbcd", "personRef", "jmfldnm", "engJmNm", "grdCd", "examInstiCd", "status"}
_FIELD_COLUMNS = {"obligfldcd", "obligfldnm", "mdobligfldcd", "mdobligfldnm"}


def parse(data: bytes) -> Iterator[SourceRecord | RejectedRow]:
    """Read one delivery; raises `DeliveryUnreadable`."""
    return records(xml_rows(data, root="response", item="item"), _draft)


def _draft(row: Row) -> RecordDraft:
    if row.text("qualgbcd") != _EXAMINATION:
        raise RowFault("qualgbcd", f"expected {_EXAMINATION}, a qualification by examination")
    entry_type, title = type_of(_TYPE), row.text("jmfldnm")
    names = item_names(title)
    fields = convert_columns(row, entry_type, _COLUMNS)
    fields["exam_body"] = body_id(row.text("examInstiCd"))
    field = coded(row.optional("obligfldcd"), row.optional("obligfldnm")) or names.fields.get("field")
    if field is not None:
        fields["field"] = checked(entry_type, "field", field, column="obligfldcd")
    return RecordDraft(
        row=row,
        entry_type=entry_type,
        title=title,
        title_en=row.optional("engJmNm") or names.title_en,
        key=(row.text("certNo"),),
        issuing_body=str(fields["exam_body"]),
        record_keeper="hrdk",
        person_ref=row.text("personRef"),
        status=row.text("status"),
        fields=fields,
        warnings=list(names.warnings),
        known_columns=frozenset({column.name for column in _COLUMNS} | _OTHERS | _FIELD_COLUMNS),
    )


SOURCE = Source(
    id="qnet_qualifications",
    ko="Q-Net 국가기술자격(검정형)",
    en="Q-Net: national technical qualifications by examination",
    entry_types=(_TYPE,),
    parse=parse,
)

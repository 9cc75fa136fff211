"""HRD-Net (고용24): vocational training, XML, one `scn_list` each.

Natural key: person, course and run (`trprId`, `trprDegr`): nobody attends the same run twice.
"""

from collections.abc import Iterator

from issuer.sources.model import RejectedRow, Source, SourceRecord
from issuer.sources.reading import xml_rows
from issuer.sources.rows import Column, RecordDraft, Row, convert_columns, ends_after, records, type_of, unit_warnings

_TYPE = "vocational_training"
_COLUMNS = (
    Column("trprId", "course_id"),
    Column("trprDegr", "session"),
    Column("trainstCstId", "provider_id"),
    Column("subTitle", "provider_name"),
    Column("sector", "sector"),
    Column("trainTarget", "target", needed=False),
    Column("traStartDate", "start_date"),
    Column("traEndDate", "end_date"),
    Column("trtm", "hours"),
    Column("ncsCd", "ncs_code", needed=False),
    Column("completedYn", "completed"),
    Column("certificateYn", "completion_certificate"),
    Column("attendanceRate", "attendance_rate", needed=False),
)
_OTHERS = {"personRef", "title", "trainTargetCd"}


def parse(data: bytes) -> Iterator[SourceRecord | RejectedRow]:
    """Read one delivery; raises `DeliveryUnreadable`."""
    return records(xml_rows(data, root="HRDNet", item="scn_list"), _draft)


def _draft(row: Row) -> RecordDraft:
    entry_type, person = type_of(_TYPE), row.text("personRef")
    fields = convert_columns(row, entry_type, _COLUMNS)
    ends_after(fields, start="start_date", end="end_date", column="traEndDate")
    return RecordDraft(
        row=row,
        entry_type=entry_type,
        title=row.text("title"),
        key=(person, str(fields["course_id"]), str(fields["session"])),
        issuing_body="keis",
        person_ref=person,
        fields=fields,
        warnings=unit_warnings(fields),
        known_columns=frozenset({column.name for column in _COLUMNS} | _OTHERS),
    )


SOURCE = Source(
    id="hrdnet_training",
    ko="HRD-Net 직업훈련",
    en="HRD-Net: vocational training",
    entry_types=(_TYPE,),
    parse=parse,
)

"""Hometax: registrations of sole proprietors, JSON. Sales are never taken.

Natural key: the business registration number; a person may hold several.
"""

from collections.abc import Iterator

from issuer.sources.model import RejectedRow, Source, SourceRecord
from issuer.sources.reading import json_lists, json_rows
from issuer.sources.rows import Column, RecordDraft, Row, RowFault, convert_columns, ends_after, records, type_of

_TYPE = "business_registration"
_COLUMNS = (
    Column("b_no", "business_number"),
    Column("tradeName", "trade_name"),
    Column("businessType", "business_type"),
    Column("businessItem", "business_item"),
    Column("openedOn", "opened_on"),
    Column("end_dt", "closed_on", needed=False),
    Column("premisesAddress", "premises_address", needed=False),
)
_STATUSES = {"01": "active", "02": "suspended", "03": "closed"}
_OTHERS = {"personRef", "b_stt", "b_stt_cd"}


def parse(data: bytes) -> Iterator[SourceRecord | RejectedRow]:
    """Read one delivery; raises `DeliveryUnreadable`."""
    return records(json_rows(json_lists(data, names=("items",))["items"]), _draft)


def _draft(row: Row) -> RecordDraft:
    entry_type = type_of(_TYPE)
    fields = convert_columns(row, entry_type, _COLUMNS)
    status = _STATUSES.get(row.text("b_stt_cd"))
    if status is None:
        raise RowFault("b_stt_cd", f"expected one of {', '.join(_STATUSES)}")
    if (status == "closed") != ("closed_on" in fields):
        raise RowFault("end_dt", "expected a last day of a closed business, and of no other")
    fields["business_status"] = status
    ends_after(fields, start="opened_on", end="closed_on", column="end_dt")
    return RecordDraft(
        row=row,
        entry_type=entry_type,
        title=entry_type.names.ko,
        title_en=entry_type.names.en,
        key=(str(fields["business_number"]),),
        issuing_body="nts",
        person_ref=row.text("personRef"),
        fields=fields,
        known_columns=frozenset({column.name for column in _COLUMNS} | _OTHERS),
    )


SOURCE = Source(
    id="business_registration",
    ko="홈택스 개인 사업자등록",
    en="Hometax: sole-proprietor business registrations",
    entry_types=(_TYPE,),
    parse=parse,
)

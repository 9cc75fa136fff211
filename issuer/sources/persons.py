"""The identity register: who a `person_ref` is. It opens no account by itself.

Duplicate information (`di_bank`) is not taken. Natural key: `person_ref`.
"""

import base64
import binascii
from collections.abc import Iterator

from issuer.sources.model import PersonRecord, RejectedRow
from issuer.sources.reading import RawRow, json_lists, json_rows
from issuer.sources.rows import Row, RowFault, day_text

SOURCE_ID = "persons"
NAMES = ("본인확인 등록부", "Identity register")
_CI_CHARACTERS, _CI_BYTES = 88, 64
_MAX_NAME_CHARACTERS = 100


def parse_persons(data: bytes) -> Iterator[PersonRecord | RejectedRow]:
    """Read one delivery of the register.

    Raises:
        DeliveryUnreadable: the file as a whole is not what the register sends.
    """
    seen: set[str] = set()
    for raw in json_rows(json_lists(data, names=("persons",))["persons"]):
        try:
            person = _person(raw)
            if not seen.isdisjoint((person.person_ref, person.ci)):
                raise RowFault("person_ref", "expected each person once in a delivery, found one again")
        except RowFault as fault:
            yield RejectedRow(raw.line, raw.item, fault.column, fault.problem)
        else:
            seen |= {person.person_ref, person.ci}
            yield person


def _person(raw: RawRow) -> PersonRecord:
    row = Row(raw)
    return PersonRecord(
        person_ref=_short(row, "person_ref"),
        name=_short(row, "name"),
        name_en=_short(row, "name_en") if row.optional("name_en") else None,
        birth_date=day_text(row.text("birth_date"), column="birth_date"),
        ci=_ci(row.text("ci")),
    )


def _short(row: Row, name: str) -> str:
    text = row.text(name)
    if len(text) > _MAX_NAME_CHARACTERS:
        raise RowFault(name, f"expected at most {_MAX_NAME_CHARACTERS} characters, found {len(text)}")
    return text


def _ci(text: str) -> str:
    try:
        decoded = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        decoded = b""
    if len(text) != _CI_CHARACTERS or len(decoded) != _CI_BYTES:
        raise RowFault("ci", f"expected {_CI_CHARACTERS} characters of Base64")
    return text

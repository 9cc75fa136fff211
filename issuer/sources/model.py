"""What an adapter hands over: normalised records and rejected rows."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from keys.encoding import JsonValue


@dataclass(frozen=True, slots=True)
class SourceRecord:
    """One entry as its source delivered it, normalised to the fields of its entry type.

    `person_ref` joins it with a registered person (None: reference data, nobody's). `natural_key` is stable across
    deliveries of the same source. `fields` holds only fields of the type, values of the type's kinds, unknown ones
    absent. `dropped` names forbidden fields that were sent and thrown away; their values are nowhere.
    """

    person_ref: str | None
    entry_type: str
    natural_key: str
    source_record_id: str
    title: str
    title_en: str | None
    issuing_body: str
    record_keeper: str | None
    source_status: str
    fields: Mapping[str, JsonValue]
    dropped: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RejectedRow:
    """A row that cannot be taken: where it stands, which field, and what was expected; never the value itself."""

    line: int | None
    item: int
    field: str
    problem: str


@dataclass(frozen=True, slots=True)
class Source:
    """One source system: its id (file stem of its deliveries), names, entry types and parser.

    `parse` raises `issuer.errors.DeliveryUnreadable` when the file as a whole is not what this source sends.
    """

    id: str
    ko: str
    en: str
    entry_types: tuple[str, ...]
    parse: Callable[[bytes], Iterator[SourceRecord | RejectedRow]]


@dataclass(frozen=True, slots=True)
class PersonRecord:
    """One person of the identity register. `ci` is the connecting information, the same at every service.

    It is linked by a keyed hash and then forgotten; it never reaches a log, a file name or a credential.
    """

    person_ref: str
    name: str
    name_en: str | None
    birth_date: str
    ci: str

    def __repr__(self) -> str:
        return "PersonRecord(...)"

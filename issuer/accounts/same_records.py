"""The same record delivered by two sources is one entry with two provenances; what only looks the same stays apart.

Two entries of a person are the same record when they are of one kind in credentials and agree in title, issuing body,
every field that `same_records.json` names for the kind, and whether they are in force, and contradict each other in no
field that a certificate always shows. Whatever is only alike (one category, one title, one day or period) is told to
the holder and to operators as a possible repeat, and never merged: two courses of one name may be two courses.
"""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Final

from credential_schemas.entry_types import EntryType, entry_types
from issuer.store.entries import StoredEntry
from keys.encoding import JsonValue, decode_json_object

_MAX_BYTES: Final = 64 * 1024
_IN_FORCE: Final = ("valid", "corrected")


@dataclass(frozen=True, slots=True)
class OneRecord:
    """One record: the stored entry that stands for it, others that say the same, and the ids of those that look alike.

    The leading entry is the one that was collected first, so that its id stays when another source delivers it, too.
    """

    lead: StoredEntry
    others: tuple[StoredEntry, ...] = ()
    alike: tuple[str, ...] = ()


def one_records(entries: Sequence[StoredEntry]) -> list[OneRecord]:
    """Return the records of one person, in the order of their leading entries; pure."""
    groups: dict[object, list[StoredEntry]] = {}
    for entry in sorted(entries, key=lambda each: (each.first_collected_at, each.source, each.id)):
        _join(groups, entry)
    leads = {group[0].id: group for group in groups.values()}
    looks: dict[object, list[str]] = {}
    for lead, *_ in leads.values():
        look = look_of(lead)
        if look is not None:
            looks.setdefault(look, []).append(lead.id)
    found = []
    for entry in entries:
        if entry.id in leads:
            alike = tuple(each for each in looks.get(look_of(entry), ()) if each != entry.id)
            found.append(OneRecord(entry, tuple(leads[entry.id][1:]), alike))
    return found


def look_of(entry: StoredEntry) -> tuple[str, ...] | None:
    """Return what two records that may be one have in common: category, title, day or period.

    None: the kind has no titles of its own or the day is not known, so nothing can be said.
    """
    return record_look(entry.entry_type, entry.title, entry.fields)


def record_look(type_id: str, title: str, fields: Mapping[str, JsonValue]) -> tuple[str, ...] | None:
    """Return the same of a record that is not stored yet."""
    entry_type = entry_types()[type_id]
    days = [fields.get(name) for name in entry_type.table.when]
    if entry_type.title_field is None or not days or days[0] is None:
        return None
    return (entry_type.category, _plain(title), *(str(day or "") for day in days))


def _join(groups: dict[object, list[StoredEntry]], entry: StoredEntry) -> None:
    identity = _identity(entry)
    if identity is None:
        groups[entry.id] = [entry]
        return
    number = 0
    while (group := groups.get((identity, number))) is not None:
        if not _contradicts(group[0], entry):
            group.append(entry)
            return
        number += 1
    groups[identity, number] = [entry]


def _identity(entry: StoredEntry) -> tuple[object, ...] | None:
    """Return what makes the record the one it is; None when its kind or its fields do not tell."""
    kind = _credential_type(entry)
    names = _same_record_fields().get(kind.id, ())
    values = [entry.fields.get(name) for name in names]
    if not names or any(value is None for value in values):
        return None
    in_force = entry.status if entry.status not in _IN_FORCE else _IN_FORCE
    return (kind.id, _plain(entry.title), entry.issuing_body, in_force, *(_plain(str(value)) for value in values))


def _contradicts(one: StoredEntry, other: StoredEntry) -> bool:
    """Return whether both have a field that every certificate shows, and say different things in it."""
    shown = [field.name for field in _credential_type(one).own_fields if field.fixed]
    both = [name for name in shown if one.fields.get(name) is not None and other.fields.get(name) is not None]
    return any(one.fields[name] != other.fields[name] for name in both)


def _credential_type(entry: StoredEntry) -> EntryType:
    registry = entry_types()
    return registry[registry[entry.entry_type].credential_type]


def _plain(text: str) -> str:
    """Return letters and digits only: how a number or title is spaced and punctuated differs between systems."""
    return "".join(each for each in unicodedata.normalize("NFKC", text).casefold() if each.isalnum())


@cache
def _same_record_fields() -> dict[str, tuple[str, ...]]:
    """The fields that tell one record from every other of the same person, by kind; kinds without any never merge."""
    document = decode_json_object(
        resources.files("issuer.accounts").joinpath("same_records.json").read_bytes(), max_bytes=_MAX_BYTES
    )
    return {kind: tuple(map(str, names)) for kind, names in document.items() if isinstance(names, list)}

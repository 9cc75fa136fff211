"""How an entry's state at its source becomes the status value of each certificate that carries it.

0 valid, 1 invalid (revoked, expired or withdrawn), 2 suspended, 3 corrected: what was certified is not what the source
says now. Only what a certificate disclosed counts: a change in a field that it does not show leaves it as it is.
"""

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

from credential_schemas.entry_types import entry_types
from issuer.accounts.account import AccountEntry
from issuer.accounts.units import UNIT_TYPE, proven_unit_codes
from issuer.store.certificates import CarriedEntry, StatusEvent
from issuer.store.entries import StoredEntry
from issuer.store.transaction import Transaction
from keys.encoding import JsonValue, encode_json

VALID, INVALID, SUSPENDED, CORRECTED = range(4)
VALUE_NAMES: Final = ("valid", "revoked", "suspended", "corrected")
_VALUES: Final = {"revoked": INVALID, "expired": INVALID, "withdrawn": INVALID, "suspended": SUSPENDED}


def record_hash(entry: StoredEntry) -> str:
    """Return the hash of everything that a source says of an entry; it tells a changed record from an unchanged one."""
    content: JsonValue = [
        entry.person_link,
        entry.entry_type,
        entry.title,
        entry.title_en,
        entry.issuing_body,
        entry.record_keeper,
        entry.source_record_id,
        entry.source_status,
        {name: entry.fields[name] for name in sorted(entry.fields)},
    ]
    return hashlib.sha256(encode_json(content)).hexdigest()


def claims_hash(entry: AccountEntry, disclosed: Sequence[str]) -> str:
    """Return the hash of what a certificate says of an entry, by the fields it discloses."""
    if entry.type == UNIT_TYPE:
        return _unit_hash(entry.source_entry, entry.fields["unit_code"])
    return _stored_hash(entry.source_entry, disclosed)


@dataclass(frozen=True, slots=True)
class CopyChange:
    """One entry on one certificate, as it was, and the status value it gets."""

    copy: CarriedEntry
    value: int

    @property
    def before(self) -> str:
        """The name of the value it has."""
        return VALUE_NAMES[self.copy.status]

    @property
    def after(self) -> str:
        """The name of the value it gets."""
        return VALUE_NAMES[self.value]


def planned_changes(transaction: Transaction, entries: Collection[StoredEntry]) -> list[CopyChange]:
    """Return what the states of these entries mean for the certificates that carry them, unchanged places included."""
    by_id = {entry.id: entry for entry in entries}
    copies = transaction.certificates.copies_of(by_id)
    return [CopyChange(copy, _value_of(by_id[copy.source_entry_id], copy)) for copy in copies]


def update_copies(transaction: Transaction, changes: Collection[CopyChange], *, reason: str, at: str) -> int:
    """Record the changes with their events and set the values in the lists; answer how many places changed."""
    effective = [change for change in changes if change.value != change.copy.status]
    by_list: dict[int, list[tuple[int, int]]] = {}
    for change in effective:
        copy, before, after = change.copy, change.before, change.after
        by_list.setdefault(copy.list_no, []).append((copy.idx, change.value))
        transaction.certificates.set_entry_status(copy, change.value)
        transaction.certificates.record_event(StatusEvent(copy.number, copy.position, before, after, reason, at))
    values_of = {change.copy.number: change.value for change in effective}
    for flat in transaction.certificates.flat_among(values_of):
        if flat.status == "valid":  # its own index says what its one entry's would
            by_list.setdefault(flat.list_no, []).append((flat.idx, values_of[flat.number]))
    for list_no, values in by_list.items():
        transaction.status_lists.set_values(list_no, values)
    return len(effective)


def _value_of(entry: StoredEntry, copy: CarriedEntry) -> int:
    if entry.status in _VALUES:
        return _VALUES[entry.status]
    if copy.entry_id != entry.id:
        proven = {_unit_hash(entry, code) for code in proven_unit_codes(entry)}
        return VALID if copy.claims_hash in proven else CORRECTED
    return VALID if copy.claims_hash == _stored_hash(entry, copy.disclosed) else CORRECTED


def _stored_hash(entry: StoredEntry, disclosed: Sequence[str]) -> str:
    shown: JsonValue = {name: entry.fields.get(name) for name in sorted(disclosed)}
    credential_type = entry_types()[entry.entry_type].credential_type
    return _hash([entry.person_link, credential_type, entry.title, entry.title_en, entry.issuing_body, shown])


def _unit_hash(proof: StoredEntry, code: JsonValue) -> str:
    return _hash([proof.person_link, UNIT_TYPE, code])


def _hash(value: list[JsonValue]) -> str:
    return hashlib.sha256(encode_json(value)).hexdigest()

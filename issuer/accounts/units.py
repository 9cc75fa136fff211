"""NCS competency units that a person holds because another entry says so.

A unit has no delivery of its own: it follows from the `ncs_units` of an entry that was completed. Its name, level and
classes come from the imported NCS reference list, else from the catalogue; a unit that neither knows is not shown.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from credential_schemas.catalogue import ncs_classes_of, ncs_unit
from issuer.bank import Bank
from issuer.store.entries import StoredEntry
from issuer.store.transaction import Transaction
from keys.encoding import JsonValue

UNIT_TYPE: Final = "ncs_competency_unit"
REFERENCE_SOURCE: Final = "ncs_units"
_Description = tuple[str | None, dict[str, JsonValue]]
_UNIT_KEEPER: Final = "hrdk"
_COMPLETION_FIELDS: Final = ("completed", "passed")
_BEST_PROOF_FIRST: Final = ("valid", "corrected")


@dataclass(frozen=True, slots=True)
class DerivedUnit:
    """A unit with the entry that proves it."""

    id: str
    title: str
    title_en: str | None
    issuing_body: str
    fields: dict[str, JsonValue]
    proof: StoredEntry


def proven_unit_codes(entry: StoredEntry) -> tuple[str, ...]:
    """Return the unit codes that an entry proves: none for a course that was not completed."""
    if any(entry.fields.get(name) is False for name in _COMPLETION_FIELDS):
        return ()
    listed = entry.fields.get("ncs_units")
    return tuple(code for code in listed if isinstance(code, str)) if isinstance(listed, list) else ()


def derived_units(bank: Bank, transaction: Transaction, entries: Sequence[StoredEntry]) -> list[DerivedUnit]:
    """Return each unit once, in the order of the codes, proven by an entry in force if there is one."""
    proofs: dict[str, StoredEntry] = {}
    for entry in sorted(entries, key=_rank):
        for code in proven_unit_codes(entry):
            proofs.setdefault(code, entry)
    described = {**_from_catalogue(proofs), **_from_reference(bank, transaction, proofs)}
    return [
        DerivedUnit(
            id=_unit_id(proof, code),
            title=title,
            title_en=None,
            issuing_body=_UNIT_KEEPER,
            fields=fields,
            proof=proof,
        )
        for code, proof in sorted(proofs.items())
        for title, fields in [described.get(code, (None, {}))]
        if title is not None
    ]


def _rank(proof: StoredEntry) -> int:
    """How late an entry is asked: what is in force proves a unit rather than what is suspended or revoked."""
    known = proof.status in _BEST_PROOF_FIRST
    return _BEST_PROOF_FIRST.index(proof.status) if known else len(_BEST_PROOF_FIRST)


def _unit_id(proof: StoredEntry, code: str) -> str:
    """The same person's unit keeps its id, whichever entry proves it."""
    return hashlib.sha256(f"{proof.person_link}:{code}".encode()).hexdigest()[: len(proof.id)]


def _from_reference(bank: Bank, transaction: Transaction, codes: Iterable[str]) -> dict[str, _Description]:
    keys = {bank.record_key(UNIT_TYPE, code): code for code in codes}
    found = transaction.entries.reference(REFERENCE_SOURCE, keys)
    return {keys[entry.record_key]: (entry.title, dict(entry.fields)) for entry in found}


def _from_catalogue(codes: Iterable[str]) -> dict[str, _Description]:
    described: dict[str, _Description] = {}
    for code in codes:
        unit = ncs_unit(code)
        if unit is not None:
            fields: dict[str, JsonValue] = {"unit_code": code}
            if unit.level is not None:
                fields["unit_level"] = unit.level
            fields |= {f"{each.rank}_class": {"code": each.code, "name": each.name_ko} for each in ncs_classes_of(code)}
            described[code] = (unit.name_ko, fields)
    return described

"""What the holder chose: entries, and inside each entry the fields that will be disclosed.

Nothing is disclosed by default. A competency unit brings the entry that proves it. Fields without which an entry would
say something else cannot be left out; sensitive fields are left out unless named; a blind edition never shows what its
type hides, and shows what employers may ask for only when named.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from credential_schemas.certificate_claims import Edition, in_category_order
from credential_schemas.certificate_kinds import CertificateKind, certificate_kinds
from credential_schemas.entry_types import Field, entry_types
from issuer.accounts.account import AccountEntry
from issuer.accounts.errors import (
    EntryAmbiguous,
    EntryNotFound,
    FieldFixed,
    FieldNotShowable,
    FieldUnknown,
    KindMismatch,
    NothingToDisclose,
    SelectionEmpty,
    TypeUnknown,
)
from issuer.errors import EntryNotInForce, InvalidOption
from keys.encoding import JsonValue

SHORT_ID: Final = 8
# Also the last day: without it an entry that has ended would look as if it were in force.
_COMMON_FIELDS: Final = frozenset({"type", "title", "title_en", "issuing_body", "as_of", "idx", "valid_until"})


@dataclass(frozen=True, slots=True)
class Choice:
    """What was asked for. `hide` and `show` have the form ENTRY.FIELD; ids may be shortened while they stay unique."""

    entries: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    everything: bool = False
    hide: tuple[str, ...] = ()
    show: tuple[str, ...] = ()
    kind: str = "competency"
    edition: Edition = "standard"


@dataclass(frozen=True, slots=True)
class ChosenEntry:
    """An entry with the fields that will be disclosed, and the names of those that stay in the account."""

    entry: AccountEntry
    issuing_body: str | None
    fields: Mapping[str, JsonValue]
    withheld: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Selection:
    """The outcome: what will be disclosed, in the order of the certificate; what came along; what could not.

    `companions` are the ids of entries that were not chosen but are needed, `left_out` pairs of entry id and status.
    """

    entries: tuple[ChosenEntry, ...]
    companions: tuple[str, ...]
    left_out: tuple[tuple[str, str], ...]


def select_entries(account_id: str, entries: Sequence[AccountEntry], choice: Choice) -> Selection:
    """Choose entries and fields.

    Args:
        account_id: for messages.
        entries: all entries of the account.
        choice: what was asked for.

    Raises:
        UsageError, RefusedError: one of the errors imported above; the sentence says which rule and which entry.
    """
    kind = certificate_kinds().get(choice.kind)
    if kind is None:
        known = ", ".join(certificate_kinds())
        raise InvalidOption(f"expected one of {known}", option=f"--kind {choice.kind}")
    if not (choice.entries or choice.types or choice.everything):
        raise SelectionEmpty
    named = [find_entry(account_id, entries, prefix) for prefix in choice.entries]
    for entry in named:
        if not kind.allows(entry.category):
            raise _kind_mismatch(kind, entry)
        if not entry.in_force:
            raise EntryNotInForce(entry=entry.id[:SHORT_ID], status=entry.status)
    matched = [*_of_types(entries, choice.types, kind), *(entries if choice.everything else ())]
    matched = [entry for entry in matched if kind.allows(entry.category)]
    left_out = {entry.id: entry.status for entry in matched if not entry.in_force}
    chosen = {entry.id: entry for entry in (*named, *matched) if entry.in_force}
    companions = _companions(chosen, entries, kind)
    if not chosen:
        raise NothingToDisclose(account=account_id)
    everything = {**chosen, **{entry.id: entry for entry in companions}}
    ordered = in_category_order(everything.values())
    hidden, shown = (
        _fields_by_entry(account_id, ordered, names, option=option)
        for option, names in (("--hide", choice.hide), ("--show", choice.show))
    )
    return Selection(
        entries=tuple(
            _choose_fields(
                entry,
                hide=hidden.get(entry.id, frozenset()),
                show=shown.get(entry.id, frozenset()),
                blind=choice.edition == "blind",
            )
            for entry in ordered
        ),
        companions=tuple(entry.id for entry in companions),
        left_out=tuple(left_out.items()),
    )


@dataclass(frozen=True, slots=True)
class FieldChoice:
    """What may be chosen about one field of an entry.

    `rule`: fixed, it is always shown; open, the holder decides; barred, a blind certificate never shows it.
    `shown` is what happens when the holder says nothing.
    """

    field: Field
    rule: Literal["fixed", "open", "barred"]
    shown: bool


def field_choices(entry: AccountEntry, *, blind: bool) -> list[FieldChoice]:
    """Return what may be chosen about the fields that an entry has, in the order of its type."""
    own = entry_types()[entry.type].own_fields
    return [field_choice(field, blind=blind) for field in own if entry.fields.get(field.name) is not None]


def field_choice(field: Field, *, blind: bool) -> FieldChoice:
    """Return what may be chosen about a field, in a standard or a blind certificate."""
    if blind and field.blind == "hide":
        return FieldChoice(field, "barred", shown=False)
    if field.fixed or field.name in _COMMON_FIELDS:
        return FieldChoice(field, "fixed", shown=True)
    return FieldChoice(field, "open", shown=_shown_unasked(field, blind=blind))


def find_entry(account_id: str, entries: Iterable[AccountEntry], prefix: str) -> AccountEntry:
    """Return the one entry whose id begins so.

    Raises:
        EntryNotFound, EntryAmbiguous: there is none, or more than one.
    """
    found = [entry for entry in entries if prefix and any(each.startswith(prefix.lower()) for each in entry.ids)]
    if not found:
        raise EntryNotFound(entry=prefix, account=account_id)
    if len(found) > 1:
        raise EntryAmbiguous(entry=prefix, count=len(found))
    return found[0]


def _of_types(entries: Iterable[AccountEntry], types: Iterable[str], kind: CertificateKind) -> list[AccountEntry]:
    registry = entry_types()
    wanted = set()
    for type_id in types:
        if type_id not in registry:
            raise TypeUnknown(type=type_id, known=", ".join(registry))
        wanted.add(type_id)
        if not kind.allows(registry[type_id].category):
            allowed = ", ".join(sorted(kind.categories or ()))
            raise KindMismatch(kind=kind.id, allowed=allowed, entry=type_id, category=registry[type_id].category)
    return [entry for entry in entries if not wanted.isdisjoint(entry.type_ids)]


def _companions(
    chosen: Mapping[str, AccountEntry], entries: Iterable[AccountEntry], kind: CertificateKind
) -> list[AccountEntry]:
    """The entries that prove chosen units and were not chosen themselves."""
    by_id = {entry.id: entry for entry in entries}
    needed = {entry.proven_by: by_id[entry.proven_by] for entry in chosen.values() if entry.proven_by is not None}
    companions = [entry for entry_id, entry in needed.items() if entry_id not in chosen]
    for entry in companions:
        if not kind.allows(entry.category):
            raise _kind_mismatch(kind, entry)
    return companions


def _fields_by_entry(
    account_id: str, entries: Sequence[AccountEntry], names: Iterable[str], *, option: str
) -> dict[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for name in names:
        prefix, dot, field = name.partition(".")
        if not dot or not field:
            problem = "expected the form ENTRY.FIELD"
            raise InvalidOption(problem, option=f"{option} {name}")
        entry = find_entry(account_id, entries, prefix)
        found[entry.id] = found.get(entry.id, frozenset()) | {field}
    return found


def _choose_fields(entry: AccountEntry, *, hide: frozenset[str], show: frozenset[str], blind: bool) -> ChosenEntry:
    own = {field.name: field for field in entry_types()[entry.type].own_fields}
    present = {name: entry.fields[name] for name in own if entry.fields.get(name) is not None}
    short = entry.id[:SHORT_ID]
    for option, names in (("--hide", hide), ("--show", show)):
        for name in sorted(names):
            if option == "--hide" and (name in _COMMON_FIELDS or (name in own and own[name].fixed)):
                raise FieldFixed(entry=short, field=name)
            if name not in present:
                raise FieldUnknown(option=option, entry=short, field=name, known=", ".join(present))
            if option == "--show" and blind and own[name].blind == "hide":
                raise FieldNotShowable(entry=short, field=name)
    disclosed = {
        name: value
        for name, value in present.items()
        if name not in hide and (name in show or _shown_unasked(own[name], blind=blind))
    }
    withheld = tuple(name for name in present if name not in disclosed)
    body_hidden = blind and entry_types()[entry.type].issuing_body_blind == "hide"
    return ChosenEntry(entry, None if body_hidden else entry.issuing_body, disclosed, withheld)


def _shown_unasked(field: Field, *, blind: bool) -> bool:
    if blind and field.blind != "show":
        return False
    return field.pii != "sensitive"


def _kind_mismatch(kind: CertificateKind, entry: AccountEntry) -> KindMismatch:
    allowed = ", ".join(sorted(kind.categories or ()))
    return KindMismatch(kind=kind.id, allowed=allowed, entry=entry.id[:SHORT_ID], category=entry.category)

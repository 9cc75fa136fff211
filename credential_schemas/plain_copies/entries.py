"""The text of a disclosed entry, read by one expression for each entry type and edition, made from the type file."""

import re
from collections.abc import Callable
from datetime import date
from functools import cache
from typing import Final, TypeAlias

from credential_schemas.certificate_claims import CertificateEntry
from credential_schemas.claim_members import hidden_members
from credential_schemas.entry_types import EntryType, entry_types
from credential_schemas.limits import SALT_BYTES
from credential_schemas.plain_copies.values import DAY, INDEX, TEXT, Form, form_of

_SALT_CHARACTERS: Final = (SALT_BYTES * 4 + 2) // 3
SALT: Final = rf"[A-Za-z0-9_-]{{{_SALT_CHARACTERS}}}"
_TYPE_AT: Final = len('["') + _SALT_CHARACTERS + len('",{"type":"')
_TEXT: Final = Form(f'"({TEXT})"')

ReadEntry: TypeAlias = Callable[[str], CertificateEntry | None]
"""Reads the text of a disclosure: `[salt, entry]`."""


def read_entry(text: str, *, blind: bool) -> CertificateEntry | None:
    """Read the text of a disclosure that holds a whole entry; None unless it is plainly right.

    Args:
        text: decoded from base64url.
        blind: whether it is of a blind edition, where some members must not be.
    """
    entry_type = entry_types().in_credentials(text[_TYPE_AT : text.find('"', _TYPE_AT)])
    return None if entry_type is None else _reader(entry_type.id, blind)(text)


@cache  # two for each entry type, at most
def _reader(type_id: str, blind: bool) -> ReadEntry:  # noqa: FBT001 - the fastest form of a call
    return entry_reader(entry_types()[type_id], blind=blind)


def entry_reader(entry_type: EntryType, *, blind: bool) -> ReadEntry:
    """Return the reader of a type's entries."""
    own = [(field.name, form_of(field.kind, values=field.values)) for field in entry_type.own_fields]
    optional = [("title_en", _TEXT), ("issuing_body", _TEXT), *own]
    hidden = hidden_members(entry_type) if blind else frozenset[str]()
    members = [(name, form) for name, form in optional if name not in hidden]
    between = "".join([f'(?:,"{name}":{form.expression})?+' for name, form in members])
    match = re.compile(
        rf'\["{SALT}",\{{"type":"{re.escape(entry_type.id)}","title":"({TEXT})"{between},'
        rf'"as_of":"({DAY})","idx":({INDEX})\}}\]'
    ).fullmatch
    readers = [(name, form.value) for name, form in members]
    type_id, category, day = entry_type.id, entry_type.category, date.fromisoformat

    def read(text: str) -> CertificateEntry | None:
        found = match(text)
        if found is None:
            return None
        title, *parts, as_of, idx = found.groups()
        try:
            fields = {
                name: part if value is None else value(part)
                for (name, value), part in zip(readers, parts, strict=True)
                if part is not None
            }
        except ValueError:
            return None
        title_en, body = fields.pop("title_en", None), fields.pop("issuing_body", None)
        return CertificateEntry(type_id, category, title, title_en, body, fields, day(as_of), int(idx))  # type: ignore[arg-type]  # texts

    return read

"""The SD-JWT VC type metadata of our credentials: names and labels in Korean and English for wallets.

There is one type for the certificate, and one for each kind of entry that is a credential of its own (flat).

Rules enforced:
* `vct` is the URL at which the document is served; the bytes depend on it and on the committed data files only, so that
  an integrity digest over them holds.
* `sd`: `always` for holder members and for each entry, which get disclosures of their own in every carrier; `allowed`
  for what a paper copy states plainly and a wallet certificate may withhold. In a flat credential every field is
  `always`, and `type`, `as_of` and `valid_until`, which decide whether it is in force, are `never`.
* `mandatory` only for what every certificate has; never inside an entry, since a certificate may have no such entry.

Source: SD-JWT VC draft -19 sections 5 and 6
"""

import hashlib
from base64 import b64encode
from collections.abc import Sequence
from typing import Final

from credential_schemas.certificate_kinds import certificate_kinds
from credential_schemas.claim_members import always_shown
from credential_schemas.entry_types import EntryTypes, Field, Names, categories, certificate_labels, entry_types
from keys.encoding import JsonValue, encode_json

_VCT_PATH: Final = "/vct/competency-certificate/1"
_FLAT_PATH: Final = "/vct/entry/{type}/1"
_MAIN_KIND: Final = "competency"
_PLAIN_IN_FLAT: Final = ("type", "as_of")


def certificate_vct(issuer_url: str) -> str:
    """Return the `vct` of an issuer's certificates."""
    return issuer_url.rstrip("/") + _VCT_PATH


def flat_vct(issuer_url: str, type_id: str) -> str:
    """Return the `vct` of an issuer's credentials that are one entry of a type (by its name in credentials)."""
    return issuer_url.rstrip("/") + _FLAT_PATH.format(type=type_id)


def integrity_of(metadata: bytes) -> str:
    """Return the `vct#integrity` of a metadata document: W3C Subresource Integrity over the bytes as served."""
    return f"sha256-{b64encode(hashlib.sha256(metadata).digest()).decode('ascii')}"


def type_metadata(issuer_url: str, *, types: EntryTypes | None = None) -> bytes:
    """Return the type metadata document, JSON in UTF-8, the same bytes for the same issuer URL and data files."""
    registry = entry_types() if types is None else types
    labels = certificate_labels()
    names = certificate_kinds()[_MAIN_KIND].names
    claims: list[JsonValue] = [
        _claim(("certificate", field.name), field.label, sd="allowed", mandatory=field.required)
        for field in labels.certificate.values()
    ]
    claims += [
        _claim(("holder", field.name), field.label, sd="always", mandatory=field.required)
        for field in labels.holder.values()
    ]
    for category in categories():
        claims.append(_claim((category,), labels.categories[category], sd="never", mandatory=False))
        claims.append(_claim((category, None), labels.categories[category], sd="always", mandatory=False))
        claims += [
            _claim((category, None, field.name), field.label, sd="allowed", mandatory=False)
            for field in _fields_of(category, registry)
        ]
    return _document(certificate_vct(issuer_url), names, claims)


def flat_type_metadata(issuer_url: str, type_id: str, *, types: EntryTypes | None = None) -> bytes:
    """Return the type metadata of credentials that are one entry; the same bytes for the same arguments and files.

    Args:
        issuer_url: as for `type_metadata`.
        type_id: a type of entries as credentials name it.
        types: the registry, the committed one unless given.
    """
    registry = entry_types() if types is None else types
    labels = certificate_labels()
    common = {name: field for name, field in labels.entry.items() if name != "idx"}
    claims: list[JsonValue] = [
        _claim((name,), common[name].label, sd="never", mandatory=True) for name in _PLAIN_IN_FLAT
    ]
    fields = [*(field for name, field in common.items() if name not in _PLAIN_IN_FLAT), *registry[type_id].own_fields]
    shown = always_shown(registry[type_id])
    claims += [
        _claim((field.name,), field.label, sd="never" if field.name in shown else "always", mandatory=False)
        for field in fields
    ]
    claims += [
        _claim(("holder", field.name), field.label, sd="always", mandatory=field.required)
        for field in labels.holder.values()
    ]
    return _document(flat_vct(issuer_url, type_id), registry[type_id].names, claims)


def _document(vct: str, names: Names, claims: list[JsonValue]) -> bytes:
    document: dict[str, JsonValue] = {
        "vct": vct,
        "name": names.in_language("en"),
        "display": [
            {"locale": "ko-KR", "name": names.ko},
            {"locale": "en-US", "name": names.in_language("en")},
        ],
        "claims": claims,
    }
    return encode_json(document)


def _fields_of(category: str, registry: EntryTypes) -> list[Field]:
    """Every field that an entry of the category may have, once; of several labels the first type's stands."""
    fields = dict(certificate_labels().entry)
    for entry_type in registry.values():
        if entry_type.category == category and not entry_type.source_only:
            fields |= {field.name: field for field in entry_type.own_fields if field.name not in fields}
    return list(fields.values())


def _claim(path: Sequence[str | None], label: Names, *, sd: str, mandatory: bool) -> JsonValue:
    return {
        "path": list(path),
        "display": [
            {"locale": "ko-KR", "label": label.ko},
            {"locale": "en-US", "label": label.in_language("en")},
        ],
        "mandatory": mandatory,
        "sd": sd,
    }

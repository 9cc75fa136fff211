"""The SD-JWT VC type metadata of the competency certificate: names and labels in Korean and English for wallets.

Rules enforced:
* `vct` is the URL at which the document is served; the bytes depend on it and on the committed data files only, so that
  an integrity digest over them holds.
* `sd`: `always` for holder members and for each entry, which get disclosures of their own in every carrier; `allowed`
  for what a paper copy states plainly and a wallet certificate may withhold.
* `mandatory` only for what every certificate has; never inside an entry, since a certificate may have no such entry.

Source: SD-JWT VC draft -19 sections 5 and 6
"""

from collections.abc import Sequence
from typing import Final

from credential_schemas.certificate_kinds import certificate_kinds
from credential_schemas.entry_types import EntryTypes, Field, Names, categories, certificate_labels, entry_types
from keys.encoding import JsonValue, encode_json

_VCT_PATH: Final = "/vct/competency-certificate/1"
_MAIN_KIND: Final = "competency"


def certificate_vct(issuer_url: str) -> str:
    """Return the `vct` of an issuer's certificates."""
    return issuer_url.rstrip("/") + _VCT_PATH


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
    document: dict[str, JsonValue] = {
        "vct": certificate_vct(issuer_url),
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

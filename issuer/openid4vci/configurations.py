"""The kinds of credentials that wallets can get: the certificate, and one flat credential for each kind of entry.

Their names, claims and labels are those of the published type metadata, so that both say the same.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from credential_schemas.type_metadata import (
    certificate_vct,
    flat_type_metadata,
    flat_vct,
    integrity_of,
    type_metadata,
)
from credential_schemas.wording.model import Language
from issuer.publishing import certified_types
from keys.algorithms import ES256
from keys.encoding import JsonValue, decode_json_object

CERTIFICATE_ID: Final = "competency-certificate"
_FLAT_PREFIX: Final = "entry-"
_MAX_METADATA_BYTES: Final = 256 * 1024
_ISSUERS_AT_ONCE: Final = 8

Document = dict[str, JsonValue]


@dataclass(frozen=True, slots=True)
class Configuration:
    """One kind of credential; `entry_type` (as credentials name it) is None for the certificate."""

    id: str
    vct: str
    entry_type: str | None
    metadata: bytes

    @property
    def integrity(self) -> str:
        """The `vct#integrity` of its credentials."""
        return integrity_of(self.metadata)

    def label(self, language: Language) -> str:
        """Return what people call it."""
        described = decode_json_object(self.metadata, max_bytes=_MAX_METADATA_BYTES)
        names = {str(each["locale"])[:2]: str(each["name"]) for each in _objects(described["display"])}
        return names[language]

    def document(self) -> Document:
        """Return the object of `credential_configurations_supported` (OpenID4VCI 1.0 section 12.2.4, appendix A.3)."""
        described = decode_json_object(self.metadata, max_bytes=_MAX_METADATA_BYTES)
        algorithms: list[JsonValue] = [ES256.name]
        return {
            "format": "dc+sd-jwt",
            "vct": self.vct,
            "scope": self.id,
            "credential_signing_alg_values_supported": algorithms,
            "cryptographic_binding_methods_supported": ["jwk"],
            "proof_types_supported": {"jwt": {"proof_signing_alg_values_supported": algorithms}},
            "credential_metadata": {
                "display": described["display"],
                "claims": [_claim(each) for each in _objects(described["claims"])],
            },
        }


@lru_cache(_ISSUERS_AT_ONCE)
def configurations(issuer: str) -> Mapping[str, Configuration]:
    """Return the kinds of credentials of an issuer by their ids."""
    found = [Configuration(CERTIFICATE_ID, certificate_vct(issuer), None, type_metadata(issuer))]
    found += [
        Configuration(flat_id(name), flat_vct(issuer, name), name, flat_type_metadata(issuer, name))
        for name in sorted(certified_types())
    ]
    return {each.id: each for each in found}


def flat_id(entry_type: str) -> str:
    """Return the id of the flat credential of a kind of entry."""
    return _FLAT_PREFIX + entry_type


def _claim(described: Document) -> JsonValue:
    labels: list[JsonValue] = [
        {"name": each["label"], "locale": each["locale"]} for each in _objects(described["display"])
    ]
    return {"path": described["path"], "mandatory": described["mandatory"], "display": labels}


def _objects(value: JsonValue) -> list[Document]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []

"""The claims of wallet credentials, ready for signing: a certificate, or one entry alone (a flat credential).

Rules enforced:
* both state `cnf` (the holder's key) and `vct#integrity` in plain sight, beside `iss`, `vct`, `iat`, `exp`, `status`;
* of a certificate each member of `certificate` and `holder`, each entry, and in it each field is a disclosure of its
  own; `type`, `as_of`, `idx` and `valid_until` of an entry, and the end of a job or a business, are part of the entry's
  disclosure: without the first three it says nothing, and without its last day a holder could show one that is over as
  one in force;
* a certificate has every category of entries, whether it has entries of it or not, and every list and object is filled
  with decoys up to a multiple of 8 digests (S13), so that neither kinds nor counts can be read off;
* a flat credential has the fields of its entry at the top level, each a disclosure, and what cannot be withheld
  in plain sight; its status index is the credential's own, and it names no certificate.

Left to the caller: the key, whose it is, and the digest of the type metadata.

Source: docs/formats/credential.md; RFC 9901 section 9 and 10.4
"""

from collections.abc import Mapping
from typing import Final, cast

from credential_schemas.certificate_claims import CertificateClaims, ClaimPath, to_payload
from credential_schemas.claim_members import always_shown
from credential_schemas.entry_types import categories, entry_types
from credential_schemas.errors import EntryTypeError
from credential_schemas.sd_jwt.build import Disclosable
from keys.encoding import JsonValue
from keys.values import dataclass

BUCKET: Final = 8

_KEY_MEMBERS: Final = ("kty", "crv", "x", "y")
_HEAD: Final = ("iss", "vct", "vct#integrity", "iat", "exp", "cnf", "status")


@dataclass(frozen=True, slots=True)
class WalletBinding:
    """What ties a credential to a wallet: the public key (JWK, other members than the four are dropped), and the type.

    `vct` with the digest of its metadata as `vct#integrity` states it: `sha256-` and standard base64.
    """

    key: Mapping[str, str]
    vct: str
    integrity: str


@dataclass(frozen=True, slots=True)
class WalletPayload:
    """Claims for `build_sd_jwt`, and what of them the holder may withhold."""

    claims: dict[str, JsonValue]
    disclose: Disclosable


def wallet_certificate(claims: CertificateClaims, binding: WalletBinding) -> WalletPayload:
    """Write the claims of a certificate for a wallet.

    Args:
        claims: of edition `standard`; what a wallet withholds its holder decides later.
        binding: key and type.

    Raises:
        EntryTypeError: the edition is another, or the claims are not as `to_payload` demands.
    """
    if claims.edition != "standard":
        raise EntryTypeError(
            "certificate.edition", "expected standard for a wallet, found another", kind="unknown_value"
        )
    payload, _ = to_payload(claims)
    content: dict[str, JsonValue] = {name: payload[name] for name in ("certificate", "holder")}
    content |= {category: payload.get(category, []) for category in categories()}
    paths: list[ClaimPath] = []
    decoys: dict[ClaimPath, int] = {}
    for group in ("certificate", "holder"):
        members = _members(content[group])
        paths.extend((group, name) for name in members)
        decoys[group,] = _missing(len(members))
    for category in categories():
        entries = _elements(content[category])
        decoys[category,] = _missing(len(entries))
        for position, entry in enumerate(entries):
            fields = [(category, position, name) for name in _withheld_at_will(_members(entry))]
            paths += [(category, position), *fields]
            decoys[category, position] = _missing(len(fields))
    return WalletPayload({**_head(payload, binding), **content}, Disclosable(paths, _wanted(decoys)))


def flat_credential(claims: CertificateClaims, binding: WalletBinding) -> WalletPayload:
    """Write the claims of a credential that is one entry.

    Args:
        claims: a certificate with this entry alone; its status becomes the credential's.
        binding: key and type.

    Raises:
        EntryTypeError: there is not exactly one entry, or the claims are not as `to_payload` demands.
    """
    if len(claims.entries) != 1:
        raise EntryTypeError("entries", "expected exactly one entry for a flat credential")
    payload, _ = to_payload(claims)
    (entry,) = _elements(payload[claims.entries[0].category])
    fields = {name: value for name, value in _members(entry).items() if name != "idx"}
    holder = _members(payload["holder"])
    own: list[ClaimPath] = [(name,) for name in _withheld_at_will(fields)]
    paths: list[ClaimPath] = [*own, *(("holder", name) for name in holder)]
    decoys: dict[ClaimPath, int] = {(): _missing(len(own)), ("holder",): _missing(len(holder))}
    return WalletPayload({**_head(payload, binding), **fields, "holder": holder}, Disclosable(paths, _wanted(decoys)))


def _withheld_at_will(entry: Mapping[str, JsonValue]) -> list[str]:
    """Return the members of an entry that its holder may withhold from it."""
    shown = always_shown(entry_types()[str(entry["type"])])
    return [name for name in entry if name not in shown]


def _head(payload: Mapping[str, JsonValue], binding: WalletBinding) -> dict[str, JsonValue]:
    key: dict[str, JsonValue] = {name: binding.key[name] for name in _KEY_MEMBERS}
    members: dict[str, JsonValue] = {
        **payload,
        "vct": binding.vct,
        "vct#integrity": binding.integrity,
        "cnf": {"jwk": key},
    }
    return {name: members[name] for name in _HEAD}


def _members(value: JsonValue) -> dict[str, JsonValue]:
    """Return an object of a payload that `to_payload` wrote."""
    return dict(cast("dict[str, JsonValue]", value))


def _elements(value: JsonValue) -> list[JsonValue]:
    """Return a list of a payload that `to_payload` wrote."""
    return list(cast("list[JsonValue]", value))


def _missing(count: int) -> int:
    """Return how many decoys fill a list up to the next multiple of the bucket, one bucket at least."""
    return -count % BUCKET if count else BUCKET


def _wanted(decoys: Mapping[ClaimPath, int]) -> dict[ClaimPath, int]:
    return {path: count for path, count in decoys.items() if count}

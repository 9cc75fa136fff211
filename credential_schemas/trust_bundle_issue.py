"""Write a signed trust bundle; what goes into it, and when, is left to the issuer.

Source: docs/formats/trust-bundle.md
"""

from collections.abc import Mapping

from credential_schemas.errors import TrustBundleError
from credential_schemas.trust_bundle import FORMAT, TRUST_BUNDLE_TYP, TrustBundle, read_trust_bundle
from keys.encoding import JsonValue, encode_json
from keys.jwk import PublicKey
from keys.jws_sign import sign_compact
from keys.signer import Signer
from keys.values import dataclass


@dataclass(frozen=True, slots=True)
class BundleContent:
    """What is to be bundled.

    Attributes:
        issuer_id: the `iss`.
        trust_document: the issuer's trust list, with no other issuer in it.
        status_tokens: the current status list tokens by URI.
        type_metadata: the bytes served for each `vct`, UTF-8.
        made_at, valid_until: whole seconds since 1970, at most 31 days apart.
    """

    issuer_id: str
    trust_document: Mapping[str, JsonValue]
    status_tokens: Mapping[str, str]
    type_metadata: Mapping[str, bytes]
    made_at: int
    valid_until: int


def build_trust_bundle(content: BundleContent, *, signer: Signer) -> str:
    """Sign a bundle; one that a verifier would refuse is never handed out.

    Raises:
        TrustBundleError: the content breaks a rule of bundles, or the trust list does not name the signer's key.
    """
    payload: dict[str, JsonValue] = {
        "bundle": FORMAT,
        "iss": content.issuer_id,
        "iat": content.made_at,
        "exp": content.valid_until,
        "trust_list": dict(content.trust_document),
        "status_lists": dict(content.status_tokens),
        "type_metadata": {vct: data.decode("utf-8") for vct, data in content.type_metadata.items()},
    }
    header: dict[str, JsonValue] = {"typ": TRUST_BUNDLE_TYP, "kid": signer.key_id}
    token = sign_compact(header, encode_json(payload), signer=signer)
    own = PublicKey.from_jwk(dict(signer.public_jwk()))
    _check_listed(read_trust_bundle(token, keys={signer.key_id: own}, now=content.made_at), own)
    return token


def _check_listed(bundle: TrustBundle, key: PublicKey) -> None:
    if bundle.issuer.bundle_keys.get(key.kid or "") != key:
        raise TrustBundleError("key", "expected the trust list to name the key that signs the bundle, found it missing")

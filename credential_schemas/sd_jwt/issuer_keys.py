"""Find an issuer's key by the trust list: step 6 of the verification algorithm, and step 7 for certificates.

Rules enforced (S11, S12): `iss` equals a listed issuer exactly, `vct` is one of that issuer's types, and the key is
* without `x5c`, the one key of that issuer that `kid` names;
* with `x5c`, the key of its first certificate, if the chain leads to a root listed for that issuer
  (`keys.certificate_chain`), now. `iat` is a day and not a time, and its writer chose it, so it proves nothing.

Whether a key has been distrusted since is left to the caller, who finds it by `kid` and may have proof of an earlier
time. A certified key that the list distrusts under any of its names must therefore be named by that `kid`.
"""

from collections.abc import Mapping

from credential_schemas import errors
from credential_schemas.sd_jwt.policy import KeyFinder
from keys.encoding import JsonValue
from keys.errors import CertificateChainRefused, IssuerUnknown, KeyUnknown
from keys.jwk import PublicKey
from keys.trust_list import TrustedIssuer, TrustList, find_credential_key, trusted_issuer

_CODES = {"format": ("E_HEADER", 6), "limit": ("E_LIMIT", 6)}


def trust_list_key_finder(trust: TrustList) -> KeyFinder:
    """A key finder that knows the issuers of `trust` and nothing else.

    A `vct` that is no text is let through to step 20, which refuses it: it is a broken token, not a question of trust.
    """

    def find_key(header: Mapping[str, JsonValue], unverified_payload: Mapping[str, JsonValue]) -> PublicKey:
        issuer = _issuer(trust, unverified_payload)
        try:
            return find_credential_key(trust, issuer.id, kid=header.get("kid"))
        except KeyUnknown as error:
            raise errors.KeyUnknown(error.message) from error

    return find_key


def certificate_key_finder(trust: TrustList, *, now: int) -> KeyFinder:
    """A key finder for tokens with `x5c`, which knows the roots that `trust` lists for each issuer.

    Args:
        trust: the trust list.
        now: when every certificate must be valid, seconds since 1970.
    """

    def find_key(header: Mapping[str, JsonValue], unverified_payload: Mapping[str, JsonValue]) -> PublicKey:
        from keys.certificate_chain import ChainDemands, certified_key  # X.509 is loaded when a token brings a chain
        from keys.certificates import LeafKind

        issuer = _issuer(trust, unverified_payload)
        try:
            key = certified_key(header.get("x5c"), ChainDemands(LeafKind.CREDENTIAL, issuer.id, issuer.x509_roots, now))
        except CertificateChainRefused as error:
            if error.kind in _CODES:
                code, step = _CODES[error.kind]
                raise errors.SdJwtRefused(code, step, error.message) from error
            raise errors.KeyUnknown(error.message, code="E_CERT") from error
        distrusted = issuer.names_distrusted(key)
        if distrusted and header.get("kid") not in distrusted:
            raise errors.KeyUnknown("expected the kid of a key that is distrusted, found another", code="E_CERT")
        return key

    return find_key


def _issuer(trust: TrustList, unverified_payload: Mapping[str, JsonValue]) -> TrustedIssuer:
    vct = unverified_payload.get("vct")
    try:
        issuer = trusted_issuer(trust, unverified_payload.get("iss"))
    except IssuerUnknown as error:
        raise errors.IssuerNotTrusted(error.message) from error
    if isinstance(vct, str) and issuer.trusted_type(vct) is None:
        raise errors.IssuerNotTrusted("expected a type this issuer is trusted for, found another", code="E_VCT")
    return issuer

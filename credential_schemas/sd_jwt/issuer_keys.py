"""Find an issuer's key in the pinned trust list: step 6 of the verification algorithm.

Rules enforced (S12): `iss` equals a listed issuer exactly, `vct` is one of that issuer's types, `kid` is one key of
that issuer. Whether a listed key has been distrusted since is left to the caller, because it depends on proof of an
earlier time.
"""

from collections.abc import Mapping

from credential_schemas import errors
from credential_schemas.sd_jwt.policy import KeyFinder
from keys.encoding import JsonValue
from keys.errors import IssuerUnknown, KeyUnknown
from keys.jwk import PublicKey
from keys.trust_list import TrustList, find_credential_key, trusted_issuer


def trust_list_key_finder(trust: TrustList) -> KeyFinder:
    """A key finder that knows the issuers of `trust` and nothing else.

    A `vct` that is no text is let through to step 20, which refuses it: it is a broken token, not a question of trust.
    """

    def find_key(header: Mapping[str, JsonValue], unverified_payload: Mapping[str, JsonValue]) -> PublicKey:
        issuer_id, vct = unverified_payload.get("iss"), unverified_payload.get("vct")
        try:
            issuer = trusted_issuer(trust, issuer_id)
            if isinstance(vct, str) and issuer.trusted_type(vct) is None:
                raise errors.IssuerNotTrusted("expected a type this issuer is trusted for, found another", code="E_VCT")
            return find_credential_key(trust, issuer_id, kid=header.get("kid"))
        except IssuerUnknown as error:
            raise errors.IssuerNotTrusted(error.message) from error
        except KeyUnknown as error:
            raise errors.KeyUnknown(error.message) from error

    return find_key

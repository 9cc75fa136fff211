"""What the caller of the verification demands; nothing a token says can change it."""

from collections.abc import Callable, Mapping

from credential_schemas.limits import CLOCK_SKEW_S, KEY_BINDING_MAX_AGE_S
from credential_schemas.sd_jwt.disclosures import DEFAULT_DIGEST_ONLY
from keys.algorithms import ES256_ONLY
from keys.encoding import JsonValue
from keys.jwk import PublicKey
from keys.values import dataclass

KeyFinder = Callable[[Mapping[str, JsonValue], Mapping[str, JsonValue]], PublicKey]
"""Finds the issuer's key by header and unverified payload, or raises `IssuerNotTrusted` or `KeyUnknown`."""


@dataclass(frozen=True, slots=True)
class KeyBindingPolicy:
    """For whom a presentation must have been made.

    `audience` is the full client identifier of the verifier with its prefix, `nonce` that of this one transaction;
    whether the nonce was used before is the caller's to know. With `required=False` a presentation without key binding
    is accepted as unbound; one that is sent is verified all the same. `transaction_hashes` are those of the transaction
    data that this presentation may authorise; which of them it must is the caller's to say.
    """

    audience: str
    nonce: str
    max_age_s: int = KEY_BINDING_MAX_AGE_S
    required: bool = True
    transaction_hashes: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class VerificationPolicy:
    """What a credential must be to be accepted.

    Attributes:
        expected_types: the `vct` values the caller asked for.
        typ: the media type in the header; a verifier that must read the old `vc+sd-jwt` names it here.
        algorithms: permitted signature algorithms, for issuer and holder.
        digest_algorithms: permitted values of `_sd_alg`.
        leeway_s: clock skew in seconds for `exp`, `nbf` and `iat`.
        required_claims: top-level claims without which a credential is refused (S7: `exp`).
        key_binding: None when nothing can be bound; a key-binding JWT that is sent is then refused.
        certificate_key: finds the key of a token with `x5c` in its header; None refuses such tokens (S11).
    """

    expected_types: frozenset[str]
    typ: str = "dc+sd-jwt"
    algorithms: frozenset[str] = ES256_ONLY
    digest_algorithms: frozenset[str] = DEFAULT_DIGEST_ONLY
    leeway_s: int = CLOCK_SKEW_S
    required_claims: frozenset[str] = frozenset({"exp"})
    key_binding: KeyBindingPolicy | None = None
    certificate_key: KeyFinder | None = None

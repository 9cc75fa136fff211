"""Check that the holder made this presentation for this verifier: steps 23 to 28 of the verification algorithm.

Rules enforced:
* 23: whether key binding is needed is the policy's decision; sent though not needed, it is verified fully or refused.
* 24: `cnf.jwk` is a public P-256 key; without key binding it may be of another kind, but never a private key.
* 25: `typ` is `kb+jwt`, `alg` is ES256, the signature is that of the `cnf` key.
* 26: `iat` lies in the window, `exp` and `nbf` hold if present.
* 27: `aud` is one string, the audience; `nonce` is that of this transaction; transaction data that it authorises was
  asked for, under SHA-256.
* 28: `sd_hash` covers the presentation as received.

Left to the caller: that a nonce is accepted once only (S8), and which transaction data must be authorised.

Source: RFC 9901 sections 4.3 and 7.3; OpenID4VP 1.0 appendix B.3
"""

from collections.abc import Mapping

from credential_schemas.errors import SdJwtRefused
from credential_schemas.limits import CLOCK_SKEW_S, KEY_BINDING_MAX_AGE_S, MAX_SD_JWT_BYTES
from credential_schemas.numeric_date import is_numeric_date
from credential_schemas.sd_jwt.disclosures import digest_function
from credential_schemas.sd_jwt.parse import ParsedSdJwt
from credential_schemas.sd_jwt.policy import VerificationPolicy
from keys.encoding import JsonValue, decode_json_object
from keys.errors import AlgorithmNotAllowed, DecodingError, JwkError, JwsFormatError, SignatureInvalid
from keys.jwk import PublicKey
from keys.jws import UnverifiedJws, parse_compact, verify
from keys.values import dataclass

KEY_BINDING_TYP = "kb+jwt"
_TRANSACTION_HASHES = "transaction_data_hashes"
_TRANSACTION_ALGORITHM = "transaction_data_hashes_alg"
_SECRET_MEMBERS = frozenset({"d", "k"})
_REFUSALS = {
    "size": "E_LIMIT",
    "base64url": "E_FORMAT",
    "header": "E_KB_TYP",
    "duplicate_member": "E_DUP_KEY",
    "typ": "E_KB_TYP",
    "crit": "E_CRIT",
    "key_in_header": "E_KEY",
}


@dataclass(frozen=True, slots=True)
class KeyBindingFindings:
    """What was found of a key binding.

    `refusals` are those of steps 23 to 28 in order; none when the binding holds, or when there is none and none is
    required. `holds` is true when there is one without refusals; then `authorised` are the hashes of the transaction
    data that it authorises.
    """

    refusals: tuple[SdJwtRefused, ...] = ()
    holds: bool = False
    authorised: tuple[str, ...] = ()


def examine_key_binding(
    parsed: ParsedSdJwt, claims: Mapping[str, JsonValue], *, policy: VerificationPolicy, now: int
) -> KeyBindingFindings:
    """Check the key binding of a presentation whose credential was verified."""
    if parsed.key_binding is None and policy.key_binding is not None and policy.key_binding.required:
        return KeyBindingFindings((SdJwtRefused("E_KB_MISSING", 23, "expected a key-binding JWT, found none"),))
    try:
        jwk = _confirmation_jwk(claims)
        if parsed.key_binding is None:
            return KeyBindingFindings()
        binding = _verified_claims(_parse(parsed.key_binding), _holder_key(jwk))
    except SdJwtRefused as refusal:
        return KeyBindingFindings((refusal,))
    refusals = (
        *_time_refusals(binding, policy, now=now),
        *_transaction_refusals(binding, policy),
        *_hash_refusals(binding, parsed, policy=policy),
    )
    return KeyBindingFindings(refusals) if refusals else KeyBindingFindings(holds=True, authorised=_authorised(binding))


def _authorised(binding: Mapping[str, JsonValue]) -> tuple[str, ...]:
    listed = binding.get(_TRANSACTION_HASHES)
    return tuple(each for each in listed if isinstance(each, str)) if isinstance(listed, list) else ()


def _confirmation_jwk(claims: Mapping[str, JsonValue]) -> dict[str, JsonValue] | None:
    confirmation = claims.get("cnf", {})
    if not isinstance(confirmation, dict):
        raise SdJwtRefused("E_CNF", 24, "expected cnf to be an object, found something else")
    jwk = confirmation.get("jwk")
    if jwk is None and "jwk" not in confirmation:
        return None
    if not isinstance(jwk, dict):
        raise SdJwtRefused("E_CNF", 24, "expected cnf.jwk to be a key, found something else")
    if not _SECRET_MEMBERS.isdisjoint(jwk):
        raise SdJwtRefused("E_CNF", 24, "expected cnf.jwk to be a public key, found a private one")
    return jwk


def _holder_key(jwk: Mapping[str, JsonValue] | None) -> PublicKey:
    if jwk is None:
        raise SdJwtRefused("E_CNF", 24, "expected cnf.jwk to check the key binding with, found none")
    try:
        return PublicKey.from_jwk(jwk)
    except JwkError as error:
        raise SdJwtRefused("E_CNF", 24, f"cnf.jwk: {error.message}") from error


def _parse(token: str) -> UnverifiedJws:
    try:
        return parse_compact(token, max_bytes=MAX_SD_JWT_BYTES)
    except JwsFormatError as error:
        raise SdJwtRefused(_REFUSALS[error.kind], 25, f"key-binding JWT: {error.message}") from error


def _verified_claims(jws: UnverifiedJws, key: PublicKey) -> dict[str, JsonValue]:
    if "x5c" in jws.header:
        raise SdJwtRefused("E_KEY", 25, "expected a key-binding JWT without x5c, found one")
    try:
        payload = verify(jws, key, typ=KEY_BINDING_TYP)
    except JwsFormatError as error:
        raise SdJwtRefused(_REFUSALS[error.kind], 25, error.message) from error
    except AlgorithmNotAllowed as error:
        raise SdJwtRefused("E_KB_ALG", 25, error.message) from error
    except SignatureInvalid as error:
        raise SdJwtRefused("E_KB_SIGNATURE", 25, error.message) from error
    try:
        return decode_json_object(payload, max_bytes=MAX_SD_JWT_BYTES)
    except DecodingError as error:
        code = "E_DUP_KEY" if error.kind == "duplicate_member" else "E_KB_CLAIMS"
        raise SdJwtRefused(code, 26, f"key-binding JWT: {error.message}") from error


def _time_refusals(binding: Mapping[str, JsonValue], policy: VerificationPolicy, *, now: int) -> list[SdJwtRefused]:
    max_age_s = policy.key_binding.max_age_s if policy.key_binding else KEY_BINDING_MAX_AGE_S
    issued = binding.get("iat")
    refusals = []
    if not is_numeric_date(issued) or not now - max_age_s <= issued <= now + CLOCK_SKEW_S:
        refusals.append(SdJwtRefused("E_KB_IAT", 26, f"expected iat of the last {max_age_s} s, found another or none"))
    expires = binding.get("exp")
    if "exp" in binding and not (is_numeric_date(expires) and now - policy.leeway_s < expires):
        refusals.append(SdJwtRefused("E_KB_CLAIMS", 26, "expected exp of the key binding in the future"))
    not_before = binding.get("nbf")
    if "nbf" in binding and not (is_numeric_date(not_before) and not_before <= now + policy.leeway_s):
        refusals.append(SdJwtRefused("E_KB_CLAIMS", 26, "expected nbf of the key binding in the past"))
    return refusals


def _transaction_refusals(binding: Mapping[str, JsonValue], policy: VerificationPolicy) -> list[SdJwtRefused]:
    if policy.key_binding is None:
        return [SdJwtRefused("E_KB_AUD", 27, "expected no key binding: there is no audience to compare it with")]
    refusals = []
    if binding.get("aud") != policy.key_binding.audience:
        refusals.append(SdJwtRefused("E_KB_AUD", 27, "expected aud to be this verifier, found another or none"))
    if binding.get("nonce") != policy.key_binding.nonce:
        refusals.append(SdJwtRefused("E_KB_NONCE", 27, "expected the nonce of this transaction, found another or none"))
    if _TRANSACTION_HASHES in binding or _TRANSACTION_ALGORITHM in binding:
        refusals.extend(_authorisation_refusals(binding, policy.key_binding.transaction_hashes))
    return refusals


def _authorisation_refusals(binding: Mapping[str, JsonValue], asked: frozenset[str]) -> list[SdJwtRefused]:
    """OpenID4VP 1.0 appendix B.3.3.1: hashes of the transaction data of this request, and of nothing else."""
    listed = binding.get(_TRANSACTION_HASHES)
    found = {each for each in listed if isinstance(each, str)} if isinstance(listed, list) else set[str]()
    if not isinstance(listed, list) or not listed or len(found) != len(listed) or not asked.issuperset(found):
        detail = "expected hashes of the transaction data of this request only, each once, found others"
        return [SdJwtRefused("E_KB_TRANSACTION", 27, detail)]
    if binding.get(_TRANSACTION_ALGORITHM, "sha-256") != "sha-256":
        return [SdJwtRefused("E_KB_TRANSACTION", 27, "expected hashes of transaction data by sha-256, found others")]
    return []


def _hash_refusals(
    binding: Mapping[str, JsonValue], parsed: ParsedSdJwt, *, policy: VerificationPolicy
) -> list[SdJwtRefused]:
    digest = digest_function(parsed.payload, permitted=policy.digest_algorithms)
    if binding.get("sd_hash") != digest(parsed.presented):
        return [SdJwtRefused("E_KB_SD_HASH", 28, "expected sd_hash of exactly this presentation, found another")]
    return []

"""Verify an SD-JWT VC: steps 0 to 28 of the verification algorithm, in order, each with its own code.

Steps 0 to 2 are in `parse`, 9 to 19 in `disclosures`, 23 to 28 in `key_binding`. Rules enforced here:
* 3: `typ` is the expected one.
* 4: `alg` is permitted and is the key's.
* 5: `crit`, `b64` and `zip` are refused.
* 6: `jwk`, `jku` and `x5u` are refused, `x5c` unless the policy can judge it; the caller's finder names the key.
* 8: the signature covers the received bytes.
* 20: `vct`, or one of `aka_vcts`, is a type the caller asked for.
* 21: `exp`, `nbf` and `iat` are numbers in a sane range, and `iat` is not in the future.
* 22: the credential is valid now, and claims the policy demands are there.

Left to the caller: certificates (7, in `issuer_keys`), the time it is, one use of each nonce, status (29), type
metadata (30), what it wants to know.

Source: RFC 9901 section 7; SD-JWT VC draft -19 section 2; RFC 8725 section 3
"""

from collections.abc import Collection, Mapping
from typing import Literal, Protocol

from credential_schemas.errors import IssuerNotTrusted, SdJwtRefused
from credential_schemas.numeric_date import is_numeric_date
from credential_schemas.sd_jwt.disclosures import Disclosure, process_disclosures
from credential_schemas.sd_jwt.key_binding import examine_key_binding
from credential_schemas.sd_jwt.parse import ParsedSdJwt, parse_sd_jwt
from credential_schemas.sd_jwt.policy import KeyBindingPolicy, KeyFinder, VerificationPolicy
from keys.encoding import JsonValue
from keys.errors import AlgorithmNotAllowed, JwsFormatError, SignatureInvalid
from keys.jwk import PublicKey
from keys.jws import check_algorithm, check_critical, check_no_key, check_signature, check_typ
from keys.values import dataclass

__all__ = [
    "Disclosure",
    "Examination",
    "KeyBindingPolicy",
    "KeyFinder",
    "ProvedCredential",
    "VerificationPolicy",
    "VerifiedSdJwt",
    "examine_sd_jwt_vc",
    "verify_sd_jwt_vc",
]

END_OF_STEPS = 29
_HEADER_REFUSALS = {"typ": ("E_TYP", 3), "crit": ("E_CRIT", 5), "key_in_header": ("E_KEY", 6)}


class ProvedCredential(Protocol):
    """A credential whose signature, key and digests were verified, however it was read; see `VerifiedSdJwt`."""

    @property
    def token(self) -> str: ...  # noqa: D102 - as in `VerifiedSdJwt`, like the others
    @property
    def header(self) -> Mapping[str, JsonValue]: ...  # noqa: D102
    @property
    def undisclosed_members(self) -> int: ...  # noqa: D102
    @property
    def undisclosed_elements(self) -> int: ...  # noqa: D102
    @property
    def key_bound(self) -> bool: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class VerifiedSdJwt:
    """A credential whose signature, key and digests were verified.

    `payload` are the processed claims, with disclosed values in place and digests removed; `issuer_payload` is what was
    signed. The undisclosed counts are of digests without disclosure: withheld values or decoys. `key_bound` is true
    only after every step of the key binding passed; then `authorised` are the hashes of transaction data it authorises.
    """

    token: str
    header: Mapping[str, JsonValue]
    payload: Mapping[str, JsonValue]
    issuer_payload: Mapping[str, JsonValue]
    disclosures: tuple[Disclosure, ...]
    undisclosed_members: int
    undisclosed_elements: int
    key_bound: bool
    authorised: tuple[str, ...] = ()

    @property
    def undisclosed(self) -> int:
        """The number of digests without disclosure."""
        return self.undisclosed_members + self.undisclosed_elements


@dataclass(frozen=True, slots=True)
class Examination:
    """Everything that was found out about a token.

    `refusals` are in order of their steps, the first is the one `verify_sd_jwt_vc` raises. Every step below `steps_run`
    was carried out. `verified` is there when signature, key and digests passed, even if type, time or key binding did
    not.
    """

    refusals: tuple[SdJwtRefused, ...]
    steps_run: int
    verified: VerifiedSdJwt | None

    @property
    def steps_passed(self) -> int:
        """The number of the first step that did not pass; 29 when all passed."""
        return min((refusal.step for refusal in self.refusals), default=END_OF_STEPS)

    def outcome(self, steps: Collection[int]) -> Literal["passed", "failed", "not_run"]:
        """Say how a group of steps, for example `range(9, 19)`, ended: `not_run` when not all were reached."""
        if any(refusal.step in steps for refusal in self.refusals):
            return "failed"
        return "passed" if max(steps) < self.steps_run else "not_run"


def verify_sd_jwt_vc(token: str, *, policy: VerificationPolicy, keys: KeyFinder, now: int) -> VerifiedSdJwt:
    """Verify a compact SD-JWT VC, with or without key binding.

    Args:
        token: compact serialisation, at most 256 KiB of ASCII.
        policy: what the caller demands.
        keys: finds the issuer's key.
        now: seconds since 1970.

    Raises:
        SdJwtRefused: the first step that failed; `IssuerNotTrusted` or `KeyUnknown` when no trusted key could be found.

    Source: RFC 9901 section 7, SD-JWT VC draft -19 section 2
    """
    examination = examine_sd_jwt_vc(token, policy=policy, keys=keys, now=now)
    if examination.verified is None or examination.refusals:
        raise examination.refusals[0]
    return examination.verified


def examine_sd_jwt_vc(token: str, *, policy: VerificationPolicy, keys: KeyFinder, now: int) -> Examination:
    """Verify like `verify_sd_jwt_vc`, but report every independent finding instead of raising the first.

    Up to step 18 the first failure ends the examination, because nothing after it can be believed. Type, times and key
    binding are then judged each for itself.
    """
    try:
        parsed = parse_sd_jwt(token)
        _check_header(parsed.jws.header, policy)
        _check_signature(parsed, _find_key(parsed, policy, keys=keys))
        processed = process_disclosures(parsed.payload, parsed.disclosures, digest_algorithms=policy.digest_algorithms)
    except SdJwtRefused as refusal:
        return Examination((refusal,), refusal.step, None)
    if processed.faults and processed.faults[0].step < 19:
        return Examination(processed.faults[:1], processed.faults[0].step, None)
    claims = processed.claims
    refusals = [*processed.faults[:1], *_type_refusals(claims, policy), *_time_refusals(claims, policy, now=now)]
    binding = examine_key_binding(parsed, claims, policy=policy, now=now)
    verified = VerifiedSdJwt(
        token=token,
        header=parsed.jws.header,
        payload=claims,
        issuer_payload=parsed.payload,
        disclosures=processed.disclosures,
        undisclosed_members=processed.undisclosed_members,
        undisclosed_elements=processed.undisclosed_elements,
        key_bound=binding.holds,
        authorised=binding.authorised,
    )
    return Examination((*refusals, *binding.refusals), END_OF_STEPS, verified)


def _check_header(header: Mapping[str, JsonValue], policy: VerificationPolicy) -> None:
    try:
        check_typ(header, typ=policy.typ)
        check_algorithm(header, permitted=policy.algorithms)
        check_critical(header)
        check_no_key(header)
    except AlgorithmNotAllowed as error:
        raise SdJwtRefused("E_ALG", 4, error.message) from error
    except JwsFormatError as error:
        code, step = _HEADER_REFUSALS[error.kind]
        raise SdJwtRefused(code, step, error.message) from error


def _find_key(parsed: ParsedSdJwt, policy: VerificationPolicy, *, keys: KeyFinder) -> PublicKey:
    find = keys
    if "x5c" in parsed.jws.header:
        if policy.certificate_key is None:
            raise SdJwtRefused("E_KEY", 6, "expected a header without x5c, because no certificate root is configured")
        find = policy.certificate_key
    try:
        return find(parsed.jws.header, parsed.payload)
    except IssuerNotTrusted as refusal:
        _check_issuer_not_hidden(parsed, policy, cause=refusal)
        raise


def _check_issuer_not_hidden(parsed: ParsedSdJwt, policy: VerificationPolicy, *, cause: IssuerNotTrusted) -> None:
    """Name the better reason when no issuer was found because `iss` is in a disclosure (step 19, met early)."""
    if "iss" not in parsed.payload:
        processed = process_disclosures(parsed.payload, parsed.disclosures, digest_algorithms=policy.digest_algorithms)
        if "iss" in processed.claims:
            raise SdJwtRefused(
                "E_NOT_SELECTIVELY_DISCLOSABLE", 6, "expected iss in plain sight, found it hidden"
            ) from cause


def _check_signature(parsed: ParsedSdJwt, key: PublicKey) -> None:
    try:
        check_signature(parsed.jws, key)
    except (AlgorithmNotAllowed, SignatureInvalid) as error:
        code, step = ("E_ALG", 4) if isinstance(error, AlgorithmNotAllowed) else ("E_SIGNATURE", 8)
        raise SdJwtRefused(code, step, error.message) from error


def _type_refusals(claims: Mapping[str, JsonValue], policy: VerificationPolicy) -> list[SdJwtRefused]:
    vct = claims.get("vct")
    if not isinstance(vct, str) or not vct:
        return [SdJwtRefused("E_VCT", 20, "expected vct to be a text, found none or something else")]
    aliases = claims.get("aka_vcts", [])
    if not isinstance(aliases, list) or not all(isinstance(alias, str) and alias for alias in aliases):
        return [SdJwtRefused("E_VCT", 20, "expected aka_vcts to be an array of texts, found something else")]
    if vct in aliases:
        return [SdJwtRefused("E_VCT", 20, "expected aka_vcts without vct itself, found it there")]
    if policy.expected_types.isdisjoint((vct, *aliases)):
        return [SdJwtRefused("E_VCT", 20, "expected a type the caller asked for, found another")]
    return []


def _time_refusals(claims: Mapping[str, JsonValue], policy: VerificationPolicy, *, now: int) -> list[SdJwtRefused]:
    refusals = [
        SdJwtRefused("E_CLAIM_TYPE", 21, f"expected {name} to be seconds in a sane range, found something else")
        for name in ("exp", "nbf", "iat")
        if name in claims and not is_numeric_date(claims[name])
    ]
    issued, not_before, expires = claims.get("iat"), claims.get("nbf"), claims.get("exp")
    if is_numeric_date(issued) and issued > now + policy.leeway_s:
        refusals.append(SdJwtRefused("E_CLAIM_TYPE", 21, "expected iat in the past, found it in the future"))
    if is_numeric_date(not_before) and not_before > now + policy.leeway_s:
        refusals.append(SdJwtRefused("E_NOT_YET_VALID", 22, "expected nbf to have come, found it in the future"))
    if is_numeric_date(expires) and expires <= now - policy.leeway_s:
        refusals.append(SdJwtRefused("E_EXPIRED", 22, "expected exp in the future, found it passed"))
    refusals.extend(
        SdJwtRefused("E_REQUIRED", 22, f"expected the claim {name}, found none")
        for name in sorted(policy.required_claims.difference(claims))
    )
    return refusals

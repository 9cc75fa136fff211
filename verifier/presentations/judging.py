"""Judge an answer: every presentation by the one verification, then what was asked, on disclosed values only.

Rules enforced:
* each presentation is checked as any other credential, with the audience, nonce and transaction data of this request;
  whether it is bound to its holder is decided by the query, never by what was sent;
* it counts when nothing about it is wrong, the issuer is known, and what it discloses answers its query;
* one that does not count is left out; when a required query is then unmet, or a consent that was asked for is not
  given, the answer is refused as a whole;
* a status that could not be learnt refuses nothing and verifies nothing.

Source: OpenID4VP 1.0 section 8.6
"""

from collections.abc import Callable, Mapping, Sequence

from credential_schemas.dcql.answers import unmet
from credential_schemas.dcql.matching import match
from credential_schemas.dcql.model import SD_JWT_VC, Candidate, CredentialQuery
from credential_schemas.report.outcomes import Verdict
from credential_schemas.sd_jwt.policy import KeyBindingPolicy
from credential_schemas.sd_jwt.verify import VerifiedSdJwt
from keys.values import dataclass
from verifier.checks.assembling import Verification
from verifier.errors import UnreadableEvidence
from verifier.presentations.presentation import Asked, Ending, Shown, State

Examine = Callable[[str, KeyBindingPolicy], Verification]
"""Checks one presentation (compact text, hostile) for one request."""


@dataclass(frozen=True, slots=True)
class _Judged:
    shown: Shown
    authorised: tuple[str, ...] = ()
    valid: bool = False


def judge(
    presentations: Mapping[str, Sequence[str]], asked: Asked, *, audience: str, examine: Examine, now: int
) -> Ending:
    """Judge the presentations of an answer.

    Args:
        presentations: by the id of their query, as `wallet_answer` read them.
        asked: the request they answer.
        audience: the full client identifier of that request.
        examine: the verification.
        now: seconds since 1970.
    """
    judged: list[_Judged] = []
    for query in asked.wish.query.credentials:
        wanted = _policy(asked, query, audience=audience)
        judged.extend(
            _judged(token, query, policy=wanted, examine=examine) for token in presentations.get(query.id, ())
        )
    shown = tuple(each.shown for each in judged)
    accepted = [each for each in judged if each.shown.accepted]
    if unmet(asked.wish.query, [each.shown.query_id for each in accepted]) or not accepted:
        return Ending(State.REFUSED, now, "query_unmet", shown)
    if asked.consent is not None and not any(asked.consent.hash in each.authorised for each in accepted):
        return Ending(State.REFUSED, now, "consent_missing", shown)
    consented = asked.consent is not None
    if all(each.valid for each in accepted):
        return Ending(State.VERIFIED, now, None, shown, consented=consented)
    return Ending(State.PRESENTED, now, "undetermined", shown, consented=consented)


def candidate_of(verified: VerifiedSdJwt) -> Candidate:
    """Return what a verified presentation discloses, to be held against a query."""
    payload = verified.payload
    aliases = payload.get("aka_vcts")
    names = [payload.get("vct"), *(aliases if isinstance(aliases, list) else [])]
    authorities: frozenset[str] = frozenset()
    if "x5c" in verified.header:
        from keys.certificate_chain import authority_key_identifiers

        authorities = authority_key_identifiers(verified.header["x5c"])
    types = frozenset(name for name in names if isinstance(name, str))
    return Candidate(SD_JWT_VC, types, payload, authorities, holder_bound=verified.key_bound)


def _policy(asked: Asked, query: CredentialQuery, *, audience: str) -> KeyBindingPolicy:
    hashes: frozenset[str] = frozenset()
    if asked.consent is not None and query.id in asked.consent.credential_ids:
        hashes = frozenset({asked.consent.hash})
    return KeyBindingPolicy(audience, asked.nonce, required=query.holder_binding, transaction_hashes=hashes)


def _judged(token: str, query: CredentialQuery, *, policy: KeyBindingPolicy, examine: Examine) -> _Judged:
    try:
        found = examine(token, policy)
    except UnreadableEvidence:
        return _Judged(Shown(query.id, accepted=False, report=None))
    verified, report = found.verified, found.report
    if verified is None or report.verdict is Verdict.INVALID or match(query, candidate_of(verified)) is None:
        return _Judged(Shown(query.id, accepted=False, report=report))
    shown = Shown(query.id, accepted=True, report=report)
    return _Judged(shown, verified.authorised, valid=report.verdict is Verdict.VALID)

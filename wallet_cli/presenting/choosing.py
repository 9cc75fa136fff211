"""Choose what answers a request, and say exactly what would leave the wallet.

Rules enforced:
* only what the query asks for; of arrays with a condition only the elements that meet it, of those the chosen ones;
* what is shown to the holder is read from the very text that would be sent, not from the query;
* a copy that this verifier has seen comes first, then one that nobody has; one that somebody else has seen links both.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from credential_schemas.dcql.choosing import Chosen, choose, disclosures_for
from credential_schemas.dcql.model import SD_JWT_VC, Candidate, FoundPath
from credential_schemas.numeric_date import is_numeric_date
from credential_schemas.sd_jwt.bind import BindingRequest, bind_to_request
from credential_schemas.sd_jwt.disclosures import CONTROL_CLAIMS, DEFAULT_DIGEST_ONLY, process_disclosures
from credential_schemas.sd_jwt.parse import parse_sd_jwt
from credential_schemas.sd_jwt.select import keep_disclosures, unverified_disclosures
from keys.certificate_chain import authority_key_identifiers
from keys.encoding import JsonValue
from keys.errors import CertificateChainRefused
from wallet_cli.errors import NothingToPresent
from wallet_cli.presenting.held import Held
from wallet_cli.presenting.request import PresentationRequest

_ALWAYS: Final = CONTROL_CLAIMS | {"iat", "sub"}
_MANY: Final = 20


@dataclass(frozen=True, slots=True)
class Leaving:
    """One credential as it would be sent, not yet bound: for which query, whose copy, and what can be read in it.

    `shown` are paths and values of everything that is not always there; `always` the names of what is.
    """

    query_id: str
    held: Held
    sd_jwt: str
    shown: tuple[tuple[str, JsonValue], ...]
    always: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Proposal:
    """What would be sent, and what a holder should think about first (slugs of `texts.json`)."""

    leaving: tuple[Leaving, ...]
    warnings: tuple[str, ...]


def propose(request: PresentationRequest, held: Sequence[Held], *, now: int, entries: Collection[str] = ()) -> Proposal:
    """Choose what answers a request.

    Args:
        request: that was judged.
        held: every copy that may be presented.
        now: seconds since 1970; what has expired is not offered.
        entries: only these elements of arrays, as `qualifications[0]`; empty for all that were asked for.

    Raises:
        NothingToPresent: what is asked cannot be answered; nothing may be sent then.
    """
    ordered = _one_of_each(held, request.client_id, now=now)
    choice = choose(request.query, [_candidate(each) for each in ordered])
    if choice.unmet or not choice.chosen:
        missing = ", ".join(choice.unmet) or "any part of the query"
        msg = f"Nothing was sent: no credential in this wallet answers {missing}."
        raise NothingToPresent(msg)
    leaving = tuple(_leaving(each, ordered[each.candidate], entries=entries) for each in choice.chosen)
    return Proposal(leaving, tuple(_warnings(request, leaving)))


def bound_presentations(request: PresentationRequest, proposal: Proposal, *, now: int) -> Mapping[str, list[str]]:
    """Sign what was proposed for this verifier and this request; each consent is given with one credential."""
    bound: dict[str, list[str]] = {}
    open_consents = list(request.transactions)
    for each in proposal.leaving:
        given = [consent for consent in open_consents if each.query_id in consent.credential_ids]
        text = each.sd_jwt
        if each.held.holder is not None:
            hashes = tuple(consent.hash for consent in given)
            to = BindingRequest(request.client_id, request.nonce, hashes)
            text = bind_to_request(text, to, issued_at=now, holder=each.held.holder)
            open_consents = [consent for consent in open_consents if consent not in given]
        bound.setdefault(each.query_id, []).append(text)
    if open_consents:
        msg = "Nothing was sent: no credential with a key of yours can give the consent that is asked for."
        raise NothingToPresent(msg)
    return bound


def _one_of_each(held: Sequence[Held], client_id: str, *, now: int) -> list[Held]:
    """Return of every credential that has not expired the copy that tells this verifier least."""
    best: dict[str, Held] = {}
    for each in sorted(held, key=lambda each: _rank(each, client_id)):
        expires = parse_sd_jwt(each.sd_jwt).payload.get("exp")
        if each.item not in best and not (is_numeric_date(expires) and expires <= now):
            best[each.item] = each
    return [*best.values()]


def _rank(held: Held, client_id: str) -> tuple[int, str]:
    if client_id in held.seen_by:
        return 0, held.id
    return (2 if held.seen_by else 1), held.id


def _candidate(held: Held) -> Candidate:
    parsed = parse_sd_jwt(held.sd_jwt)
    claims = process_disclosures(parsed.payload, parsed.disclosures, digest_algorithms=DEFAULT_DIGEST_ONLY).claims
    aliases = claims.get("aka_vcts")
    names = [claims.get("vct"), *(aliases if isinstance(aliases, list) else [])]
    authorities: frozenset[str] = frozenset()
    if "x5c" in parsed.jws.header:
        try:
            authorities = authority_key_identifiers(parsed.jws.header["x5c"])
        except CertificateChainRefused:
            authorities = frozenset()
    types = frozenset(name for name in names if isinstance(name, str))
    return Candidate(SD_JWT_VC, types, claims, authorities, holder_bound=held.holder is not None)


def _leaving(chosen: Chosen, held: Held, *, entries: Collection[str]) -> Leaving:
    parsed, disclosures = parse_sd_jwt(held.sd_jwt), unverified_disclosures(held.sd_jwt)
    paths = [path for path in chosen.match.paths if not entries or _is_chosen(path, entries)]
    if not paths and chosen.match.paths:
        msg = f"Nothing was sent: none of the entries you named answers {chosen.query.id}."
        raise NothingToPresent(msg)
    text = keep_disclosures(held.sd_jwt, disclosures_for(parsed, disclosures, paths))
    kept = parse_sd_jwt(text)
    claims = process_disclosures(kept.payload, kept.disclosures, digest_algorithms=DEFAULT_DIGEST_ONLY).claims
    always = tuple(name for name in claims if name in _ALWAYS)
    shown = tuple(_leaves({name: value for name, value in claims.items() if name not in _ALWAYS}))
    return Leaving(chosen.query.id, held, text, shown, always)


def _is_chosen(path: FoundPath, entries: Collection[str]) -> bool:
    in_array = len(path) > 1 and isinstance(path[1], int)
    return not in_array or f"{path[0]}[{path[1]}]" in entries


def _leaves(value: JsonValue, path: str = "") -> Iterator[tuple[str, JsonValue]]:
    if isinstance(value, dict) and value:
        for name, item in value.items():
            yield from _leaves(item, f"{path}.{name}" if path else name)
    elif isinstance(value, list) and value:
        for number, item in enumerate(value):
            yield from _leaves(item, f"{path}[{number}]")
    elif path and value not in ([], {}):
        yield path, value


def _warnings(request: PresentationRequest, leaving: Sequence[Leaving]) -> Iterator[str]:
    if request.requester is None:
        yield "unsigned"
    paths = [path for each in leaving for path, _ in each.shown]
    if any(path.startswith("holder.") for path in paths):
        yield "identity"
    if "certificate.number" in paths:
        yield "number"
    if any(claim.path[-1] is None for each in request.query.credentials for claim in each.claims):
        yield "whole"
    if len(paths) > _MANY:
        yield "much"
    if any(not each.held.holder for each in leaving):
        yield "bearer"
    if any(each.held.seen_by - {request.client_id} for each in leaving):
        yield "linkable"
    if request.encryption is None:
        yield "plain"

"""Choose what answers a request, and say exactly what would leave the wallet.

Rules enforced:
* only what the query asks for; of arrays with a condition only the elements that meet it, of those the chosen ones;
* what is shown to the holder is read from the very text that would be sent, not from the query;
* a copy that this verifier has seen comes first, then one that nobody has; one that somebody else has seen links both.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from credential_schemas.dcql.choosing import Chosen, choose, disclosures_for
from credential_schemas.dcql.matching import match
from credential_schemas.dcql.model import SD_JWT_VC, Candidate, FoundPath
from credential_schemas.numeric_date import is_numeric_date
from credential_schemas.sd_jwt.bind import BindingRequest, bind_to_request
from credential_schemas.sd_jwt.disclosures import DEFAULT_DIGEST_ONLY, process_disclosures
from credential_schemas.sd_jwt.parse import parse_sd_jwt
from credential_schemas.sd_jwt.select import keep_disclosures, unverified_disclosures
from keys.certificate_chain import authority_key_identifiers
from keys.encoding import JsonValue
from keys.errors import CertificateChainRefused
from keys.values import dataclass, replace
from wallet_cli.errors import NothingToPresent
from wallet_cli.presenting.held import Held
from wallet_cli.presenting.paths import ALWAYS, leaves, narrowed, path_text, read_path
from wallet_cli.presenting.request import PresentationRequest

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
class Narrowing:
    """What of the things a verifier asks for may leave; nothing named lets all of it.

    `entries` are elements of arrays, as `qualifications[0]`; `fields` paths, as `qualifications[0].title`: then of
    what was asked only these leave, and of what lies in no array too.
    """

    entries: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()


EVERYTHING: Final = Narrowing()


@dataclass(frozen=True, slots=True)
class Proposal:
    """What would be sent, and what a holder should think about first (slugs of `texts.json`)."""

    leaving: tuple[Leaving, ...]
    warnings: tuple[str, ...]


def propose(
    request: PresentationRequest, held: Sequence[Held], *, now: int, narrowing: Narrowing = EVERYTHING
) -> Proposal:
    """Choose what answers a request.

    Args:
        request: that was judged.
        held: every copy that may be presented.
        now: seconds since 1970; what has expired is not offered.
        narrowing: what of it the holder lets go.

    Raises:
        NothingToPresent: what is asked cannot be answered, or not with what the holder lets go; nothing may be sent.
        ItemNotFound: a path of the narrowing is none.
    """
    ordered = copy_for_each_item(held, request.client_id, now=now)
    choice = choose(request.query, [_candidate(each) for each in ordered])
    if choice.unmet or not choice.chosen:
        missing = ", ".join(choice.unmet) or "any part of the query"
        msg = f"Nothing was sent: no credential in this wallet answers {missing}."
        raise NothingToPresent(msg)
    leaving = tuple(_leaving(each, ordered[each.candidate], narrowing) for each in choice.chosen)
    return Proposal(leaving, tuple(_warnings(request, leaving)))


def bound_presentations(request: PresentationRequest, proposal: Proposal, *, now: int) -> Mapping[str, list[str]]:
    """Sign what was proposed for this verifier and this request; each consent is given with one credential.

    Raises:
        NothingToPresent: no credential with a key can give a consent that is asked for.
    """
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


def copy_for_each_item(held: Sequence[Held], client_id: str, *, now: int) -> list[Held]:
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
    parsed, claims = parse_sd_jwt(held.sd_jwt), claims_of(held.sd_jwt)
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


def _leaving(chosen: Chosen, held: Held, narrowing: Narrowing) -> Leaving:
    parsed, disclosures = parse_sd_jwt(held.sd_jwt), unverified_disclosures(held.sd_jwt)
    paths = _let_go(chosen.match.paths, narrowing)
    text = keep_disclosures(held.sd_jwt, disclosures_for(parsed, disclosures, paths))
    leaving = leaving_of(chosen.query.id, held, text)
    less = paths != list(chosen.match.paths)
    if less and (not paths or match(chosen.query, _candidate(replace(held, sd_jwt=text))) is None):
        msg = f"Nothing was sent: what you named does not answer {chosen.query.id}."
        raise NothingToPresent(msg)
    return leaving


def leaving_of(query_id: str, held: Held, text: str) -> Leaving:
    """Return what can be read in a credential that was cut to what leaves (`text`)."""
    claims = claims_of(text)
    always = tuple(name for name in claims if name in ALWAYS)
    shown = tuple(leaves({name: value for name, value in claims.items() if name not in ALWAYS}))
    return Leaving(query_id, held, text, shown, always)


def claims_of(sd_jwt: str) -> Mapping[str, JsonValue]:
    """Return the claims of a credential with its disclosures in place; nothing is verified."""
    parsed = parse_sd_jwt(sd_jwt)
    return process_disclosures(parsed.payload, parsed.disclosures, digest_algorithms=DEFAULT_DIGEST_ONLY).claims


def _let_go(paths: Sequence[FoundPath], narrowing: Narrowing) -> list[FoundPath]:
    kept = [path for path in paths if not narrowing.entries or _is_chosen(path, narrowing.entries)]
    return narrowed(kept, [read_path(each) for each in narrowing.fields]) if narrowing.fields else kept


def _is_chosen(path: FoundPath, entries: Sequence[str]) -> bool:
    in_array = len(path) > 1 and isinstance(path[1], int)
    return not in_array or path_text(path[:2]) in entries


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

"""The wallet's side: which credentials answer a query, and which disclosures of each leave the wallet.

Rules enforced:
* what the query does not ask for is never chosen; without `claims` no disclosure at all;
* a required set that cannot be answered means that nothing is sent;
* of a set the first option counts whose queries can all be answered; an optional set that can be answered is offered;
* a query without `multiple` gets one credential.

Left to the caller: that the holder agrees, and which of several credentials is taken (they are offered in the caller's
order, so a copy that was never used should stand first).

Source: OpenID4VP 1.0 section 6.4
"""

from collections.abc import Callable, Collection, Mapping, Sequence

from credential_schemas.dcql.matching import Match, match
from credential_schemas.dcql.model import Candidate, CredentialQuery, DcqlQuery, FoundPath
from credential_schemas.sd_jwt.disclosures import Disclosure
from credential_schemas.sd_jwt.parse import ParsedSdJwt
from keys.encoding import JsonValue
from keys.values import dataclass


@dataclass(frozen=True, slots=True)
class Chosen:
    """One credential that answers one credential query: the number of the candidate, and what it discloses."""

    query: CredentialQuery
    candidate: int
    match: Match


@dataclass(frozen=True, slots=True)
class Choice:
    """What a wallet may send: `unmet` names the queries or sets that cannot be answered; then nothing may be sent."""

    chosen: tuple[Chosen, ...]
    unmet: tuple[str, ...]


def choose(query: DcqlQuery, candidates: Sequence[Candidate]) -> Choice:
    """Return what answers a query, the required and the optional parts of it."""
    found = {each.id: _answers(each, candidates) for each in query.credentials}
    if not query.sets:
        unmet = tuple(each.id for each in query.credentials if not found[each.id])
        wanted: Collection[str] = found.keys()
    else:
        wanted, unmet = _of_sets(query, found)
    taken = () if unmet else wanted
    return Choice(tuple(one for each in query.credentials if each.id in taken for one in found[each.id]), unmet)


def disclosures_for(
    parsed: ParsedSdJwt, disclosures: Sequence[Disclosure], paths: Collection[FoundPath]
) -> Callable[[Disclosure], bool]:
    """Return the choice for `sd_jwt.select.keep_disclosures` that shows claims: all of each claim, and what it lies in.

    Args:
        parsed: the credential.
        disclosures: all of them, as `sd_jwt.select.unverified_disclosures` finds them.
        paths: of the claims, into the processed claims; in arrays with decoys that is another place than in what was
            signed.
    """
    values = {each.path: each.value for each in disclosures}
    signed = {_signed(dict(parsed.payload), values, path) for path in paths}

    def keep(disclosure: Disclosure) -> bool:
        own = disclosure.path
        return any(own == path[: len(own)] or path == own[: len(path)] for path in signed)

    return keep


def _answers(query: CredentialQuery, candidates: Sequence[Candidate]) -> list[Chosen]:
    found = [(number, match(query, candidate)) for number, candidate in enumerate(candidates)]
    chosen = [Chosen(query, number, how) for number, how in found if how is not None]
    return chosen if query.multiple else chosen[:1]


def _of_sets(query: DcqlQuery, found: Mapping[str, list[Chosen]]) -> tuple[set[str], tuple[str, ...]]:
    wanted: set[str] = set()
    unmet: list[str] = []
    for number, each in enumerate(query.sets):
        option = next((option for option in each.options if all(found[name] for name in option)), None)
        if option is not None:
            wanted.update(option)
        elif each.required:
            unmet.append(f"credential_sets[{number}]")
    return wanted, tuple(unmet)


def _signed(node: JsonValue, values: Mapping[FoundPath, JsonValue], path: FoundPath) -> FoundPath:
    signed: FoundPath = ()
    for component in path:
        if isinstance(node, list) and isinstance(component, int):
            places = [place for place, item in enumerate(node) if not _is_digest(item) or (*signed, place) in values]
            signed = (*signed, places[component])
            node = values.get(signed, node[places[component]])
        else:
            signed = (*signed, component)
            node = values[signed] if signed in values else node[component]  # type: ignore[index] # it was found there
    return signed


def _is_digest(item: JsonValue) -> bool:
    return isinstance(item, dict) and item.keys() == {"..."}

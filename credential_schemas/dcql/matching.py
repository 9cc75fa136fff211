"""Hold one credential against one credential query: the claims path pointer, values, claim sets, authorities.

Rules enforced:
* a pointer that meets something of another kind than it names selects nothing at all, not less;
* a claim with `values` is there only if what it selects has one of them, of the same type (1 is neither true nor 1.0);
* of several claim sets the first that the credential can satisfy counts;
* of the kinds of trusted authorities only `aki` is understood; a query that names others only matches nothing.

Both sides use it: a wallet on everything a credential holds, a verifier on what was disclosed.

Source: OpenID4VP 1.0 sections 6.1.1, 6.3, 6.4.1 and 7
"""

from collections.abc import Mapping, Sequence

from credential_schemas.dcql.model import (
    AKI,
    SD_JWT_VC,
    Candidate,
    ClaimPath,
    ClaimsQuery,
    ClaimValue,
    CredentialQuery,
    FoundPath,
)
from keys.encoding import JsonValue
from keys.values import dataclass

Selected = list[tuple[FoundPath, JsonValue]]


@dataclass(frozen=True, slots=True)
class Match:
    """How a credential answers a query: the number of the claim set that counts, and where its claims lie.

    `paths` point into the processed claims. Where a claim of the set restricts the values inside an array, only the
    elements that have one of them are in `paths`, for every claim of the set: the others were not asked for.
    """

    alternative: int
    claims: tuple[ClaimsQuery, ...]
    paths: tuple[FoundPath, ...]


def select(claims: Mapping[str, JsonValue], path: ClaimPath) -> Selected:
    """Return what a claims path pointer selects, with the path of each; nothing where it does not fit.

    Source: OpenID4VP 1.0 section 7.1
    """
    selected: Selected = [((), dict(claims))]
    for component in path:
        selected = _step(selected, component)
    return selected


def match(query: CredentialQuery, candidate: Candidate) -> Match | None:
    """Return how a credential answers a query, None if it does not."""
    if candidate.format != query.format or query.format != SD_JWT_VC:
        return None
    if query.types.isdisjoint(candidate.types) or (query.holder_binding and not candidate.holder_bound):
        return None
    if not _has_authority(query, candidate):
        return None
    for number, claims in enumerate(query.alternatives()):
        found = _found(claims, candidate.claims)
        if found is not None:
            return Match(number, claims, found)
    return None


def _has_authority(query: CredentialQuery, candidate: Candidate) -> bool:
    named = [each for each in query.authorities if each.type == AKI]
    return not query.authorities or any(not each.values.isdisjoint(candidate.authority_keys) for each in named)


def _found(claims: Sequence[ClaimsQuery], of: Mapping[str, JsonValue]) -> tuple[FoundPath, ...] | None:
    selections: list[tuple[ClaimsQuery, Selected]] = []
    for claim in claims:
        selected = [(path, value) for path, value in select(of, claim.path) if _fits(value, claim.values)]
        if not selected:
            return None
        selections.append((claim, selected))
    wanted = _wanted_elements(selections)
    found: dict[FoundPath, None] = {}
    for _, selected in selections:
        kept = [path for path, _ in selected if _is_wanted(path, wanted)]
        if not kept:
            return None
        found.update(dict.fromkeys(kept))
    return tuple(found)


def _wanted_elements(selections: Sequence[tuple[ClaimsQuery, Selected]]) -> dict[FoundPath, set[FoundPath]]:
    """Return for each array in which values are restricted the elements that have them, of all such claims."""
    wanted: dict[FoundPath, set[FoundPath]] = {}
    for claim, selected in selections:
        if not claim.values:
            continue
        for place in [number for number, component in enumerate(claim.path) if component is None]:
            elements: dict[FoundPath, set[FoundPath]] = {}
            for path, _ in selected:
                elements.setdefault(path[:place], set()).add(path[: place + 1])
            for array, found in elements.items():
                wanted[array] = wanted[array] & found if array in wanted else found
    return wanted


def _is_wanted(path: FoundPath, wanted: Mapping[FoundPath, set[FoundPath]]) -> bool:
    return all(path[: length + 1] in wanted[path[:length]] for length in range(len(path)) if path[:length] in wanted)


def _fits(value: JsonValue, values: Sequence[ClaimValue]) -> bool:
    return not values or any(type(value) is type(each) and value == each for each in values)


def _step(selected: Selected, component: str | int | None) -> Selected:
    found: Selected = []
    for path, value in selected:
        if isinstance(component, str):
            if not isinstance(value, dict):
                return []
            if component in value:
                found.append(((*path, component), value[component]))
            continue
        if not isinstance(value, list):
            return []
        if component is None:
            found.extend(((*path, number), item) for number, item in enumerate(value))
        elif component < len(value):
            found.append(((*path, component), value[component]))
    return found

"""A DCQL query as types that cannot be wrong; `parse` makes them.

Source: OpenID4VP 1.0 section 6
"""

from collections.abc import Mapping
from typing import Final, TypeAlias

from keys.encoding import JsonValue
from keys.values import dataclass

SD_JWT_VC: Final = "dc+sd-jwt"
AKI: Final = "aki"

ClaimPath: TypeAlias = tuple[str | int | None, ...]
"""A claims path pointer: names, array indexes, and None for every element of an array (section 7)."""

FoundPath: TypeAlias = tuple[str | int, ...]
"""A path to one claim that was found: as `ClaimPath`, an index in the place of None."""

ClaimValue: TypeAlias = str | int | bool


@dataclass(frozen=True, slots=True)
class ClaimsQuery:
    """One claim that is asked for; with `values` it must have one of them. `id` is None where no set names it."""

    path: ClaimPath
    id: str | None = None
    values: tuple[ClaimValue, ...] = ()


@dataclass(frozen=True, slots=True)
class TrustedAuthority:
    """Authorities of one kind, one of which must stand behind the credential; for `aki` values are base64url."""

    type: str
    values: frozenset[str]


@dataclass(frozen=True, slots=True)
class CredentialQuery:
    """One kind of credential that is asked for.

    `types` are the values of `vct` (empty for other formats than SD-JWT VC). `claim_sets` holds the sets as ids; where
    there is none, all of `claims` are asked for, and with no `claims` no claim that can be withheld.
    """

    id: str
    format: str
    types: frozenset[str] = frozenset()
    multiple: bool = False
    holder_binding: bool = True
    claims: tuple[ClaimsQuery, ...] = ()
    claim_sets: tuple[tuple[str, ...], ...] = ()
    authorities: tuple[TrustedAuthority, ...] = ()

    def alternatives(self) -> tuple[tuple[ClaimsQuery, ...], ...]:
        """Return the sets of claims that answer this query, the one the verifier likes best first."""
        if not self.claim_sets:
            return (self.claims,)
        by_id = {claim.id: claim for claim in self.claims}
        return tuple(tuple(by_id[name] for name in names) for names in self.claim_sets)


@dataclass(frozen=True, slots=True)
class CredentialSet:
    """Alternatives of credential queries by their ids; one of them must be answered if the set is `required`."""

    options: tuple[tuple[str, ...], ...]
    required: bool = True


@dataclass(frozen=True, slots=True)
class DcqlQuery:
    """A whole query; without `sets` every credential query must be answered."""

    credentials: tuple[CredentialQuery, ...]
    sets: tuple[CredentialSet, ...] = ()

    def credential(self, query_id: str) -> CredentialQuery | None:
        """Return the credential query of an id, None if there is none."""
        return next((each for each in self.credentials if each.id == query_id), None)


@dataclass(frozen=True, slots=True)
class Candidate:
    """What a query is held against: one credential, all of it (a wallet's) or what was disclosed of it (a verifier's).

    Attributes:
        format: such as `dc+sd-jwt`.
        types: its `vct` and what else it says it is.
        claims: processed claims, digests removed.
        authority_keys: identifiers (base64url) of the keys that signed its certificates.
        holder_bound: whether its holder can prove, or has proved, to be the holder.
    """

    format: str
    types: frozenset[str]
    claims: Mapping[str, JsonValue]
    authority_keys: frozenset[str] = frozenset()
    holder_bound: bool = True

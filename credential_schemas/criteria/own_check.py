"""A policy and one's own entries, before applying: which of them its rules use, and what they may earn.

A self-check is marked by its basis, and is nobody's decision. It is the holder's alone: whoever makes one stores and
sends nothing of it.
"""

from collections.abc import Iterable, Mapping
from typing import Final

from credential_schemas.criteria.asking import asked_types
from credential_schemas.criteria.case import Decisions
from credential_schemas.criteria.entries import ScoringEntry
from credential_schemas.criteria.language import Policy
from credential_schemas.criteria.notice import Notice
from credential_schemas.criteria.score import Score
from credential_schemas.criteria.scoring import score_applicant

_SHOWN_ALL_THE_SAME: Final = frozenset({"required_qualification"})  # it earns nothing, and must be there
_NOBODY_DECIDED: Final = Decisions()


def own_score(
    policy: Policy, notice: Notice, entries: Iterable[ScoringEntry], *, decisions: Decisions = _NOBODY_DECIDED
) -> Score:
    """Return what a policy says of one's own entries, marked as self-declared.

    Args:
        policy: loaded with the readings of the notice.
        notice: read against the same policy.
        entries: any order; ids unique.
        decisions: what one assumes that people decide.

    Raises:
        ScoringInputError: an id stands twice.
    """
    return score_applicant(policy, notice, entries, decisions=decisions, basis="self-declared")


def used_claims(policy: Policy, notice: Notice, entries: Iterable[ScoringEntry]) -> Mapping[str, frozenset[str]]:
    """Return, by id, the entries that a rule counts or may count, with the claims that rules read of each.

    Args:
        policy, notice: as for `own_score`.
        entries: every one that could be shown, with all its claims; ids unique.
    """
    asked = {each.entry_type.id: frozenset((*each.always, *each.sometimes)) for each in asked_types(policy, notice)}
    candidates = [entry for entry in entries if entry.type in asked]
    left_out = own_score(policy, notice, candidates).excluded_entries
    return {
        entry.id: asked[entry.type]
        for entry in candidates
        if entry.id not in left_out or left_out[entry.id] in _SHOWN_ALL_THE_SAME
    }

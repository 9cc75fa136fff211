"""What a policy says of one applicant: points with their reasons, or what keeps them open."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Literal, TypeAlias

from credential_schemas.criteria.case import Line
from credential_schemas.criteria.entries import Basis
from credential_schemas.criteria.values import number_json
from credential_schemas.criteria.wording import flag_text, reason_text
from keys.encoding import JsonValue
from keys.values import dataclass, field

Status: TypeAlias = Literal["scored", "exempt", "incomplete"]


@dataclass(frozen=True, slots=True)
class Score:
    """One applicant's result; never a decision.

    Attributes:
        status: `scored`, `exempt` when the stage is waived, `incomplete` when something was not decided or given.
        components: points by component after its cap, None while open.
        raw: the same before the cap, for components that entries fill.
        base, total: None unless scored.
        bonus: points on top, None while open.
        range: the least and most the total can become; None when exempt.
        trace: every point with its rule, entries and reason.
        excluded_entries: why an entry did not count, by its id.
        flags: what a person should look at.
        basis: `self-declared` when the entries are the applicant's own words.
    """

    status: Status
    components: Mapping[str, Fraction | None]
    raw: Mapping[str, Fraction | None]
    base: Fraction | None
    bonus: Mapping[str, Fraction | None]
    total: Fraction | None
    range: tuple[Fraction, Fraction] | None
    trace: tuple[Line, ...]
    excluded_entries: Mapping[str, str]
    flags: tuple[str, ...]
    basis: Basis
    about: Mapping[str, JsonValue] = field(default_factory=dict)

    def to_json(self) -> dict[str, JsonValue]:
        """Return the result as docs/formats/criteria.md describes it."""
        return {
            "score": 1,
            **self.about,
            "basis": self.basis,
            "status": self.status,
            "components": {name: _number(points) for name, points in self.components.items()},
            "base": _number(self.base),
            "bonus": {name: _number(points) for name, points in self.bonus.items()},
            "total": _number(self.total),
            "range": [number_json(each) for each in self.range] if self.range is not None else None,
            **{f"{name}_raw": _number(points) for name, points in self.raw.items()},
            "trace": [
                {
                    "rule": line.rule,
                    "points": number_json(line.points),
                    "entries": list(line.entries),
                    "why": line.why.to_json(),
                }
                for line in self.trace
            ],
            "excluded_entries": dict(self.excluded_entries),
            "excluded_because": {
                reason: reason_text(reason).to_json() for reason in sorted(set(self.excluded_entries.values()))
            },
            "flags": list(self.flags),
            "flags_mean": {flag: flag_text(flag).to_json() for flag in self.flags},
            "human_review_required": True,
        }


def _number(points: Fraction | None) -> JsonValue:
    return number_json(points) if points is not None else None

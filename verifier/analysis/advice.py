"""Suggestions for one employee who agreed to them: roles that are near, and what would show the rest of a role.

A suggestion rests on disclosed entries alone and says so. The first step is always to ask whether an entry was not
handed in; training is the second. People decide.
"""

from collections.abc import Iterable, Sequence

from credential_schemas.catalogue import NcsUnit, ncs_units_within
from keys.encoding import JsonValue
from keys.values import dataclass
from verifier.analysis.competencies import Person
from verifier.analysis.consent import Purpose
from verifier.analysis.limits import MAX_UNITS_SUGGESTED
from verifier.analysis.roles import Found, RoleFit, RoleProfile, UnitFound, compare


@dataclass(frozen=True, slots=True)
class TrainingStep:
    """What could close one gap: a question to the employee, and units of the NCS at the wanted level."""

    gap: UnitFound
    units: tuple[NcsUnit, ...]

    @property
    def ask(self) -> str:
        """Return what to ask first: `ask_level` or `ask_entry`."""
        return "ask_level" if self.gap.found is Found.LEVEL_UNKNOWN else "ask_entry"

    def to_json(self) -> dict[str, JsonValue]:
        """Return one element of `training`."""
        units: list[JsonValue] = [
            {"code": unit.code, "name": {"ko": unit.name_ko}, "level": unit.level} for unit in self.units
        ]
        return {"code": self.gap.unit.code, "first": self.ask, "units": units}


@dataclass(frozen=True, slots=True)
class RoleAdvice:
    """One role for one employee: how far it is shown, and steps towards the rest where training was agreed to."""

    fit: RoleFit
    steps: tuple[TrainingStep, ...] | None

    def to_json(self) -> dict[str, JsonValue]:
        """Return one element of `roles` of an employee."""
        return {
            "role": self.fit.role.policy.policy.id,
            "version": self.fit.role.policy.policy.version,
            "met": self.fit.met,
            "wanted": len(self.fit.units),
            "competencies": [each.to_json() for each in self.fit.units],
            "training": [step.to_json() for step in self.steps] if self.steps is not None else None,
        }


@dataclass(frozen=True, slots=True)
class Advice:
    """Everything that is said about one employee; the roles stand by how much of them is shown, the nearest first.

    `ordered` tells whether the order is a suggestion for placement, which needs consent to it.
    """

    employee: str
    ordered: bool
    roles: tuple[RoleAdvice, ...]

    def to_json(self) -> dict[str, JsonValue]:
        """Return one element of `employees`."""
        return {
            "employee": self.employee,
            "placement_suggested": self.ordered,
            "roles": [role.to_json() for role in self.roles],
            "human_review_required": True,
        }


def advise(person: Person, roles: Sequence[RoleProfile], *, agreed: Iterable[Purpose]) -> Advice | None:
    """Return the suggestions for one employee, None without consent to any.

    With consent to training alone the roles keep the order of the command, and no order of nearness is told.
    """
    purposes = frozenset(agreed)
    placement, training = Purpose.PLACEMENT in purposes, Purpose.TRAINING in purposes
    if not roles or not (placement or training):
        return None
    fits = [compare(role, person.entries) for role in roles]
    if placement:
        fits.sort(key=lambda fit: -fit.met / len(fit.units))
    advice = tuple(RoleAdvice(fit, _steps(fit) if training else None) for fit in fits)
    return Advice(person.number, placement, advice)


def _steps(fit: RoleFit) -> tuple[TrainingStep, ...]:
    return tuple(TrainingStep(gap, _units(gap)) for gap in fit.open)


def _units(gap: UnitFound) -> tuple[NcsUnit, ...]:
    fitting = [unit for unit in ncs_units_within(gap.unit.code) if unit.level == gap.unit.level]
    return tuple(fitting[:MAX_UNITS_SUGGESTED])

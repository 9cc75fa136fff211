"""Role profiles, which are policies with rules of the kind `units`, and how one employee's entries compare with them.

A profile says which competency is wanted from which level on, and which types of entries may show it. That no entry was
disclosed is told as that: it is not a statement about what somebody can do.
"""

from collections.abc import Iterable, Iterator
from enum import StrEnum
from typing import Final

from credential_schemas.criteria.entries import ScoringEntry
from credential_schemas.criteria.language import Policy
from credential_schemas.criteria.rule_kinds import Unit, UnitsRule
from credential_schemas.criteria.rules.units import level_of, unit_codes
from credential_schemas.criteria.terms import Both
from credential_schemas.entry_types import entry_types
from keys.encoding import JsonValue
from keys.values import dataclass
from verifier.errors import ScoringFileError
from verifier.scoring.criteria_files import PolicyFile, read_policy, read_policy_file


class Found(StrEnum):
    """How a wanted competency was shown; in the order from most to least."""

    MET = "met"
    BELOW = "below"
    LEVEL_UNKNOWN = "level_unknown"
    NOT_SHOWN = "not_shown"


_ORDER: Final = tuple(Found)


@dataclass(frozen=True, slots=True)
class RoleProfile:
    """The role profile in a policy file."""

    file: PolicyFile
    policy: Policy
    rules: tuple[UnitsRule, ...]

    @property
    def id(self) -> str:
        """Id and version of the policy."""
        return f"{self.policy.policy.id} {self.policy.policy.version}"

    @property
    def title(self) -> Both:
        """What the role is called."""
        return self.policy.policy.title

    @property
    def wanted(self) -> tuple[tuple[UnitsRule, Unit], ...]:
        """Every wanted competency with its rule, in the order of the file."""
        return tuple((rule, unit) for rule in self.rules for unit in rule.wanted)

    def to_json(self) -> dict[str, JsonValue]:
        """Return which profile it is."""
        header = self.policy.policy
        return {
            "id": header.id,
            "version": header.version,
            "sha256": self.file.sha256,
            "title": {"ko": header.title.ko, "en": header.title.en},
        }


@dataclass(frozen=True, slots=True)
class UnitFound:
    """What was found about one wanted competency: the highest level shown, and which entries show it."""

    unit: Unit
    found: Found
    level: int | None
    shown_by: tuple[str, ...]

    def to_json(self) -> dict[str, JsonValue]:
        """Return one element of `competencies`."""
        return {
            "code": self.unit.code,
            "title": {"ko": self.unit.title.ko, "en": self.unit.title.en},
            "wanted_level": self.unit.level,
            "found": self.found.value,
            "level": self.level,
            "shown_by": [*self.shown_by],
        }


@dataclass(frozen=True, slots=True)
class RoleFit:
    """One employee beside one role."""

    role: RoleProfile
    units: tuple[UnitFound, ...]

    @property
    def met(self) -> int:
        """How many of the wanted competencies are shown at their level."""
        return sum(each.found is Found.MET for each in self.units)

    @property
    def open(self) -> tuple[UnitFound, ...]:
        """Those that are not."""
        return tuple(each for each in self.units if each.found is not Found.MET)


def read_role(wanted: str) -> RoleProfile:
    """Read a role profile by path, or by the id of a published policy.

    Raises:
        ScoringFileError: there is no such policy, or it is not a role profile that can be read without a notice.
    """
    file = read_policy_file(wanted)
    policy = read_policy(file)
    rules = tuple(rule for rule in policy.rules if isinstance(rule, UnitsRule))
    if not rules:
        raise ScoringFileError(
            f"{file.name}: expected a role profile, a policy with a rule of the kind units", kind="role"
        )
    for rule in rules:
        if rule.applies or rule.needs:
            raise ScoringFileError(
                f"{file.name}: rule {rule.id}: expected neither applies nor needs, for there is no notice here",
                kind="role",
            )
    return RoleProfile(file, policy, rules)


def compare(role: RoleProfile, entries: Iterable[ScoringEntry]) -> RoleFit:
    """Return how entries compare with a role; they must be such that count."""
    several = tuple(entries)
    return RoleFit(role, tuple(_found(rule, unit, several) for rule, unit in role.wanted))


def _found(rule: UnitsRule, unit: Unit, entries: Iterable[ScoringEntry]) -> UnitFound:
    best, level, shown_by = Found.NOT_SHOWN, None, list[str]()
    for entry in entries:
        if entry.type not in rule.entries or not _fits(rule, entry):
            continue
        for shown in _levels(unit, entry):
            found = _compared(shown, unit)
            best = min(best, found, key=_ORDER.index)
            level = max(level or 0, shown or 0) or None
            shown_by.append(_named(entry))
    return UnitFound(unit, best, level, tuple(dict.fromkeys(shown_by)))


def _fits(rule: UnitsRule, entry: ScoringEntry) -> bool:
    return all(
        any(type(value) is type(entry.claim(each.claim)) and value == entry.claim(each.claim) for value in each.among)
        for each in rule.when
    )


def _levels(unit: Unit, entry: ScoringEntry) -> Iterator[int | None]:
    return (level_of(code, entry) for code in unit_codes(entry) if code.startswith(unit.code))


def _compared(level: int | None, unit: Unit) -> Found:
    if level is None:
        return Found.LEVEL_UNKNOWN
    return Found.MET if level >= unit.level else Found.BELOW


def _named(entry: ScoringEntry) -> str:
    return entry.title or entry_types()[entry.type].names.ko

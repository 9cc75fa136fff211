"""Points for each competency of a role profile that some entry shows at the wanted level."""

from collections.abc import Iterable, Iterator
from fractions import Fraction
from typing import Final

from credential_schemas.catalogue import ncs_unit
from credential_schemas.criteria.case import NOTHING, Case, Finding, Line, choose
from credential_schemas.criteria.entries import ScoringEntry
from credential_schemas.criteria.rule_kinds import Unit, UnitsRule
from credential_schemas.criteria.wording import why
from credential_schemas.entry_types import entry_types

COVERED: Final = "ncs_units"
UNIT_CODE: Final = "unit_code"
UNIT_LEVEL: Final = "unit_level"
_COMPLETION: Final = ("completed", "passed")


def apply(rule: UnitsRule, case: Case) -> Finding:
    """Match NCS units by code, or by the beginning of one, each competency once."""
    chosen = choose(rule, case, claims=())
    lines = [line for unit in rule.wanted if (line := _line(rule, unit, chosen.certain)) is not None]
    possible = [_line(rule, unit, (*chosen.certain, *chosen.open)) for unit in rule.wanted]
    counted = frozenset(entry_id for line in lines for entry_id in line.entries)
    idle = {entry.id: _idle(entry) for entry in chosen.certain if entry.id not in counted}
    return Finding(
        least=_sum(lines),
        most=_sum([line for line in possible if line is not None]),
        lines=tuple(lines),
        counted=counted,
        excluded={**chosen.excluded, **idle},
        flags=(*chosen.flags, *_level_unknown(rule, chosen.certain)),
        missing=chosen.missing,
    )


def _idle(entry: ScoringEntry) -> str:
    if was_completed(entry):
        return "no_rule"
    return "claim_missing" if any(entry.claims.get(name) is None for name in _completion(entry)) else "not_completed"


def _completion(entry: ScoringEntry) -> tuple[str, ...]:
    own = {field.name for field in entry_types()[entry.type].own_fields}
    return tuple(name for name in _COMPLETION if name in own)


def _sum(lines: list[Line]) -> Fraction:
    return sum((line.points for line in lines), NOTHING)


def _line(rule: UnitsRule, unit: Unit, entries: tuple[ScoringEntry, ...]) -> Line | None:
    shown = {entry.id: level for entry in entries if (level := max(_levels(unit, entry), default=0)) >= unit.level}
    if not shown:
        return None
    reason = why("unit", code=unit.code, title=unit.title.ko, found=max(shown.values()), wanted=unit.level)
    return Line(rule.id, unit.points, tuple(sorted(shown)), reason)


def _levels(unit: Unit, entry: ScoringEntry) -> Iterator[int]:
    for code in unit_codes(entry):
        level = level_of(code, entry)
        if code.startswith(unit.code) and level is not None:
            yield level


def unit_codes(entry: ScoringEntry) -> tuple[str, ...]:
    """Return the unit codes an entry names: those it covers, or the unit that it is; none unless it was completed."""
    if not was_completed(entry):
        return ()
    found = entry.claims.get(COVERED)
    several = found if isinstance(found, list) else []
    return tuple(code for code in (*several, entry.claims.get(UNIT_CODE)) if isinstance(code, str))


def was_completed(entry: ScoringEntry) -> bool:
    """Return whether an entry says that it was completed or passed, if entries of its type say such a thing at all.

    What is not disclosed is not assumed: a course shows a competency only when it says that it was passed.
    """
    return all(entry.claims.get(name) is True for name in _completion(entry))


def level_of(code: str, entry: ScoringEntry) -> int | None:
    """Return the level a unit entry states, else the one the committed NCS catalogue has for the code."""
    stated = entry.claims.get(UNIT_LEVEL) if entry.claims.get(UNIT_CODE) == code else None
    if isinstance(stated, int):
        return stated
    known = ncs_unit(code)
    return known.level if known is not None else None


def _level_unknown(rule: UnitsRule, entries: Iterable[ScoringEntry]) -> Iterator[str]:
    for entry in entries:
        wanted = [code for code in unit_codes(entry) if any(code.startswith(unit.code) for unit in rule.wanted)]
        if any(level_of(code, entry) is None for code in wanted):
            yield f"claim_missing:{entry.id}:{UNIT_LEVEL}"

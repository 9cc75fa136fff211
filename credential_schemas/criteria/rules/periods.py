"""Points by bands of whole months in the union of periods."""

from collections.abc import Iterable
from datetime import date
from fractions import Fraction

from credential_schemas.criteria.case import BEYOND, NOTHING, Case, Finding, Line, choose
from credential_schemas.criteria.entries import ScoringEntry, canonical_claim
from credential_schemas.criteria.notice import MonthBand
from credential_schemas.criteria.rule_kinds import PeriodsRule
from credential_schemas.criteria.values import day, whole_months
from credential_schemas.criteria.wording import Why, why
from credential_schemas.entry_types import entry_types
from keys.values import replace


def apply(rule: PeriodsRule, case: Case) -> Finding:
    """Count the months; where the notice sets no bands, related periods leave the points open."""
    chosen = choose(rule, case, claims=(rule.start,))
    excluded, flags = dict(chosen.excluded), list(chosen.flags)
    periods: dict[str, tuple[date, date]] = {}
    for entry in (*chosen.certain, *chosen.open):
        if _hides_end(rule, entry):
            excluded[entry.id] = "claim_missing"
            flags.append(f"claim_missing:{entry.id}:{rule.end}")
            continue
        period = _period(rule, entry, case)
        if period is None:
            excluded[entry.id] = "claim_unreadable"
            flags.append(f"claim_unreadable:{entry.id}:{rule.start}")
            continue
        periods[entry.id] = period
        if _ended(rule, entry, case) is None:
            flags.append(f"period_open:{entry.id}")
    certain = tuple(entry.id for entry in chosen.certain if entry.id in periods)
    found = Finding(
        counted=frozenset(certain),
        excluded=excluded,
        flags=(*flags,),
        missing=tuple(each for each in chosen.missing if each.split(":")[1] in periods),
    )
    bands = case.notice.bands(rule.bands)
    if bands is None:
        return _undetermined(rule, found) if periods else found
    points, reason = _banded(bands, [periods[each] for each in certain])
    possible, _ = _banded(bands, [*periods.values()])
    lines = (Line(rule.id, points, certain, reason),) if certain else ()
    return replace(found, least=points, most=max(points, possible), lines=lines)


def _undetermined(rule: PeriodsRule, found: Finding) -> Finding:
    missing = (*found.missing, f"notice_parameter_missing:{rule.bands}")
    return replace(found, most=BEYOND, missing=missing)


def _period(rule: PeriodsRule, entry: ScoringEntry, case: Case) -> tuple[date, date] | None:
    """Return the days that count: of a period that has not ended, those up to its source's word, or to the evaluation.

    An end that has not come yet is no end: some registers write 9999-12-31 for what goes on.
    """
    start, end = day(entry.claim(rule.start)), _ended(rule, entry, case)
    if end is None:
        stated = entry.claim(rule.end)
        until = entry.as_of if stated is None or entry.as_of is not None else case.evaluation_date
        if until is not None and (stated is None or day(stated) is not None):
            end = min(until, case.evaluation_date)
    if start is None or end is None or end < start:
        return None
    return start, end


def _hides_end(rule: PeriodsRule, entry: ScoringEntry) -> bool:
    """Return whether the end is not shown, though every entry of this type has one: then it does not go on."""
    name = canonical_claim(rule.end, entry.type)
    ends = (field for field in entry_types()[entry.type].own_fields if field.name == name)
    return entry.claim(rule.end) is None and any(field.required and not field.if_known for field in ends)


def _ended(rule: PeriodsRule, entry: ScoringEntry, case: Case) -> date | None:
    """Return the last day of a period, None when it names none that has come."""
    end = day(entry.claim(rule.end))
    return end if end is not None and end <= case.evaluation_date else None


def _banded(bands: Iterable[MonthBand], periods: Iterable[tuple[date, date]]) -> tuple[Fraction, Why]:
    months = whole_months(periods)
    reached = [points for least, points in bands if months >= least]
    return (reached[-1] if reached else NOTHING), why("months" if reached else "months_below", months=months)

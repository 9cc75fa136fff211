"""Score one applicant: standing of the entries, required ones out, every rule, components, bonuses, total.

Source: docs/formats/criteria.md
"""

from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction
from types import MappingProxyType
from typing import Final, cast

from credential_schemas.criteria.case import NOTHING, Case, Decisions, Finding, Line
from credential_schemas.criteria.entries import Basis, ScoringEntry, unique
from credential_schemas.criteria.language import Component, Policy
from credential_schemas.criteria.notice import Notice
from credential_schemas.criteria.requirements import Consumption, consume
from credential_schemas.criteria.rule_kinds import (
    AmountRule,
    AnyRule,
    BandsRule,
    ListRule,
    PeriodsRule,
    QualificationsRule,
    RubricRule,
    UnitsRule,
    WordsRule,
)
from credential_schemas.criteria.rules import amount, bands, listed, periods, qualifications, rubric, units, words
from credential_schemas.criteria.score import Score
from credential_schemas.criteria.terms import PointsParameter
from keys.values import replace

EVALUATION_DATE: Final = "evaluation_date"
_WITHOUT_RULE: Final = "no_rule"

_APPLY: Final[Mapping[type, Callable[..., Finding]]] = MappingProxyType(
    {
        AmountRule: amount.apply,
        BandsRule: bands.apply,
        QualificationsRule: qualifications.apply,
        ListRule: listed.apply,
        PeriodsRule: periods.apply,
        WordsRule: words.apply,
        UnitsRule: units.apply,
    }
)


def score_applicant(
    policy: Policy, notice: Notice, entries: Iterable[ScoringEntry], *, decisions: Decisions, basis: Basis
) -> Score:
    """Apply a policy to one applicant's entries.

    Args:
        policy: loaded with the readings of the notice.
        notice: read against the same policy.
        entries: any order; ids unique.
        decisions: what people decided about these entries and texts.
        basis: whether the entries were verified.

    Raises:
        ScoringInputError: an id stands twice.
    """
    everything = unique(entries)
    evaluation_date = notice.day(EVALUATION_DATE)
    standing = {entry.id: entry.standing(evaluation_date) for entry in everything}
    excluded = {entry_id: reason for entry_id, reason in standing.items() if reason is not None}
    usable = tuple(entry for entry in everything if entry.id not in excluded)
    case = Case(notice, usable, decisions, evaluation_date)
    consumption = _consumption(policy, case)
    case = replace(case, consumed=consumption.consumed)
    findings = _findings(policy, case)
    score = _combined(policy, notice, findings, basis=basis)
    excluded |= _not_counted(usable, findings, consumption)
    flags = (*score.flags, *(f"requirement_not_shown:{names}" for names in consumption.unmet))
    return replace(
        score,
        excluded_entries=dict(sorted(excluded.items())),
        flags=_once(flags, findings, waived=score.status == "exempt"),
    )


def _consumption(policy: Policy, case: Case) -> Consumption:
    required = policy.document_screening.required
    if required is None:
        return Consumption()
    among = tuple(policy.rule(rule_id) for rule_id in required.among)
    return consume(required, tuple(r for r in among if isinstance(r, QualificationsRule | ListRule)), case)


def _findings(policy: Policy, case: Case) -> dict[str, Finding]:
    """Return what each rule that applies finds, by rule id."""
    stage = policy.document_screening
    parts = {**stage.components, **stage.bonuses}
    names = {rule_id: name for name, part in parts.items() if case.notice.fits(part.applies) for rule_id in part.rules}
    names |= dict.fromkeys(stage.exemptions, "")
    return {
        rule.id: _bounded(policy, rule, _apply(rule, case, name=names[rule.id]))
        for rule in policy.rules
        if rule.id in names and case.notice.fits(rule.applies)
    }


def _apply(rule: AnyRule, case: Case, *, name: str) -> Finding:
    if isinstance(rule, RubricRule):
        return rubric.apply(rule, case, name=name)
    return _APPLY[type(rule)](rule, case)


def _bounded(policy: Policy, rule: AnyRule, finding: Finding) -> Finding:
    """Where the notice left points undetermined, the most they can become is what the policy allows."""
    if not isinstance(rule, PeriodsRule | WordsRule):
        return finding
    parameter = cast("PointsParameter", policy.parameters[rule.bands if isinstance(rule, PeriodsRule) else rule.points])
    return replace(finding, most=min(finding.most, max(parameter.allowed_points)))


def _combined(policy: Policy, notice: Notice, findings: Mapping[str, Finding], *, basis: Basis) -> Score:
    stage = policy.document_screening
    components = {name: part for name, part in stage.components.items() if notice.fits(part.applies)}
    bonuses = {name: part for name, part in stage.bonuses.items() if notice.fits(part.applies)}
    sums = {name: _sum(part, findings, notice) for name, part in (*components.items(), *bonuses.items())}
    exempt = any(findings[each].exempt_by for each in stage.exemptions if each in findings)
    waiting = any(findings[each].missing for each in stage.exemptions if each in findings)
    least = sum((sums[name].least for name in sums), NOTHING)
    most = sum((sums[name].most for name in sums), NOTHING)
    cap = notice.number(stage.cap)
    least, most = _capped(least, cap), _capped(most, cap)
    complete = not exempt and not waiting and all(sums[name].known for name in sums)
    return Score(
        status="exempt" if exempt else "scored" if complete else "incomplete",
        components={name: sums[name].points for name in components},
        raw={name: sums[name].raw for name, part in components.items() if not _is_rubric(policy, part)},
        base=sum((sums[name].least for name in components), NOTHING) if complete else None,
        bonus={name: sums[name].points for name in bonuses},
        total=least if complete else None,
        range=None if exempt else (least, most),
        trace=_trace(findings),
        excluded_entries={},
        flags=(),
        basis=basis,
    )


class _Sum:
    """The points of one component: raw, after its cap, and how far they can still move."""

    def __init__(self, findings: list[Finding], cap: Fraction | None) -> None:
        raw_least = sum((finding.least for finding in findings), NOTHING)
        raw_most = sum((finding.most for finding in findings), NOTHING)
        self.known = all(finding.known for finding in findings)
        self.least, self.most = _capped(raw_least, cap), _capped(raw_most, cap)
        self.raw = raw_least if self.known else None
        self.points = self.least if self.known else None


def _sum(part: Component, findings: Mapping[str, Finding], notice: Notice) -> _Sum:
    return _Sum([findings[each] for each in part.rules if each in findings], notice.number(part.cap))


def _capped(points: Fraction, cap: Fraction | None) -> Fraction:
    return points if cap is None else min(points, cap)


def _is_rubric(policy: Policy, part: Component) -> bool:
    return all(isinstance(policy.rule(rule_id), RubricRule) for rule_id in part.rules)


def _trace(findings: Mapping[str, Finding]) -> tuple[Line, ...]:
    return tuple(line for finding in findings.values() for line in finding.lines)


def _not_counted(
    usable: Iterable[ScoringEntry], findings: Mapping[str, Finding], consumption: Consumption
) -> dict[str, str]:
    """Return one reason for each usable entry that no rule counts: the most telling one that a rule gave."""
    counted = {entry_id for finding in findings.values() for entry_id in finding.counted}
    traced = {entry_id for line in _trace(findings) for entry_id in line.entries}
    waiting = {
        flag.split(":")[1] for finding in findings.values() for flag in finding.missing if flag.startswith("adj")
    }
    reasons: dict[str, str] = {}
    for entry in usable:
        if entry.id in counted | traced | waiting:
            continue
        if entry.id in consumption.consumed:
            reasons[entry.id] = "required_qualification"
            continue
        given = [finding.excluded[entry.id] for finding in findings.values() if entry.id in finding.excluded]
        telling = [reason for reason in given if reason != _WITHOUT_RULE]
        reasons[entry.id] = (telling or given or [_WITHOUT_RULE])[0]
    return reasons


def _once(flags: tuple[str, ...], findings: Mapping[str, Finding], *, waived: bool) -> tuple[str, ...]:
    """Return every flag once: what is missing, unless waived, and what is odd about entries that count nowhere."""
    counted = {entry_id for finding in findings.values() for entry_id in finding.counted}
    missing = [] if waived else [flag for finding in findings.values() for flag in finding.missing]
    odd = [flag for finding in findings.values() for flag in finding.flags]
    idle = ("grade_not_listed:", "no_rule:")
    kept = [flag for flag in odd if not (flag.startswith(idle) and flag.split(":")[1] in counted)]
    return tuple(dict.fromkeys((*missing, *kept, *flags)))

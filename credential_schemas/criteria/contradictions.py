"""What one part of a policy says about another: every reference leads somewhere, every sum is right."""

import itertools
from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from typing import Final

from credential_schemas.criteria.documents import Place
from credential_schemas.criteria.language import Ambiguity, Component, Interview, Policy
from credential_schemas.criteria.rule_kinds import (
    AnyRule,
    BandsRule,
    Family,
    ListRule,
    PeriodsRule,
    QualificationsRule,
    RubricRule,
    Table,
    WordsRule,
)
from credential_schemas.criteria.terms import (
    ChoiceParameter,
    DateParameter,
    NumberByChoice,
    PointsParameter,
    RequirementsParameter,
    RowsParameter,
)
from credential_schemas.entry_types import entry_types

_WHOLE: Final = 100  # the weights of an interview


def contradictions(policy: Policy) -> Iterator[tuple[Place, str]]:
    """Yield every place where a policy contradicts itself or names what nobody knows, with what was expected there."""
    yield from _repeated(policy)
    found = [*_parts(policy), *_rules_in_use(policy), *_required(policy)]
    yield from found
    if not found:
        yield from _full_marks(policy)
    for number, rule in enumerate(policy.rules):
        for problem in _rule(policy, rule):
            yield ("rules", number), problem
    for name, parameter in policy.parameters.items():
        default = parameter.default if isinstance(parameter, DateParameter) else None
        if default is not None and not isinstance(policy.parameters.get(default), DateParameter):
            yield ("parameters", name), f"expected a day of the notice as default, found {default}"
    if policy.written_test is not None:
        total = sum(section.questions for section in policy.written_test.sections.values())
        if total != policy.written_test.questions:
            yield ("written_test",), f"expected sections of {policy.written_test.questions} questions, found {total}"
    if policy.interview is not None:
        yield from _interview(policy.interview)
    for number, ambiguity in enumerate(policy.ambiguities):
        for problem in _ambiguity(policy, ambiguity):
            yield ("ambiguities", number), problem


def _repeated(policy: Policy) -> Iterator[tuple[Place, str]]:
    for part, ids in (
        ("rules", [rule.id for rule in policy.rules]),
        ("ambiguities", [ambiguity.id for ambiguity in policy.ambiguities]),
    ):
        for number, found in enumerate(ids):
            if found in ids[:number]:
                yield (part, number), f"expected each id once, found {found} twice"


def _groups(policy: Policy) -> Iterator[tuple[Place, Component]]:
    stage = policy.document_screening
    for group, parts in (("components", stage.components), ("bonuses", stage.bonuses)):
        for name, part in parts.items():
            yield ("document_screening", group, name), part


def _parts(policy: Policy) -> Iterator[tuple[Place, str]]:
    for place, part in _groups(policy):
        for problem in _choices(policy, part.applies):
            yield place, problem
        if isinstance(part.cap, NumberByChoice):
            for problem in _covered(policy, part.cap.by, part.cap.values, part.applies):
                yield place, problem


def _rules_in_use(policy: Policy) -> Iterator[tuple[Place, str]]:
    stage, known = policy.document_screening, [rule.id for rule in policy.rules]
    used = [*stage.exemptions, *(rule_id for _, part in _groups(policy) for rule_id in part.rules)]
    for rule_id in sorted(set(used) - set(known)):
        yield ("document_screening",), f"expected rules that the policy has, found {rule_id}"
    for rule_id in sorted(set(known) - set(used)):
        yield ("rules", known.index(rule_id)), "expected a rule that counts somewhere"
    for rule_id in sorted({each for each in used if used.count(each) > 1}):
        yield ("document_screening",), f"expected each rule in one place, found {rule_id} in two"
    waiving = {rule.id for rule in policy.rules if isinstance(rule, ListRule) and rule.exempts}
    for rule_id in sorted(set(stage.exemptions) & set(known) - waiving):
        yield ("document_screening", "exemptions"), f"expected lists that exempt, found {rule_id}"


def _required(policy: Policy) -> Iterator[tuple[Place, str]]:
    required = policy.document_screening.required
    if required is None:
        return
    if not isinstance(policy.parameters.get(required.parameter), RequirementsParameter):
        yield ("document_screening", "required"), "expected a parameter of requirements"
    for name in sorted({each for degree in required.degrees.values() for each in degree.types} - set(entry_types())):
        yield ("document_screening", "required"), f"expected known entry types, found {name}"
    known = {rule.id for rule in policy.rules if isinstance(rule, QualificationsRule | ListRule)}
    for rule_id in sorted(set(required.among) - known):
        yield ("document_screening", "required"), f"expected qualifications or a list, found {rule_id}"


def _full_marks(policy: Policy) -> Iterator[tuple[Place, str]]:
    """The caps of the components of every choice must add up to the full marks, where a policy names them."""
    stage = policy.document_screening
    if stage.full_marks is None:
        return
    choices = [
        [(name, value) for value in each.values]
        for name, each in policy.parameters.items()
        if isinstance(each, ChoiceParameter)
    ]
    for choice in itertools.product(*choices):
        chosen = dict(choice)
        caps = [
            _number_for(part.cap, chosen)
            for part in stage.components.values()
            if all(chosen[name] in wanted for name, wanted in part.applies.items())
        ]
        wanted = _number_for(stage.full_marks, chosen)
        found = None if None in caps else sum((cap for cap in caps if cap is not None), Fraction(0))
        if found != wanted:
            place: Place = ("document_screening", "components")
            yield place, f"expected caps that add up to {wanted} for {', '.join(chosen.values())}, found {found}"


def _number_for(cap: Fraction | NumberByChoice | None, chosen: Mapping[str, str]) -> Fraction | None:
    return cap.values[chosen[cap.by]] if isinstance(cap, NumberByChoice) else cap


def _choices(policy: Policy, applies: Mapping[str, tuple[str, ...]]) -> Iterator[str]:
    for name, wanted in applies.items():
        parameter = policy.parameters.get(name)
        if not isinstance(parameter, ChoiceParameter):
            yield f"expected a choice of the notice, found {name}"
        elif not set(wanted) <= set(parameter.values):
            yield f"expected values of {name}, found {', '.join(sorted(set(wanted) - set(parameter.values)))}"


def _covered(
    policy: Policy, by: str, given: Mapping[str, object], applies: Mapping[str, tuple[str, ...]]
) -> Iterator[str]:
    parameter = policy.parameters.get(by)
    if not isinstance(parameter, ChoiceParameter):
        yield f"expected a choice of the notice, found {by}"
        return
    if not set(given) <= set(parameter.values):
        yield f"expected values of {by}, found {', '.join(sorted(set(given) - set(parameter.values)))}"
    missing = set(applies.get(by, parameter.values)) - set(given)
    if missing:
        yield f"expected every value of {by}, missing {', '.join(sorted(missing))}"


def _rule(policy: Policy, rule: AnyRule) -> Iterator[str]:
    for name in sorted((set(rule.entries) | _member_types(rule)) - set(entry_types())):
        yield f"expected known entry types, found {name}"
    yield from _choices(policy, rule.applies)
    for name in sorted(set(rule.ambiguities) - {ambiguity.id for ambiguity in policy.ambiguities}):
        yield f"expected an ambiguity of the policy, found {name}"
    if isinstance(rule, BandsRule):
        yield from _bands(policy, rule)
    if isinstance(rule, RubricRule):
        yield from _rubric(policy, rule)
    if isinstance(rule, QualificationsRule):
        families = (*rule.common, *(each for listed in rule.lists.values.values() for each in listed))
        yield from family_problems(rule, families)
    yield from _lists(policy, rule)


def _member_types(rule: AnyRule) -> set[str]:
    listed = rule.lists.values.values() if isinstance(rule, ListRule) else ()
    return {name for members in listed for member in members for name in member.types}


def _lists(policy: Policy, rule: AnyRule) -> Iterator[str]:
    if isinstance(rule, QualificationsRule | ListRule):
        yield from _covered(policy, rule.lists.by, rule.lists.values, rule.applies)
        wanted = "families" if isinstance(rule, QualificationsRule) else "members"
        if rule.added_by is not None:
            added = policy.parameters.get(rule.added_by)
            if not (isinstance(added, RowsParameter) and added.type == wanted):
                yield f"expected a parameter of {wanted}, found {rule.added_by}"
    if isinstance(rule, PeriodsRule | WordsRule):
        name, kind = (rule.bands, "month_bands") if isinstance(rule, PeriodsRule) else (rule.points, "word_points")
        found = policy.parameters.get(name)
        if not (isinstance(found, PointsParameter) and found.type == kind):
            yield f"expected a parameter of {kind}, found {name}"


def family_problems(rule: QualificationsRule, families: Iterable[Family]) -> Iterator[str]:
    """Yield what is wrong with families of a rule, whether the policy lists them or a notice adds them."""
    for family in families:
        if family.kind not in rule.kinds:
            yield f"expected one of the rule's kinds, found {family.kind}"
        if family.points is None and family.flat_points is None:
            for grade in family.grades:
                if grade not in rule.grade_points:
                    yield f"expected points for every grade, found none for {grade}"


def _bands(policy: Policy, rule: BandsRule) -> Iterator[str]:
    moments = (rule.window.first, rule.window.last) if rule.window is not None else ()
    for moment in moments:
        if not isinstance(policy.parameters.get(moment.parameter), DateParameter):
            yield f"expected a day of the notice, found {moment.parameter}"
    for name, table in rule.tables.items():
        if not table.review and not _readable(table):
            yield f"table {name}: expected rows with the best first, within its order or its highest value"


def _readable(table: Table) -> bool:
    bounds = [row.at_least for row in table.rows]
    if table.order:
        places = [table.order.index(bound) for bound in bounds if isinstance(bound, str) and bound in table.order]
        return len(places) == len(bounds) and sorted(places) == places
    numbers = [bound for bound in bounds if isinstance(bound, Fraction)]
    inside = table.highest is not None and all(0 <= number <= table.highest for number in numbers)
    return inside and len(numbers) == len(bounds) and sorted(numbers, reverse=True) == numbers


def _rubric(policy: Policy, rule: RubricRule) -> Iterator[str]:
    for name, item in rule.items.items():
        if set(item.points) != set(policy.levels):
            yield f"{name}: expected points for every level"
    best = sum((max(item.points.values(), default=Fraction(0)) for item in rule.items.values()), Fraction(0))
    if best != rule.total:
        yield f"expected items that add up to the total of {rule.total}, found {best}"


def _interview(interview: Interview) -> Iterator[tuple[Place, str]]:
    total = sum((slot.weight for slot in interview.slots.values()), Fraction(0))
    if total != _WHOLE:
        yield ("interview", "slots"), f"expected weights that add up to {_WHOLE}, found {total}"
    wanted = {task for slot in interview.slots.values() for task in slot.one_of}
    for task in sorted(wanted - set(interview.tasks)):
        yield ("interview", "slots"), f"expected tasks of the interview, found {task}"


def _ambiguity(policy: Policy, ambiguity: Ambiguity) -> Iterator[str]:
    if ambiguity.chosen not in ambiguity.options:
        yield f"expected one of the options as chosen, found {ambiguity.chosen}"
    rules = {rule.id: rule for rule in policy.rules}
    for option in ambiguity.options.values():
        for change in option.changes:
            target = policy.document_screening if change.rule is None else rules.get(change.rule)
            if target is None or change.member not in type(target).model_fields:
                yield f"expected a change of something the policy has, found {change.rule}: {change.member}"

"""Points for qualifications by family and grade: required ones taken out, the best of each family, then the sum."""

from collections.abc import Iterator
from fractions import Fraction

from credential_schemas.criteria.case import NOTHING, Case, Finding, Line, choose
from credential_schemas.criteria.entries import TITLE, ScoringEntry
from credential_schemas.criteria.notice import Notice
from credential_schemas.criteria.rule_kinds import Family, QualificationsRule
from credential_schemas.criteria.values import comparable
from credential_schemas.criteria.wording import why
from keys.values import dataclass


@dataclass(frozen=True, slots=True)
class _Held:
    """One qualification of a family; points are None for a grade that has none."""

    entry: ScoringEntry
    family: Family
    grade: str
    points: Fraction | None


def apply(rule: QualificationsRule, case: Case) -> Finding:
    """Find each entry's family, and keep the best of each."""
    chosen = choose(rule, case, claims=(TITLE,))
    excluded, flags, best = dict(chosen.excluded), list(chosen.flags), dict[str, _Held]()
    for entry in (*chosen.certain, *chosen.open):
        held = _held(rule, entry, case.notice)
        if held is None:
            excluded[entry.id] = "no_rule"
        elif held.points is None:
            excluded[entry.id] = "grade_not_listed"
            flags.append(f"grade_not_listed:{entry.id}")
        elif entry.id in case.consumed:
            excluded[entry.id] = "required_qualification"
        elif entry in chosen.certain:
            _keep(rule, held, best, excluded)
    counting = sorted(best.values(), key=lambda held: held.entry.id)
    lines = tuple(_line(rule, held) for held in counting)
    points = sum((line.points for line in lines), NOTHING)
    still_open = [
        held
        for entry in chosen.open
        if entry.id not in excluded and (held := _held(rule, entry, case.notice)) is not None
    ]
    return Finding(
        least=points,
        most=points + sum((held.points or NOTHING for held in still_open), NOTHING),
        lines=lines,
        counted=frozenset(held.entry.id for held in counting),
        excluded=excluded,
        flags=tuple(flags),
        missing=tuple(each for each in chosen.missing if each.split(":")[1] not in excluded),
    )


def worth(rule: QualificationsRule, entry: ScoringEntry, notice: Notice) -> Fraction:
    """Return the points of one qualification on its own, 0 if the rule has none for it."""
    held = _held(rule, entry, notice) if entry.type in rule.entries else None
    return held.points or NOTHING if held is not None else NOTHING


def _keep(rule: QualificationsRule, held: _Held, best: dict[str, _Held], excluded: dict[str, str]) -> None:
    key = held.family.family if rule.highest_per_family else held.entry.id
    other = best.get(key)
    if other is not None and (held.points or NOTHING) <= (other.points or NOTHING):
        excluded[held.entry.id] = "not_highest_in_family"
        return
    if other is not None:
        excluded[other.entry.id] = "not_highest_in_family"
    best[key] = held


def _held(rule: QualificationsRule, entry: ScoringEntry, notice: Notice) -> _Held | None:
    title = comparable(entry.title or "")
    for family in _families(rule, notice):
        if entry.type not in rule.kinds[family.kind]:
            continue
        grade = _grade_in(rule, family, entry, title=title)
        if grade is not None:
            return _Held(entry, family, grade, _points(rule, family, grade))
    return None


def _families(rule: QualificationsRule, notice: Notice) -> Iterator[Family]:
    yield from notice.families(rule.added_by)
    yield from rule.lists.values[notice.choice(rule.lists.by)]
    yield from rule.common


def _grade_in(rule: QualificationsRule, family: Family, entry: ScoringEntry, *, title: str) -> str | None:
    """Return the grade (text, maybe empty) if the entry is of this family, None if it is not."""
    names = {comparable(name) for name in (family.family, *family.aliases)}
    grade = entry.grade or ""
    if entry.type not in rule.grade_in_title:
        return grade if title in names else None
    if grade:
        return grade if title.removesuffix(grade) in names and title.endswith(grade) else None
    endings = sorted(map(comparable, rule.grade_points), key=len, reverse=True)  # 산업기사 before 기사
    return next((each for each in endings if title.endswith(each) and title.removesuffix(each) in names), None)


def _points(rule: QualificationsRule, family: Family, grade: str) -> Fraction | None:
    if family.flat_points is not None:
        return family.flat_points
    aliases = {comparable(name): comparable(meant) for name, meant in family.grade_aliases.items()}
    meant = aliases.get(grade, grade)
    if family.points is not None:
        return {comparable(name): points for name, points in family.points.items()}.get(meant)
    if meant not in {comparable(name) for name in family.grades}:
        return None
    return {comparable(name): points for name, points in rule.grade_points.items()}.get(meant)


def _line(rule: QualificationsRule, held: _Held) -> Line:
    if held.family.flat_points is not None:
        reason = why("qualification_flat", family=held.family.family)
    else:
        reason = why("qualification", family=held.family.family, grade=held.grade)
    return Line(held.family.rule or rule.id, held.points or NOTHING, (held.entry.id,), reason)

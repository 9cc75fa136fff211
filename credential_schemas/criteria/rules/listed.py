"""Points for each entry that a list names, or a waiver of the stage."""

from collections.abc import Iterator
from typing import Final

from credential_schemas.criteria.case import Case, Finding, Line
from credential_schemas.criteria.entries import GRADES_NAMED_SERIES, TITLE, ScoringEntry
from credential_schemas.criteria.notice import Notice
from credential_schemas.criteria.rule_kinds import ListRule, Member
from credential_schemas.criteria.values import comparable, matches
from credential_schemas.criteria.wording import why

_SERIES: Final = ("산업기사", "기사", "기술사", "기능장", "기능사")  # a longer one before one that it ends with


def apply(rule: ListRule, case: Case) -> Finding:
    """Find the entries on the list; those that need a decision nobody took stay open."""
    certain: list[tuple[ScoringEntry, Member]] = []
    still_open: list[str] = []
    excluded: dict[str, str] = {}
    missing: list[str] = []
    for entry in case.entries:
        member = member_of(rule, entry, case.notice)
        if member is None:
            continue
        undecided = [need for need in member.needs if case.decisions.decided(entry.id, need) is None]
        refused = [need for need in member.needs if case.decisions.decided(entry.id, need) is False]
        if entry.id in case.consumed:
            excluded[entry.id] = "required_qualification"
        elif refused:
            excluded[entry.id] = f"not_{refused[0]}"
        elif undecided:
            still_open.append(entry.id)
            missing += [f"adjudication_missing:{entry.id}:{need}" for need in undecided]
        else:
            certain.append((entry, member))
    slug = "exempts" if rule.exempts else "member"
    points = rule.points_each * len(certain)
    exempt_by = tuple(entry.id for entry, _ in certain) if rule.exempts else ()
    waiting = still_open if rule.exempts and not exempt_by else ()
    return Finding(
        least=points,
        most=points + rule.points_each * len(still_open),
        lines=tuple(
            Line(rule.id, rule.points_each, (entry.id,), why(slug, member=_name(entry))) for entry, member in certain
        ),
        counted=frozenset(entry.id for entry, _ in certain),
        excluded=excluded,
        flags=(
            *_same_basis(rule, certain),
            *(f"may_be_exempt:{each}" for each in waiting),
            *(f"exempt_by:{each}" for each in exempt_by),
        ),
        missing=tuple(missing),
        exempt_by=exempt_by,
    )


def member_of(rule: ListRule, entry: ScoringEntry, notice: Notice) -> Member | None:
    """Return the list member that an entry is, None if the list does not name it."""
    return next((member for member in _members(rule, notice) if _is(member, entry)), None)


def _members(rule: ListRule, notice: Notice) -> Iterator[Member]:
    yield from notice.members(rule.added_by)
    yield from rule.lists.values[notice.choice(rule.lists.by)]


def _is(member: Member, entry: ScoringEntry) -> bool:
    if entry.type not in member.types:
        return False
    title = entry.title
    if member.title and not (title is not None and any(matches(each, title) for each in member.title)):
        return False
    if member.grade and not _has_grade(entry, {comparable(each) for each in member.grade}):
        return False
    for claim, wanted in member.claims.items():
        value = entry.claim(claim)
        if not isinstance(value, str) or not any(matches(each, value) for each in wanted):
            return False
    return True


def _has_grade(entry: ScoringEntry, wanted: set[str]) -> bool:
    """Return whether an entry has a grade: its own, else the one that its name ends with, as 정보관리기술사 does."""
    if entry.grade is not None or entry.type not in GRADES_NAMED_SERIES:
        return entry.grade in wanted
    name = comparable(entry.title or "")
    return next((each for each in _SERIES if name.endswith(each)), None) in wanted


def _same_basis(rule: ListRule, certain: list[tuple[ScoringEntry, Member]]) -> Iterator[str]:
    for group in rule.same_basis:
        found = {member.id: entry.id for entry, member in certain if member.id in group}
        if len(found) > 1:
            yield f"same_basis:{','.join(sorted(found.values()))}"


def _name(entry: ScoringEntry) -> str:
    return str(entry.claims.get(TITLE, entry.type))

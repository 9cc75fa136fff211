"""Points by table: the highest row whose lower bound a score or grade reaches; the best entry counts."""

from collections.abc import Mapping
from fractions import Fraction

from credential_schemas.criteria.case import NOTHING, Case, Finding, best_one, choose
from credential_schemas.criteria.entries import TITLE, ScoringEntry
from credential_schemas.criteria.rule_kinds import BandsRule, Table
from credential_schemas.criteria.values import comparable, day, number
from credential_schemas.criteria.wording import Why, why


def apply(rule: BandsRule, case: Case) -> Finding:
    """Look each entry up in the table of its title, within the window of the notice."""
    claims = (TITLE, rule.value, *((rule.window.claim,) if rule.window is not None else ()))
    chosen = choose(rule, case, claims=claims)
    excluded, flags = dict(chosen.excluded), list(chosen.flags)
    points: dict[str, Fraction] = {}
    reasons: dict[str, Why] = {}
    possible: list[Fraction] = []
    for entry in (*chosen.certain, *chosen.open):
        found = _found(rule, entry, case)
        if isinstance(found, str):
            excluded[entry.id] = found
            if found != "outside_window":
                flags.append(f"{found}:{entry.id}")
        elif entry in chosen.open:
            possible.append(found[0])
        else:
            points[entry.id], reasons[entry.id] = found
    best = max(points.values(), default=NOTHING)
    return Finding(
        least=best,
        most=max([best, *possible]),
        lines=best_one(rule, points, reasons),
        counted=frozenset(points),
        excluded=excluded,
        flags=tuple(flags),
        missing=tuple(each for each in chosen.missing if each.split(":")[1] not in excluded),
    )


def _found(rule: BandsRule, entry: ScoringEntry, case: Case) -> tuple[Fraction, Why] | str:
    """Return the points and why, or the reason for which an entry has none."""
    refusal = _outside(rule, entry, case)
    if refusal is not None:
        return refusal
    table = _table(rule, str(entry.claims[TITLE]))
    if table is None:
        return "no_rule"
    if table.review:
        return "manual_review"
    return _look_up(table, entry.claim(rule.value)) or "invalid_score"


def _outside(rule: BandsRule, entry: ScoringEntry, case: Case) -> str | None:
    if rule.window is None:
        return None
    found = day(entry.claim(rule.window.claim))
    if found is None:
        return "claim_unreadable"
    inside = case.notice.moment(rule.window.first) <= found <= case.notice.moment(rule.window.last)
    return None if inside else "outside_window"


def _table(rule: BandsRule, title: str) -> Table | None:
    """Return the table that a title names: by the table's id as it is written, else by one of its names."""
    if title in rule.tables:
        return rule.tables[title]
    wanted = comparable(title)
    return next((table for table in rule.tables.values() if wanted in map(comparable, table.names)), None)


def _look_up(table: Table, value: object) -> tuple[Fraction, Why] | None:
    """Return the points and why, None if the test has no such value."""
    if table.order:
        return _grade(table, value)
    found = number(value)
    if found is None or table.highest is None or not 0 <= found <= table.highest or found % table.step != 0:
        return None
    for row in table.rows:
        if isinstance(row.at_least, Fraction) and found >= row.at_least:
            return row.points, why("band", value=found, at_least=row.at_least)
    return NOTHING, why("band_below", value=found)


def _grade(table: Table, value: object) -> tuple[Fraction, Why] | None:
    ranks: Mapping[str, int] = {comparable(grade): rank for rank, grade in enumerate(table.order)}
    rank = ranks.get(comparable(value)) if isinstance(value, str) else None
    if rank is None:
        return None
    for row in table.rows:
        if rank <= ranks[comparable(str(row.at_least))]:
            return row.points, why("band", value=table.order[rank], at_least=str(row.at_least))
    return NOTHING, why("band_below", value=table.order[rank])

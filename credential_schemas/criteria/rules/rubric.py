"""Points by the levels that people gave; a missing level is never zero."""

from credential_schemas.criteria.case import NOTHING, Case, Finding, Line
from credential_schemas.criteria.rule_kinds import RubricRule
from credential_schemas.criteria.wording import why


def apply(rule: RubricRule, case: Case, *, name: str) -> Finding:
    """Add up the points of each question; `name` is what ratings call the rubric: its component."""
    ratings = case.decisions.ratings.get(name, {})
    lines, missing = [], []
    least = most = NOTHING
    for item_name, item in rule.items.items():
        level = ratings.get(item_name)
        if level is None:
            missing.append(f"rating_missing:{name}/{item_name}")
            least += min(item.points.values())
            most += max(item.points.values())
            continue
        points = item.points[level]
        least, most = least + points, most + points
        lines.append(Line(f"{rule.id}/{item_name}", points, (), why("rating", level=level)))
    return Finding(least=least, most=most, lines=tuple(lines), missing=tuple(missing))

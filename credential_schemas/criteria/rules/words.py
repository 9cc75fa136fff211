"""Points by a word, such as a prize; the best entry counts."""

from fractions import Fraction

from credential_schemas.criteria.case import BEYOND, NOTHING, Case, Finding, best_one, choose
from credential_schemas.criteria.rule_kinds import WordsRule
from credential_schemas.criteria.values import comparable
from credential_schemas.criteria.wording import Why, why


def apply(rule: WordsRule, case: Case) -> Finding:
    """Look each word up in the notice's table; without a table, related entries leave the points open."""
    chosen = choose(rule, case, claims=(rule.word,))
    table = case.notice.words(rule.points)
    if table is None:
        waiting = (*chosen.certain, *chosen.open)
        return Finding(
            most=BEYOND if waiting else NOTHING,
            counted=frozenset(entry.id for entry in chosen.certain),
            excluded=chosen.excluded,
            flags=chosen.flags,
            missing=(*chosen.missing, *((f"notice_parameter_missing:{rule.points}",) if waiting else ())),
        )
    known = {comparable(word): points for word, points in table.items()}
    points: dict[str, Fraction] = {}
    reasons: dict[str, Why] = {}
    for entry in chosen.certain:
        word = str(entry.claim(rule.word))
        points[entry.id] = known.get(comparable(word), NOTHING)
        reasons[entry.id] = why("word" if comparable(word) in known else "word_not_listed", word=word)
    possible = [known.get(comparable(str(entry.claim(rule.word))), NOTHING) for entry in chosen.open]
    best = max(points.values(), default=NOTHING)
    return Finding(
        least=best,
        most=max([best, *possible]),
        lines=best_one(rule, points, reasons),
        counted=frozenset(points),
        excluded=chosen.excluded,
        flags=chosen.flags,
        missing=chosen.missing,
    )

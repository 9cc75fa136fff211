"""Points for each unit of an amount: credits, hours, months."""

from collections.abc import Iterable
from fractions import Fraction

from credential_schemas.criteria.case import NOTHING, Case, Chosen, Finding, Line, choose
from credential_schemas.criteria.entries import ScoringEntry
from credential_schemas.criteria.rule_kinds import AmountRule
from credential_schemas.criteria.values import comparable, number
from credential_schemas.criteria.wording import why


def apply(rule: AmountRule, case: Case) -> Finding:
    """Add up the amounts of the rule's entries, each course once, and turn them into points."""
    chosen, unreadable = _readable(rule, choose(rule, case, claims=(rule.amount,)))
    certain, repeated, doubtful = _once(rule, chosen.certain)
    everything, _, _ = _once(rule, (*chosen.certain, *chosen.open))
    known, possible = _points(rule, certain), _points(rule, everything)
    return Finding(
        least=min(known, possible),
        most=max(known, possible),
        lines=_lines(rule, certain, known),
        counted=frozenset(entry.id for entry in certain),
        excluded={**chosen.excluded, **unreadable, **repeated},
        flags=(
            *chosen.flags,
            *(f"claim_unreadable:{each}:{rule.amount}" for each in unreadable),
            *(f"possible_duplicate:{each}" for each in doubtful),
        ),
        missing=chosen.missing,
    )


def _amount(rule: AmountRule, entry: ScoringEntry) -> Fraction:
    return number(entry.claim(rule.amount)) or NOTHING


def _readable(rule: AmountRule, chosen: Chosen) -> tuple[Chosen, dict[str, str]]:
    def good(entry: ScoringEntry) -> bool:
        found = number(entry.claim(rule.amount))
        return found is not None and found >= 0

    unreadable = {entry.id: "claim_unreadable" for entry in (*chosen.certain, *chosen.open) if not good(entry)}
    return (
        Chosen(
            tuple(entry for entry in chosen.certain if good(entry)),
            tuple(entry for entry in chosen.open if good(entry)),
            chosen.excluded,
            chosen.flags,
            tuple(each for each in chosen.missing if each.split(":")[1] not in unreadable),
        ),
        unreadable,
    )


def _once(rule: AmountRule, entries: Iterable[ScoringEntry]) -> tuple[list[ScoringEntry], dict[str, str], list[str]]:
    """Keep one of entries with equal claims; where a claim is unknown both stay, and the later one is doubtful."""
    ordered = sorted(entries, key=lambda entry: entry.id)
    if rule.once_per is None:
        return ordered, {}, []
    if rule.once_per.keep == "largest":
        ordered.sort(key=lambda entry: (-_amount(rule, entry), entry.id))
    kept: list[ScoringEntry] = []
    repeated: dict[str, str] = {}
    doubtful: list[str] = []
    for entry in ordered:
        likeness = [_likeness(rule.once_per.same, entry, other) for other in kept]
        if True in likeness:
            repeated[entry.id] = "duplicate"
            continue
        if None in likeness:
            doubtful.append(entry.id)
        kept.append(entry)
    kept.sort(key=lambda entry: entry.id)
    return kept, repeated, sorted(doubtful)


def _likeness(names: tuple[str, ...], one: ScoringEntry, other: ScoringEntry) -> bool | None:
    """Return whether two entries are the same by the claims that both show, None where they do not show all of them."""
    pairs = [(one.claim(name), other.claim(name)) for name in names]
    known = [(a, b) for a, b in pairs if a is not None and b is not None]
    if not known or any(comparable(str(a)) != comparable(str(b)) for a, b in known):
        return False
    return True if len(known) == len(pairs) else None


def _points(rule: AmountRule, entries: Iterable[ScoringEntry]) -> Fraction:
    amounts = [_amount(rule, entry) / rule.per for entry in entries]
    if rule.round == "none":
        return rule.points * sum(amounts, NOTHING)
    if rule.over == "each":
        return rule.points * sum(amount // 1 for amount in amounts)
    return rule.points * (sum(amounts, NOTHING) // 1)


def _lines(rule: AmountRule, entries: list[ScoringEntry], points: Fraction) -> tuple[Line, ...]:
    if not entries:
        return ()
    slug = "amount" if rule.round == "none" else "amount_rounded"
    total = sum((_amount(rule, entry) for entry in entries), NOTHING)
    reason = why(slug, amount=total, points=rule.points, per=rule.per)
    return (Line(rule.id, points, tuple(entry.id for entry in entries), reason),)

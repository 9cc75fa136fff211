"""What a policy needs to see, and nothing more: the claims its rules use, as a question to a wallet (DCQL).

Rules enforced:
* only claims that a rule in use reads, by entry type; what a rule lists in `never_ask` is not asked;
* where a person decides what is related, the title is asked, because nobody can decide about what is not shown;
* a claim that blind hiring hides, or that must never be stored, is not asked. Where points depend on one, the policy or
  notice is refused; where one only tells repeated courses apart, it is left out and a person sees `possible_duplicate`;
* one query for each entry type, none of them obligatory: nobody has an entry of every type; beside it one for a
  credential that is such an entry alone, where there is such a credential;
* claims that an entry may lack stand in the first claim set only, so that an entry without them still answers.

A DCQL path names a field of all entries in a category, not of one type; which entries are shown, the holder decides.

Source: OpenID4VP 1.0 section 6; docs/scoring.md
"""

from collections.abc import Iterator, Mapping
from typing import Final

from credential_schemas.criteria.entries import ISSUING_BODY, TITLE, canonical_claim
from credential_schemas.criteria.language import Policy
from credential_schemas.criteria.notice import Notice
from credential_schemas.criteria.rule_kinds import (
    AmountRule,
    AnyRule,
    BandsRule,
    ListRule,
    Member,
    PeriodsRule,
    QualificationsRule,
    UnitsRule,
    WordsRule,
)
from credential_schemas.criteria.rules.units import COVERED, UNIT_CODE, UNIT_LEVEL
from credential_schemas.entry_types import EntryType, entry_types
from keys.encoding import JsonValue
from keys.values import dataclass

VALID_UNTIL: Final = "valid_until"
_GRADE: Final = "grade"
_COMMON: Final = frozenset({TITLE, ISSUING_BODY})
_ALONE: Final = "-alone"


@dataclass(frozen=True, slots=True)
class Use:
    """One claim that one rule reads of one type of entry; `points` is false where it only tells repeats apart."""

    rule: str
    entry_type: str
    claim: str
    points: bool = True


@dataclass(frozen=True, slots=True)
class AskedType:
    """What is asked of one type of entry: claims every such entry has, and claims it may lack."""

    entry_type: EntryType
    always: tuple[str, ...]
    sometimes: tuple[str, ...]


def uses(policy: Policy, notice: Notice | None) -> tuple[Use, ...]:
    """Return every claim that a rule in use reads; without a notice, every rule is in use."""
    found = {use for rule in rules_in_use(policy, notice) for use in _of_rule(rule, notice)}
    if notice is not None:
        found |= set(_of_requirements(policy, notice))
    return tuple(sorted(found, key=lambda use: (use.entry_type, use.claim, use.rule, use.points)))


def blind_problems(policy: Policy, notice: Notice | None) -> tuple[str, ...]:
    """Return what a policy or notice asks for that it must not, one sentence each; empty when it is clean."""
    problems: list[str] = []
    for use in uses(policy, notice):
        entry_type = entry_types()[use.entry_type]
        where = f"rule {use.rule}: {use.entry_type}/{use.claim}"
        if not use.points:
            continue
        if not _known(entry_type, use.claim):
            problems.append(f"{where}: expected a claim of this type of entry, found none of this name")
        elif _hidden(entry_type, use.claim):
            problems.append(f"{where}: expected nothing that blind hiring hides or that must not be collected")
        elif use.claim in _never(policy, use):
            problems.append(f"{where}: expected no use of a claim that the rule says never to ask")
    return tuple(problems)


def asked_types(policy: Policy, notice: Notice | None) -> tuple[AskedType, ...]:
    """Return what is asked of each type of entry, in the order of their ids."""
    by_type: dict[str, set[str]] = {}
    for use in uses(policy, notice):
        entry_type = entry_types()[use.entry_type]
        if (
            _known(entry_type, use.claim)
            and not _hidden(entry_type, use.claim)
            and use.claim not in _never(policy, use)
        ):
            by_type.setdefault(entry_type.credential_type, set()).add(use.claim)
    return tuple(_asked(entry_types()[name], claims) for name, claims in sorted(by_type.items()))


def dcql_query(
    asked: tuple[AskedType, ...],
    *,
    vcts: Mapping[str, tuple[str, ...]],
    alone: Mapping[str, tuple[str, ...]] | None = None,
) -> dict[str, JsonValue]:
    """Return the query.

    Args:
        asked: what is asked of each type.
        vcts: the types of certificates that may hold an entry type, by its id.
        alone: the types of credentials that are one entry of this type alone, by its id; such a credential is taken
            where no certificate answers. Entry types in neither are left out.
    """
    queries: list[dict[str, JsonValue]] = []
    sets: list[JsonValue] = []
    for each in asked:
        name, options = each.entry_type.id, list[JsonValue]()
        if vcts.get(name):
            queries.append(_query(each, vcts[name]))
            options.append([name])
        if alone is not None and alone.get(name):
            queries.append(_alone_query(each, alone[name]))
            options.append([f"{name}{_ALONE}"])
        if options:
            sets.append({"options": options, "required": False})
    return {"credentials": [*queries], "credential_sets": sets}


def rules_in_use(policy: Policy, notice: Notice | None) -> tuple[AnyRule, ...]:
    """Return the rules that count under a notice, in the order of the policy; all of them without one."""
    if notice is None:
        return policy.rules
    stage = policy.document_screening
    parts = (*stage.components.values(), *stage.bonuses.values())
    named = {rule_id for part in parts if notice.fits(part.applies) for rule_id in part.rules} | {*stage.exemptions}
    return tuple(rule for rule in policy.rules if rule.id in named and notice.fits(rule.applies))


def _of_rule(rule: AnyRule, notice: Notice | None) -> Iterator[Use]:
    if isinstance(rule, ListRule):
        for member in _members(rule, notice):
            for entry_type in member.types:
                for word in (*_member_words(member), *(condition.claim for condition in rule.when)):
                    yield Use(rule.id, entry_type, canonical_claim(word, entry_type))
        return
    for entry_type in _types(rule, notice):
        own = {field.name for field in entry_types()[entry_type].own_fields}
        decided = (TITLE,) if rule.needs else ()
        for word in (*_words(rule), *decided, *(condition.claim for condition in rule.when)):
            claim = canonical_claim(word, entry_type)
            if isinstance(rule, UnitsRule | QualificationsRule) and claim not in own | _COMMON:
                continue  # an entry shows its units, or its grade, in whichever way its type has
            yield Use(rule.id, entry_type, claim)
        if isinstance(rule, AmountRule) and rule.once_per is not None:
            for word in rule.once_per.same:
                yield Use(rule.id, entry_type, canonical_claim(word, entry_type), points=False)


def _types(rule: AnyRule, notice: Notice | None) -> tuple[str, ...]:
    """Return the types that can earn a rule's points; for qualifications those of the kinds that its families have."""
    if not isinstance(rule, QualificationsRule) or notice is None:
        return rule.entries
    listed = rule.lists.values[notice.choice(rule.lists.by)]
    families = (*rule.common, *listed, *notice.families(rule.added_by))
    wanted = {name for family in families for name in rule.kinds[family.kind]}
    return tuple(name for name in rule.entries if name in wanted)


def _words(rule: AnyRule) -> tuple[str, ...]:
    if isinstance(rule, AmountRule):
        return (rule.amount,)
    if isinstance(rule, BandsRule):
        return (TITLE, rule.value, *((rule.window.claim,) if rule.window is not None else ()))
    if isinstance(rule, QualificationsRule):
        return (TITLE, _GRADE)
    if isinstance(rule, PeriodsRule):
        return (rule.start, rule.end)
    if isinstance(rule, WordsRule):
        return (rule.word,)
    return (COVERED, UNIT_CODE, UNIT_LEVEL) if isinstance(rule, UnitsRule) else ()


def _members(rule: ListRule, notice: Notice | None) -> Iterator[Member]:
    if notice is None:
        for listed in rule.lists.values.values():
            yield from listed
        return
    yield from notice.members(rule.added_by)
    yield from rule.lists.values[notice.choice(rule.lists.by)]


def _member_words(member: Member) -> tuple[str, ...]:
    title = (TITLE,) if member.title or member.needs else ()
    return (*title, *((_GRADE,) if member.grade else ()), *member.claims)


def _of_requirements(policy: Policy, notice: Notice) -> Iterator[Use]:
    required = policy.document_screening.required
    if required is None:
        return
    for names in notice.requirements(required.parameter):
        for name in names:
            found = required.degree(name)
            if found is None:
                continue
            degree, _ = found
            for entry_type in degree.types:
                yield Use(required.parameter, entry_type, TITLE)
                yield Use(required.parameter, entry_type, canonical_claim(degree.claim, entry_type))


def _known(entry_type: EntryType, claim: str) -> bool:
    return claim in _COMMON or claim in entry_type.forbidden_fields or entry_type.field(claim) is not None


def _hidden(entry_type: EntryType, claim: str) -> bool:
    if claim == ISSUING_BODY:
        return entry_type.issuing_body_blind == "hide"
    field = entry_type.field(claim)
    return field is not None and (field.blind == "hide" or field.pii == "forbidden")


def _never(policy: Policy, use: Use) -> frozenset[str]:
    named = [rule.never_ask for rule in policy.rules if rule.id == use.rule]
    return frozenset(canonical_claim(word, use.entry_type) for words in named for word in words)


def _asked(entry_type: EntryType, claims: set[str]) -> AskedType:
    fields = {field.name: field for field in entry_type.own_fields}
    claims = claims | ({VALID_UNTIL} & fields.keys())
    always = {
        name
        for name in claims
        if name == TITLE or (name in fields and fields[name].required and not fields[name].if_known)
    }
    return AskedType(entry_type, tuple(sorted(always)), tuple(sorted(claims - always)))


def _query(asked: AskedType, vcts: tuple[str, ...]) -> dict[str, JsonValue]:
    category = asked.entry_type.category
    kind: dict[str, JsonValue] = {
        "id": "type",
        "path": [category, None, "type"],
        "values": [asked.entry_type.id],
    }
    claims: list[JsonValue] = [kind]
    claims.extend({"id": name, "path": [category, None, name]} for name in (*asked.always, *asked.sometimes))
    sets: list[JsonValue] = [["type", *asked.always, *asked.sometimes]]
    if asked.sometimes:
        sets.append(["type", *asked.always])
    return {
        "id": asked.entry_type.id,
        "format": "dc+sd-jwt",
        "meta": {"vct_values": [*vcts]},
        "multiple": True,
        "claims": claims,
        "claim_sets": sets,
    }


def _alone_query(asked: AskedType, vcts: tuple[str, ...]) -> dict[str, JsonValue]:
    """The same of a credential that is the entry itself: its fields stand at the top, and its type says which it is."""
    names = (*asked.always, *asked.sometimes)
    query: dict[str, JsonValue] = {
        "id": f"{asked.entry_type.id}{_ALONE}",
        "format": "dc+sd-jwt",
        "meta": {"vct_values": [*vcts]},
        "multiple": True,
    }
    if names:
        query["claims"] = [{"id": name, "path": [name]} for name in names]
        sets = [[*names], *([[*asked.always]] if asked.sometimes and asked.always else [])]
        query["claim_sets"] = [[*each] for each in sets]
    return query

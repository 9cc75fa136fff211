"""The pages of criteria: their versions, each rule as a card beside the text, and trial scoring."""

from collections.abc import Mapping, Sequence
from typing import Final

from credential_schemas.criteria.language import Component, Policy
from credential_schemas.criteria.rule_kinds import (
    AmountRule,
    AnyRule,
    BandsRule,
    ListRule,
    PeriodsRule,
    QualificationsRule,
    UnitsRule,
    WordsRule,
)
from credential_schemas.criteria.terms import NumberByChoice
from credential_schemas.criteria.values import number_text
from credential_schemas.entry_types import entry_types
from credential_schemas.look.markup import NOTHING, Html, html, icon, joined
from keys.values import dataclass
from verifier.committee.criteria import Checked, claims_of
from verifier.committee.officers import ADMINISTRATOR, OFFICER
from verifier.committee.trial import Tried
from verifier.store.committee_notices import CriteriaRow
from verifier.web.committee_frame import CRITERIA, NOTICES, Frame, card, known, labelled, lines_of, pairs, table, tag

CHECK: Final = f"{CRITERIA}/check"
_COMMON = ("title", "issuing_body", "valid_until")


@dataclass(frozen=True, slots=True)
class Editor:
    """What stands in the editor: the text, what the engine says of it, and the kept version it belongs to.

    Where nobody has written anything yet (`is_begun` is false), nothing is said of it.
    """

    text: str
    checked: Checked
    row: CriteriaRow | None = None
    is_begun: bool = True


def criteria_list_page(frame: Frame, criteria: Sequence[CriteriaRow], published: Sequence[str]) -> bytes:
    """Return every version, and the published ones to begin with."""
    trail = [(NOTICES, frame.word("notices"))]
    heads = [frame.word(name) for name in ("criteria", "version", "saved", "state")]
    rows = [
        (
            html(
                '<a href="{address}">{name}</a>',
                address=frame.staff.address(f"{CRITERIA}/{each.id}"),
                name=each.policy_id,
            ),
            each.version,
            html('{at}<span class="sub">{by}</span>', at=frame.time(each.saved_at), by=each.saved_by),
            _frozen(frame, each),
        )
        for each in criteria
    ]
    listed = (
        html('<section class="card">{table}</section>', table=table(frame.word("criteria"), heads, rows))
        if rows
        else NOTHING
    )
    start = NOTHING
    if frame.staff.person.roles & {OFFICER, ADMINISTRATOR}:
        links = joined(
            html(
                '<li><a href="{address}?from={name}">{name}</a></li>',
                address=frame.staff.address(f"{CRITERIA}/new"),
                name=name,
            )
            for name in published
        )
        start = card("start", frame.word("start_from"), html('<ul class="plain">{links}</ul>', links=links))
    main = html(
        '<p class="lead">{lead}</p>{listed}{start}', lead=frame.word("criteria_lead"), listed=listed, start=start
    )
    return frame.page(main, title=frame.word("criteria"), path=CRITERIA, trail=trail)


def criteria_page(frame: Frame, editor: Editor) -> bytes:
    """Return the cards of the rules beside the text; the text may be changed by who may save it."""
    trail = [(NOTICES, frame.word("notices")), (CRITERIA, frame.word("criteria"))]
    policy, row = editor.checked.policy, editor.row
    title = frame.word("new_criteria") if row is None else f"{row.policy_id} {row.version}"
    about = NOTHING
    if row is not None:
        links = html('<div class="acts">{trial}</div>', trial=frame.link(f"{CRITERIA}/{row.id}/trial", "trial"))
        facts = [
            (frame.word("state"), _frozen(frame, row)),
            (frame.word("sha"), html('<code class="digest">{sha}</code>', sha=row.sha256)),
            (frame.word("saved"), f"{frame.time(row.saved_at)} · {row.saved_by}"),
        ]
        about = html('<section class="card stack-s">{facts}{links}</section>', facts=pairs(facts), links=links)
    shown = rule_cards(frame, editor.text, policy) if policy is not None else NOTHING
    cards: Html = html('<div class="stack"><div class="stack-s" id="cards">{cards}</div></div>', cards=shown)
    main = html(
        '{about}<div class="cols c-edit">{cards}<div>{editor}</div></div>' if editor.is_begun else "{about}{editor}",
        about=about,
        cards=cards,
        editor=_editor(frame, editor),
    )
    path = f"{CRITERIA}/new" if row is None else f"{CRITERIA}/{row.id}"
    return frame.page(main, title=title, path=path, trail=trail)


def check_said(frame: Frame, checked: Checked) -> Html:
    """Return what the engine says of a text, with every place."""
    if checked.policy is None:
        return html(
            '<div class="note bad">{icon}<div><b>{text}</b> <code lang="en">{problem}</code></div></div>',
            icon=icon("bad"),
            text=frame.word("bad"),
            problem=checked.problem or "",
        )
    if checked.refused:
        rows = joined(html('<li lang="en">{text}</li>', text=each) for each in checked.refused)
        return html(
            '<div class="note bad">{icon}<div><b>{text}</b><ul>{rows}</ul></div></div>',
            icon=icon("eyeoff"),
            text=frame.word("refused_claims"),
            rows=rows,
        )
    good = frame.word("good", n=len(checked.policy.rules))
    return html('<div class="note ok">{icon}<div>{text}</div></div>', icon=icon("ok"), text=good)


def check_sentence(frame: Frame, checked: Checked) -> str:
    """Return what the engine says of a text in one sentence."""
    if checked.policy is None:
        return frame.word("bad")
    return frame.word("refused_claims") if checked.refused else frame.word("good", n=len(checked.policy.rules))


def rule_cards(frame: Frame, text: str, policy: Policy) -> Html:
    """Return every rule as a card."""
    claims = claims_of(text.encode())
    return joined(_rule(frame, policy, rule, claims.get(rule.id, ())) for rule in policy.rules)


def trial_page(frame: Frame, row: CriteriaRow, tried: Sequence[Tried], *, has_published: bool) -> bytes:
    """Return what came of the examples."""
    here = f"{CRITERIA}/{row.id}/trial"
    trail = [
        (NOTICES, frame.word("notices")),
        (CRITERIA, frame.word("criteria")),
        (f"{CRITERIA}/{row.id}", f"{row.policy_id} {row.version}"),
    ]
    bad = sum(1 for each in tried if not each.agrees)
    said = NOTHING
    if tried:
        said = (
            frame.note("bad", frame.word("trial_bad", n=len(tried), bad=bad), kind="bad")
            if bad
            else frame.note("ok", frame.word("trial_good", n=len(tried)), kind="ok")
        )
    heads = [frame.word(name) for name in ("example", "expected", "found", "state")]
    rows = [
        (
            html('{id}<span class="sub" lang="en">{title}</span>', id=each.id, title=each.title),
            _total(frame, each.expected_total),
            _total(frame, each.found_total),
            _agreement(frame, each),
        )
        for each in tried
    ]
    listed = (
        html('<section class="card">{table}</section>', table=table(frame.word("trial"), heads, rows, numbers=(1, 2)))
        if rows
        else NOTHING
    )
    file = '<textarea id="examples" name="examples" rows="6" spellcheck="false"></textarea>'
    asked = joined((labelled("examples", frame.word("examples_file"), Html(file)), frame.button("try", kind="")))
    none = NOTHING if has_published else html("<p>{text}</p>", text=frame.word("trial_none"))
    main = joined(
        (
            html('<p class="lead">{lead}</p>', lead=frame.word("trial_lead")),
            said,
            none,
            listed,
            card("own", frame.word("examples_file"), frame.form(here, asked)),
        )
    )
    return frame.page(main, title=frame.word("trial"), path=here, trail=trail)


def _frozen(frame: Frame, row: CriteriaRow) -> Html:
    return (
        tag("ok", "lock", frame.word("frozen"))
        if row.frozen_at is not None
        else tag("line", "doc", frame.word("not_used"))
    )


def _editor(frame: Frame, editor: Editor) -> Html:
    may_save = bool(frame.staff.person.roles & {OFFICER, ADMINISTRATOR})
    control = html(
        '<textarea id="yaml" name="yaml" rows="30" spellcheck="false" wrap="off" data-line="{line}" '
        'data-check="{check}"{fixed}>\n{text}</textarea>',
        line=str((editor.is_begun and editor.checked.line) or ""),
        check=frame.staff.address(CHECK),
        fixed=NOTHING if may_save else Html(" readonly"),
        text=lines_of(editor.text),
    )
    judged = check_said(frame, editor.checked) if editor.is_begun else NOTHING
    said = html('<div id="said" role="status" aria-live="polite">{said}</div>', said=judged)
    if not may_save:
        return html(
            '<section class="card stack-s">{said}{field}</section>',
            said=said,
            field=labelled("yaml", frame.word("yaml"), control),
        )
    hidden = (
        html('<input type="hidden" name="row" value="{id}">', id=str(editor.row.id))
        if editor.row is not None
        else NOTHING
    )
    buttons = html(
        '<div class="acts"><button class="btn" formaction="{check}">{check_word}</button>{save}</div>',
        check=frame.staff.address(CHECK),
        check_word=frame.word("check"),
        save=frame.button("save"),
    )
    reason = frame.field("reason", "reason", hint="reason_forever")
    field = labelled("yaml", frame.word("yaml"), control)
    inner = joined((said, hidden, field, reason, buttons))
    return html('<section class="card">{form}</section>', form=frame.form(CRITERIA, inner))


def _rule(frame: Frame, policy: Policy, rule: AnyRule, claims: Sequence[tuple[str, str]]) -> Html:
    quotes = joined(html('<q lang="ko">{line}</q>', line=line) for line in rule.source_ko)
    facts: list[tuple[str, Html | str]] = []
    part = _part(policy, rule.id)
    if part is not None:
        facts.append((frame.word("part_of"), frame.both(part.title)))
        facts.append((frame.word("cap"), _cap(frame, policy, part)))
    elif rule.id in policy.document_screening.exemptions:
        facts.append((frame.word("part_of"), frame.word("waives")))
    facts.append(
        (
            frame.word("counts"),
            ", ".join(_type_name(frame, name) for name in rule.entries) or frame.word("reads_nothing"),
        )
    )
    facts.append((frame.word("points"), points_of(frame, rule)))
    if rule.needs:
        needs = (frame.word(f"need_{each}") if known(f"need_{each}") else each for each in rule.needs)
        facts.append((frame.word("people_decide"), ", ".join(needs)))
    facts.append((frame.word("reads"), _claims(frame, claims)))
    facts += [(f"{frame.word('reading')} {name}", _ambiguity(frame, policy, name)) for name in rule.ambiguities]
    return html(
        '<article class="card rule-card"><h2 class="h3"><span class="rule">{id}</span> {title}</h2>'
        "{source}{facts}</article>",
        id=rule.id,
        title=frame.both(rule.title),
        source=html('<blockquote class="source">{quotes}</blockquote>', quotes=quotes) if quotes else NOTHING,
        facts=pairs(facts),
    )


def points_of(frame: Frame, rule: AnyRule) -> str:
    """Return the points of a rule in short."""
    if isinstance(rule, AmountRule):
        return f"{number_text(rule.points)} / {number_text(rule.per)} {rule.amount}"
    if isinstance(rule, BandsRule):
        return ", ".join(f"{name} {len(each.rows)}" for name, each in rule.tables.items())
    if isinstance(rule, QualificationsRule):
        return ", ".join(f"{grade} {number_text(points)}" for grade, points in rule.grade_points.items())
    if isinstance(rule, ListRule):
        return frame.word("waives") if rule.exempts else number_text(rule.points_each)
    if isinstance(rule, PeriodsRule):
        return rule.bands
    if isinstance(rule, WordsRule):
        return rule.points
    if isinstance(rule, UnitsRule):
        return ", ".join(f"{each.code} {number_text(each.points)}" for each in rule.wanted)
    return f"{number_text(rule.total)} ({len(rule.items)})"


def _type_name(frame: Frame, name: str) -> str:
    return entry_types()[name].names.in_language(frame.language)


def _claims(frame: Frame, claims: Sequence[tuple[str, str]]) -> str:
    if not claims:
        return frame.word("reads_nothing")
    names: dict[str, None] = {}
    for entry_type, claim in claims:
        names[_claim_name(frame, entry_type, claim)] = None
    return ", ".join(names)


def _claim_name(frame: Frame, entry_type: str, claim: str) -> str:
    if claim in _COMMON:
        return frame.word(f"claim_{claim}")
    found = entry_types()[entry_type].field(claim)
    if found is None:
        return claim
    return found.ko if frame.language == "ko" else found.en


def _ambiguity(frame: Frame, policy: Policy, name: str) -> Html:
    ambiguity = next(each for each in policy.ambiguities if each.id == name)
    options = joined(
        html(
            "<li{chosen}>{sign} {text}</li>",
            chosen=Html(' class="chosen"') if option == ambiguity.chosen else NOTHING,
            sign=icon("ok") if option == ambiguity.chosen else icon("na"),
            text=frame.both(each.text),
        )
        for option, each in ambiguity.options.items()
    )
    return html(
        '<span>{text}</span>{why}<ul class="options">{options}</ul>',
        text=frame.both(ambiguity.text),
        why=html(' <span class="sub">{why}</span>', why=frame.both(ambiguity.why)) if ambiguity.why else NOTHING,
        options=options,
    )


def _part(policy: Policy, rule_id: str) -> Component | None:
    stage = policy.document_screening
    parts = (*stage.components.values(), *stage.bonuses.values())
    return next((part for part in parts if rule_id in part.rules), None)


def _cap(frame: Frame, policy: Policy, part: Component) -> str:
    if part.cap is None:
        return frame.word("no_cap")
    if isinstance(part.cap, NumberByChoice):
        parameter = policy.parameters[part.cap.by]
        names: Mapping[str, object] = getattr(parameter, "values", {})
        return ", ".join(
            f"{_choice(frame, names, value)} {number_text(points)}" for value, points in part.cap.values.items()
        )
    return number_text(part.cap)


def _choice(frame: Frame, names: Mapping[str, object], value: str) -> str:
    both = names.get(value)
    return getattr(both, frame.language, value)


def _total(frame: Frame, total: object) -> str:
    return frame.word("without_total") if total is None else str(total)


def _agreement(frame: Frame, tried: Tried) -> Html:
    if tried.agrees:
        return tag("ok", "ok", frame.word("same"))
    said = tried.problem or "; ".join(f"{name}: {expected} / {found}" for name, expected, found in tried.differs)
    return html('{tag} <code lang="en">{said}</code>', tag=tag("bad", "bad", frame.word("differs")), said=said)

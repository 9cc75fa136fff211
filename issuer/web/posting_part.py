"""Choosing by a job posting: the postings to choose from, and what one's own entries would earn under it.

The calculation is the holder's alone, and says so: nobody verified anything, people decide, and the employer's result
may be another.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from credential_schemas.criteria.case import Line
from credential_schemas.criteria.rule_kinds import RubricRule
from credential_schemas.criteria.score import Score
from credential_schemas.criteria.terms import Both
from credential_schemas.criteria.values import number_text
from credential_schemas.criteria.wording import Why, flag_text, reason_text
from credential_schemas.look.markup import NOTHING, Html, html, joined
from issuer.postings import Posting
from issuer.web.parts import note
from issuer.web.shell import Visit

_UNDECIDED: Final = "adjudication_missing"
_UNRATED: Final = "rating_missing"


@dataclass(frozen=True, slots=True)
class ByPosting:
    """A posting that a choice goes by.

    Attributes:
        posting: the one.
        used: ids of the entries that its rules count or may count.
        score: of what is ticked, as it would be shown; None when nothing is.
        titles: of the entries of the score, by id.
    """

    posting: Posting
    used: frozenset[str]
    score: Score | None
    titles: Mapping[str, str]


def posting_chooser(visit: Visit, postings: Sequence[Posting], chosen: ByPosting | None) -> Html:
    """Return the list of postings, each a button of the form that makes its choice; nothing where there are none."""
    if not postings:
        return NOTHING
    rows = joined(
        html(
            '<li><button class="btn t" name="by" value="{id}"{current}>{title}</button> '
            '<span class="muted s">{agency}</span></li>',
            id=each.id,
            current=Html(' aria-current="true"') if chosen is not None and each.id == chosen.posting.id else NOTHING,
            title=each.title,
            agency=_said(visit, each.policy.policy.agency),
        )
        for each in postings
    )
    told = NOTHING if chosen is None else note(visit.say("cert_posting_chosen", title=chosen.posting.title))
    return html(
        '<details class="more-entries" id="by-posting"><summary>{word}</summary><p class="s">{help}</p>'
        '<ul class="stack-s">{rows}</ul></details>{told}',
        word=visit.say("cert_by_posting"),
        help=visit.say("cert_by_posting_help"),
        rows=rows,
        told=told,
    )


def own_score_part(visit: Visit, chosen: ByPosting | None) -> Html:
    """Return the calculation of one's own, a live part of the page; empty without a posting."""
    return html('<div data-live id="own-score">{card}</div>', card=NOTHING if chosen is None else _card(visit, chosen))


def _card(visit: Visit, chosen: ByPosting) -> Html:
    score, stage = chosen.score, chosen.posting.policy.document_screening
    found = html('<p class="muted">{word}</p>', word=visit.say("cert_own_nothing"))
    if score is not None:
        named = {**stage.components, **stage.bonuses}
        points = {**score.components, **score.bonus}
        open_word = visit.say("cert_own_open")
        lines = [
            (_said(visit, named[name].title), open_word if each is None else number_text(each))
            for name, each in points.items()
        ]
        found = html(
            '<p><b>{status}</b> <b class="num">{total}</b></p><dl class="kv">{parts}</dl>{trace}{left}{flags}',
            status=visit.say(f"cert_own_{score.status}"),
            total=_total(score),
            parts=joined(
                html('<dt>{name}</dt><dd class="num">{points}</dd>', name=name, points=each) for name, each in lines
            ),
            trace=_list(visit, "cert_own_trace", _trace(visit, chosen, score)),
            left=_list(visit, "cert_own_excluded", _excluded(visit, chosen, score)),
            flags=_list(visit, "cert_own_people", [*dict.fromkeys(_flag(visit, chosen, flag) for flag in score.flags)]),
        )
    return html(
        '<section class="card" aria-labelledby="own"><h2 id="own">{heading} <span class="tag">{own}</span></h2>'
        '<p class="s">{posting} · {stage}</p>{found}<p class="s muted gap">{private}</p></section>',
        heading=visit.say("cert_own_heading"),
        own=visit.say("cert_own_mark"),
        posting=chosen.posting.title,
        stage=_said(visit, stage.title),
        found=found,
        private=visit.say("cert_own_private"),
    )


def _total(score: Score) -> str:
    if score.total is not None:
        return number_text(score.total)
    return "" if score.range is None else f"{number_text(score.range[0])}–{number_text(score.range[1])}"


def why_used(visit: Visit, chosen: ByPosting, entry_id: str) -> str:
    """Return why the rules use an entry, in the words of the rule; of one that is not ticked only that they do."""
    score = chosen.score
    if score is None or entry_id not in chosen.titles:
        return visit.say("cert_posting_uses")
    reasons = [
        f"{_rule(visit, chosen, line)}: {_named(chosen, _said(visit, line.why))}"
        for line in score.trace
        if entry_id in line.entries
    ]
    reasons += [_flag(visit, chosen, flag) for flag in score.flags if flag.startswith(f"{_UNDECIDED}:{entry_id}:")]
    excluded = score.excluded_entries.get(entry_id)
    if excluded is not None:
        reasons.append(_said(visit, reason_text(excluded)))
    return "; ".join(reasons) or visit.say("cert_posting_uses")


def _flag(visit: Visit, chosen: ByPosting, flag: str) -> str:
    """Return what is open about an entry or a text, with titles in place of ids."""
    slug, _, about = flag.partition(":")
    if slug == _UNDECIDED:
        entry_id, _, need = about.partition(":")
        word = visit.say("cert_own_need_related") if need == "related" else need
        return visit.say("cert_own_decide", title=chosen.titles[entry_id], need=word)
    if slug == _UNRATED:
        return visit.say("cert_own_rate", title=_item(visit, chosen, about))
    return _named(chosen, _said(visit, flag_text(flag)))


def _item(visit: Visit, chosen: ByPosting, about: str) -> str:
    """Return the titles of a component and of its text that people rate."""
    part_id, _, item = about.partition("/")
    policy = chosen.posting.policy
    stage = policy.document_screening
    part = {**stage.components, **stage.bonuses}[part_id]
    rules = [rule for rule in map(policy.rule, part.rules) if isinstance(rule, RubricRule)]
    found = [_said(visit, rule.items[item].title) for rule in rules if item in rule.items]
    return " · ".join([_said(visit, part.title), *found])


def _rule(visit: Visit, chosen: ByPosting, line: Line) -> str:
    return _said(visit, chosen.posting.policy.rule(line.rule).title)


def _named(chosen: ByPosting, text: str) -> str:
    """Return a sentence with the titles of entries in place of their ids."""
    for entry_id, title in chosen.titles.items():
        text = text.replace(entry_id, title)
    return text


def _trace(visit: Visit, chosen: ByPosting, score: Score) -> list[str]:
    return [
        visit.say(
            "cert_own_line",
            points=number_text(line.points),
            rule=_rule(visit, chosen, line),
            why=_named(chosen, _said(visit, line.why)),
            titles=_titles(chosen, line.entries),
        )
        for line in score.trace
    ]


def _excluded(visit: Visit, chosen: ByPosting, score: Score) -> list[str]:
    return [
        f"{_titles(chosen, [entry_id])}: {_said(visit, reason_text(reason))}"
        for entry_id, reason in score.excluded_entries.items()
    ]


def _titles(chosen: ByPosting, entries: Iterable[str]) -> str:
    return ", ".join(chosen.titles[each] for each in entries)


def _list(visit: Visit, word: str, lines: Sequence[str]) -> Html:
    if not lines:
        return NOTHING
    rows = joined(html("<li>{line}</li>", line=line) for line in lines)
    return html('<h3 class="gap">{word}</h3><ul class="stack-s s">{rows}</ul>', word=visit.say(word), rows=rows)


def _said(visit: Visit, both: Both | Why) -> str:
    return both.in_language(visit.language)

"""The points of a sheet: the total, a gauge for each component, and every point with its rule, entry and reason."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Final

from credential_schemas.criteria.case import Line
from credential_schemas.criteria.decisions import Decision
from credential_schemas.criteria.language import Component
from credential_schemas.criteria.rule_kinds import AnyRule, RubricRule
from credential_schemas.criteria.values import number_text
from credential_schemas.entry_types import entry_types
from credential_schemas.look.markup import NOTHING, Html, html, joined
from verifier.committee.notices import Notice
from verifier.committee.sheets import Sheet, SheetState
from verifier.scoring.moments import time_with_zone
from verifier.web.committee_frame import Frame, card, tag

_STATUS = {"scored": ("ok", "ok"), "exempt": ("ok", "info"), "incomplete": ("un", "un")}
_SHEET = {
    SheetState.OPEN: ("line", "doc"),
    SheetState.CONFIRMED: ("ok", "lock"),
    SheetState.OUTDATED: ("un", "un"),
    SheetState.SET_ASIDE: ("", "na"),
}


class _Absent:
    """Stands for a part that does not count under this notice; None stands for one that is open."""


_ABSENT: Final = _Absent()


def sheet_tag(frame: Frame, state: SheetState) -> Html:
    """Return how far a sheet is."""
    kind, sign = _SHEET[state]
    return tag(kind, sign, frame.word(f"sheet_{state.value}"))


def status_tag(frame: Frame, sheet: Sheet) -> Html:
    """Return how far a score is."""
    kind, sign = _STATUS[sheet.result.score.status]
    return tag(kind, sign, frame.word(f"status_{sheet.result.score.status}"))


def total_text(frame: Frame, sheet: Sheet) -> str:
    """Return the total, or the range where something is open."""
    score = sheet.result.score
    if score.total is not None:
        return number_text(score.total)
    if score.range is None:
        return "–"
    return frame.word("range", least=number_text(score.range[0]), most=number_text(score.range[1]))


class Points:
    """The points of one sheet, and what else its page needs to know of it."""

    def __init__(self, frame: Frame, notice: Notice, sheet: Sheet) -> None:
        self.frame = frame
        self.notice = notice
        self.sheet = sheet
        self.score = sheet.result.score
        self.policy = notice.posting.policy
        self.values = notice.posting.notice
        self.entries = {entry.id: entry for entry in sheet.result.entries}

    def summary(self) -> Html:
        """Return the total and a gauge for each component."""
        stage = self.policy.document_screening
        full = self.values.number(stage.full_marks)
        gauges = [
            self._gauge(part, points, self.frame.both(part.title))
            for name, part in (*stage.components.items(), *stage.bonuses.items())
            if (points := self._points(name)) is not _ABSENT
        ]
        return html(
            '<section class="card" aria-labelledby="sum"><h2 class="vh" id="sum">{title}</h2><div class="score"><div>'
            '<p class="s muted">{stage}</p><p class="tot">{total}{full}</p><p class="chips">{tags}</p></div>'
            '<ul class="gauge">{gauges}</ul></div></section>',
            title=self.frame.word("summary"),
            stage=self.frame.word("stage_total", stage=self.frame.both(stage.title)),
            total=total_text(self.frame, self.sheet),
            full=html("<small> {full}</small>", full=self.frame.word("of_points", full=number_text(full)))
            if full is not None
            else NOTHING,
            tags=joined((status_tag(self.frame, self.sheet), sheet_tag(self.frame, self.sheet.state))),
            gauges=joined(gauges),
        )

    def _points(self, name: str) -> "Fraction | _Absent | None":
        if name in self.score.components:
            return self.score.components[name]
        return self.score.bonus.get(name) if name in self.score.bonus else _ABSENT

    def _gauge(self, part: Component, points: "Fraction | _Absent | None", name: str) -> Html:
        cap = self.values.number(part.cap)
        if not isinstance(points, Fraction):
            open_word = "–" if self.score.status == "exempt" else self.frame.word("input_needed")
            value = html('<span class="open">{text}</span>', text=open_word)
            width = 0
        else:
            value = html(
                "<b>{points}</b>{cap}",
                points=number_text(points),
                cap=f" / {number_text(cap)}" if cap is not None else "",
            )
            width = round(100 * points / cap) if cap else 0
        bar: Html = html(
            '<span class="g"><svg viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">'
            '<rect width="{width}" height="4"/></svg></span>',
            width=width,
        )
        return html(
            '<li><span>{name}</span>{bar}<span class="v">{value}</span></li>',
            name=name,
            bar=bar if cap is not None else html("<span></span>"),
            value=value,
        )

    def details(self) -> Html:
        """Return every point, by component and bonus, then rules that waive the stage."""
        stage = self.policy.document_screening
        by_rule: dict[str, list[Line]] = {}
        for line in self.score.trace:
            by_rule.setdefault(self.notice.posting.rule_of(line.rule).id, []).append(line)
        groups = []
        for name, part in (*stage.components.items(), *stage.bonuses.items()):
            points = self._points(name)
            if not isinstance(points, _Absent):
                groups.append(self._group(part, points, by_rule))
        waived = [rule_id for rule_id in stage.exemptions if rule_id in by_rule]
        groups += [joined(self._rows(self.policy.rule(rule_id), by_rule[rule_id])) for rule_id in waived]
        heads = joined(
            html(
                '<th role="columnheader" scope="col"{kind}>{name}</th>',
                name=self.frame.word(name),
                kind=Html(' class="n"') if name == "points" else NOTHING,
            )
            for name in ("rule", "entry", "why", "points")
        )
        table = html(
            '<table role="table" class="ledger fold"><caption class="vh">{caption}</caption>'
            '<thead role="rowgroup"><tr role="row">{heads}</tr></thead>'
            '<tbody role="rowgroup">{groups}</tbody></table>',
            caption=self.frame.word("details"),
            heads=heads,
            groups=joined(groups),
        )
        lead = html('<p class="s muted">{lead}</p>', lead=self.frame.word("details_lead"))
        return card("details", self.frame.word("details"), joined((lead, table)))

    def _group(self, part: Component, points: Fraction | None, by_rule: Mapping[str, list[Line]]) -> Html:
        cap = self.values.number(part.cap)
        name = self.frame.both(part.title)
        title = self.frame.word("part_cap", part=name, cap=number_text(cap)) if cap is not None else name
        lines = [line for rule_id in part.rules for line in by_rule.get(rule_id, [])]
        raw = sum((line.points for line in lines), Fraction(0))
        shown = "–" if points is None and self.score.status == "exempt" else self.frame.word("input_needed")
        if points is not None:
            shown = number_text(points)
            if points != raw:
                shown = self.frame.word("cut", raw=number_text(raw), points=number_text(points))
        rows = [
            row for rule_id in part.rules for row in self._rows(self.policy.rule(rule_id), by_rule.get(rule_id, []))
        ]
        none = html(
            '<tr role="row"><td role="cell" colspan="4" class="muted">{text}</td></tr>',
            text=self.frame.word("nothing_earned"),
        )
        return html(
            '<tr role="row" class="grp"><th role="cell" colspan="3">{title}</th><td role="cell" class="n">'
            '<b class="num">{sum}</b></td></tr>{rows}',
            title=title,
            sum=shown,
            rows=joined(rows) if rows else none,
        )

    def _rows(self, rule: AnyRule, lines: list[Line]) -> list[Html]:
        quoted = joined(html('<span class="sub" lang="ko">{line}</span>', line=line) for line in rule.source_ko)
        return [
            html(
                '<tr role="row"><td role="cell" data-l="{rule_word}"><span class="rule">{rule}</span></td>'
                '<th role="rowheader" scope="row">{about}{source}</th>'
                '<td role="cell" data-l="{why_word}"><span>{why}{by}</span></td>'
                '<td role="cell" data-l="{points_word}" class="n"><span class="pt">{points}</span></td></tr>',
                rule_word=self.frame.word("rule"),
                rule=rule.id,
                about=self._about(rule, line),
                source=quoted if number == 0 else NOTHING,  # once for each rule
                why_word=self.frame.word("why"),
                why=self._why(line),
                by=self._by(rule, line),
                points_word=self.frame.word("points"),
                points=number_text(line.points),
            )
            for number, line in enumerate(lines)
        ]

    def _about(self, rule: AnyRule, line: Line) -> Html:
        if isinstance(rule, RubricRule):
            item = rule.items.get(line.rule.partition("/")[2])
            return html("{title}", title=self.frame.both(item.title) if item is not None else rule.id)
        return joined((html("{title}", title=self.title_of(entry_id)) for entry_id in line.entries), Html("<br>"))

    def title_of(self, entry_id: str) -> str:
        """Return what an entry is called."""
        entry = self.entries.get(entry_id)
        if entry is None:
            return entry_id
        kind = entry_types()[entry.type].names.in_language(self.frame.language)
        return str(entry.claims.get("title") or kind)

    def _why(self, line: Line) -> str:
        if line.why.slug == "rating":
            return self.frame.both(self.policy.levels[line.why.values["level"]])
        return self.frame.both(line.why)

    def _by(self, rule: AnyRule, line: Line) -> Html:
        item = line.rule.partition("/")[2]
        found = [
            each
            for each in self.sheet.result.decisions
            if (isinstance(rule, RubricRule) and each.name == item and each.kind == "ratings")
            or each.about in line.entries
        ]
        return joined(html('<span class="sub by">{text}</span>', text=self._decided(each)) for each in _once(found))

    def _decided(self, decision: Decision) -> str:
        return self.frame.word(
            "by", name=decision.officer, at=time_with_zone(decision.at.isoformat(), self.frame.language)
        )


def _once(decisions: list[Decision]) -> list[Decision]:
    return list({(each.officer, each.at): each for each in decisions}.values())

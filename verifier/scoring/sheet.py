"""The score sheet of one applicant, which a committee reads and signs; it prints on A4.

Every point stands with its rule, the published line it comes from, the entries and the reason; every entry that did not
count with why; what is open with the range; who decided what and when; and what the whole rests on.
"""

from collections.abc import Mapping
from fractions import Fraction

from credential_schemas.criteria.case import Line
from credential_schemas.criteria.decisions import Decision
from credential_schemas.criteria.entries import ScoringEntry
from credential_schemas.criteria.language import Component
from credential_schemas.criteria.rule_kinds import AnyRule, RubricRule
from credential_schemas.criteria.scoring import EVALUATION_DATE
from credential_schemas.criteria.values import number_text
from credential_schemas.criteria.wording import flag_text, reason_text
from credential_schemas.entry_types import entry_types
from credential_schemas.report.messages import Language
from verifier.scoring.later_page import later_part
from verifier.scoring.moments import time_with_zone
from verifier.scoring.page import framed, shown, table
from verifier.scoring.results import SELF_DECLARED, Result
from verifier.scoring.texts import text

_SIGNERS = 3


def score_sheet(result: Result, language: Language) -> str:
    """Return the sheet as HTML for `verifier.scoring.page.page`."""
    return _Sheet(result, language).html()


class _Sheet:
    def __init__(self, result: Result, language: Language) -> None:
        self.result = result
        self.score = result.score
        self.policy = result.posting.policy
        self.notice = result.posting.notice
        self.language: Language = language
        self.entries: Mapping[str, ScoringEntry] = {entry.id: entry for entry in result.entries}

    def html(self) -> str:
        inside = "".join(
            (
                self._header(),
                self._facts(),
                self._warning(),
                self._summary(),
                self._details(),
                self._excluded(),
                self._flags(),
                self._decisions(),
                later_part(self.result.later, self.language) if self.result.later is not None else "",
                self._evidence(),
                f'<p class="note">{shown(self._text("no_decision"))}</p>',
                self._signatures(),
            )
        )
        header = self.policy.policy
        running = f"{self._who()} · {self.notice.id} · {header.id} {header.version}"
        return framed(running, inside)

    def _text(self, name: str, **values: object) -> str:
        return text(name, self.language, **values)

    def _who(self) -> str:
        return self.result.applicant or self._text("own_words")

    def _header(self) -> str:
        stage = self.policy.document_screening.title.in_language(self.language)
        return (
            f"<header><div><h1>{shown(stage)} {shown(self._text('sheet'))}</h1>"
            f"<p>{shown(self.result.posting.notice_title)}</p></div>"
            f'<p class="who">{shown(self._text("applicant"))}<b>{shown(self._who())}</b></p></header>'
        )

    def _facts(self) -> str:
        posting, header = self.result.posting, self.policy.policy
        signer = posting.file.signed_by
        signed = self._text("policy_unsigned")
        if signer is not None:
            signed = self._text("policy_signed", key=signer.short_name())
        short = (
            ("notice", posting.notice.id),
            ("evaluation_date", self.notice.day(EVALUATION_DATE).isoformat()),
            ("agency", header.agency.in_language(self.language)),
            ("scored_at", time_with_zone(str(self.score.about["scored_at"]), self.language)),
        )
        wide = (
            ("policy", f"{header.title.in_language(self.language)} ({header.id} {header.version})"),
            ("policy_file", f"{signed} · SHA-256 {posting.file.sha256}"),
            ("basis", self._basis()),
        )
        rows = [f"<dt>{shown(self._text(name))}</dt><dd>{shown(value)}</dd>" for name, value in short]
        rows += [f'<dt>{shown(self._text(name))}</dt><dd class="wide">{shown(value)}</dd>' for name, value in wide]
        return f'<dl class="facts">{"".join(rows)}</dl>'

    def _basis(self) -> str:
        if self.score.basis == SELF_DECLARED:
            return self._text("basis_own")
        if not self.result.evidence:
            return self._text("no_evidence")
        name = "basis_receipts" if self.result.signed_evidence else "basis_reports"
        return self._text(name, count=len(self.result.evidence))

    def _warning(self) -> str:
        if self.score.basis == SELF_DECLARED:
            return f'<p class="warn">{shown(self._text("warn_own"))}</p>'
        if self.result.evidence and not self.result.signed_evidence:
            return f'<p class="warn">{shown(self._text("warn_reports"))}</p>'
        return ""

    def _summary(self) -> str:
        stage = self.policy.document_screening
        heads = [self._text(name) for name in ("part", "raw", "cap", "points")]
        rows = [
            [
                shown(stage.components[name].title.in_language(self.language)),
                self._number(self.score.raw[name]) if name in self.score.raw else "",
                self._cap(stage.components[name]),
                self._number(points),
            ]
            for name, points in self.score.components.items()
        ]
        full = self.notice.number(stage.full_marks)
        base = self._text("base") if full is None else self._text("base_of", full=number_text(full))
        rows.append([f"<b>{shown(base)}</b>", "", "", f"<b>{self._number(self.score.base)}</b>"])
        for name, points in self.score.bonus.items():
            title = stage.bonuses[name].title.in_language(self.language)
            rows.append([shown(title), "", self._cap(stage.bonuses[name]), self._number(points)])
        sign = f'<span class="status {self.score.status}">{shown(self._text(self.score.status))}</span>'
        total = f'<tr class="total"><td colspan="3">{shown(self._text("total"))} {sign}</td>'
        total += f'<td class="n">{self._total()}</td></tr>'
        drawn = table(heads, rows, numbers=(1, 2, 3)).replace("</tbody>", f"{total}</tbody>")
        return f"<h2>{shown(self._text('summary'))}</h2>{drawn}"

    def _total(self) -> str:
        if self.score.total is None and self.score.range is not None:
            least, most = (number_text(each) for each in self.score.range)
            return shown(self._text("range_of", least=least, most=most))
        return "–" if self.score.total is None else shown(number_text(self.score.total))

    def _number(self, points: Fraction | None) -> str:
        if points is not None:
            return shown(number_text(points))
        return shown(self._unknown())

    def _unknown(self) -> str:
        return "–" if self.score.status == "exempt" else self._text("open")

    def _cap(self, part: Component) -> str:
        cap = self.notice.number(part.cap)
        return shown(number_text(cap)) if cap is not None else "–"

    def _details(self) -> str:
        """Return every point: by component and bonus, then rules that waive the stage."""
        stage = self.policy.document_screening
        by_rule: dict[str, list[Line]] = {}
        for line in self.score.trace:
            by_rule.setdefault(self.result.posting.rule_of(line.rule).id, []).append(line)
        parts = []
        for name, part in (*stage.components.items(), *stage.bonuses.items()):
            if name in self.score.components or name in self.score.bonus:
                points = self.score.components.get(name, self.score.bonus.get(name))
                lines = {rule_id: by_rule.get(rule_id, []) for rule_id in part.rules}
                parts.append(self._part(part.title.in_language(self.language), lines, points))
        waived = {rule_id: by_rule[rule_id] for rule_id in stage.exemptions if rule_id in by_rule}
        if waived:
            parts.append(self._part(self._text("waiver"), waived, None))
        heads = "".join(f"<th>{shown(self._text(name))}</th>" for name in ("entries", "reason"))
        heads += f'<th class="n">{shown(self._text("points"))}</th>'
        return (
            f"<h2>{shown(self._text('details'))}</h2>"
            f'<table class="points"><colgroup><col class="c1"><col><col class="c3"></colgroup>'
            f"<thead><tr>{heads}</tr></thead>{''.join(parts)}</table>"
        )

    def _part(self, title: str, lines: Mapping[str, list[Line]], points: Fraction | None) -> str:
        total = sum((line.points for each in lines.values() for line in each), Fraction(0))
        shown_sum = number_text(total)
        if points is None:  # nothing is no zero: the part is open, or waived
            shown_sum = f"{shown_sum} · {self._unknown()}" if total else self._unknown()
        elif points != total:
            shown_sum += f" → {number_text(points)}"  # a cap came between
        body = "".join(self._rule_rows(rule_id, found) for rule_id, found in lines.items() if self._in_use(rule_id))
        head = f'<tr class="part"><td colspan="2">{shown(title)}</td><td class="n">{shown(shown_sum)}</td></tr>'
        return f"<tbody>{head}{body}</tbody>"

    def _in_use(self, rule_id: str) -> bool:
        return self.notice.fits(self.policy.rule(rule_id).applies)

    def _rule_rows(self, rule_id: str, lines: list[Line]) -> str:
        rule = self.policy.rule(rule_id)
        quotes = "".join(f"<q>{shown(line)}</q>" for line in rule.source_ko)
        source = f'<p class="source" lang="ko">{quotes}</p>' if quotes else ""
        title = shown(rule.title.in_language(self.language))
        head = f'<tr><td colspan="3"><b>{shown(rule.id)}</b> {title}{source}</td></tr>'
        if not lines:
            return f'{head}<tr><td colspan="2" class="small">{shown(self._text("no_points"))}</td><td></td></tr>'
        return head + "".join(
            f"<tr><td>{self._entries(line) or self._item(rule, line.rule)}</td><td>{self._why(line)}</td>"
            f'<td class="n">{shown(number_text(line.points))}</td></tr>'
            for line in lines
        )

    def _why(self, line: Line) -> str:
        named = "" if "/" in line.rule or self._has_rule(line.rule) else f" ({line.rule})"
        return shown(self._reason(line) + named)

    def _reason(self, line: Line) -> str:
        if line.why.slug == "rating":
            return self.policy.levels[line.why.values["level"]].in_language(self.language)
        return line.why.in_language(self.language)

    def _item(self, rule: AnyRule, line_rule: str) -> str:
        """Return the question of a rubric."""
        if not isinstance(rule, RubricRule):
            return ""
        return shown(rule.items[line_rule.partition("/")[2]].title.in_language(self.language))

    def _entries(self, line: Line) -> str:
        return "".join(self._entry(entry_id) for entry_id in line.entries)

    def _entry(self, entry_id: str) -> str:
        entry = self.entries[entry_id]
        kind = entry_types()[entry.type].names.in_language(self.language)
        title = str(entry.claims.get("title", kind))
        short = "/".join(entry_id.split("/")[-2:])  # number and index; the issuer stands beside the checks below
        about = short if title == kind else f"{kind} · {short}"
        return f'<div>{shown(title)}<span class="id">{shown(about)}</span></div>'

    def _has_rule(self, rule_id: str) -> bool:
        return any(rule.id == rule_id for rule in self.policy.rules)

    def _excluded(self) -> str:
        rows = [
            [self._entry(entry_id), shown(reason_text(reason).in_language(self.language))]
            for entry_id, reason in self.score.excluded_entries.items()
        ]
        return self._section("excluded", ("entries", "reason"), rows)

    def _flags(self) -> str:
        if not self.score.flags:
            return ""
        rows = [[shown(flag_text(flag).in_language(self.language))] for flag in self.score.flags]
        return self._section("flags", ("about",), rows)

    def _decisions(self) -> str:
        if not self.result.decisions:
            return ""
        rows = [
            [
                self._entry(each.about) if each.about in self.entries else self._question(each),
                shown(self._answer(each)),
                shown(each.officer),
                f"<time>{shown(time_with_zone(each.at.isoformat(), self.language))}</time>",
            ]
            for each in self.result.decisions
        ]
        return self._section("decisions", ("about", "decision", "officer", "time"), rows)

    def _question(self, decision: Decision) -> str:
        stage = self.policy.document_screening
        part = {**stage.components, **stage.bonuses}[decision.about]
        rules = [self.policy.rule(rule_id) for rule_id in part.rules]
        items = {name: item for rule in rules if isinstance(rule, RubricRule) for name, item in rule.items.items()}
        title = items[decision.name].title.in_language(self.language)
        return f'{shown(title)} <span class="small">{shown(part.title.in_language(self.language))}</span>'

    def _answer(self, decision: Decision) -> str:
        if isinstance(decision.answer, bool):
            return self._text("yes" if decision.answer else "no")
        return self.policy.levels[decision.answer].in_language(self.language)

    def _evidence(self) -> str:
        if self.score.basis == SELF_DECLARED:
            return ""
        rows = []
        for each in self.result.evidence:
            facts, report = each.report.certificate, each.report
            refusal = each.not_counted(self.result.applicant)
            verdict = self._text(f"verdict_{report.verdict.value}")
            why = f'<span class="id">{shown(reason_text(refusal).in_language(self.language))}</span>' if refusal else ""
            number = facts.number if facts is not None and facts.number else self._text("not_shown")
            issuer = facts.issuer.name.in_language(self.language) if facts is not None else self._text("not_shown")
            moment = time_with_zone(report.context.verified_at.isoformat(), self.language)
            rows.append(
                [
                    f'{shown(number)}<span class="id">{shown(issuer)}</span>',
                    f"{shown(verdict)}{why}",
                    shown(moment),
                    f'{shown(self._text(f"form_{each.source}"))}<span class="id">{shown(report.id)}</span>',
                ]
            )
        return self._section("evidence", ("certificate", "verdict", "checked_at", "form"), rows)

    def _section(self, title: str, heads: tuple[str, ...], rows: list[list[str]]) -> str:
        heading = f"<h2>{shown(self._text(title))}</h2>"
        if not rows:
            return f'{heading}<p class="small">{shown(self._text("none"))}</p>'
        return heading + table([self._text(name) for name in heads], rows)

    def _signatures(self) -> str:
        if self.score.basis == SELF_DECLARED:
            return ""
        rows = [[f"{shown(self._text('member'))} {number}", "", "", ""] for number in range(1, _SIGNERS + 1)]
        heads = ["", *(self._text(name) for name in ("name_line", "signature_line", "date_line"))]
        about = f"{self._text('signatures')} · {self._who()} · {self._text('total')}"
        return f'<div class="names"><h2>{shown(about)} {self._total()}</h2>{table(heads, rows)}</div>'

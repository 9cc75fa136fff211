"""The analysis as a page to read and print: charts, a table beside each, suggestions; no script, no names.

The report that goes round does not tell who did not agree, only how many and why; groups that are too small say so.
"""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from credential_schemas.report.messages import Language
from verifier.analysis.advice import Advice, RoleAdvice, TrainingStep
from verifier.analysis.analysing import Analysis
from verifier.analysis.charts import map_chart, role_chart
from verifier.analysis.coverage import RoleCoverage
from verifier.analysis.fields import Band, FieldRow
from verifier.analysis.roles import Found, RoleProfile, UnitFound
from verifier.analysis.texts import text
from verifier.scoring.moments import time_with_zone
from verifier.scoring.page import framed, page, shown, table


def report_page(analysis: Analysis, language: Language) -> str:
    """Return the whole page."""
    report = _Report(analysis, language)
    papers = [report.company()]
    if analysis.advice:
        papers.append(report.people())
    return page(text("title", language), papers, language, more_style=_style())


class _Report:
    def __init__(self, analysis: Analysis, language: Language) -> None:
        self.analysis = analysis
        self.language: Language = language

    def company(self) -> str:
        inside = "".join(
            (
                self._header("group_part", self.analysis.map.people),
                self._facts(),
                self._warning(),
                f'<p class="note">{self._shown("not_cannot")} {self._shown("no_decision")}</p>',
                self._map(),
                *(self._role(role) for role in self.analysis.roles),
                self._left_out(),
            )
        )
        return framed(self._running("group_part"), inside)

    def people(self) -> str:
        inside = "".join(
            (
                self._header("people_part", len(self.analysis.advice)),
                f'<p class="note">{self._shown("only_agreed")} {self._shown("not_cannot")}</p>',
                *(self._employee(advice) for advice in self.analysis.advice),
                f'<p class="note">{self._shown("no_decision")}</p>',
            )
        )
        return framed(self._running("people_part"), inside)

    def _text(self, name: str, **values: object) -> str:
        return text(name, self.language, **values)

    def _shown(self, name: str, **values: object) -> str:
        return shown(self._text(name, **values))

    def _running(self, part: str) -> str:
        return f"{self._text('title')} · {self._text(part)} · {self._made_at()}"

    def _made_at(self) -> str:
        return time_with_zone(self.analysis.terms.now.isoformat(), self.language)

    def _header(self, part: str, people: int) -> str:
        return (
            f"<header><div><h1>{self._shown('title')}</h1><p>{self._shown(part)}</p></div>"
            f'<p class="who">{self._shown("employees")}'
            f"<b>{self._shown('people_count', count=people)}</b></p></header>"
        )

    def _facts(self) -> str:
        basis, terms = self.analysis.basis, self.analysis.terms
        checks = self._text("basis_receipts" if basis.signed else "basis_reports", count=basis.checks)
        idle = f"; {self._text('idle', count=basis.idle)}" if basis.idle else ""
        oldest = time_with_zone(basis.oldest.isoformat(), self.language) if basis.oldest is not None else "–"
        rows = [
            ("made_at", self._made_at(), ""),
            ("oldest", oldest, ""),
            ("basis", checks + idle, "wide"),
            ("smallest", self._text("smallest_text", count=terms.smallest), "wide"),
            ("consents", f"SHA-256 {basis.consents_sha256}", "wide"),
        ]
        rows += [("roles_used", self._profile(role.role), "wide") for role in self.analysis.roles]
        inside = "".join(
            f'<dt>{self._shown(name)}</dt><dd class="{kind}">{shown(value)}</dd>' for name, value, kind in rows
        )
        return f'<dl class="facts">{inside}</dl>'

    def _profile(self, role: RoleProfile) -> str:
        return f"{role.title.in_language(self.language)} ({role.id}), SHA-256 {role.file.sha256}"

    def _warning(self) -> str:
        return "" if self.analysis.basis.signed else f'<p class="warn">{self._shown("warn_reports")}</p>'

    def _map(self) -> str:
        found = self.analysis.map
        heading = f"<h2>{self._shown('map')} · {self._shown(f'depth_{found.depth}')}</h2>"
        if found.too_few:
            return f"{heading}<p>{self._shown('map_too_few', count=found.smallest)}</p>"
        if not found.rows:
            return f"{heading}<p>{self._shown('map_empty', count=found.smallest)}</p>"
        small = ""
        if found.small_fields:
            sentence = self._shown("map_small", smallest=found.smallest, count=found.small_fields)
            small = f'<p class="small">{sentence}</p>'
        heads = [self._text(name) for name in ("code", "field", "people", "levels", "not_stated_long")]
        rows = [self._map_row(row) for row in found.rows]
        chart = self._figure(map_chart(found, self.language), self._text("map_about"))
        return f"{heading}{chart}{table(heads, rows, numbers=(2, 4))}{small}"

    def _map_row(self, row: FieldRow) -> list[str]:
        if row.not_stated is None:
            levels, not_stated = self._shown("not_broken_down"), "–"
        else:
            levels = "<br>".join(f"{self._band(band)}: {band.people}" for band in row.bands) or "–"
            not_stated = str(row.not_stated)
        korean = ' lang="ko"' if self.language == "en" and row.name.en is None else ""
        name = f"<span{korean}>{shown(row.name.in_language(self.language))}</span>"
        return [shown(row.code), name, str(row.people), levels, not_stated]

    def _band(self, band: Band) -> str:
        if band.first == band.last:
            return self._shown("level_one", level=band.first)
        return self._shown("level_range", first=band.first, last=band.last)

    def _role(self, role: RoleCoverage) -> str:
        heading = f"<h2>{self._shown('role')} · {shown(role.role.title.in_language(self.language))}</h2>"
        if self.analysis.map.too_few:
            return f"{heading}<p>{self._shown('map_too_few', count=self.analysis.terms.smallest)}</p>"
        heads = [self._text(name) for name in ("competency", "wanted", *(found.value for found in Found))]
        rows = []
        for unit in role.units:
            cells = [
                shown(unit.unit.title.in_language(self.language)) + self._code(unit.unit.code),
                str(unit.unit.level),
            ]
            rows.append([*cells, *self._parts(unit.parts)])
        chart = self._figure(role_chart(role, self.language), self._text("role_people", count=role.people))
        return f"{heading}{chart}{table(heads, rows, numbers=(1, 2, 3, 4, 5))}"

    def _parts(self, parts: Mapping[str, int]) -> list[str]:
        if not parts:
            return [self._shown("not_broken_down"), "–", "–", "–"]
        if "not_met" in parts:
            return [str(parts["met"]), "–", "–", f"{self._shown('not_met')}: {parts['not_met']}"]
        return [str(parts[found.value]) for found in Found]

    def _left_out(self) -> str:
        heading = f"<h2>{self._shown('left_out')}</h2>"
        if not self.analysis.left_out:
            return f'{heading}<p class="small">{self._shown("nobody")}</p>'
        smallest = self.analysis.terms.smallest
        rows = []
        for (part, reason), count in self.analysis.reasons.items():
            people = str(count) if count >= smallest else self._text("fewer", count=smallest)
            rows.append([self._shown(f"part_{part}"), self._shown(reason), shown(people)])
        heads = [self._text(name) for name in ("part", "reason", "people")]
        about = f'<p class="small">{self._shown("left_out_text")}</p>'
        return f'<div class="person">{heading}{about}{table(heads, rows, numbers=(2,))}</div>'

    def _employee(self, advice: Advice) -> str:
        order = self._shown("nearest" if advice.ordered else "as_given")
        roles = "".join(self._fit(role) for role in advice.roles)
        return f'<h2>{self._shown("employee")} {shown(advice.employee)}</h2><p class="small">{order}</p>{roles}'

    def _fit(self, advice: RoleAdvice) -> str:
        fit = advice.fit
        met = self._shown("met_of", met=fit.met, wanted=len(fit.units))
        heads = [self._text(name) for name in ("competency", "wanted", "found", "shown_by")]
        steps = {step.gap.unit.code: step for step in advice.steps or ()}
        if advice.steps is not None:
            heads.append(self._text("step"))
        rows = []
        for unit in fit.units:
            cells = [
                shown(unit.unit.title.in_language(self.language)) + self._code(unit.unit.code),
                str(unit.unit.level),
                self._found(unit),
                "<br>".join(shown(title) for title in unit.shown_by) or "–",
            ]
            rows.append([*cells, *([self._step(steps.get(unit.unit.code))] if advice.steps is not None else [])])
        heading = f"<h3>{shown(fit.role.title.in_language(self.language))} · {met}</h3>"
        return f'<div class="person">{heading}{table(heads, rows, numbers=(1,))}</div>'

    def _found(self, unit: UnitFound) -> str:
        word = self._text(unit.found.value)
        if unit.level is None:
            return shown(word)
        return self._shown("shown_at", found=word, level=unit.level)

    def _step(self, step: TrainingStep | None) -> str:
        if step is None:
            return "–"
        units = [self._text("unit_named", unit=unit.name_ko, code=unit.code, level=unit.level) for unit in step.units]
        train = self._text("train", units=", ".join(units))
        if not units:
            train = self._text("train_open", level=step.gap.unit.level)
        return f"{self._shown(step.ask)}<br>{shown(train)}"

    @staticmethod
    def _code(code: str) -> str:
        return f'<span class="id">{shown(code)}</span>'

    @staticmethod
    def _figure(chart: str, caption: str) -> str:
        return f'<figure tabindex="0"><figcaption>{shown(caption)}</figcaption>{chart}</figure>'


@cache
def _style() -> str:
    return files(__package__).joinpath("report.css").read_text("utf-8")

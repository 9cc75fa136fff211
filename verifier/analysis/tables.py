"""The analysis as one long table for spreadsheets and programs: one row for each fact, told apart by `part`.

Source: docs/analyse.md
"""

import csv
import io
from collections.abc import Iterator
from typing import Final

from verifier.analysis.analysing import Analysis
from verifier.scoring.tables import Cell, safe

COLUMNS: Final = (
    "part",
    "employee_no",
    "role",
    "code",
    "name_ko",
    "name_en",
    "wanted_level",
    "level_from",
    "level_to",
    "found",
    "people",
    "shown_by",
    "first_step",
    "training_units",
    "reason",
)
_Row = dict[str, Cell]


def analysis_csv(analysis: Analysis) -> bytes:
    """Return the table: UTF-8 with a byte order mark, so that spreadsheets read Korean, CRLF lines."""
    target = io.StringIO(newline="")
    writer = csv.DictWriter(target, COLUMNS, restval="")
    writer.writeheader()
    for row in (*_map_rows(analysis), *_role_rows(analysis), *_employee_rows(analysis), *_left_out_rows(analysis)):
        writer.writerow({name: _cell(value) for name, value in row.items()})
    return b"\xef\xbb\xbf" + target.getvalue().encode("utf-8")


def _cell(value: Cell) -> Cell:
    return safe(value) if isinstance(value, str) else value


def _map_rows(analysis: Analysis) -> Iterator[_Row]:
    for row in analysis.map.rows:
        named: _Row = {"part": "map", "code": row.code, "name_ko": row.name.ko, "name_en": row.name.en}
        yield named | {"found": "any", "people": row.people}
        for band in row.bands:
            yield named | {"found": "level", "level_from": band.first, "level_to": band.last, "people": band.people}
        if row.not_stated is not None:
            yield named | {"found": "level_not_stated", "people": row.not_stated}


def _role_rows(analysis: Analysis) -> Iterator[_Row]:
    for role in analysis.roles:
        for unit in role.units:
            named: _Row = {"part": "role", "role": role.role.id, "code": unit.unit.code}
            named |= {"name_ko": unit.unit.title.ko, "name_en": unit.unit.title.en, "wanted_level": unit.unit.level}
            if not unit.parts:
                yield named | {"found": "not_broken_down"}
            for name, people in unit.parts.items():
                yield named | {"found": name, "people": people}


def _employee_rows(analysis: Analysis) -> Iterator[_Row]:
    for advice in analysis.advice:
        for each in advice.roles:
            steps = {step.gap.unit.code: step for step in each.steps or ()}
            for unit in each.fit.units:
                step = steps.get(unit.unit.code)
                yield {
                    "part": "employee",
                    "employee_no": advice.employee,
                    "role": each.fit.role.id,
                    "code": unit.unit.code,
                    "name_ko": unit.unit.title.ko,
                    "name_en": unit.unit.title.en,
                    "wanted_level": unit.unit.level,
                    "level_from": unit.level,
                    "level_to": unit.level,
                    "found": unit.found.value,
                    "shown_by": "; ".join(unit.shown_by),
                    "first_step": step.ask if step is not None else None,
                    "training_units": "; ".join(each.code for each in step.units) if step is not None else None,
                }


def _left_out_rows(analysis: Analysis) -> Iterator[_Row]:
    """How many are left out and why, as in the report; who they are is for whoever runs the analysis alone."""
    for (part, reason), count in analysis.reasons.items():
        people = count if count >= analysis.terms.smallest else None
        yield {"part": "left_out", "found": part, "reason": reason, "people": people}

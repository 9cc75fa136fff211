"""Results as tables: CSV with one row an applicant, and XLSX with results, every point, and excluded entries.

A text that a spreadsheet would take for a formula gets an apostrophe in front (S21), and characters that act or cannot
be seen are written out.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import TypeAlias

from credential_schemas.criteria.values import number_json
from credential_schemas.criteria.wording import reason_text
from credential_schemas.report.messages import Language
from keys.encoding import JsonValue
from verifier.rendering.plain_text import harmless
from verifier.scoring.results import Result

Cell: TypeAlias = str | int | float | bool | None

_ACTING = ("=", "+", "-", "@", "\t", "\r")
_MAX_CELL = 32_000  # a cell of XLSX holds 32,767 characters


def results_csv(results: Sequence[Result]) -> bytes:
    """Return one row for each result: UTF-8 with a byte order mark, so that spreadsheets read Korean, CRLF lines."""
    target = io.StringIO(newline="")
    writer = csv.writer(target)
    for row in _result_rows(results):
        writer.writerow(["" if cell is None else cell for cell in row])
    return b"\xef\xbb\xbf" + target.getvalue().encode("utf-8")


def results_xlsx(results: Sequence[Result], language: Language) -> bytes:
    """Return a workbook: `results`, `trace`, `excluded`, `flags`, and `later_stages` where there are such.

    Every text is a text, never a formula.
    """
    from openpyxl import Workbook  # loaded for this form only

    book = Workbook(write_only=True)
    sheets = [
        ("results", _result_rows(results)),
        ("trace", _trace_rows(results, language)),
        ("excluded", _excluded_rows(results, language)),
        ("flags", _flag_rows(results)),
    ]
    if any(result.later is not None for result in results):
        sheets.append(("later_stages", _later_rows(results)))
    for title, rows in sheets:
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(list(row))
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def safe(value: str) -> str:
    """Return a text that no spreadsheet takes for a formula and no terminal acts on."""
    acting = value.startswith(_ACTING)
    shown = harmless(value)[:_MAX_CELL]
    return f"'{shown}" if acting or shown.startswith(_ACTING) else shown


def _result_rows(results: Sequence[Result]) -> Iterator[list[Cell]]:
    components = _names(result.score.components for result in results)
    bonuses = _names(result.score.bonus for result in results)
    head = ["applicant", "basis", "status", "total", "base", "range_min", "range_max"]
    tail = ["flags", "excluded_entries", "evidence_signed", "policy", "policy_sha256", "policy_signed_by", "notice"]
    parts = [*(f"component_{name}" for name in components), *(f"bonus_{name}" for name in bonuses)]
    later = {result.applicant: dict(result.later.cells()) for result in results if result.later is not None}
    stages = _names(later.values())
    yield [*head, *parts, *tail, "human_review_required", *stages]
    for result in results:
        score, posting = result.score, result.posting
        least, most = score.range if score.range is not None else (None, None)
        signer = posting.file.signed_by
        yield [
            safe(result.applicant),
            score.basis,
            score.status,
            *(_number(points) for points in (score.total, score.base, least, most)),
            *(_number(score.components.get(name)) for name in components),
            *(_number(score.bonus.get(name)) for name in bonuses),
            safe(" ".join(score.flags)),
            len(score.excluded_entries),
            result.signed_evidence,
            f"{posting.policy.policy.id} {posting.policy.policy.version}",
            posting.file.sha256,
            safe(signer.short_name()) if signer is not None else None,
            safe(posting.notice.id),
            True,
            *(_cell(later.get(result.applicant, {}).get(name)) for name in stages),
        ]


def _trace_rows(results: Iterable[Result], language: Language) -> Iterator[list[Cell]]:
    yield ["applicant", "basis", "rule", "points", "entries", "why"]
    for result in results:
        for line in result.score.trace:
            reason = line.why.in_language(language)
            entries = safe(" ".join(line.entries))
            yield [safe(result.applicant), result.score.basis, line.rule, _number(line.points), entries, safe(reason)]


def _excluded_rows(results: Iterable[Result], language: Language) -> Iterator[list[Cell]]:
    yield ["applicant", "basis", "entry", "reason", "why"]
    for result in results:
        for entry_id, reason in result.score.excluded_entries.items():
            why = reason_text(reason)
            sentence = why.in_language(language)
            yield [safe(result.applicant), result.score.basis, safe(entry_id), safe(reason), safe(sentence)]


def _flag_rows(results: Iterable[Result]) -> Iterator[list[Cell]]:
    yield ["applicant", "basis", "flag"]
    for result in results:
        for flag in result.score.flags:
            yield [safe(result.applicant), result.score.basis, safe(flag)]


def _later_rows(results: Iterable[Result]) -> Iterator[list[Cell]]:
    yield ["applicant", "stage", "part", "value", "of", "choice", "officer", "at"]
    for result in results:
        for row in result.later.rows() if result.later is not None else ():
            yield [_cell(each) for each in (result.applicant, *row)]


def _names(groups: Iterable[Mapping[str, object]]) -> list[str]:
    return [*dict.fromkeys(name for group in groups for name in group)]


def _cell(value: Cell) -> Cell:
    return safe(value) if isinstance(value, str) else value


def _number(points: Fraction | None) -> Cell:
    found: JsonValue = number_json(points) if points is not None else None
    return found if isinstance(found, int | float) else None

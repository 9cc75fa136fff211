"""Results as files: JSON, CSV, XLSX, and HTML with the order by total and a sheet for each applicant."""

import json
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Final

from credential_schemas.report.messages import Language
from verifier.scoring.page import page
from verifier.scoring.ranking import rank
from verifier.scoring.ranking_page import ranking_sheet
from verifier.scoring.results import Result
from verifier.scoring.sheet import score_sheet
from verifier.scoring.tables import results_csv, results_xlsx

Writer = Callable[[Sequence[Result], Language], bytes]


def results_json(results: Sequence[Result], language: Language) -> bytes:
    """Return the results as an array; both languages stand in every one of them."""
    del language
    return json.dumps([result.to_json() for result in results], ensure_ascii=True, indent=1).encode("ascii") + b"\n"


def results_table(results: Sequence[Result], language: Language) -> bytes:
    """Return a row for each result; the columns are for programs."""
    del language
    return results_csv(results)


def results_page(results: Sequence[Result], language: Language) -> bytes:
    """Return sheets to print, and before them the order by total where there are several verified results."""
    verified = all(result.score.basis == "verified" for result in results)
    ranking = [ranking_sheet(rank(results), language)] if verified and len(results) > 1 else []
    return _printed(results, ranking, language)


def sheets_page(results: Sequence[Result], language: Language) -> bytes:
    """Return sheets to print without any order, as long as not all of them are closed."""
    return _printed(results, [], language)


def _printed(results: Sequence[Result], before: Sequence[str], language: Language) -> bytes:
    sheets = [score_sheet(result, language) for result in results]
    return page(results[0].posting.notice_title, [*before, *sheets], language).encode("utf-8")


WRITERS: Final[Mapping[str, Writer]] = MappingProxyType(
    {".json": results_json, ".csv": results_table, ".xlsx": results_xlsx, ".html": results_page}
)

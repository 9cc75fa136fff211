"""The order of all applicants by total on paper: scored ones with ranks, exempt and open ones apart, no line drawn."""

from fractions import Fraction

from credential_schemas.criteria.values import number_text
from credential_schemas.report.messages import Language
from verifier.scoring.page import shown, table
from verifier.scoring.ranking import Ranking
from verifier.scoring.results import Result
from verifier.scoring.texts import text


def ranking_sheet(ranking: Ranking, language: Language) -> str:
    """Return the sheet as HTML for `verifier.scoring.page.page`; a ranking of nobody is an empty text."""
    everybody = [*(placed.result for placed in ranking.placed), *ranking.exempt, *ranking.incomplete]
    if not everybody:
        return ""
    posting = everybody[0].posting
    title = posting.policy.document_screening.title.in_language(language)
    agency = posting.policy.policy.agency.in_language(language)
    header = (
        f"<header><div><h1>{shown(title)} {shown(text('ranking', language))}</h1>"
        f"<p>{shown(posting.notice_title)}</p></div>"
        f'<p class="who">{shown(agency)}<b>{shown(text("count", language, count=len(everybody)))}</b></p></header>'
    )
    parts = [
        header,
        f'<p class="note">{shown(text("no_line", language))} {shown(text("no_decision", language))}</p>',
        _placed(ranking, language),
        _apart("exempt", ranking.exempt, language),
        _apart("incomplete", ranking.incomplete, language),
    ]
    return "".join(parts)


def _placed(ranking: Ranking, language: Language) -> str:
    if not ranking.placed:
        return ""
    heads = [text(name, language) for name in ("rank", "applicant", "base", "total", "flags")]
    rows = [
        [
            shown(text("tied", language, rank=placed.rank) if placed.tied else placed.rank),
            shown(placed.result.applicant),
            _points(placed.result.score.base),
            _points(placed.result.score.total),
            shown(len(placed.result.score.flags) or ""),
        ]
        for placed in ranking.placed
    ]
    return f"<h2>{shown(text('ranked', language))}</h2>{table(heads, rows, numbers=(2, 3, 4))}"


def _points(points: Fraction | None) -> str:
    return shown(number_text(points)) if points is not None else "–"


def _apart(status: str, results: tuple[Result, ...], language: Language) -> str:
    if not results:
        return ""
    heads = [text(name, language) for name in ("applicant", "range", "flags")]
    rows = [[shown(each.applicant), _reach(each, language), shown(len(each.score.flags) or "")] for each in results]
    return f"<h2>{shown(text(status, language))}</h2>{table(heads, rows, numbers=(1, 2))}"


def _reach(result: Result, language: Language) -> str:
    if result.score.range is None:
        return "–"
    least, most = (number_text(each) for each in result.score.range)
    return shown(text("range_of", language, least=least, most=most))

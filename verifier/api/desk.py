"""The employer's desk: its page in both languages, its files, and the forms that work without scripts.

A form is answered by a page with one result; the page's own script asks for JSON and gets the line that a job would
give: a Report, or why there is none. Nothing that is handed in is kept.
"""

import json
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Final

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile

from credential_schemas.report.messages import Language
from credential_schemas.report.model import Report
from credential_schemas.report_page.view import view_of
from keys.encoding import JsonValue
from keys.gate.answers import Refusal
from keys.gate.gate import CALLER, RefusalPage
from keys.gate.misses import Misses
from keys.values import dataclass
from verifier.api.confirmations import VerifyNumber
from verifier.api.form_charset import check_form_charset
from verifier.api.static_files import static_files_router
from verifier.checks.assembling import Verification
from verifier.checks.print_match import compare_pages
from verifier.errors import IssuerChoice, LookupFailed, NumberUnknown, TooBusy, UnreadableEvidence
from verifier.evidence.gathering import Submission, well_formed
from verifier.evidence.limits import MAX_EVIDENCE_BYTES
from verifier.rendering.bands import band_of_error, band_of_report
from verifier.rendering.unreadable import unreadable_document
from verifier.web.drop_page import (
    ASK_PATH,
    FORM_PATH,
    Desk,
    ask_page,
    desk_assets,
    desk_page,
    refusal_page,
    result_page,
)
from verifier.web.side_by_side import side_by_side
from verifier.web.static import PAGE_HEADERS, look_assets
from verifier.web.words import page_word

FORM_PATHS: Final[dict[str, Language]] = {FORM_PATH: "ko", f"/en{FORM_PATH}": "en"}
MAX_FORM_BYTES: Final = MAX_EVIDENCE_BYTES + 64 * 1024
_PAGES: Final[dict[str, Language]] = {"/": "ko", "/en/": "en", "/en": "en", "/batch": "ko", "/en/batch": "en"}
_HTML: Final = "text/html; charset=utf-8"
_MAX_TYPED: Final = 100
_ASK_PAGES: Final[dict[str, Language]] = {ASK_PATH: "ko", f"/en{ASK_PATH}": "en"}
_NOT_YET: Final = 501
_BUSY: Final = 503
_REFUSED: Final = {413: "failed_large", 429: "failed_busy_now", 500: "failed_service", _BUSY: "failed_busy_now"}

Inspect = Callable[[Submission], Verification]


@dataclass(frozen=True, slots=True)
class Checked:
    """A Report, and of a document with a proved credential both forms of its pages (`verifier.web.side_by_side`)."""

    report: Report
    pages: dict[str, JsonValue] | None = None


Outcome = Checked | UnreadableEvidence | LookupFailed
AnswerOf = Callable[[FormData, str], Awaitable[tuple[str, Outcome]]]


def desk_router(desk: Desk, *, inspect: Inspect, verify_number: VerifyNumber, misses: Misses) -> APIRouter:
    """Return the addresses of the desk.

    Args:
        desk: what its page says.
        inspect: checks what was handed in, and keeps what the answer rests on.
        verify_number: checks the certificate of a typed number.
        misses: counts numbers that nobody knows.
    """
    router = APIRouter()
    router.include_router(static_files_router({**look_assets(), **desk_assets()}))
    for path, language in _PAGES.items():
        _add_page(router, path, desk_page(desk, language=language))
    for path, language in _ASK_PAGES.items():
        _add_page(router, path, ask_page(language=language), status=_NOT_YET)

    async def answer_of(form: FormData, caller: str) -> tuple[str, Outcome]:
        code = form.get("code")
        if isinstance(code, str) and code.strip():
            issuer = form.get("issuer")
            work = partial(verify_number, code[:_MAX_TYPED], issuer if isinstance(issuer, str) and issuer else None)
            return "", await _outcome(misses.attempt(caller, work, missed=NumberUnknown))
        submission = await _submission(form)
        return submission.name, await _outcome(run_in_threadpool(_inspected, inspect, submission))

    for path, language in FORM_PATHS.items():
        _add_form(router, path, language, answer_of)
    return router


def refusal_pages() -> dict[str, RefusalPage]:
    """Return what people without scripts read when the gate refuses a form."""
    return {path: partial(_gate_refusal, language) for path, language in FORM_PATHS.items()}


def _gate_refusal(language: Language, refusal: Refusal, request_id: str) -> tuple[bytes, Mapping[str, str]]:
    sentence = page_word(_REFUSED.get(refusal.status, "failed_input"), language, id=request_id)
    page = refusal_page(sentence, language=language)
    return page, {"content-type": _HTML, **{header.lower(): value for header, value in PAGE_HEADERS.items()}}


def _add_page(router: APIRouter, path: str, page: bytes, *, status: int = 200) -> None:
    @router.get(path, include_in_schema=False)
    def show_desk() -> Response:
        """Give the page; it is the same for everybody."""
        return Response(page, status, media_type=_HTML, headers={**PAGE_HEADERS, "Cache-Control": "no-cache"})


def _add_form(router: APIRouter, path: str, language: Language, answer_of: AnswerOf) -> None:
    @router.post(path, include_in_schema=False)
    async def check_form(request: Request) -> Response:
        """Check what one of the forms carries."""
        as_json = "application/json" in request.headers.get("accept", "")
        try:
            check_form_charset(request)
            async with request.form(max_files=1, max_fields=4, max_part_size=MAX_EVIDENCE_BYTES) as form:
                name, outcome = await answer_of(form, request.scope[CALLER])
        except (IssuerChoice, TooBusy, Refusal) as error:
            if as_json:
                raise
            return _refused(error, language)
        return _as_json(name, outcome) if as_json else _as_page(name, outcome, language)


def _inspected(inspect: Inspect, submission: Submission) -> Checked:
    """Check a submission; of a document both forms of its pages are made, too."""
    verification = inspect(submission)
    found = verification.page
    pages = None if found is None else compare_pages(found.pdf, found.claims, issuer=found.issuer)
    return Checked(verification.report, None if pages is None else side_by_side(pages))


async def _outcome(work: Awaitable[Checked | Report]) -> Outcome:
    try:
        found = await work
        return found if isinstance(found, Checked) else Checked(found)
    except (UnreadableEvidence, LookupFailed) as error:
        return error


async def _submission(form: FormData) -> Submission:
    file, text = form.get("file"), form.get("text")
    if isinstance(file, UploadFile) and file.filename:
        return Submission(well_formed(file.filename), await file.read())
    if isinstance(text, str) and text.strip():
        return Submission("text", text.strip().encode("utf-8", "surrogateescape"), "~" not in text)
    raise Refusal(422, "nothing_given", detail="expected a file, a text or a number")


def _as_json(name: str, outcome: Outcome) -> Response:
    document: dict[str, JsonValue]
    if isinstance(outcome, Checked):  # `pages` is for the page of the desk; it is no part of a Report
        document = {**outcome.report.to_json(), "pages": outcome.pages}
    else:
        document = unreadable_document(outcome, name=name)
    body = json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
    return Response(body, media_type="application/json")


def _as_page(name: str, outcome: Outcome, language: Language) -> Response:
    result: dict[str, JsonValue]
    pages = None
    if isinstance(outcome, Checked):
        result, band, pages = outcome.report.to_json(), band_of_report(outcome.report), outcome.pages
    else:
        result, band = unreadable_document(outcome, name=name), band_of_error(outcome)
    page = result_page(view_of(result, band, language=language), pages, language=language)
    return Response(page, media_type=_HTML, headers=PAGE_HEADERS)


def _refused(error: IssuerChoice | TooBusy | Refusal, language: Language) -> Response:
    if isinstance(error, IssuerChoice):
        status, sentence = 422, page_word("failed_issuer", language)
    elif isinstance(error, Refusal) and error.status != _BUSY and error.retry_after_s is None:
        status, sentence = error.status, page_word("failed_input", language)
    else:
        status = error.status if isinstance(error, Refusal) else _BUSY
        sentence = page_word("failed_busy_now", language)
    return Response(refusal_page(sentence, language=language), status, media_type=_HTML, headers=PAGE_HEADERS)

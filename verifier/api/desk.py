"""The employer's desk: its page in both languages, its files, and the forms that work without scripts.

A form is answered by a page with one result; the page's own script asks for JSON and gets the line that a job would
give: a Report, or why there is none. Nothing that is handed in is kept.
"""

import json
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Final

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile

from credential_schemas.report.messages import Language
from credential_schemas.report.model import Report
from keys.encoding import JsonValue
from keys.gate.answers import Refusal
from keys.gate.gate import CALLER
from keys.gate.misses import Misses
from verifier.api.checks import Verify
from verifier.api.confirmations import VerifyNumber
from verifier.api.static_files import static_files_router
from verifier.errors import IssuerChoice, LookupFailed, NumberUnknown, TooBusy, UnreadableEvidence
from verifier.evidence.gathering import Submission, well_formed
from verifier.evidence.limits import MAX_EVIDENCE_BYTES
from verifier.rendering.bands import band_of_error, band_of_report
from verifier.rendering.unreadable import unreadable_document
from verifier.web.drop_page import FORM_PATH, Desk, desk_assets, desk_page, refusal_page, result_page
from verifier.web.static import PAGE_HEADERS, look_assets
from verifier.web.view import view_of
from verifier.web.words import page_word

FORM_PATHS: Final[dict[str, Language]] = {FORM_PATH: "ko", f"/en{FORM_PATH}": "en"}
MAX_FORM_BYTES: Final = MAX_EVIDENCE_BYTES + 64 * 1024
_PAGES: Final[dict[str, Language]] = {"/": "ko", "/en/": "en", "/en": "en"}
_HTML: Final = "text/html; charset=utf-8"
_MAX_TYPED: Final = 100
_BUSY: Final = 503

Outcome = Report | UnreadableEvidence | LookupFailed
AnswerOf = Callable[[FormData, str], Awaitable[tuple[str, Outcome]]]


def desk_router(desk: Desk, *, verify: Verify, verify_number: VerifyNumber, misses: Misses) -> APIRouter:
    """Return the addresses of the desk.

    Args:
        desk: what its page says.
        verify: checks what was handed in.
        verify_number: checks the certificate of a typed number.
        misses: counts numbers that nobody knows.
    """
    router = APIRouter()
    router.include_router(static_files_router({**look_assets(), **desk_assets()}))
    for path, language in _PAGES.items():
        _add_page(router, path, desk_page(desk, language=language))

    async def answer_of(form: FormData, caller: str) -> tuple[str, Outcome]:
        code = form.get("code")
        if isinstance(code, str) and code.strip():
            issuer = form.get("issuer")
            work = partial(verify_number, code[:_MAX_TYPED], issuer if isinstance(issuer, str) and issuer else None)
            return "", await _outcome(misses.attempt(caller, work, missed=NumberUnknown))
        submission = await _submission(form)
        return submission.name, await _outcome(run_in_threadpool(verify, submission))

    for path, language in FORM_PATHS.items():
        _add_form(router, path, language, answer_of)
    return router


def _add_page(router: APIRouter, path: str, page: bytes) -> None:
    @router.get(path, include_in_schema=False)
    def show_desk() -> Response:
        """Give the page; it is the same for everybody."""
        return Response(page, media_type=_HTML, headers={**PAGE_HEADERS, "Cache-Control": "no-cache"})


def _add_form(router: APIRouter, path: str, language: Language, answer_of: AnswerOf) -> None:
    @router.post(path, include_in_schema=False)
    async def check_form(request: Request) -> Response:
        """Check what one of the forms carries."""
        as_json = "application/json" in request.headers.get("accept", "")
        try:
            async with request.form(max_files=1, max_fields=4, max_part_size=MAX_EVIDENCE_BYTES) as form:
                name, outcome = await answer_of(form, request.scope[CALLER])
        except (IssuerChoice, TooBusy, Refusal) as error:
            if as_json:
                raise
            return _refused(error, language)
        return _as_json(name, outcome) if as_json else _as_page(name, outcome, language)


async def _outcome(work: Awaitable[Report]) -> Outcome:
    try:
        return await work
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
    document = outcome.to_json() if isinstance(outcome, Report) else unreadable_document(outcome, name=name)
    body = json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
    return Response(body, media_type="application/json")


def _as_page(name: str, outcome: Outcome, language: Language) -> Response:
    result: dict[str, JsonValue]
    if isinstance(outcome, Report):
        result, band = outcome.to_json(), band_of_report(outcome)
    else:
        result, band = unreadable_document(outcome, name=name), band_of_error(outcome)
    page = result_page(view_of(result, band, language=language), language=language)
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

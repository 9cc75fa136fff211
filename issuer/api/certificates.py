"""`/api/v1/certificates`: issue, preview, list, look, fetch the PDF, revoke. One of another account is not there."""

from typing import Final, Literal

from fastapi import APIRouter, Request, Response

from credential_schemas.wording.model import Language
from issuer.answers import Document, certificate_document, issued_document, line_document, preview_document
from issuer.api.bodies import invalid, issue_request, json_object
from issuer.api.callers import Caller
from issuer.api.descriptions import (
    CERTIFICATE,
    CERTIFICATES,
    ISSUE_BODY,
    ISSUED,
    PDF,
    PREVIEW,
    REVOKE_BODY,
    REVOKED,
    SECURITY,
    WITH_CODE,
    WITH_KEY,
    answers,
    file_answers,
)
from issuer.api.desk import JSON, ApiDesk, in_thread, json_response
from issuer.issued.own_certificates import list_certificates, read_certificate
from issuer.issued.reprinting import ReprintRequest, reprint_number
from issuer.issued.status_changes import StatusOrder, change_certificates
from issuer.issuing.making import Issued
from issuer.issuing.once import AnswerWriter, issue_once
from issuer.issuing.previewing import open_for_preview, preview
from issuer.tokens import ISSUE, READ, REVOKE
from keys.encoding import encode_json
from keys.gate.answers import Refusal

CERTIFICATES_PATH: Final = "/api/v1/certificates"
PDF_MEDIA_TYPE: Final = "application/pdf"
KEY_HEADER: Final = "idempotency-key"
CODE_HEADER: Final = "x-confirmation-code"
HOLDER_REASONS: Final = ("holder_request", "issued_in_error")
"""Why a holder may revoke; the other reasons are the bank's."""

_MAX_CODE: Final = 100


def certificates_router(desk: ApiDesk, *, prefix: str) -> APIRouter:
    """Return the addresses of certificates, below the bank's own path."""
    router = APIRouter(prefix=prefix)
    _add_issuing(router, desk, prefix)
    _add_looking(router, desk)
    _add_pdf(router, desk)
    _add_revoking(router, desk)
    return router


def _add_issuing(router: APIRouter, desk: ApiDesk, prefix: str) -> None:
    @router.post(
        CERTIFICATES_PATH,
        status_code=201,
        summary="Issue one certificate",
        responses=answers(201, ISSUED, 400, 401, 403, 409, 413, 415, 422, 429, 503),
        openapi_extra=SECURITY | ISSUE_BODY | WITH_KEY,
    )
    async def issue(request: Request) -> Response:
        """Issue once for each Idempotency-Key; asked again within 24 hours, the answer is the same, byte for byte."""
        caller = await desk.callers.admit(request, ISSUE)
        wanted = issue_request(await json_body(request), account_id=caller.account_id)
        key = request.headers.get(KEY_HEADER)
        if key is None:
            raise Refusal(400, "retry_key_missing", detail="Idempotency-Key: expected one, such as a new UUID")
        await desk.callers.count_issue(caller)

        def work(caller: Caller) -> bytes:
            with desk.places.place():
                return issue_once(caller.bank, wanted, key=key, answer=answer_of(prefix), now=desk.clock())

        content = await in_thread(work, caller)
        return Response(content, 201, media_type=JSON)

    @router.post(
        f"{CERTIFICATES_PATH}/preview",
        summary="Show what would be issued",
        responses=answers(200, PREVIEW, 401, 403, 409, 413, 415, 422, 429),
        openapi_extra=SECURITY | ISSUE_BODY,
    )
    async def show_preview(request: Request) -> Response:
        """Answer the page, the employer's Report, what is hidden and how full the codes are; nothing is issued."""
        caller = await desk.callers.admit(request, READ)
        wanted = issue_request(await json_body(request), account_id=caller.account_id)

        def work(caller: Caller) -> Response:
            opened = open_for_preview(caller.bank, caller.account_id, now=desk.clock())
            return json_response(preview_document(preview(caller.bank, opened, wanted, now=desk.clock())))

        return await in_thread(work, caller)


def _add_looking(router: APIRouter, desk: ApiDesk) -> None:
    @router.get(
        CERTIFICATES_PATH,
        summary="The certificates of the account",
        responses=answers(200, CERTIFICATES, 401, 403, 429),
        openapi_extra=SECURITY,
    )
    async def show_all(request: Request) -> Response:
        """Answer them, the newest first."""

        def work(caller: Caller) -> Response:
            now = desk.clock()
            lines = list_certificates(caller.bank, caller.account_id, now=now)
            return json_response({"certificates": [line_document(line, now=now) for line in lines]})

        return await desk.answer(request, READ, work)

    @router.get(
        CERTIFICATES_PATH + "/{number}",
        summary="One certificate",
        responses=answers(200, CERTIFICATE, 401, 403, 404, 409, 422, 429),
        openapi_extra=SECURITY,
    )
    async def show_one(request: Request, number: str) -> Response:
        """Answer what it disclosed, its status, and who looked it up."""

        def work(caller: Caller) -> Response:
            now = desk.clock()
            own = read_certificate(caller.bank, caller.account_id, number, now=now)
            return json_response(certificate_document(own, now=now))

        return await desk.answer(request, READ, work)


def _add_pdf(router: APIRouter, desk: ApiDesk) -> None:
    @router.get(
        CERTIFICATES_PATH + "/{number}/pdf",
        summary="The sealed PDF",
        responses=file_answers(200, PDF, 401, 403, 404, 409, 422, 429, 503),
        openapi_extra=SECURITY | WITH_CODE,
    )
    async def fetch_pdf(request: Request, number: str, language: Literal["ko", "en"] | None = None) -> Response:
        """Answer the stored bytes, or the same certificate printed anew in the other language."""
        code = request.headers.get(CODE_HEADER)
        if code is not None and len(code) > _MAX_CODE:
            raise Refusal(422, "confirmation_code", detail="expected a confirmation code as it is printed")
        asked: Language | None = language

        def work(caller: Caller) -> bytes:
            wanted = ReprintRequest(asked, account_id=caller.account_id)
            with desk.places.place():
                return reprint_number(caller.bank, number, wanted, code=code, now=desk.clock()).pdf

        return pdf_response(await desk.answer(request, READ, work), f"{number}.pdf")


def _add_revoking(router: APIRouter, desk: ApiDesk) -> None:
    @router.post(
        CERTIFICATES_PATH + "/{number}/revoke",
        summary="Revoke one certificate, for good",
        responses=answers(200, REVOKED, 401, 403, 404, 413, 415, 422, 429, 503),
        openapi_extra=SECURITY | REVOKE_BODY,
    )
    async def revoke(request: Request, number: str) -> Response:
        """Revoke; a second time changes nothing."""
        caller = await desk.callers.admit(request, REVOKE)
        reason = json_object(await json_body(request), known=frozenset({"reason"})).get("reason", HOLDER_REASONS[0])
        if not isinstance(reason, str) or reason not in HOLDER_REASONS:
            raise invalid(f"reason: expected one of {', '.join(HOLDER_REASONS)}")
        order = StatusOrder("revoke", reason, account_id=caller.account_id)

        def work(caller: Caller) -> Response:
            (change,) = change_certificates(caller.bank, [number], order, now=desk.clock())
            return json_response({"number": number, "before": change.before, "after": change.after})

        return await in_thread(work, caller)


def answer_of(prefix: str) -> AnswerWriter:
    """Return what writes the answer about a new certificate; `prefix` is the path of the bank.

    The confirmation code, and what reveals the holder of a blind certificate, stand in this answer and nowhere else.
    """

    def write(issued: Issued) -> bytes:
        where = f"{prefix}{CERTIFICATES_PATH}/{issued.number}"
        links: Document = {"self": where, "pdf": f"{where}/pdf", "revoke": f"{where}/revoke"}
        reveal = issued.reveal if issued.withheld else None
        return encode_json({**issued_document(issued), "reveal": reveal, "links": links})

    return write


async def json_body(request: Request) -> bytes:
    """Return the body of a request that says it is JSON.

    Raises:
        Refusal: 415.
    """
    body = await request.body()
    declared = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if body and declared != JSON:
        raise Refusal(415, "media_type", detail=f"expected {JSON}")
    return body


def pdf_response(pdf: bytes, name: str) -> Response:
    """Return a PDF to save; its name holds nothing personal."""
    return Response(pdf, media_type=PDF_MEDIA_TYPE, headers={"Content-Disposition": f'attachment; filename="{name}"'})

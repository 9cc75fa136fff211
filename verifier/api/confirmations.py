"""`POST /api/v1/confirmations`: a typed confirmation number in, the Report about what its issuer gave for it out."""

from collections.abc import Callable
from functools import partial

from fastapi import APIRouter, Request, Response

from credential_schemas.report.model import Report
from keys.encoding import decode_json_object
from keys.errors import DecodingError
from keys.gate.answers import Refusal, problem_answers
from keys.gate.gate import CALLER
from keys.gate.misses import Misses
from verifier.api.checks import report_response
from verifier.errors import NumberUnknown

CONFIRMATIONS_PATH = "/api/v1/confirmations"
_MAX_QUESTION_BYTES = 4096
_MAX_TYPED_CHARACTERS = 100

VerifyNumber = Callable[[str, str | None], Report]
"""Takes the typed number and the id of the issuer to ask; raises as `verifier.confirmations.look_up_number`."""


def confirmations_router(verify_number: VerifyNumber, *, misses: Misses) -> APIRouter:
    """Return the address of typed confirmation numbers."""
    router = APIRouter()

    @router.post(
        CONFIRMATIONS_PATH,
        summary="Check the certificate of a typed confirmation number",
        responses={
            200: {"description": "A Report"},
            **problem_answers(404, 413, 422, 429, 503),
        },
        openapi_extra={
            "requestBody": {
                "required": True,
                "content": {
                    "application/json": {
                        "schema": {
                            "type": "object",
                            "required": ["code"],
                            "properties": {"code": {"type": "string"}, "issuer": {"type": "string"}},
                        }
                    }
                },
            }
        },
    )
    async def check_number(request: Request) -> Response:
        """Ask the issuer of the trust list, and check what it gives like anything else."""
        typed, issuer_id = question_in(await request.body())
        work = partial(verify_number, typed, issuer_id)
        return report_response(await misses.attempt(request.scope[CALLER], work, missed=NumberUnknown))

    return router


def question_in(body: bytes) -> tuple[str, str | None]:
    """Return the number and the issuer of a request body, `{"code": "…", "issuer": "…"}`; the issuer may be absent.

    Raises:
        Refusal: 422, it has another form.
    """
    try:
        members = decode_json_object(body, max_bytes=_MAX_QUESTION_BYTES)
    except DecodingError:
        members = {}
    code, issuer = members.get("code"), members.get("issuer")
    if not isinstance(code, str) or len(code) > _MAX_TYPED_CHARACTERS or not isinstance(issuer, str | None):
        raise Refusal(422, "body_invalid", detail='expected a JSON object such as {"code": "ABCDE-FGHJK-MNPQR-STVWX"}')
    return code, issuer

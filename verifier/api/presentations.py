"""`POST /api/v1/presentations` and what belongs to one: ask a wallet, see how far it is, withdraw.

Whoever makes a request speaks in this verifier's name, so it needs a token of the operator (`VERIFIER_TOKENS`); only in
development may anybody. The result is read with the same token only.
"""

from collections.abc import Callable
from typing import Annotated, Any, Final

from fastapi import APIRouter, Header, Request, Response
from fastapi.responses import JSONResponse
from starlette.concurrency import run_in_threadpool

from keys.gate.answers import Refusal, problem_answers
from keys.gate.callers import TOKEN_PREFIX
from keys.gate.gate import CALLER
from verifier.api.oauth_errors import NO_STORE
from verifier.presentations.desk import PresentationDesk
from verifier.presentations.presentation import Asked, State, view_json
from verifier.presentations.request_object import client_id, request_uri, wallet_link
from verifier.presentations.texts import reason_text
from verifier.presentations.wish import Circumstances, read_wish

PRESENTATIONS_PATH: Final = "/api/v1/presentations"
_MAX_CODE: Final = 128


def presentations_router(desk: PresentationDesk, circumstances: Callable[[], Circumstances]) -> APIRouter:
    """Return the addresses of presentations; `circumstances` are those of the moment."""
    router = APIRouter()

    @router.post(
        PRESENTATIONS_PATH,
        status_code=201,
        summary="Ask a wallet",
        responses={201: _CREATED, **problem_answers(401, 413, 422, 429, 503)},
        openapi_extra={"requestBody": {"required": True, "content": {"application/json": {"schema": _WISH}}}},
    )
    async def create(request: Request) -> Response:
        """Make an OpenID4VP request from a published policy or a DCQL query, for a QR code or a link."""
        owner = _owner(request, circumstances())
        data = await request.body()

        def made() -> Asked:
            return desk.create(read_wish(data, circumstances()), owner)

        asked = await run_in_threadpool(made)
        headers = {**NO_STORE, "Location": f"{PRESENTATIONS_PATH}/{asked.id}"}
        return JSONResponse(created_json(desk, asked), status_code=201, headers=headers)

    @router.get(
        f"{PRESENTATIONS_PATH}/{{presentation_id}}",
        summary="How far a presentation is, and what it shows",
        responses={200: _VIEW, **problem_answers(401, 404, 422, 429)},
    )
    def show(
        request: Request,
        presentation_id: str,
        x_response_code: Annotated[str | None, Header(max_length=_MAX_CODE)] = None,
    ) -> Response:
        """Say the state, and at the end the Reports; for a wallet on the same device with the response code."""
        view = desk.view(presentation_id, _owner(request, circumstances()), code=x_response_code)
        return JSONResponse(view_json(view, reason_text), headers=NO_STORE)

    @router.delete(
        f"{PRESENTATIONS_PATH}/{{presentation_id}}",
        status_code=204,
        summary="Withdraw a request, or forget what came of it",
        responses={204: {"description": "Nothing of it is left"}, **problem_answers(401, 404, 422, 429)},
    )
    def withdraw(request: Request, presentation_id: str) -> Response:
        """Withdraw a request; a wallet that has it cannot answer any more."""
        desk.cancel(presentation_id, _owner(request, circumstances()))
        return Response(status_code=204)

    return router


def created_json(desk: PresentationDesk, asked: Asked) -> dict[str, str | int | None]:
    """Return what whoever asked gets to know of a new request."""
    return {
        "id": asked.id,
        "state": State.CREATED.value,
        "client_id": client_id(asked, desk.service),
        "request_uri": request_uri(asked, desk.service),
        "qr_text": wallet_link(asked, desk.service),
        "expires_at": asked.expires_at,
    }


def _owner(request: Request, circumstances: Circumstances) -> str:
    caller = str(request.scope[CALLER])
    if not caller.startswith(TOKEN_PREFIX) and not circumstances.development:
        raise Refusal(401, "token_required", detail="expected a bearer token of this verifier's operator")
    return caller


_WISH: Final[dict[str, Any]] = {
    "type": "object",
    "additionalProperties": False,
    "oneOf": [{"required": ["policy"]}, {"required": ["dcql"]}],
    "properties": {
        "policy": {"type": "string", "description": "Id of a published policy"},
        "notice": {"type": "object", "description": "The notice under the policy"},
        "dcql": {"type": "object", "description": "A DCQL query (OpenID4VP 1.0 section 6)"},
        "response_mode": {"enum": ["direct_post", "direct_post.jwt"], "default": "direct_post.jwt"},
        "client_id_prefix": {"enum": ["x509_hash", "x509_san_dns", "redirect_uri"], "default": "x509_hash"},
        "request_uri_method": {"enum": ["get", "post"], "default": "get"},
        "return_url": {"type": "string", "format": "uri", "description": "For a wallet on the same device"},
        "consent": {
            "type": "object",
            "required": ["posting", "title"],
            "additionalProperties": False,
            "properties": {"posting": {"type": "string"}, "title": {"type": "string"}},
        },
    },
}
_CREATED: Final[dict[str, Any]] = {
    "description": "A request that waits for a wallet",
    "content": {
        "application/json": {
            "schema": {
                "type": "object",
                "required": ["id", "state", "client_id", "request_uri", "qr_text", "expires_at"],
                "properties": {
                    "id": {"type": "string"},
                    "state": {"const": "created"},
                    "client_id": {"type": "string"},
                    "request_uri": {"type": ["string", "null"]},
                    "qr_text": {"type": "string"},
                    "expires_at": {"type": "integer"},
                },
            }
        }
    },
}
_VIEW: Final[dict[str, Any]] = {
    "description": "State, and at the end the Reports",
    "content": {
        "application/json": {
            "schema": {
                "type": "object",
                "required": ["id", "state", "finished", "verdict", "report", "presentations"],
                "properties": {
                    "id": {"type": "string"},
                    "state": {"enum": [state.value for state in State]},
                    "finished": {"type": "boolean"},
                    "created_at": {"type": "integer"},
                    "expires_at": {"type": "integer"},
                    "finished_at": {"type": ["integer", "null"]},
                    "response_code_required": {"type": "boolean"},
                    "reason": {"type": ["string", "null"]},
                    "message": {"type": ["object", "null"]},
                    "wallet_error": {"type": ["string", "null"]},
                    "consented": {"type": "boolean"},
                    "verdict": {"enum": ["valid", "invalid", "indeterminate", None]},
                    "report": {"type": ["object", "null"]},
                    "presentations": {"type": "array", "items": {"type": "object"}},
                },
            }
        }
    },
}

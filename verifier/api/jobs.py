"""`POST /api/v1/jobs` and what belongs to a job: how far it is, its results, its end.

An upload is handed on to the disk while it comes. Results are JSON Lines, or a table where Accept names one; fetched
whole they are erased, unless a retention policy keeps them.
"""

import json
import tempfile
from collections.abc import AsyncIterator, Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Final

from fastapi import APIRouter, Header, Query, Request, Response
from fastapi.responses import JSONResponse, StreamingResponse
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect

from credential_schemas.report.facts import timestamp
from credential_schemas.report.messages import Language
from keys.encoding import JsonValue, decode_json_object
from keys.errors import DecodingError
from keys.gate.answers import Refusal, problem_answers
from keys.gate.gate import CALLER
from verifier.batch.tables import FORMATS
from verifier.jobs.deliveries import JOBS_PATH
from verifier.jobs.desk import Asked, JobDesk
from verifier.jobs.errors import JobUnknown
from verifier.jobs.job import Progress
from verifier.jobs.limits import MAX_EXPORT_BYTES, MAX_KEY_CHARACTERS
from verifier.jobs.receipts import archive_of_receipts
from verifier.jobs.uploads import FORM, ZIP, Intake, Upload

EXPORTS_PATH: Final = "/api/v1/exports"
JSON_LINES: Final = "application/x-ndjson"
TABLES: Final = {
    "text/csv": ".csv",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx",
}
_WRITE_BYTES: Final = 1024 * 1024
_CHUNK: Final = 256 * 1024
_DOWNLOAD: Final = {"Content-Disposition": "attachment"}


def jobs_router(desk: JobDesk) -> APIRouter:
    """Return the addresses of jobs."""
    router = APIRouter()
    _add_upload(router, desk)
    _add_reading(router, desk)
    _add_receipts(router, desk)
    _add_exports(router)
    return router


def _add_upload(router: APIRouter, desk: JobDesk) -> None:
    @router.post(
        JOBS_PATH,
        status_code=202,
        summary="Hand in many files at once",
        responses={
            202: {"description": "Taken; the body names the job"},
            **problem_answers(400, 406, 409, 413, 415, 422, 429, 503),
        },
        openapi_extra={
            "requestBody": {
                "required": True,
                "content": {
                    ZIP: {"schema": {"type": "string", "format": "binary"}},
                    FORM: {
                        "schema": {
                            "type": "object",
                            "properties": {
                                "file": {"type": "array", "items": {"type": "string", "format": "binary"}},
                            },
                        }
                    },
                },
            }
        },
    )
    async def take_job(
        request: Request,
        idempotency_key: Annotated[str | None, Header(max_length=MAX_KEY_CHARACTERS)] = None,
        receipts: Annotated[Language | None, Query()] = None,
    ) -> Response:
        """Take a ZIP, or the files of a form; with the same Idempotency-Key an upload is taken once.

        With `receipts=ko` or `receipts=en` a receipt is made for each file that gets a verdict.
        """
        content_type = request.headers.get("content-type", "")
        if content_type.partition(";")[0].strip().lower() not in (ZIP, FORM):
            raise Refusal(415, "media_type", detail=f"expected {ZIP} or {FORM}")
        asked = Asked(request.scope[CALLER], idempotency_key, receipts)
        desk.check_receipts(asked)
        declared = int(request.headers.get("content-length", "0")[:20])
        await run_in_threadpool(desk.check_room, asked.caller, more_bytes=declared)
        folder = await run_in_threadpool(desk.storage.new_folder)
        try:
            upload = await _received(request, folder, content_type)
            job_id = await run_in_threadpool(desk.take, upload, asked)
        except BaseException:
            await run_in_threadpool(desk.storage.erase, folder)
            raise
        where = f"{JOBS_PATH}/{job_id}"
        body = {"job": job_id, "status": where, "results": f"{where}/results"}
        return JSONResponse(body, status_code=202, headers={"Location": where})


async def _received(request: Request, folder: Path, content_type: str) -> Upload:
    """Write a body to disk as it comes, in pieces of a megabyte."""
    with Intake(folder, content_type) as intake:
        waiting = bytearray()
        try:
            async for chunk in request.stream():
                waiting += chunk
                if len(waiting) >= _WRITE_BYTES:
                    await run_in_threadpool(intake.write, bytes(waiting))
                    waiting.clear()
        except ClientDisconnect:
            raise Refusal(
                400, "upload_broken", detail="expected the whole upload, found that its sender left"
            ) from None
        await run_in_threadpool(intake.write, bytes(waiting))
        return await run_in_threadpool(intake.finish)


def _add_reading(router: APIRouter, desk: JobDesk) -> None:
    @router.get(
        f"{JOBS_PATH}/{{job_id}}",
        summary="How far a job is",
        responses={200: _JOB_SCHEMA, **problem_answers(404, 422, 429)},
    )
    def show_job(request: Request, job_id: str) -> Response:
        """Say how many files are checked, with which verdicts, and when the results will be erased."""
        return JSONResponse(_progress_json(desk.progress(job_id, request.scope[CALLER]), desk.kept_days))

    @router.get(
        f"{JOBS_PATH}/{{job_id}}/results",
        summary="The results of a job",
        responses={
            200: {
                "description": "One Report or error a line, or a table where Accept names one",
                "content": {name: {} for name in (JSON_LINES, *TABLES)},
            },
            **problem_answers(404, 409, 422, 429),
        },
    )
    def show_results(
        request: Request,
        job_id: str,
        after: Annotated[int | None, Query(ge=0, le=1_000_000)] = None,
    ) -> Response:
        """Give all results of a finished job, or with `after` those that are there from this number on.

        Results that were given whole are erased, unless a retention policy keeps them; those asked for with `after`
        are not.
        """
        caller = request.scope[CALLER]
        if after is not None:
            return Response(desk.lines(job_id, caller, after=after), media_type=JSON_LINES)
        results = desk.results(job_id, caller)
        ending = table_wanted(request.headers.get("accept", ""))
        if ending is not None:
            made = _table(results, ending)
            desk.fetched(job_id)
            return Response(made, media_type=_MEDIA_TYPES[ending], headers=_DOWNLOAD)
        return StreamingResponse(_all_of(results, lambda: desk.fetched(job_id)), media_type=JSON_LINES)

    @router.delete(
        f"{JOBS_PATH}/{{job_id}}",
        status_code=204,
        summary="Erase a job",
        responses={204: {"description": "Nothing of it is left"}, **problem_answers(404, 422, 429)},
    )
    def erase_job(request: Request, job_id: str) -> Response:
        """Erase a job with its uploads and results, finished or not, kept or not."""
        desk.erase(job_id, request.scope[CALLER])
        return Response(status_code=204)


def _add_receipts(router: APIRouter, desk: JobDesk) -> None:
    @router.get(
        f"{JOBS_PATH}/{{job_id}}/receipts",
        summary="The receipts of a job",
        responses={
            200: {"description": "One PDF for each file that got a verdict", "content": {ZIP: {}}},
            **problem_answers(404, 406, 409, 422, 429),
        },
    )
    def show_receipts(request: Request, job_id: str) -> Response:
        """Give the receipts of a finished job as one archive; this erases nothing."""
        folder = desk.receipts(job_id, request.scope[CALLER])
        return StreamingResponse(archive_of_receipts(folder), media_type=ZIP, headers=_DOWNLOAD)


def _add_exports(router: APIRouter) -> None:
    @router.post(
        EXPORTS_PATH,
        summary="Turn results into a table",
        responses={
            200: {"description": "The flat form of the results", "content": {name: {} for name in TABLES}},
            **problem_answers(406, 413, 415, 422, 429),
        },
        openapi_extra={"requestBody": {"required": True, "content": {JSON_LINES: {}}}},
    )
    async def make_table(request: Request) -> Response:
        """Write results that the caller has as CSV or XLSX; nothing is verified here and nothing kept."""
        declared = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if declared != JSON_LINES:
            raise Refusal(415, "media_type", detail=f"expected {JSON_LINES}")
        ending = table_wanted(request.headers.get("accept", ""))
        if ending is None:
            raise Refusal(406, "no_table", detail=f"expected one of {', '.join(TABLES)} in Accept")
        body = await request.body()
        made = await run_in_threadpool(_table_of_lines, body, ending)
        return Response(made, media_type=_MEDIA_TYPES[ending], headers=_DOWNLOAD)


def table_wanted(accept: str) -> str | None:
    """Return the ending of the table that a caller accepts, None for JSON Lines; only what is named counts."""
    named = [part.partition(";")[0].strip().lower() for part in accept.split(",")]
    return next((TABLES[name] for name in named if name in TABLES), None)


def _table(results: Path, ending: str) -> bytes:
    """Return the flat form of a file of results."""
    try:
        with results.open("rb") as lines:
            return _written(lines, ending)
    except FileNotFoundError as error:  # erased in this very moment
        raise JobUnknown("expected a job, found none") from error


def _table_of_lines(body: bytes, ending: str) -> bytes:
    lines = [line for line in body.split(b"\n") if line.strip()]
    return _written(lines, ending, renumber=True)


def _written(lines: Iterable[bytes], ending: str, *, renumber: bool = False) -> bytes:
    with tempfile.TemporaryDirectory(prefix="cb-verifier-table-") as folder:
        path = Path(folder) / f"results{ending}"
        with FORMATS[ending](path) as writer:
            for number, text in enumerate(lines):
                line = _decoded(text)
                if renumber:  # what a caller says of its batch is not ours
                    line["batch"] = {"n": number}
                writer.write(json.dumps(line).encode("ascii"))
            writer.finish()
        return path.read_bytes()


def _decoded(text: bytes) -> dict[str, JsonValue]:
    try:
        return decode_json_object(text.strip(), max_bytes=MAX_EXPORT_BYTES)
    except DecodingError:
        raise Refusal(422, "body_invalid", detail="expected one Report or error a line, as JSON") from None


async def _all_of(results: Path, fetched: Callable[[], None]) -> AsyncIterator[bytes]:
    """Yield a file, and say so when the last of it has been taken; a caller who leaves earlier has not fetched it."""
    file = await run_in_threadpool(results.open, "rb")
    try:
        while chunk := await run_in_threadpool(file.read, _CHUNK):
            yield chunk
    finally:
        file.close()
    await run_in_threadpool(fetched)


def _progress_json(progress: Progress, kept_days: int) -> dict[str, JsonValue]:
    return {
        "state": progress.state.value,
        "total": progress.total,
        "done": progress.done,
        "verdicts": dict(progress.verdicts),
        "finished_at": _time(progress.finished_at),
        "erased_at": _time(progress.erased_at),
        "kept_days": kept_days,
    }


def _time(seconds: int | None) -> str | None:
    return None if seconds is None else timestamp(datetime.fromtimestamp(seconds, UTC))


_MEDIA_TYPES: Final = {ending: media_type for media_type, ending in TABLES.items()}
_JOB_SCHEMA: Final = {
    "description": "How far it is",
    "content": {
        "application/json": {
            "schema": {
                "type": "object",
                "required": ["state", "total", "done", "verdicts", "finished_at", "erased_at", "kept_days"],
                "properties": {
                    "state": {"enum": ["waiting", "running", "done"]},
                    "total": {"type": "integer"},
                    "done": {"type": "integer"},
                    "verdicts": {"type": "object", "additionalProperties": {"type": "integer"}},
                    "finished_at": {"type": ["string", "null"], "format": "date-time"},
                    "erased_at": {"type": ["string", "null"], "format": "date-time"},
                    "kept_days": {"type": "integer"},
                },
            }
        }
    },
}

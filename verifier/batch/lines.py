"""The lines of the results: a Report, or why there is none, and beside it what the batch knows of the file.

Source: docs/formats/batch.md
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

from credential_schemas.report.messages import Sentence, notice, unreadable_kinds, unreadable_texts
from keys.encoding import JsonValue
from verifier.errors import UnreadableEvidence
from verifier.exit_codes import ExitCode

ERROR: Final = "error"
_FAULTS: Final = frozenset({"fault", "worker_lost", "took_too_long"})


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the results, without its line break; `verdict` is that of the Report, or `error`.

    `record` is what a receipt would say of the check, not signed, when receipts were asked for.
    """

    number: int
    text: bytes
    verdict: str
    record: Mapping[str, JsonValue] | None = None


def line_of(number: int, document: Mapping[str, JsonValue], facts: Mapping[str, JsonValue]) -> Line:
    """Return the line for a Report or an error; ASCII, so nothing in it can act on a terminal.

    Args:
        number: of the file in the batch, from 0.
        document: the Report's JSON form, or `error_document`.
        facts: what the batch knows of the file, member `batch`.
    """
    verdict = document.get("verdict")
    text = json.dumps({**document, "batch": {"n": number, **facts}}, ensure_ascii=True, separators=(",", ":"))
    return Line(number, text.encode("ascii"), verdict if isinstance(verdict, str) else ERROR)


def error_document(error: UnreadableEvidence, name: str) -> dict[str, JsonValue]:
    """Return what stands in the place of a Report when there is no verdict."""
    known = error.kind in unreadable_kinds()
    sentence = unreadable_texts(error.kind, error.values)[1] if known else problem_sentence(error.kind)
    advice: dict[str, JsonValue] = {
        "ask": notice("ask_unreadable").to_json(),
        "notice": notice("no_automatic_rejection").to_json(),
    }
    return {
        "error": {"code": error.code, "kind": error.kind, "name": name, "message": sentence.to_json(), **advice},
    }


def exit_code_of(document: Mapping[str, JsonValue]) -> ExitCode:
    """Return what a file alone would end with: by its verdict, or by why there is none."""
    verdict, error = document.get("verdict"), document.get("error")
    if isinstance(error, dict):
        return ExitCode.BUG if error.get("kind") in _FAULTS else ExitCode.UNREADABLE
    codes = {"valid": ExitCode.VALID, "invalid": ExitCode.INVALID}
    return codes.get(str(verdict), ExitCode.INDETERMINATE)


def problem_sentence(kind: str) -> Sentence:
    """Return the sentence of a problem that only a batch has."""
    return _texts()[kind]


def problem_kinds() -> frozenset[str]:
    """Return every kind `problem_sentence` knows."""
    return frozenset(_texts())


@cache
def _texts() -> Mapping[str, Sentence]:
    document = json.loads(files(__package__).joinpath("texts.json").read_text("utf-8"))
    return {name: Sentence(texts["ko"], texts["en"]) for name, texts in document.items()}

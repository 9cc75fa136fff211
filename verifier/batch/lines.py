"""The lines of the results: a Report, or why there is none, and beside it what the batch knows of the file.

Source: docs/formats/batch.md
"""

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from credential_schemas.report.messages import Sentence, notice, read_sentences, unreadable_kinds, unreadable_texts
from keys.encoding import JsonValue
from keys.values import dataclass, replace
from verifier.batch.facts import ERROR, LineFacts, facts_of
from verifier.errors import UnreadableEvidence


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the results, without its line break; `verdict` is that of the Report, or `error`.

    `record` is what a receipt would say of the check, not signed, when receipts were asked for; `facts` is what the
    summary of a batch takes from the line.
    """

    number: int
    text: bytes
    verdict: str
    record: Mapping[str, JsonValue] | None = None
    facts: LineFacts | None = None

    def counts(self) -> LineFacts:
        """Return what the line counts for; read from its text where whoever made it did not say."""
        return self.facts if self.facts is not None else facts_of(json.loads(self.text))


def line_of(number: int, document: Mapping[str, JsonValue], facts: Mapping[str, JsonValue]) -> Line:
    """Return the line for a Report or an error; ASCII, so nothing in it can act on a terminal.

    Args:
        number: of the file in the batch, from 0.
        document: the Report's JSON form, or `error_document`.
        facts: what the batch knows of the file, member `batch`.
    """
    return _line(number, {**document, "batch": {"n": number, **facts}})


def counted_line_of(number: int, document: Mapping[str, JsonValue], facts: Mapping[str, JsonValue]) -> Line:
    """Return the line as `line_of` does, with what a summary takes from it."""
    whole = {**document, "batch": {"n": number, **facts}}
    return replace(_line(number, whole), facts=facts_of(whole))


def _line(number: int, whole: Mapping[str, JsonValue]) -> Line:
    verdict = whole.get("verdict")
    text = json.dumps(whole, ensure_ascii=True, separators=(",", ":"))
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


def problem_sentence(kind: str) -> Sentence:
    """Return the sentence of a problem that only a batch has."""
    return _texts()[kind]


def problem_kinds() -> frozenset[str]:
    """Return every kind `problem_sentence` knows."""
    return frozenset(_texts())


@cache
def _texts() -> Mapping[str, Sentence]:
    return read_sentences(files(__package__) / "texts.json")

"""The JSON of an input without verdict: what stands in the place of a Report."""

from credential_schemas.report.messages import notice
from keys.encoding import JsonValue
from verifier.errors import LookupFailed, UnreadableEvidence
from verifier.rendering.words import no_verdict_texts


def unreadable_document(error: UnreadableEvidence | LookupFailed, *, name: str) -> dict[str, JsonValue]:
    """Return the JSON line for an input without verdict."""
    _, sentence = no_verdict_texts(error)
    kind = error.kind if isinstance(error, UnreadableEvidence) else error.code
    advice: dict[str, JsonValue] = {
        "ask": notice("ask_unreadable").to_json(),
        "notice": notice("no_automatic_rejection").to_json(),
    }
    return {"error": {"code": error.code, "kind": kind, "name": name, "message": sentence.to_json(), **advice}}

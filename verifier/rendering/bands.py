"""The verdict band as JSON: sign, heading and sentence in both languages, for pages that show a result."""

from credential_schemas.report.headlines import headline
from credential_schemas.report.messages import unreadable_kinds, unreadable_texts
from credential_schemas.report.model import Report
from keys.encoding import JsonValue
from verifier.errors import LookupFailed, UnreadableEvidence
from verifier.rendering.words import no_verdict_texts

NO_VERDICT = "dash"


def band_of_report(report: Report) -> dict[str, JsonValue]:
    """Return the band of a Report."""
    band = headline(report)
    return {"sign": band.sign.value, "heading": band.heading.to_json(), "sentence": band.sentence.to_json()}


def band_of_error(error: UnreadableEvidence | LookupFailed) -> dict[str, JsonValue]:
    """Return the band of an input without verdict; its sentence stands in the error document."""
    if isinstance(error, UnreadableEvidence) and error.kind not in unreadable_kinds():
        heading = unreadable_texts("empty", {})[0]  # a kind that only archives have
    else:
        heading = no_verdict_texts(error)[0]
    return {"sign": NO_VERDICT, "heading": heading.to_json(), "sentence": None}

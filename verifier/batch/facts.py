"""What the summary takes from one line of the results: small, so that a worker can say it along with the line.

The parent of a batch then never reads a line again, except those of an interrupted run.
"""

from collections.abc import Mapping
from typing import Final

from keys.encoding import JsonValue
from keys.values import dataclass
from verifier.batch.duplicates import Sightings, sightings_of
from verifier.batch.rows import problems_of
from verifier.exit_codes import ExitCode

ERROR: Final = "error"
_FAULTS: Final = frozenset({"fault", "worker_lost", "took_too_long"})


@dataclass(frozen=True, slots=True)
class LineFacts:
    """What one line counts for.

    Attributes:
        verdict: of the Report, or `error`.
        exit_code: what the file alone would end with.
        reasons: why a Report is not valid, each once.
        error: the kind of an error, else None.
        match: the result of the comparison with the application, None without a manifest.
        sightings: what could turn up in another line, too; None when nothing was proved.
    """

    verdict: str
    exit_code: ExitCode
    reasons: tuple[str, ...] = ()
    error: str | None = None
    match: str | None = None
    sightings: Sightings | None = None


def facts_of(line: Mapping[str, JsonValue]) -> LineFacts:
    """Return what a line counts for."""
    error, batch = line.get("error"), line.get("batch")
    match = batch.get("match") if isinstance(batch, dict) else None
    is_error = isinstance(error, dict)
    return LineFacts(
        verdict=ERROR if is_error else str(line.get("verdict")),
        exit_code=exit_code_of(line),
        reasons=() if is_error else tuple(dict.fromkeys(str(check.get("reason")) for check in problems_of(line))),
        error=str(error.get("kind")) if isinstance(error, dict) else None,
        match=str(match.get("result")) if isinstance(match, dict) else None,
        sightings=sightings_of(line),
    )


def exit_code_of(document: Mapping[str, JsonValue]) -> ExitCode:
    """Return what a file alone would end with: by its verdict, or by why there is none."""
    verdict, error = document.get("verdict"), document.get("error")
    if isinstance(error, dict):
        return ExitCode.BUG if error.get("kind") in _FAULTS else ExitCode.UNREADABLE
    codes = {"valid": ExitCode.VALID, "invalid": ExitCode.INVALID}
    return codes.get(str(verdict), ExitCode.INDETERMINATE)

"""What `analyse` does: options into evidence, consents and roles, one analysis, its forms, and who was left out."""

import argparse
import json
import os
from collections.abc import Callable
from datetime import UTC, datetime

from credential_schemas.report.messages import Language
from verifier.analysis.analysing import Analysis, Terms, analyse
from verifier.analysis.consent import read_consents
from verifier.analysis.limits import MAX_ROLES, MAX_SMALLEST_GROUP
from verifier.analysis.report_page import report_page
from verifier.analysis.roles import read_role
from verifier.analysis.tables import analysis_csv
from verifier.analysis.texts import text
from verifier.cli.options import language_of
from verifier.cli.scoring import evidence_of
from verifier.cli.sheets import write_result
from verifier.cli.telling import tell, tell_refusal
from verifier.cli.trust_given import state_of, trust_of
from verifier.errors import OptionError, ScoringFileError, VerifierError
from verifier.exit_codes import ExitCode
from verifier.rendering.plain_text import harmless
from verifier.scoring.applicants import group, read_applicants
from verifier.settings import Settings

_MAX_NAMED = 50


def analyse_command(arguments: argparse.Namespace, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> int:
    """Carry out the command and return the exit code; `now` is the clock."""
    language = language_of(arguments)
    try:
        _check_options(arguments)
        analysis, unused = _analysed(arguments, now())
        for path in arguments.out:
            write_result(path, _WRITERS[path.suffix](analysis, language))
    except VerifierError as error:
        return tell_refusal("analyse", error, language)
    _tell_everything(analysis, unused, arguments, language)
    if arguments.json:
        print(json.dumps(analysis.to_json(), ensure_ascii=True, separators=(",", ":")))
    complete = not analysis.absent and not analysis.basis.idle and not any(unused.values())
    return ExitCode.VALID if complete else ExitCode.INDETERMINATE


def _check_options(arguments: argparse.Namespace) -> None:
    if arguments.reports is None and arguments.receipts is None:
        raise OptionError("expected --reports or --receipts, found neither", kind="analyse_evidence")
    if arguments.receipt_keys is not None and arguments.receipts is None:
        raise OptionError("expected --receipt-keys only with --receipts", kind="receipt_keys")
    if not 1 <= arguments.smallest_group <= MAX_SMALLEST_GROUP:
        raise OptionError(f"expected --smallest-group between 1 and {MAX_SMALLEST_GROUP}", kind="analyse_group")
    if len(arguments.role) > MAX_ROLES:
        raise OptionError(f"expected at most {MAX_ROLES} role profiles", kind="analyse_roles")
    for path in arguments.out:
        if path.suffix not in _WRITERS:
            raise OptionError(f"expected --out to end with {', '.join(_WRITERS)}", kind="analyse_out")


def _analysed(arguments: argparse.Namespace, now: datetime) -> tuple[Analysis, dict[str, int]]:
    """Return the analysis, and how many checks belong to nobody or have no verdict."""
    settings = Settings.from_environment(os.environ)
    consents = read_consents(arguments.consent)
    roles = [read_role(wanted) for wanted in arguments.role]
    trust = trust_of(arguments, settings, state=state_of(settings), now=int(now.timestamp())).trust
    evidence, without = evidence_of(arguments, settings)
    listed = read_applicants(arguments.employees) if arguments.employees is not None else {}
    employees, nobody = group(evidence, listed=listed, everything=None)
    terms = Terms(now, arguments.depth, arguments.smallest_group)
    analysis = analyse(employees, roles, consents=consents, trust=trust, terms=terms)
    if not analysis.basis.checks:
        raise ScoringFileError(
            f"{arguments.consent.name}: expected an employee who agreed and whose certificates count, found none",
            kind="nobody_agreed",
        )
    return analysis, {"told_unassigned": len(nobody), "told_no_verdict": len(without)}


def _as_html(analysis: Analysis, language: Language) -> bytes:
    return report_page(analysis, language).encode("utf-8")


def _as_csv(analysis: Analysis, language: Language) -> bytes:
    del language  # the columns are for programs, names stand in both languages
    return analysis_csv(analysis)


def _as_json(analysis: Analysis, language: Language) -> bytes:
    del language  # both languages stand in it
    return json.dumps(analysis.to_json(), ensure_ascii=True, indent=1).encode("ascii") + b"\n"


_WRITERS: dict[str, Callable[[Analysis, Language], bytes]] = {".html": _as_html, ".csv": _as_csv, ".json": _as_json}


def _tell_everything(
    analysis: Analysis, unused: dict[str, int], arguments: argparse.Namespace, language: Language
) -> None:
    """Say to whoever runs the command what came out, and who is left out and why."""
    counts = {"people": analysis.map.people, "fields": len(analysis.map.rows), "roles": len(analysis.roles)}
    tell(text("told_summary", language, left_out=len(analysis.absent), **counts))
    for part, reason in analysis.reasons:
        named = [each.employee for each in analysis.left_out if (each.part, each.reason) == (part, reason)]
        shown = ", ".join(harmless(number) for number in named[:_MAX_NAMED]) + (
            ", …" if len(named) > _MAX_NAMED else ""
        )
        words = {"part": text(f"part_{part}", language), "reason": text(reason, language)}
        tell(text("told_left_out", language, employees=shown, **words))
    for name, count in unused.items():
        if count:
            tell(text(name, language, count=count))
    for path in arguments.out:
        tell(text("written", language, file=harmless(path.name)))

"""What `score` does: options into a posting and applicants, score each, print and write, end with one code."""

import argparse
import json
import os
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from credential_schemas.criteria.decisions import (
    MAX_DECISION_BYTES,
    Decision,
    Kind,
    asked_of_people,
    assumed,
    read_assumptions,
    read_decisions,
)
from credential_schemas.criteria.entries import read_entries
from credential_schemas.criteria.errors import ScoringInputError
from credential_schemas.criteria.values import number_text
from credential_schemas.criteria.wording import flag_text
from credential_schemas.report.messages import Language
from keys.encoding import JsonValue, decode_json
from keys.errors import DecodingError
from verifier.cli.options import language_of
from verifier.cli.sheets import check_sheets_folder, write_result, write_sheets
from verifier.cli.telling import tell, tell_refusal
from verifier.cli.trust_given import state_of, trust_of
from verifier.errors import OptionError, ScoringFileError, VerifierError
from verifier.exit_codes import ExitCode
from verifier.receipt.signing_key import published_keys, read_published_keys
from verifier.rendering.plain_text import harmless
from verifier.scoring.applicants import group, read_applicants
from verifier.scoring.criteria_files import Posting, read_limited, read_policy_file, read_posting, signed_policy
from verifier.scoring.evidence import Evidence, NoVerdict, read_receipt_file, read_results
from verifier.scoring.exports import WRITERS
from verifier.scoring.limits import MAX_LIST_BYTES, MAX_RECEIPTS
from verifier.scoring.results import Panel, Result, score_one, score_own_words
from verifier.scoring.texts import text
from verifier.settings import Settings

_MAX_NAMED = 10


def score_command(arguments: argparse.Namespace, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> int:
    """Carry out the command and return the exit code; `now` is the clock."""
    language = language_of(arguments)
    try:
        _check_options(arguments)
        file = read_policy_file(arguments.policy)
        file = signed_policy(file, signature=arguments.policy_signature, keys=arguments.policy_keys)
        posting = read_posting(file, arguments.notice)
        if file.signed_by is None:
            tell(f"{posting.policy.policy.id}: {text('policy_unsigned', language)}")
        work = _self_checked if arguments.self_check else _verified
        results, open_lines = work(arguments, posting, language=language, now=now())
        _write_all(arguments.out, results, language)
        if arguments.sheets is not None:
            write_sheets(arguments.sheets, results, language)
            tell(text("sheets_written", language, count=len(results), folder=harmless(arguments.sheets.name)))
    except VerifierError as error:
        return tell_refusal("score", error, language)
    for result in results:
        print(_json(result) if arguments.json else _summary(result, language))
    settled = open_lines == 0 and all(result.settled for result in results)
    return ExitCode.VALID if settled else ExitCode.INDETERMINATE


def _check_options(arguments: argparse.Namespace) -> None:
    verified = arguments.reports is not None or arguments.receipts is not None
    if arguments.self_check != (arguments.entries is not None):
        raise OptionError("expected --entries and --self-check together", kind="self_check")
    if arguments.self_check and (verified or arguments.applicants is not None or arguments.applicant is not None):
        raise OptionError(
            "expected an applicant's own entries alone; they are never mixed with verified ones", kind="own_words"
        )
    if not arguments.self_check and not verified:
        raise OptionError("expected --reports or --receipts, or --entries with --self-check", kind="no_evidence")
    if arguments.applicant is not None and arguments.applicants is not None:
        raise OptionError("expected --applicant or --applicants, found both", kind="applicants")
    if arguments.receipt_keys is not None and arguments.receipts is None:
        raise OptionError("expected --receipt-keys only with --receipts", kind="receipt_keys")
    if arguments.sheets is not None:
        check_sheets_folder(arguments.sheets)
    for path in arguments.out:
        if path.suffix not in WRITERS:
            raise OptionError(f"expected --out to end with {', '.join(WRITERS)}", kind="score_out")


def _self_checked(
    arguments: argparse.Namespace, posting: Posting, *, language: Language, now: datetime
) -> tuple[tuple[Result, ...], int]:
    """Return the one result of an applicant's own words."""
    del language  # nothing is left out here, so there is nothing to tell
    asked = asked_of_people(posting.policy, posting.notice)
    document = _json_in(arguments.entries)
    try:
        entries = read_entries(document)
    except ScoringInputError as error:
        raise ScoringFileError(f"{arguments.entries.name}: {error}") from error
    try:
        given = {
            kind: read_assumptions(_json_in(path), asked, kind=kind, name=path.name) if path is not None else {}
            for kind, path in _decision_files(arguments)
        }
    except ScoringInputError as error:
        raise ScoringFileError(error.detail) from error
    assumptions = assumed(given["adjudications"], given["ratings"])
    return (score_own_words(entries, posting, assumed=assumptions, now=now),), 0


def _json_in(path: Path) -> JsonValue:
    try:
        return decode_json(read_limited(path, MAX_LIST_BYTES), max_bytes=MAX_LIST_BYTES)
    except DecodingError as error:
        raise ScoringFileError(f"{path.name}: {error}") from error


def _decision_files(arguments: argparse.Namespace) -> tuple[tuple[Kind, Path | None], ...]:
    return (("adjudications", arguments.adjudications), ("ratings", arguments.ratings))


def _verified(
    arguments: argparse.Namespace, posting: Posting, *, language: Language, now: datetime
) -> tuple[tuple[Result, ...], int]:
    """Return the results, and how many checks could not be given to anybody or had no verdict."""
    settings = Settings.from_environment(os.environ)
    trust = trust_of(arguments, settings, state=state_of(settings), now=int(now.timestamp())).trust
    asked = asked_of_people(posting.policy, posting.notice)
    given: dict[Kind, dict[str, tuple[Decision, ...]]] = {}
    for kind, path in _decision_files(arguments):
        try:
            data = read_limited(path, MAX_DECISION_BYTES) if path is not None else b""
            given[kind] = read_decisions(data, asked, kind=kind, name=path.name if path is not None else "", now=now)
        except ScoringInputError as error:
            raise ScoringFileError(error.detail) from error
    evidence, without = evidence_of(arguments, settings)
    listed = read_applicants(arguments.applicants) if arguments.applicants is not None else {}
    applicants, nobody = group(evidence, listed=listed, everything=arguments.applicant)
    _tell_left_out("unassigned", [each.report.id for each in nobody], language)
    _tell_left_out("no_verdict", [each.place for each in without], language)
    panel = Panel(given["adjudications"], given["ratings"], now)
    results = tuple(score_one(applicant, posting, trust=trust, panel=panel) for applicant in applicants)
    if not results:
        raise ScoringFileError("expected at least one report that belongs to an applicant, found none")
    return results, len(nobody) + len(without)


def evidence_of(arguments: argparse.Namespace, settings: Settings) -> tuple[list[Evidence], list[NoVerdict]]:
    """Return the checks in the files of `--reports` and `--receipts`, and the lines about which there is no verdict.

    Raises:
        VerifierError: a file cannot be read, or what stands in it cannot be believed.
    """
    found: list[Evidence] = []
    without: list[NoVerdict] = []
    for each in read_results(arguments.reports) if arguments.reports is not None else ():
        if isinstance(each, NoVerdict):
            without.append(each)
        else:
            found.append(each)
    if arguments.receipts is not None:
        if len(arguments.receipts) > MAX_RECEIPTS:
            raise OptionError(f"expected at most {MAX_RECEIPTS} receipts", kind="too_many_receipts")
        pinned = arguments.receipt_keys
        keys = read_published_keys(pinned) if pinned is not None else published_keys(settings.config_folder)
        found += [read_receipt_file(path, keys=keys) for path in arguments.receipts]
    return found, without


def _write_all(paths: Sequence[Path], results: Sequence[Result], language: Language) -> None:
    for path in paths:
        write_result(path, WRITERS[path.suffix](results, language))
        tell(text("written", language, file=harmless(path.name)))


def _json(result: Result) -> str:
    return json.dumps(result.to_json(), ensure_ascii=True, separators=(",", ":"))


def _summary(result: Result, language: Language) -> str:
    score = result.score
    points = f"{number_text(score.total)}" if score.total is not None else "-"
    if score.total is None and score.range is not None:
        points = text("range_of", language, least=number_text(score.range[0]), most=number_text(score.range[1]))
    name = harmless(result.applicant) or text("own_words", language)
    lines = [f"{name}  {text(score.status, language)}  {points}"]
    if score.basis != "verified":
        lines.append(f"    {text('warn_own', language)}")
    for flag in score.flags:
        meaning = flag_text(flag)
        lines.append(f"    - {harmless(meaning.in_language(language))}")
    return "\n".join(lines)


def _tell_left_out(name: str, places: Sequence[str], language: Language) -> None:
    if places:
        shown = ", ".join(places[:_MAX_NAMED]) + (", …" if len(places) > _MAX_NAMED else "")
        tell(text(name, language, count=len(places), reports=harmless(shown), places=harmless(shown)))

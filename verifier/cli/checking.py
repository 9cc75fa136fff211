"""What `check` does: options into rules, input after input, print each answer, end with the worst code."""

import argparse
import json
import os
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from credential_schemas.korean_time import KOREAN_TIME
from credential_schemas.numeric_date import is_numeric_date
from credential_schemas.report.headlines import headline
from credential_schemas.report.messages import Language
from credential_schemas.report.model import Report
from credential_schemas.sd_jwt.policy import KeyBindingPolicy
from keys.encoding import JsonValue
from keys.trust_list import TrustList
from keys.values import dataclass, field, replace
from verifier.checks.assembling import Verification, examine
from verifier.checks.rules import Moment, Rules
from verifier.cli.options import language_of
from verifier.cli.telling import tell, tell_refusal
from verifier.cli.trust_given import profile_of, state_of, trust_of
from verifier.confirmations import NAME_OF_NUMBER, Found, ask_listed_issuer, look_up_number, read_issuer_tokens
from verifier.errors import (
    IssuerChoice,
    LookupFailed,
    OptionError,
    ReceiptWriteError,
    UnreadableEvidence,
    VerifierError,
)
from verifier.evidence.gathering import NAME_OF_TEXT, Submission, well_formed
from verifier.evidence.limits import MAX_EVIDENCE_BYTES
from verifier.evidence.reader import EvidenceReader
from verifier.exit_codes import OF_ERROR, OF_VERDICT, ExitCode, worst
from verifier.rendering.colour import wants_colour, with_coloured_heading
from verifier.rendering.plain_text import harmless
from verifier.rendering.refusals import sentence_of
from verifier.rendering.terminal import report_text, unreadable_text
from verifier.rendering.unreadable import unreadable_document
from verifier.rendering.words import word
from verifier.settings import Settings
from verifier.statuses.lookup import Freshness, StatusLookup, StatusSources
from verifier.statuses.network import fetch_from_listed_origins
from verifier.statuses.status_map import read_status_map

if TYPE_CHECKING:
    from verifier.cli.receipts import ReceiptWriter

_Source = Callable[[], Submission | Found]
_MAX_TYPED_BYTES = 1024


@dataclass(frozen=True, slots=True)
class CheckRun:
    """What holds for every input of a command: rules, time, language, and the bytes of the trust list."""

    rules: Rules
    moment: Moment
    language: Language
    as_json: bool
    trust_data: bytes = field(repr=False)
    receipts: "ReceiptWriter | None" = None


def check_inputs(arguments: argparse.Namespace, reader: EvidenceReader) -> int:
    """Check every input of the command line; one that cannot be read never stops the others."""
    language = language_of(arguments)
    _make_output_safe()
    try:
        settings = Settings.from_environment(os.environ)
        run = _with_receipts(prepare_run(arguments, settings, language), arguments, settings)
        sources = list(_sources(arguments, settings, run.rules.trust))
    except VerifierError as error:
        return tell_refusal("check", error, language)
    return worst([_check_one(name, source, run=run, reader=reader) for name, source in sources])


def _with_receipts(run: CheckRun, arguments: argparse.Namespace, settings: Settings) -> CheckRun:
    if arguments.receipt is None and not arguments.receipt_with_content and arguments.keep is None:
        return run
    from verifier.cli.receipts import receipt_writer  # most checks write no receipt

    receipts = receipt_writer(arguments, settings, rules=run.rules, trust=run.trust_data, language=run.language)
    return replace(run, receipts=receipts)


def prepare_run(arguments: argparse.Namespace, settings: Settings, language: Language) -> CheckRun:
    """Turn options and settings into what holds for every input.

    Raises:
        VerifierError: they do not fit together, or a file they name cannot be used.
    """
    moment = _moment(arguments.now)
    profile = profile_of(arguments, settings)
    if arguments.max_status_age is not None and arguments.max_status_age < 0:
        raise OptionError("expected --max-status-age to be 0 or more seconds", kind="max_status_age")
    # A simulated time must neither read nor leave traces of what was seen at real times.
    state = None if moment.simulated else state_of(settings)
    trust = trust_of(arguments, settings, state=state, now=moment.seconds)
    sources = StatusSources(
        prefetched=read_status_map(arguments.status_map) if arguments.status_map is not None else {},
        fetch=None if arguments.offline else fetch_from_listed_origins(),
        state=state,
        bundled=trust.bundled,
    )
    rules = Rules(
        trust=trust.trust,
        statuses=StatusLookup(sources, freshness=Freshness(profile.status_grace_s, arguments.max_status_age)),
        profile=profile,
        recipient=arguments.recipient,
        key_binding=_key_binding(arguments.aud, arguments.nonce),
        nonces=state,
        require_document=arguments.require_document,
        trust_sha256=trust.sha256,
    )
    return CheckRun(rules, moment, language, arguments.json, trust.data)


def _moment(text: str | None) -> Moment:
    if text is None:
        return Moment(datetime.now(UTC))
    try:
        given = datetime.fromisoformat(text)
    except ValueError as error:
        raise OptionError(
            "expected --now as ISO 8601, for example 2026-11-22T09:00:00+09:00", kind="now_form"
        ) from error
    moment = Moment(given if given.tzinfo is not None else given.replace(tzinfo=KOREAN_TIME), simulated=True)
    if not is_numeric_date(moment.seconds):
        raise OptionError("expected --now to be a time between 1970 and 2242", kind="now_range")
    return moment


def _key_binding(audience: str | None, nonce: str | None) -> KeyBindingPolicy | None:
    if audience is None and nonce is None:
        return None
    if not audience or not nonce:
        raise OptionError("expected --aud and --nonce together, found only one of them", kind="key_binding")
    return KeyBindingPolicy(audience, nonce)


def _sources(arguments: argparse.Namespace, settings: Settings, trust: TrustList) -> Iterator[tuple[str, _Source]]:
    """Yield name and reader of every input; all texts together are the codes of one certificate."""
    if not arguments.files and not arguments.text and arguments.code is None:
        raise OptionError(
            "expected a FILE, - for standard input, --text or --code; see cb-verifier check --help", kind="nothing"
        )
    if arguments.code is None and arguments.issuer is not None:
        raise OptionError("expected --issuer only with --code", kind="issuer_alone")
    if arguments.code is not None:
        typed, ask = _typed(arguments), ask_listed_issuer(read_issuer_tokens(settings.issuer_tokens))
        yield NAME_OF_NUMBER, partial(look_up_number, typed, trust=trust, issuer_id=arguments.issuer, ask=ask)
    for name in arguments.files:
        yield well_formed(name), partial(_from_file, name)
    if arguments.text:
        yield NAME_OF_TEXT, partial(_from_texts, tuple(arguments.text))


def _typed(arguments: argparse.Namespace) -> str:
    if arguments.offline:
        raise OptionError("expected a network for --code, which asks the issuer; found --offline", kind="code_offline")
    if arguments.code != "-":
        return str(arguments.code)
    if "-" in arguments.files:
        raise OptionError(
            "expected standard input to be one thing, found it for --code and for a file", kind="input_twice"
        )
    return sys.stdin.buffer.readline(_MAX_TYPED_BYTES).decode("utf-8", "replace").strip()


def _from_texts(texts: tuple[str, ...]) -> Submission:
    data = "\n".join(texts).encode("utf-8", "surrogateescape")
    return Submission(NAME_OF_TEXT, data, is_code_text=b"~" not in data)


def _from_file(name: str) -> Submission:
    return Submission(name, _read(name))


def _read(name: str) -> bytes:
    try:
        if name == "-":
            return sys.stdin.buffer.read(MAX_EVIDENCE_BYTES + 1)
        with Path(name).open("rb") as file:
            return file.read(MAX_EVIDENCE_BYTES + 1)
    except OSError as error:
        raise UnreadableEvidence("file_missing") from error


def _check_one(name: str, source: _Source, *, run: CheckRun, reader: EvidenceReader) -> ExitCode:
    try:
        given, rules = _given(source(), run.rules)
        verification = examine(given, rules=rules, moment=run.moment, reader=reader)
    except IssuerChoice as error:
        listed = " ".join(harmless(issuer) for issuer in error.issuers)
        tell(f"cb-verifier check: {sentence_of(error, run.language)}: {listed}")
        return OF_ERROR[IssuerChoice]
    except (UnreadableEvidence, LookupFailed) as error:
        if run.as_json:
            _print_json(unreadable_document(error, name=name))
        else:
            tell(unreadable_text(error, name=name, language=run.language))
        return OF_ERROR[type(error)]
    report = verification.report
    if run.as_json:
        _print_json(report.to_json())
    else:
        _print_report(report, run.language)
    return worst([OF_VERDICT[report.verdict], _write_receipt(verification, run)])


def _given(found: Submission | Found, rules: Rules) -> tuple[Submission, Rules]:
    """What an issuer gave for a number may only be a certificate of that issuer."""
    return (found.submission, replace(rules, trust=found.trust)) if isinstance(found, Found) else (found, rules)


def _print_report(report: Report, language: Language) -> None:
    text = report_text(report, language)
    if wants_colour(os.environ, is_terminal=sys.stdout.isatty()):
        text = with_coloured_heading(text, headline(report).sign)
    print(text)


def _write_receipt(verification: Verification, run: CheckRun) -> ExitCode:
    if run.receipts is None:
        return ExitCode.VALID
    try:
        files = run.receipts.write(verification)
    except ReceiptWriteError as error:
        tell_refusal("check", error, run.language)
        return ExitCode.REFUSED
    for file in files:
        tell(word("receipt_written", run.language, file=harmless(str(file))))
    return ExitCode.VALID


def _print_json(document: dict[str, JsonValue]) -> None:
    """One line of ASCII: nothing in it can act on a terminal, and any encoding carries it."""
    print(json.dumps(document, ensure_ascii=True, separators=(",", ":")))


def _make_output_safe() -> None:
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")

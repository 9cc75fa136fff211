"""What `check` does: options into rules, input after input, print each answer, end with the worst code."""

import argparse
import json
import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from functools import partial
from pathlib import Path

from credential_schemas.numeric_date import is_numeric_date
from credential_schemas.report.messages import Language, unreadable_texts
from credential_schemas.sd_jwt.policy import KeyBindingPolicy
from keys.encoding import JsonValue
from verifier.checks.assembling import verify
from verifier.checks.rules import Moment, Rules
from verifier.cli.options import language_of
from verifier.errors import OptionError, UnreadableEvidence, VerifierError
from verifier.evidence.gathering import NAME_OF_TEXT, Submission, well_formed
from verifier.evidence.limits import MAX_EVIDENCE_BYTES
from verifier.evidence.reader import EvidenceReader
from verifier.exit_codes import OF_ERROR, OF_VERDICT, ExitCode, worst
from verifier.policies.profile import DEFAULT_PROFILE, read_profile
from verifier.rendering.plain_text import harmless
from verifier.rendering.terminal import report_text, unreadable_text
from verifier.rendering.words import word
from verifier.settings import Settings
from verifier.statuses.lookup import Freshness, StatusLookup, StatusSources
from verifier.statuses.network import fetch_from_listed_origins
from verifier.statuses.state import StateFolder
from verifier.statuses.status_map import read_status_map
from verifier.trust_files import read_trust

_KOREAN_TIME = timezone(timedelta(hours=9))
_Source = Callable[[], Submission]


@dataclass(frozen=True, slots=True)
class _Run:
    rules: Rules
    moment: Moment
    language: Language
    as_json: bool


def check_inputs(arguments: argparse.Namespace) -> int:
    """Check every input of the command line; one that cannot be read never stops the others."""
    language = language_of(arguments)
    _make_output_safe()
    try:
        run = _prepare(arguments, Settings.from_environment(os.environ), language)
        sources = list(_sources(arguments))
    except VerifierError as error:
        print(f"cb-verifier check: {_words_of(error, language)}", file=sys.stderr)
        return OF_ERROR[type(error)]
    with EvidenceReader() as reader:
        codes = [_check_one(name, source, run=run, reader=reader) for name, source in sources]
    return worst(codes)


def _words_of(error: VerifierError, language: Language) -> str:
    return word("trust_missing", language) if error.code == "trust_missing" else harmless(str(error))


def _prepare(arguments: argparse.Namespace, settings: Settings, language: Language) -> _Run:
    moment = _moment(arguments.now)
    profile_file = arguments.profile or settings.profile
    profile = read_profile(profile_file) if profile_file is not None else DEFAULT_PROFILE
    if arguments.max_status_age is not None and arguments.max_status_age < 0:
        raise OptionError("expected --max-status-age to be 0 or more seconds")
    # A simulated time must neither read nor leave traces of what was seen at real times.
    keeps_state = settings.state_folder is not None and not moment.simulated
    state = StateFolder(settings.state_folder) if keeps_state and settings.state_folder is not None else None
    sources = StatusSources(
        prefetched=read_status_map(arguments.status_map) if arguments.status_map is not None else {},
        fetch=None if arguments.offline else fetch_from_listed_origins(),
        state=state,
    )
    rules = Rules(
        trust=read_trust(arguments.trust or settings.trust_file),
        statuses=StatusLookup(sources, freshness=Freshness(profile.status_grace_s, arguments.max_status_age)),
        profile=profile,
        recipient=arguments.recipient,
        key_binding=_key_binding(arguments.aud, arguments.nonce),
        nonces=state,
        require_document=arguments.require_document,
    )
    return _Run(rules, moment, language, arguments.json)


def _moment(text: str | None) -> Moment:
    if text is None:
        return Moment(datetime.now(UTC))
    try:
        given = datetime.fromisoformat(text)
    except ValueError as error:
        raise OptionError("expected --now as ISO 8601, for example 2026-11-22T09:00:00+09:00") from error
    moment = Moment(given if given.tzinfo is not None else given.replace(tzinfo=_KOREAN_TIME), simulated=True)
    if not is_numeric_date(moment.seconds):
        raise OptionError("expected --now to be a time between 1970 and 2242")
    return moment


def _key_binding(audience: str | None, nonce: str | None) -> KeyBindingPolicy | None:
    if audience is None and nonce is None:
        return None
    if not audience or not nonce:
        raise OptionError("expected --aud and --nonce together, found only one of them")
    return KeyBindingPolicy(audience, nonce)


def _sources(arguments: argparse.Namespace) -> Iterator[tuple[str, _Source]]:
    """Yield name and reader of every input; all texts together are the codes of one certificate."""
    if not arguments.files and not arguments.text:
        raise OptionError("expected a FILE, - for standard input, or --text; see cb-verifier check --help")
    for name in arguments.files:
        yield well_formed(name), partial(_from_file, name)
    if arguments.text:
        yield NAME_OF_TEXT, partial(_from_texts, tuple(arguments.text))


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


def _check_one(name: str, source: _Source, *, run: _Run, reader: EvidenceReader) -> ExitCode:
    try:
        report = verify(source(), rules=run.rules, moment=run.moment, reader=reader)
    except UnreadableEvidence as error:
        if run.as_json:
            _print_json(unreadable_document(error, name=name))
        else:
            print(unreadable_text(error, name=name, language=run.language), file=sys.stderr)
        return OF_ERROR[UnreadableEvidence]
    if run.as_json:
        _print_json(report.to_json())
    else:
        print(report_text(report, run.language))
    return OF_VERDICT[report.verdict]


def unreadable_document(error: UnreadableEvidence, *, name: str) -> dict[str, JsonValue]:
    """Return the JSON line for an input without verdict."""
    _, sentence = unreadable_texts(error.kind, error.values)
    return {"error": {"code": error.code, "kind": error.kind, "name": name, "message": sentence.to_json()}}


def _print_json(document: dict[str, JsonValue]) -> None:
    """One line of ASCII: nothing in it can act on a terminal, and any encoding carries it."""
    print(json.dumps(document, ensure_ascii=True, separators=(",", ":")))


def _make_output_safe() -> None:
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")

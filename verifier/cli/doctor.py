"""`cb-verifier doctor`: say whether everything a check needs is in place."""

import argparse
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from keys.errors import GateError
from keys.values import replace
from verifier.cli.options import add_language, add_trust, language_of
from verifier.errors import UnreadableEvidence, VerifierError
from verifier.settings import Settings

if TYPE_CHECKING:
    from credential_schemas.report.messages import Language

SUMMARY = "Say whether everything a check needs is in place."
EXAMPLES = """examples:
  cb-verifier doctor
  cb-verifier doctor --trust trust.json"""

_NOT_A_PICTURE = b"\x89PNG\r\n\x1a\n"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    add_trust(parser)
    add_language(parser)


def run(arguments: argparse.Namespace) -> int:
    """Print one line for each thing looked at; 0 when all are in order, else 2."""
    from verifier.exit_codes import ExitCode
    from verifier.rendering.plain_text import harmless
    from verifier.rendering.refusals import sentence_of
    from verifier.rendering.words import word

    settings, language = Settings.from_environment(os.environ), language_of(arguments)
    if arguments.trust is not None:
        settings = replace(settings, trust=arguments.trust)
    healthy = True
    for name, look in _things(settings, language):
        sign = "[v]"
        try:
            said = look()
        except _NotInOrderError as error:
            sign, said = "[x]", word(error.word, language, **error.values)
        except VerifierError as error:
            sign, said = "[x]", sentence_of(error, language)
        except (OSError, GateError) as error:
            sign, said = "[x]", str(error)
        healthy = healthy and sign == "[v]"
        print(f"{sign} {word(name, language)}: {harmless(said)}")
    return ExitCode.VALID if healthy else ExitCode.USAGE


class _NotInOrderError(Exception):
    """Something that was looked at is not as it must be; `word` names the sentence, `values` fill it."""

    def __init__(self, word: str, **values: str) -> None:
        super().__init__(word)
        self.word, self.values = word, values


def _things(settings: Settings, language: "Language") -> Iterator[tuple[str, Callable[[], str]]]:
    yield "doctor_trust", lambda: _trust(settings, language)
    yield "doctor_profile", lambda: _profile(settings)
    yield "doctor_state", lambda: _state(settings)
    yield "doctor_reader", lambda: _reader(language)
    named = settings.security_txt
    if named is not None:
        yield "doctor_security_txt", lambda: _contact(named, language)


def _trust(settings: Settings, language: "Language") -> str:
    from datetime import UTC, datetime

    from verifier.rendering.words import word
    from verifier.trust_in_use import TrustContext, trust_in_use

    now = int(datetime.now(UTC).timestamp())
    used = trust_in_use(settings.trust_file, TrustContext(settings.trust_file, None, now))
    made = [bundle.made_at for issuer in used.trust.issuers.values() if (bundle := used.bundle_of(issuer)) is not None]
    age = word("doctor_no_bundle", language)
    if made:
        age = word("doctor_age", language, hours=max(0, now - min(made)) // 3600)
    return word("doctor_trust_is", language, version=used.trust.version, issuers=len(used.trust.issuers), age=age)


def _profile(settings: Settings) -> str:
    from verifier.policies.profile import DEFAULT_PROFILE, read_profile

    return (read_profile(settings.profile) if settings.profile is not None else DEFAULT_PROFILE).name


def _state(settings: Settings) -> str:
    if settings.state_folder is None:
        raise _NotInOrderError("doctor_no_state")
    settings.state_folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not os.access(settings.state_folder, os.W_OK):
        raise _NotInOrderError("doctor_read_only")
    return str(settings.state_folder)


def _contact(path: Path, language: "Language") -> str:
    """An expired one is not shown, so that nobody is told."""
    from datetime import UTC, datetime

    from keys.gate.security_txt import SecurityTxt
    from verifier.rendering.words import word

    contact = SecurityTxt.read(path)
    day = f"{contact.expires:%Y-%m-%d}"
    if contact.shown(datetime.now(UTC)) is None:
        raise _NotInOrderError("doctor_contact_over", day=day)
    return word("doctor_contact", language, day=day)


def _reader(language: "Language") -> str:
    """A broken picture must be refused as one: then the child process started, and its limits were accepted."""
    from verifier.evidence.reader import EvidenceReader
    from verifier.rendering.words import word

    with EvidenceReader() as reader:
        try:
            reader.read_picture(_NOT_A_PICTURE)
        except UnreadableEvidence as error:
            if error.kind == "picture_damaged":
                return word("doctor_works", language)
            raise
    raise _NotInOrderError("doctor_accepts")

"""`cb-verifier doctor`: say whether everything a check needs is in place."""

import argparse
import os
from collections.abc import Callable, Iterator
from pathlib import Path

from keys.values import replace
from verifier.cli.options import add_language, add_trust
from verifier.errors import UnreadableEvidence, VerifierError
from verifier.settings import Settings

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

    settings = Settings.from_environment(os.environ)
    if arguments.trust is not None:
        settings = replace(settings, trust=arguments.trust)
    healthy = True
    for name, look in _things(settings):
        try:
            print(f"[v] {name}: {harmless(look())}")
        except (VerifierError, OSError) as error:
            healthy = False
            print(f"[x] {name}: {harmless(str(error))}")
    return ExitCode.VALID if healthy else ExitCode.USAGE


def _things(settings: Settings) -> Iterator[tuple[str, Callable[[], str]]]:
    yield "trust list", lambda: _trust(settings)
    yield "profile", lambda: _profile(settings)
    yield "state folder", lambda: _state(settings)
    yield "reader of PDFs and pictures", _reader
    named = settings.security_txt
    if named is not None:
        yield "security.txt", lambda: _contact(named)


def _trust(settings: Settings) -> str:
    from datetime import UTC, datetime

    from verifier.trust_in_use import TrustContext, trust_in_use

    now = int(datetime.now(UTC).timestamp())
    used = trust_in_use(settings.trust_file, TrustContext(settings.trust_file, None, now))
    made = [bundle.made_at for issuer in used.trust.issuers.values() if (bundle := used.bundle_of(issuer)) is not None]
    age = f"oldest bundle {max(0, now - min(made)) // 3600} h old" if made else "no bundle for work without a network"
    return f"version {used.trust.version}, {len(used.trust.issuers)} issuer(s), {age}"


def _profile(settings: Settings) -> str:
    from verifier.policies.profile import DEFAULT_PROFILE, read_profile

    return (read_profile(settings.profile) if settings.profile is not None else DEFAULT_PROFILE).name


def _state(settings: Settings) -> str:
    if settings.state_folder is None:
        raise OSError("expected a home folder or VERIFIER_STATE, found none; replays cannot be noticed")
    settings.state_folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not os.access(settings.state_folder, os.W_OK):
        raise OSError("expected a folder that can be written to, found a read-only one")
    return str(settings.state_folder)


def _contact(path: Path) -> str:
    """An expired one is not shown, so that nobody is told."""
    from datetime import UTC, datetime

    from keys.errors import GateError
    from keys.gate.security_txt import SecurityTxt

    try:
        contact = SecurityTxt.read(path)
    except GateError as error:
        raise OSError(str(error)) from None
    if contact.shown(datetime.now(UTC)) is None:
        raise OSError(f"expected one that is in force, found one that ended on {contact.expires:%Y-%m-%d}; not shown")
    return f"shown until {contact.expires:%Y-%m-%d}"


def _reader() -> str:
    """A broken picture must be refused as one: then the child process started, and its limits were accepted."""
    from verifier.evidence.reader import EvidenceReader

    with EvidenceReader() as reader:
        try:
            reader.read_picture(_NOT_A_PICTURE)
        except UnreadableEvidence as error:
            if error.kind == "picture_damaged":
                return "works"
            raise
    raise OSError("expected a broken picture to be refused, found it accepted")

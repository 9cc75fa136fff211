"""`cb-verifier serve`: the checking service over HTTP."""

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from verifier.cli.options import add_language, add_trust, language_of
from verifier.errors import VerifierError
from verifier.settings import Settings

if TYPE_CHECKING:
    from verifier.checks.rules import Rules

SUMMARY = "Serve the check over HTTP (POST /api/v1/checks)."
EXAMPLES = """examples:
  cb-verifier serve --trust trust.json
  cb-verifier serve --host 0.0.0.0 --port 8080 --profile rules.json"""

_STATUS_REUSE_S = 10
_KEEP_ALIVE_S = 10
_MAX_HEADER_BYTES = 16 * 1024  # S5
_MAX_CONNECTIONS = 1000


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: 127.0.0.1)")
    parser.add_argument("--port", type=int, default=8081, help="port to listen on (default: 8081)")
    parser.add_argument("--profile", type=Path, metavar="FILE", help="verification rules (default: VERIFIER_PROFILE)")
    parser.add_argument(
        "--status-map", type=Path, metavar="FILE", help="JSON file that names a token file for each list"
    )
    parser.add_argument("--offline", action="store_true", help="never use the network")
    add_trust(parser)
    add_language(parser)


def run(arguments: argparse.Namespace) -> int:
    """Serve until stopped."""
    from verifier.exit_codes import OF_ERROR
    from verifier.rendering.plain_text import harmless
    from verifier.rendering.words import word

    try:
        rules = _rules(arguments, Settings.from_environment(os.environ))
    except VerifierError as error:
        missing = error.code == "trust_missing"
        text = word("trust_missing", language_of(arguments)) if missing else harmless(str(error))
        print(f"cb-verifier serve: {text}", file=sys.stderr)
        return OF_ERROR[type(error)]
    import uvicorn

    from verifier.app import create_app

    uvicorn.run(
        create_app(rules),
        host=arguments.host,
        port=arguments.port,
        server_header=False,
        access_log=False,
        timeout_keep_alive=_KEEP_ALIVE_S,
        limit_concurrency=_MAX_CONNECTIONS,
        h11_max_incomplete_event_size=_MAX_HEADER_BYTES,
    )
    return 0


def _rules(arguments: argparse.Namespace, settings: Settings) -> "Rules":
    from verifier.checks.rules import Rules
    from verifier.policies.profile import DEFAULT_PROFILE, read_profile
    from verifier.statuses.lookup import Freshness, StatusLookup, StatusSources
    from verifier.statuses.network import fetch_from_listed_origins
    from verifier.statuses.state import StateFolder
    from verifier.statuses.status_map import read_status_map
    from verifier.trust_files import read_trust

    profile_file = arguments.profile or settings.profile
    profile = read_profile(profile_file) if profile_file is not None else DEFAULT_PROFILE
    state = StateFolder(settings.state_folder) if settings.state_folder is not None else None
    sources = StatusSources(
        prefetched=read_status_map(arguments.status_map) if arguments.status_map is not None else {},
        fetch=None if arguments.offline else fetch_from_listed_origins(),
        state=state,
    )
    statuses = StatusLookup(sources, freshness=Freshness(profile.status_grace_s), reuse_s=_STATUS_REUSE_S)
    trust = read_trust(arguments.trust or settings.trust_file)
    return Rules(trust=trust, statuses=statuses, profile=profile, nonces=state)

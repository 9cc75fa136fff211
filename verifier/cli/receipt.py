"""`cb-verifier receipt`: check a receipt years later, and show the public keys by which others check ours."""

import argparse
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

from verifier.cli.options import add_action, add_language, language_of

if TYPE_CHECKING:
    from verifier.settings import Settings

SUMMARY = "Check receipts of earlier checks, and show this verifier's public keys for them."
EXAMPLES = """examples:
  cb-verifier receipt verify receipt.pdf
  cb-verifier receipt verify receipt.jws --key other-verifier-keys.json
  cb-verifier receipt verify receipt.jws --evidence certificate.pdf --kept lists/
  cb-verifier receipt keys > receipt-keys.json

exit codes: 0 genuine (and, where asked, the same answer again), 1 refused, 2 usage, 3 cannot be decided
(signed by nobody you pinned, or the check could not be repeated), 4 not a receipt"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the two verbs and their options."""
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", required=True)
    verify = add_action(verbs, "verify", "check a receipt", "cb-verifier receipt verify receipt.pdf --key keys.json")
    verify.add_argument("receipt", type=Path, metavar="FILE", help="a receipt, JWS or PDF")
    verify.add_argument(
        "--key", type=Path, metavar="FILE", help="pinned public keys of the verifier (default: this verifier's own)"
    )
    verify.add_argument(
        "--evidence", type=Path, metavar="FILE", help="what was checked: compare its digest, repeat the check"
    )
    verify.add_argument(
        "--kept", type=Path, metavar="DIR", help="lists that `check --keep` stored: repeat the check with them"
    )
    verify.add_argument(
        "--trust", type=Path, metavar="FILE", help="the trust list of that time, if it is not among the kept"
    )
    verify.add_argument("--json", action="store_true", help="print one JSON document")
    add_language(verify)
    keys = add_action(
        verbs, "keys", "print this verifier's public keys", "cb-verifier receipt keys > receipt-keys.json"
    )
    add_language(keys)


def run(arguments: argparse.Namespace) -> int:
    """Carry out one verb and return the exit code."""
    from verifier.cli.telling import tell_refusal
    from verifier.errors import VerifierError
    from verifier.settings import Settings

    try:
        settings = Settings.from_environment(os.environ)
        return _keys(settings) if arguments.verb == "keys" else _verify(arguments, settings)
    except VerifierError as error:
        return tell_refusal("receipt", error, language_of(arguments))


def _keys(settings: "Settings") -> int:
    from keys.encoding import JsonValue
    from verifier.receipt.signing_key import published_keys

    keys: list[JsonValue] = [dict(key.jwk()) for key in published_keys(settings.config_folder).values()]
    print(json.dumps({"keys": keys}, indent=1))
    return 0


def _verify(arguments: argparse.Namespace, settings: "Settings") -> int:
    from verifier.cli.receipt_checking import verify_receipt

    return verify_receipt(arguments, settings, language=language_of(arguments))

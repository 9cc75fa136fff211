"""`cb-verifier policy`: look a policy over, sign it with this verifier's key, and check who signed one."""

import argparse
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

from verifier.cli.options import add_action, add_language, language_of

if TYPE_CHECKING:
    from verifier.scoring.criteria_files import PolicyFile

SUMMARY = "Look a policy of hiring criteria over, sign it, and check who signed one."
EXAMPLES = """examples:
  cb-verifier policy check policy.yaml --notice notice.json
  cb-verifier policy sign policy.yaml --out policy.jws
  cb-verifier policy verify policy.yaml --signature policy.jws --keys agency-keys.json

exit codes: 0 done, 1 refused, 2 usage (a policy that is none; with file, line and rule), 70 fault"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the verbs and their options."""
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", required=True)
    check = add_action(
        verbs, "check", "look a policy over", "cb-verifier policy check policy.yaml --notice notice.json"
    )
    sign = add_action(verbs, "sign", "sign a policy", "cb-verifier policy sign policy.yaml --out policy.jws")
    verify = add_action(
        verbs,
        "verify",
        "check who signed a policy",
        "cb-verifier policy verify policy.yaml --signature policy.jws --keys agency-keys.json",
    )
    for verb in (check, sign, verify):
        verb.add_argument("policy", metavar="P", help="policy file, or the id of a published policy")
        verb.add_argument("--json", action="store_true", help="print one JSON document")
        add_language(verb)
    check.add_argument("--notice", type=Path, metavar="FILE", help="a notice under the policy")
    sign.add_argument("--out", type=Path, required=True, metavar="FILE", help="where the detached signature goes")
    verify.add_argument("--signature", type=Path, required=True, metavar="FILE", help="the detached signature")
    verify.add_argument("--keys", type=Path, required=True, metavar="FILE", help="pinned public keys of the publisher")


def run(arguments: argparse.Namespace) -> int:
    """Carry out one verb and return the exit code."""
    from verifier.cli.telling import tell_refusal
    from verifier.errors import VerifierError
    from verifier.scoring.criteria_files import read_policy_file

    try:
        file = read_policy_file(arguments.policy)
        return {"check": _check, "sign": _sign, "verify": _verify}[arguments.verb](file, arguments)
    except VerifierError as error:
        return tell_refusal("policy", error, language_of(arguments))


def _check(file: "PolicyFile", arguments: argparse.Namespace) -> int:
    from verifier.scoring.criteria_files import read_policy, read_posting, refuse_forbidden

    if arguments.notice is not None:
        read_posting(file, arguments.notice)
    else:
        refuse_forbidden(read_policy(file), None)
    _print(file, arguments, signed_by=None, word=None)
    return 0


def _sign(file: "PolicyFile", arguments: argparse.Namespace) -> int:
    from credential_schemas.criteria.signature import sign_policy
    from verifier.errors import ScoringFileError
    from verifier.receipt.signing_key import open_receipt_key
    from verifier.scoring.criteria_files import read_policy, refuse_forbidden
    from verifier.settings import Settings
    from verifier.whole_files import PUBLIC, write_new

    refuse_forbidden(read_policy(file), None)
    settings = Settings.from_environment(os.environ)
    signer = open_receipt_key(settings.config_folder, passphrase=settings.passphrase)
    try:
        write_new(arguments.out, (sign_policy(file.data, signer=signer) + "\n").encode("ascii"), mode=PUBLIC)
    except OSError as error:
        raise ScoringFileError(f"{arguments.out.name}: expected to write it, found: {error.strerror}") from error
    _print(file, arguments, signed_by=signer.key_id, word="policy_signed_now")
    return 0


def _verify(file: "PolicyFile", arguments: argparse.Namespace) -> int:
    from verifier.scoring.criteria_files import signed_policy

    signed = signed_policy(file, signature=arguments.signature, keys=arguments.keys)
    signer = signed.signed_by
    _print(
        file, arguments, signed_by=signer.kid or signer.short_name() if signer is not None else None, word="policy_good"
    )
    return 0


def _print(file: "PolicyFile", arguments: argparse.Namespace, *, signed_by: str | None, word: str | None) -> None:
    from verifier.rendering.plain_text import harmless
    from verifier.scoring.criteria_files import read_policy
    from verifier.scoring.texts import text

    header = read_policy(file).policy
    if arguments.json:
        document = {"id": header.id, "version": header.version, "sha256": file.sha256, "signed_by": signed_by}
        print(json.dumps(document))
    elif word is None:
        print(f"{header.id} {header.version} SHA-256 {file.sha256}")
    else:
        values = {
            "policy": header.id,
            "version": header.version,
            "key": harmless(signed_by or ""),
            "sha256": file.sha256,
        }
        print(text(word, language_of(arguments), **values))

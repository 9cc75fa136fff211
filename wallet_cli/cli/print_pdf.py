"""`cb-wallet print ID --out F.pdf`: a sealed PDF from the issuer for what the holder presents to it."""

import argparse
import json
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from wallet_cli.cli.asking_issuer import Showing, add_choice, ask, choose, holder_agrees
from wallet_cli.cli.context import CommandContext
from wallet_cli.errors import OptionsWrong, StorageRefused, WalletExists
from wallet_cli.exit_codes import ExitCode
from wallet_cli.store import check_new, write_new

if TYPE_CHECKING:
    from credential_schemas.certificate_claims import CertificateClaims

SUMMARY = "get a sealed PDF of a credential from its issuer; shows what is presented and asks first"
EXAMPLE = "cb-wallet print 3fa9c1 --entry trainings[0] --out certificate.pdf"
_PATH = "/api/v1/prints"
_BLIND_PATH = f"{_PATH}/blind"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add this command's own options."""
    add_choice(parser)
    parser.add_argument("--out", type=Path, metavar="FILE", required=True, help="where it goes; never overwritten")
    parser.add_argument("--blind", action="store_true", help="for blind hiring: no name, no school; needs --reveal")
    parser.add_argument("--reveal", type=Path, metavar="FILE", help="where name and birth date of a blind copy go")
    parser.add_argument("--applicant-no", metavar="N", help="number of the application of a blind copy")


def run(arguments: argparse.Namespace, context: CommandContext) -> ExitCode:
    """Show what the issuer would get, ask, get the PDF, check it, and write it."""
    if arguments.blind is (arguments.reveal is None) or (arguments.applicant_no is not None and not arguments.blind):
        raise OptionsWrong("Expected --blind and --reveal together, and --applicant-no only with them.")
    if arguments.blind and arguments.reveal == arguments.out:
        raise OptionsWrong("Expected two files, but --out and --reveal name the same.")
    for target in filter(None, (arguments.out, arguments.reveal)):
        check_new(target)
    return _run_blind(arguments, context) if arguments.blind else _run_standard(arguments, context)


def _run_standard(arguments: argparse.Namespace, context: CommandContext) -> ExitCode:
    from credential_schemas.pdf_bounds import MAX_PDF_BYTES
    from wallet_cli.presenting.printed import check_printed
    from wallet_cli.presenting.to_issuer import Errand, for_paper

    showing = choose(arguments, context, _PATH, cut=for_paper)
    declined = holder_agrees(showing, arguments, context)
    if declined is not None:
        return declined
    pdf = ask(showing, Errand(_PATH, f"language={arguments.page}", "application/pdf", MAX_PDF_BYTES), context)
    claims = check_printed(pdf, showing.leaving, trust=context.trust_list(), now=context.unix_now())
    write_new(arguments.out, pdf)
    return _say(showing, claims, arguments, context)


def _run_blind(arguments: argparse.Namespace, context: CommandContext) -> ExitCode:
    from wallet_cli.presenting.blind_paper import for_blind_paper
    from wallet_cli.presenting.printed import MAX_BLIND_BYTES, check_blind
    from wallet_cli.presenting.to_issuer import Errand

    number = arguments.applicant_no
    cut = partial(for_blind_paper, applicant_no=number)
    showing = choose(arguments, context, _BLIND_PATH, cut=cut, warnings=("blind_paper",))
    declined = holder_agrees(showing, arguments, context)
    if declined is not None:
        return declined
    query = urlencode({"language": arguments.page} | ({} if number is None else {"applicant_no": number}))
    answer = ask(showing, Errand(_BLIND_PATH, query, "application/json", MAX_BLIND_BYTES), context)
    trust, now = context.trust_list(), context.unix_now()
    copy = check_blind(answer, showing.leaving, applicant_no=number, trust=trust, now=now)
    write_new(arguments.reveal, copy.reveal)
    try:
        write_new(arguments.out, copy.pdf)
    except (WalletExists, StorageRefused):
        with suppress(OSError):  # it reveals the holder of a copy that nobody has
            arguments.reveal.unlink()
        raise
    return _say(showing, copy.claims, arguments, context)


def _say(
    showing: Showing, claims: "CertificateClaims", arguments: argparse.Namespace, context: CommandContext
) -> ExitCode:
    from wallet_cli.presenting.preview import word

    if arguments.json:
        reveal = None if arguments.reveal is None else str(arguments.reveal)
        done = {**showing.document(), "out": str(arguments.out), "reveal": reveal, "number": claims.number}
        print(json.dumps(done, ensure_ascii=False), file=context.out)
        return ExitCode.DONE
    print(word("printed", context.language, number=claims.number, path=str(arguments.out)), file=context.out)
    if arguments.blind:
        print(word("revealing", context.language, path=str(arguments.reveal)), file=context.out)
    return ExitCode.DONE

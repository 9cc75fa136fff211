"""`cb-wallet print ID --out F.pdf`: a sealed PDF from the issuer for what the holder presents to it."""

import argparse
import json
from pathlib import Path

from wallet_cli.cli.asking_issuer import add_choice, ask, choose, holder_agrees
from wallet_cli.cli.context import CommandContext
from wallet_cli.cli.presenting_by_hand import write_new
from wallet_cli.errors import WalletExists
from wallet_cli.exit_codes import ExitCode

SUMMARY = "get a sealed PDF of a credential from its issuer; shows what is presented and asks first"
EXAMPLE = "cb-wallet print 3fa9c1 --entry trainings[0] --out certificate.pdf"
_PATH = "/api/v1/prints"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add this command's own options."""
    add_choice(parser)
    parser.add_argument("--out", type=Path, metavar="FILE", required=True, help="where it goes; never overwritten")


def run(arguments: argparse.Namespace, context: CommandContext) -> ExitCode:
    """Show what the issuer would get, ask, get the PDF, check it, and write it."""
    from credential_schemas.pdf_bounds import MAX_PDF_BYTES
    from wallet_cli.presenting.preview import word
    from wallet_cli.presenting.printed import check_printed
    from wallet_cli.presenting.to_issuer import Errand, for_paper

    if arguments.out.exists():
        raise WalletExists(f"{arguments.out} exists already and is not overwritten.")
    showing = choose(arguments, context, _PATH, cut=for_paper)
    declined = holder_agrees(showing, arguments, context)
    if declined is not None:
        return declined
    pdf = ask(showing, Errand(_PATH, f"language={arguments.page}", "application/pdf", MAX_PDF_BYTES), context)
    claims = check_printed(pdf, showing.leaving, trust=context.trust_list(), now=context.unix_now())
    write_new(arguments.out, pdf)
    if arguments.json:
        done = {**showing.document(), "out": str(arguments.out), "number": claims.number}
        print(json.dumps(done, ensure_ascii=False), file=context.out)
    else:
        print(word("printed", context.language, number=claims.number, path=str(arguments.out)), file=context.out)
    return ExitCode.DONE

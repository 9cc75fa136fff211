"""`cb-wallet import FILE...`: check certificates as their holder and keep them."""

import argparse
import json
from pathlib import Path

from wallet_cli.cli.context import CommandContext
from wallet_cli.exit_codes import ExitCode
from wallet_cli.receiving import check_received, read_certificate_file
from wallet_cli.store import item_id

SUMMARY = "check certificate files and keep them in the wallet"
EXAMPLE = "cb-wallet import certificate.pdf --trust trust.json"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add this command's own options."""
    parser.add_argument("files", metavar="FILE", nargs="+", type=Path, help="sealed PDF or SD-JWT text")


def run(arguments: argparse.Namespace, context: CommandContext) -> ExitCode:
    """Keep each file; the first one that fails stops the command with its reason, earlier ones stay kept."""
    trust, keeper = context.trust_list(), context.keeper()
    for path in arguments.files:
        received = read_certificate_file(path)
        claims = check_received(received.sd_jwt, trust=trust, now=context.unix_now())
        item = item_id(claims.issuer, claims.number)
        keeper.keep(item, sd_jwt=received.sd_jwt, pdf=received.pdf)
        if arguments.json:
            answer = {"id": item, "number": claims.number, "entries": len(claims.entries)}
            print(json.dumps(answer, ensure_ascii=False), file=context.out)
        elif context.language == "ko":
            print(
                f"{claims.number} 인정서를 {item} 번호로 보관했습니다 (항목 {len(claims.entries)}개).", file=context.out
            )
        else:
            print(f"Kept certificate {claims.number} as {item}, entries: {len(claims.entries)}.", file=context.out)
    return ExitCode.DONE

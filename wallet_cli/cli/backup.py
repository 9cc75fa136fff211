"""`cb-wallet backup --out FILE`: a copy of the encrypted wallet, still under its passphrase."""

import argparse
import json
from pathlib import Path

from wallet_cli.cli.context import CommandContext
from wallet_cli.exit_codes import ExitCode
from wallet_cli.store import write_new

SUMMARY = "write a copy of the encrypted wallet, under the same passphrase"
EXAMPLE = "cb-wallet backup --out wallet-backup.wallet"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add this command's own options."""
    parser.add_argument(
        "--out", type=Path, metavar="FILE", required=True, help="where the copy goes; never overwritten"
    )


def run(arguments: argparse.Namespace, context: CommandContext) -> ExitCode:
    """Copy the file, after it has opened once, so that the copy is known to be good."""
    vault, target = context.vault(), arguments.out
    items = list(vault.items())
    write_new(target, context.settings.vault.read_bytes())
    if arguments.json:
        print(json.dumps({"backup": str(target), "items": len(items)}), file=context.out)
    elif context.language == "ko":
        print(f"{target} 에 {len(items)}건을 복사했습니다. 같은 암호로 열립니다.", file=context.out)
    else:
        print(f"Copied {len(items)} items to {target}; the same passphrase opens it.", file=context.out)
    return ExitCode.DONE

"""`cb-wallet restore FILE`: make a wallet from a backup."""

import argparse
import json
from pathlib import Path

from wallet_cli.cli import context as world
from wallet_cli.cli.context import CommandContext
from wallet_cli.errors import StorageRefused, VaultUnreadable
from wallet_cli.exit_codes import ExitCode
from wallet_cli.store import write_whole
from wallet_cli.vault import MAX_VAULT_BYTES, opened_items

SUMMARY = "make a wallet from a backup; an existing one is never overwritten"
EXAMPLE = "cb-wallet restore wallet-backup.wallet --identity work"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add this command's own options."""
    parser.add_argument("file", type=Path, metavar="FILE", help="a file that 'cb-wallet backup' wrote")


def run(arguments: argparse.Namespace, context: CommandContext) -> ExitCode:
    """Put the file in its place, if it opens and nothing is there."""
    path = context.new_vault_path()
    try:
        with arguments.file.open("rb") as file:
            sealed = file.read(MAX_VAULT_BYTES + 1)
    except OSError as error:
        raise VaultUnreadable(f"{arguments.file} cannot be read: {error.strerror}.") from error
    items = opened_items(sealed, context.passphrase(), price=world.VAULT_PRICE)
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_whole(path, sealed)
    except OSError as error:
        raise StorageRefused(f"The wallet could not be written to {path}: {error.strerror}.") from error
    if arguments.json:
        print(json.dumps({"wallet": str(path), "items": len(items)}), file=context.out)
    elif context.language == "ko":
        print(f"{path} 에 {len(items)}건을 되살렸습니다.", file=context.out)
    else:
        print(f"Restored {len(items)} items to {path}.", file=context.out)
    return ExitCode.DONE

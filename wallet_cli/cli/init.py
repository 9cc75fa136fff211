"""`cb-wallet init`: make an encrypted wallet; certificates that were kept in the plain folder move into it.

Where a first run was stopped on the way, a second one moves the rest.
"""

import argparse
import json

from wallet_cli.cli import context as world
from wallet_cli.cli.context import CommandContext
from wallet_cli.exit_codes import ExitCode
from wallet_cli.settings import DEFAULT_IDENTITY
from wallet_cli.vault import Vault

SUMMARY = "make an encrypted wallet, one for each identity"
EXAMPLE = "cb-wallet init --identity work"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add this command's own options: none."""


def run(arguments: argparse.Namespace, context: CommandContext) -> ExitCode:
    """Make the wallet, and move into the first one what was kept without encryption."""
    path = context.settings.vault
    in_the_open = list(context.plain_store.items()) if context.settings.identity == DEFAULT_IDENTITY else []
    if in_the_open and path.exists():
        vault = context.vault()
    else:
        path = context.new_vault_path()
        vault = Vault.create(path, context.passphrase(new=True), price=world.VAULT_PRICE)
    for kept in in_the_open:
        vault.keep(kept.id, sd_jwt=kept.sd_jwt, pdf=kept.pdf_bytes())
        context.plain_store.forget(kept)
    moved = len(in_the_open)
    if arguments.json:
        print(json.dumps({"wallet": str(path), "moved": moved}), file=context.out)
    elif context.language == "ko":
        print(f"전자지갑을 만들었습니다: {path} (옮긴 인정서 {moved}건)", file=context.out)
    else:
        print(f"Made the wallet {path} ({moved} certificates moved into it).", file=context.out)
    return ExitCode.DONE

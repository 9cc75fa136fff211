"""`cb-issuer backup`: write keys, settings and database of a bank that may be at work into one sealed file."""

import argparse
from pathlib import Path

from issuer.cli.context import CommandContext
from issuer.cli.options import typed_password

SUMMARY = "write a sealed backup of the bank, also while it works"
EXAMPLE = "cb-issuer backup --out bank.backup --password-file backup.password"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument("--out", metavar="FILE", type=Path, required=True, help="the backup; a new file")
    parser.add_argument(
        "--password-file", metavar="FILE", type=Path, help="its first line opens the backup (default: typed twice)"
    )


def run(arguments: argparse.Namespace, context: CommandContext) -> int:
    """Write the backup."""
    from issuer.backing_up import make_backup

    with context.bank() as bank:
        passphrase = typed_password(arguments.password_file)
        made = make_backup(bank, arguments.out, passphrase=passphrase, now=context.clock())
        taken_back = bank.folder.taken_back.name
    heading = made.heading
    document = {
        "file": str(arguments.out),
        "bytes": made.size,
        "issuer": heading.issuer,
        "made_at": heading.made_at,
        "schema": heading.schema,
        "log_size": heading.log_size,
        "audit_size": heading.audit_size,
        "files": made.files,
        "rows": made.rows,
        "keys_elsewhere": [*made.elsewhere],
    }
    counts = {"log": heading.log_size, "audit": heading.audit_size, "files": made.files, "bytes": made.size}
    context.answer(document, context.text("backup.done", file=str(arguments.out), **counts))
    if made.elsewhere:
        context.note("backup.elsewhere", uses=", ".join(made.elsewhere))
    context.note("backup.away", list=taken_back)
    return 0

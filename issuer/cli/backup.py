"""`cb-issuer backup`: write keys, settings and database of a bank that may be at work into one sealed file."""

import argparse
from pathlib import Path

from issuer.cli.context import CommandContext
from issuer.cli.options import check_one_of, typed_password

SUMMARY = "write a sealed backup of the bank, also while it works"
EXAMPLE = "cb-issuer backup --out bank.backup --password-file backup.password"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument("--out", metavar="FILE", type=Path, required=True, help="the backup; a new file")
    parser.add_argument(
        "--password-file", metavar="FILE", type=Path, help="its first line opens the backup (default: typed twice)"
    )
    parser.add_argument(
        "--shares",
        metavar="DIR",
        type=Path,
        help="under no password, but three shares written there, of which any two open it",
    )


def run(arguments: argparse.Namespace, context: CommandContext) -> int:
    """Write the backup."""
    from issuer.backup.making import make_backup
    from issuer.share_files import new_shared_passphrase, share_paths, shares_beside

    check_one_of(arguments)
    paths = [] if arguments.shares is None else share_paths(arguments.shares)
    with context.bank() as bank:
        passphrase, shares = new_shared_passphrase() if paths else (typed_password(arguments.password_file), [])
        now, of = context.clock(), f"{arguments.out.name} of {bank.profile.issuer}"
        with shares_beside(paths, shares, of=f"{of}, {now:%Y-%m-%d}"):
            made = make_backup(bank, arguments.out, passphrase=passphrase, now=now)
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
        "shares": [str(path) for path in paths],
    }
    counts = {"log": heading.log_size, "audit": heading.audit_size, "files": made.files, "bytes": made.size}
    context.answer(document, context.text("backup.done", file=str(arguments.out), **counts))
    if made.elsewhere:
        context.note("backup.elsewhere", uses=", ".join(made.elsewhere))
    if paths:
        context.note("backup.shares", files=", ".join(path.name for path in paths))
    context.note("backup.away", list=taken_back)
    return 0

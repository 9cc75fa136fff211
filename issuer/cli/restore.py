"""`cb-issuer restore`: make a bank again from a backup, in a new data directory, or only check the backup."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from issuer.cli.context import CommandContext
from issuer.cli.options import check_one_of, typed_password

if TYPE_CHECKING:
    from issuer.backup.restoring import CheckedBackup, Since

SUMMARY = "make a bank again from a backup, in a new data directory"
EXAMPLE = "cb-issuer restore bank.backup --published public --taken-back taken-back.jsonl --data bank-new"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument("file", metavar="FILE", type=Path, help="the backup")
    parser.add_argument("--password-file", metavar="FILE", type=Path, help="its first line opens it (default: typed)")
    parser.add_argument(
        "--shares",
        metavar="FILE",
        type=Path,
        nargs=2,
        help="two of the three shares that `backup --shares` wrote, instead of a password",
    )
    parser.add_argument("--check", action="store_true", help="only read it to its end; nothing is written")
    since = parser.add_argument_group("what happened after the backup (needed)")
    since.add_argument("--published", metavar="DIR", type=Path, help="the newest copy of the bank's folder public")
    since.add_argument("--taken-back", metavar="FILE", type=Path, help="the newest copy of taken-back.jsonl")
    since.add_argument(
        "--nothing-since", action="store_true", help="the service was stopped before the backup was made"
    )
    since.add_argument(
        "--beyond",
        metavar="N",
        type=int,
        default=1_000_000,
        help="more certificates than can have been issued after it (default: 1000000)",
    )


def run(arguments: argparse.Namespace, context: CommandContext) -> int:
    """Restore, or check."""
    from issuer.backup.restoring import RestorePlan, check_backup, restore_bank
    from issuer.share_files import shared_passphrase

    since = None if arguments.check else _since(arguments)
    check_one_of(arguments)
    if arguments.shares is None:
        passphrase = typed_password(arguments.password_file, twice=False)
    else:
        passphrase = shared_passphrase(arguments.shares)
    if arguments.check:
        checked = check_backup(arguments.file, passphrase=passphrase)
        values = {"issuer": checked.heading.issuer, "at": checked.heading.made_at}
        sizes = {"log": checked.heading.log_size, "audit": checked.heading.audit_size}
        context.answer(_document(checked), context.text("restore.checked", **values, **sizes))
        return 0
    plan = RestorePlan(
        backup=arguments.file,
        target=context.data_directory,
        passphrase=passphrase,
        opening=context.open_bank,
        since=since,
        beyond=arguments.beyond,
        database=context.settings.database,
    )
    restored = restore_bank(plan, now=context.clock())
    taken = {
        "log": restored.log_entries,
        "statuses": restored.statuses,
        "taken_back": restored.taken_back,
        "keys": len(restored.keys),
    }
    made_at = restored.backup.heading.made_at
    context.answer(
        {**_document(restored.backup), "data": str(plan.target), "since": taken},
        context.text("restore.done", at=made_at, path=str(plan.target)),
        context.text("restore.since", **taken),
    )
    if restored.keys:
        context.note("restore.keys", names=", ".join(restored.keys))
    if since is not None:
        context.note("restore.next")
    return 0


def _since(arguments: argparse.Namespace) -> "Since | None":
    from issuer.backup.restoring import Since
    from issuer.errors import InvalidOption

    named = (arguments.published is not None, arguments.taken_back is not None, arguments.nothing_since)
    if named == (False, False, True):
        return None
    if named != (True, True, False):
        problem = "expected --published and --taken-back, or --nothing-since"
        raise InvalidOption(problem, option="restore")
    return Since(arguments.published, arguments.taken_back)


def _document(checked: "CheckedBackup") -> dict[str, object]:
    heading = checked.heading
    return {
        "issuer": heading.issuer,
        "made_at": heading.made_at,
        "schema": heading.schema,
        "log_size": heading.log_size,
        "audit_size": heading.audit_size,
        "files": checked.files,
        "rows": checked.rows,
        "sha256": checked.sha256,
    }

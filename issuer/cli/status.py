"""What `revoke`, `suspend` and `reinstate` have in common."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from issuer.cli.context import CommandContext
from issuer.cli.options import file_content
from issuer.cli.status_many import FILTERS, add_many_arguments, change_many

if TYPE_CHECKING:
    from issuer.issued.status_changes import Action


def add_status_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of a status change."""
    parser.add_argument("numbers", metavar="NUMBER", nargs="*", help="certificates")
    parser.add_argument(
        "--from", dest="list", metavar="FILE", type=Path, help="and the numbers of a file, in the first cell of a line"
    )
    parser.add_argument("--reason", metavar="SLUG", help="why (default: operator_decision)")
    parser.add_argument(
        "--entry-source",
        metavar="REF",
        help="instead: the entry of this source record, in every certificate that carries it",
    )
    parser.add_argument("--dry-run", action="store_true", help="only say what would change")
    add_many_arguments(parser)


def change_status(action: "Action", arguments: argparse.Namespace, context: CommandContext) -> int:
    """Change the status of certificates, or of one entry wherever it is certified."""
    from issuer.errors import InvalidOption
    from issuer.issued.status_changes import DEFAULT_REASON, StatusOrder, change_certificates, change_entry

    numbers = [*arguments.numbers, *([] if arguments.list is None else _numbers_in(arguments.list))]
    if any(getattr(arguments, name) is not None for name in FILTERS):
        if arguments.entry_source is not None:
            raise InvalidOption("expected conditions or --entry-source", option="--entry-source")
        return change_many(action, numbers, arguments, context)
    if bool(numbers) == (arguments.entry_source is not None):
        problem = "expected either certificate numbers or --entry-source"
        raise InvalidOption(problem, option="NUMBER")
    for option in ("count", "out"):
        if getattr(arguments, option) is not None:
            raise InvalidOption("expected conditions beside it", option=f"--{option}")
    reason, words = arguments.reason or DEFAULT_REASON, arguments.words or ""
    order = StatusOrder(action, reason, dry_run=arguments.dry_run, words=words)
    with context.bank() as bank:
        if arguments.entry_source is not None:
            changes = change_entry(bank, arguments.entry_source, order, now=context.clock())
        else:
            changes = change_certificates(bank, numbers, order, now=context.clock())
    document = {
        "dry_run": order.dry_run,
        "reason": order.reason,
        "changed": sum(change.changes for change in changes),
        "changes": [
            {"number": each.number, "entry": each.position, "before": each.before, "after": each.after}
            for each in changes
        ],
    }
    lines = [
        context.text(
            "status.unchanged" if not each.changes else "status.would_change" if order.dry_run else "status.changed",
            number=each.number if each.position is None else f"{each.number} [{each.position + 1}]",
            before=each.before,
            after=each.after,
        )
        for each in changes
    ]
    context.answer(document, *(lines or [context.text("status.nowhere")]))
    return 0


def _numbers_in(file: Path) -> list[str]:
    """Return the first cell of each line, without a heading."""
    from issuer.errors import FileUnreadable

    try:
        lines = file_content(file).decode("utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise FileUnreadable("expected UTF-8", file=str(file)) from error
    cells = [line.partition(",")[0].strip() for line in lines]
    return [cell for cell in cells if cell and cell != "number"]

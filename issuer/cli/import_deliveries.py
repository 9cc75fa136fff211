"""`cb-issuer import`: read deliveries of one source."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from issuer.cli.asking import acceptance, add_acceptance
from issuer.cli.context import CommandContext
from issuer.cli.options import day

if TYPE_CHECKING:
    from issuer.deliveries.files import ImportedFile

SUMMARY = "read deliveries of one source system; reading one again changes nothing"
EXAMPLE = "cb-issuer import qnet_qualifications examples/deliveries/qnet_qualifications.xml"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument("source", metavar="SOURCE", help="id of the source system, or persons")
    parser.add_argument(
        "files", metavar="FILE", nargs="+", type=Path, help="deliveries, in the order in which they came"
    )
    parser.add_argument("--as-of", metavar="DAY", type=day, help="day that the content describes (default: today)")
    parser.add_argument(
        "--complete",
        action="store_true",
        help="the file has all that the source has: what it does not have is withdrawn, in certificates too; one file",
    )
    add_acceptance(parser, accept="withdraw as many as the refusal with this code said")
    parser.add_argument(
        "--dry-run", action="store_true", help="only say what would change, and in which certificates; one file"
    )


def run(arguments: argparse.Namespace, context: CommandContext) -> int:
    """Take in each file; one that cannot be read does not stop the others."""
    from issuer.deliveries.files import ImportOrder, find_parser, rehearse_delivery
    from issuer.deliveries.taking import ImportCounts
    from issuer.errors import InvalidOption, UnreadableError
    from issuer.exit_codes import ExitCode, worst
    from issuer.operating.held_deliveries import import_or_keep

    find_parser(arguments.source)
    for option in ("dry_run", "complete"):
        if getattr(arguments, option) and len(arguments.files) > 1:
            problem = "expected one file, because a second one would build on the first"
            raise InvalidOption(problem, option=f"--{option.replace('_', '-')}")
    take = rehearse_delivery if arguments.dry_run else import_or_keep
    codes, total, files = [ExitCode.DONE], ImportCounts(), []
    with context.bank() as bank:
        order = ImportOrder(arguments.as_of, complete=arguments.complete, accept=acceptance(arguments, bank))
        for path in arguments.files:
            try:
                imported = take(bank, arguments.source, path, order=order, now=context.clock())
            except UnreadableError as error:
                context.complain("cb-issuer import", error)
                codes.append(ExitCode.UNREADABLE)
                continue
            total.add(imported.counts)
            files.append(_file_document(imported))
            _say_rejected(imported, context)
            if arguments.dry_run:
                _say_changes(imported, context)
            if imported.counts.rejected:
                codes.append(ExitCode.UNREADABLE)
    counts = total.as_json()
    line = context.text("import.done", source=arguments.source, **{name: int(str(n)) for name, n in counts.items()})
    document = {"source": arguments.source, "dry_run": arguments.dry_run, **counts, "files": files}
    context.answer(document, *([context.text("import.dry_run")] if arguments.dry_run else []), line)
    if total.not_withdrawn:
        context.note("import.not_withdrawn", count=total.not_withdrawn)
    if total.held:
        context.note("import.held", held=total.held)
    return worst(*codes)


def _file_document(imported: "ImportedFile") -> dict[str, object]:
    rejections = [
        {"file": imported.file, "line": row.line, "item": row.item, "field": row.field, "problem": row.problem}
        for row in imported.rejected
    ]
    counts = imported.counts.as_json()
    return {
        "file": imported.file,
        **counts,
        "rejections": rejections,
        "warnings": list(imported.warnings),
        "certified": [
            {"number": each.copy.number, "entry": each.copy.position, "before": each.before, "after": each.after}
            for each in imported.copies
        ],
    }


def _say_changes(imported: "ImportedFile", context: CommandContext) -> None:
    for each in imported.copies:
        place = f"{each.copy.number} [{each.copy.position + 1}]"
        context.note("status.would_change", number=place, before=each.before, after=each.after)


def _say_rejected(imported: "ImportedFile", context: CommandContext) -> None:
    for row in imported.rejected:
        key = "import.rejected" if row.line is None else "import.rejected_line"
        context.note(key, file=imported.file, line=row.line or 0, item=row.item, field=row.field, problem=row.problem)

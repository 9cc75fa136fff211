"""`cb-issuer runs`: when sources were asked, by whom, what came of it, and which rows were not taken."""

import argparse
import csv
import io
from pathlib import Path

from issuer.cli.asking import run_document, run_line
from issuer.cli.context import CommandContext
from issuer.cli.options import add_action

SUMMARY = "list when sources were asked and what came of it; download rejected rows"
EXAMPLE = "cb-issuer runs list qnet_qualifications"
_RUN = "number of the run, as `runs list` shows it"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the actions."""
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    listing = add_action(actions, "list", "list the last 50 runs, newest first", EXAMPLE)
    listing.add_argument("source", metavar="SOURCE", nargs="?", help="only of this source")
    showing = add_action(actions, "show", "show one run", "cb-issuer runs show 12")
    showing.add_argument("run_id", metavar="RUN", type=int, help=_RUN)
    rejected = add_action(
        actions, "rejected", "write the rows that were not taken as CSV", "cb-issuer runs rejected 12 --out rows.csv"
    )
    rejected.add_argument("run_id", metavar="RUN", type=int, help=_RUN)
    rejected.add_argument("--out", metavar="FILE", type=Path, help="where to write (default: print)")


def run(arguments: argparse.Namespace, context: CommandContext) -> int:
    """Run one action."""
    {"list": _list, "show": _show, "rejected": _rejected}[arguments.action](arguments, context)
    return 0


def _list(arguments: argparse.Namespace, context: CommandContext) -> None:
    from issuer.deliveries.files import find_parser

    if arguments.source is not None:
        find_parser(arguments.source)
    with context.bank() as bank, bank.store.read() as transaction:
        runs = transaction.pulls.runs(arguments.source)
    context.answer({"runs": [run_document(each) for each in runs]}, *(run_line(each, context) for each in runs))


def _show(arguments: argparse.Namespace, context: CommandContext) -> None:
    from issuer.pulling.running import find_run

    with context.bank() as bank, bank.store.read() as transaction:
        found = find_run(transaction, arguments.run_id)
    problem = [] if found.problem is None else [_problem(found.problem, dict(found.details), context)]
    context.answer(run_document(found), run_line(found, context), *problem)


def _rejected(arguments: argparse.Namespace, context: CommandContext) -> None:
    from issuer.outputs import PRIVATE, check_target, write_whole
    from issuer.pulling.running import find_run

    if arguments.out is not None:
        check_target(arguments.out)
    with context.bank() as bank, bank.store.read() as transaction:
        find_run(transaction, arguments.run_id)
        rows = transaction.pulls.rejected(arguments.run_id)
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("file", "line", "item", "field", "rule"))
    writer.writerows((row.file, row.line, row.item, row.field, row.problem) for row in rows)
    document = {
        "run": arguments.run_id,
        "rejected": [
            {"file": row.file, "line": row.line, "item": row.item, "field": row.field, "rule": row.problem}
            for row in rows
        ],
    }
    if arguments.out is None:
        context.answer(document, text.getvalue().rstrip("\n"))
        return
    write_whole(arguments.out, text.getvalue().encode(), mode=PRIVATE)
    said = context.text("runs.written", count=len(rows), file=str(arguments.out))
    context.answer({**document, "file": str(arguments.out)}, said)


def _problem(code: str, details: dict[str, object], context: CommandContext) -> str:
    """Return the sentence of what stopped a run; the code alone when nobody knows it any more."""
    import issuer.deliveries.errors as delivery_errors
    import issuer.errors as bank_errors
    from issuer.cli.messages import error_sentence

    for module in (delivery_errors, bank_errors):
        for kind in vars(module).values():
            known = isinstance(kind, type) and issubclass(kind, bank_errors.IssuerError) and kind.code == code
            if known and kind.placeholders() <= set(details):
                return error_sentence(kind(**details), context.language)
    return f"{code}: {details.get('problem', '')}"

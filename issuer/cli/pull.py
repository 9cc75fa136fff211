"""`cb-issuer pull`: ask sources for their deliveries and take them."""

import argparse
import threading
from typing import TYPE_CHECKING

from issuer.cli.asking import acceptance, add_acceptance, outside_world, run_document, run_line, source_settings
from issuer.cli.context import CommandContext

if TYPE_CHECKING:
    from issuer.bank import Bank
    from issuer.exit_codes import ExitCode
    from issuer.pulling.running import Pulled
    from issuer.pulling.settings_file import AskedSource

SUMMARY = "ask sources for their deliveries and take what is new, changed or gone"
EXAMPLE = "cb-issuer pull qnet_qualifications --dry-run"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument("sources", metavar="SOURCE", nargs="*", help="ids of source systems, or persons")
    parser.add_argument("--due", action="store_true", help="every source whose time has come")
    parser.add_argument("--dry-run", action="store_true", help="fetch, and only say what would change")
    add_acceptance(parser, accept="take a delivery that was held back under this code")


def run(arguments: argparse.Namespace, context: CommandContext) -> int:
    """Ask one source after the other; one that fails does not stop the others."""
    from issuer.errors import IssuerError
    from issuer.exit_codes import ExitCode, exit_code_of, worst
    from issuer.pulling.running import PullOrder, pull_source

    codes, documents, lines = [ExitCode.DONE], [], []
    with context.bank() as bank:
        order = PullOrder(rehearse=arguments.dry_run, accept=acceptance(arguments, bank))
        outside = outside_world(bank, context, stop=threading.Event())
        for asked in _chosen(arguments, bank, context):
            try:
                pulled = pull_source(bank, asked, outside, order=order)
            except IssuerError as error:
                context.complain("cb-issuer pull", error)
                codes.append(exit_code_of(error))
                continue
            documents.append(_document(pulled))
            lines.append(run_line(pulled.run, context))
            _say_changes(pulled, context)
            codes.append(_told(pulled, context))
    context.answer({"dry_run": arguments.dry_run, "runs": documents}, *lines)
    return worst(*codes)


def _chosen(arguments: argparse.Namespace, bank: "Bank", context: CommandContext) -> "list[AskedSource]":
    from issuer.deliveries.errors import SourceNotAsked, SourcesUnconfigured
    from issuer.errors import InvalidOption
    from issuer.pulling.schedule import due_sources

    if bool(arguments.sources) == arguments.due:
        problem = "expected either sources or --due"
        raise InvalidOption(problem, option="--due")
    if arguments.accept is not None and len(arguments.sources) != 1:
        problem = "expected one source, because a code belongs to one delivery"
        raise InvalidOption(problem, option="--accept")
    if context.settings.sources is None:
        raise SourcesUnconfigured
    known = source_settings(bank, context).asked
    if arguments.due:
        return due_sources(bank, known, now=context.clock())
    for source in arguments.sources:
        if source not in known:
            raise SourceNotAsked(source=source, known=", ".join(known))
    return [known[source] for source in dict.fromkeys(arguments.sources)]


def _document(pulled: "Pulled") -> dict[str, object]:
    copies = [
        {"number": each.copy.number, "entry": each.copy.position, "before": each.before, "after": each.after}
        for each in pulled.copies
    ]
    return {**run_document(pulled.run), "certified": copies}


def _say_changes(pulled: "Pulled", context: CommandContext) -> None:
    from issuer.store.pulls import REHEARSED

    key = "status.would_change" if pulled.run.outcome == REHEARSED else "status.changed"
    for each in pulled.copies:
        place = f"{each.copy.number} [{each.copy.position + 1}]"
        context.note(key, number=place, before=each.before, after=each.after)


def _told(pulled: "Pulled", context: CommandContext) -> "ExitCode":
    """Say what stopped the run or is left of it, and return the exit code."""
    from issuer.deliveries.errors import DeliveryHeld
    from issuer.exit_codes import ExitCode, exit_code_of

    run = pulled.run
    if pulled.error is not None:
        context.complain("cb-issuer pull", pulled.error)
        return exit_code_of(pulled.error)
    if run.problem == DeliveryHeld.code:
        context.note("pull.would_be_held", source=run.source, code=str(run.details.get("code_to_accept")))
    counts = {name: int(str(count)) for name, count in run.counts.items()}
    if counts.get("not_withdrawn"):
        context.note("import.not_withdrawn", count=counts["not_withdrawn"])
    if counts.get("held"):
        context.note("import.held", held=counts["held"])
    if counts.get("rejected"):
        context.note("pull.rejected", count=counts["rejected"], run=run.id)
        return ExitCode.UNREADABLE
    return ExitCode.DONE

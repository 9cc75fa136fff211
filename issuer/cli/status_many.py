"""`revoke`, `suspend` and `reinstate` by conditions: a dry run first, then the number of changes typed in, as a job."""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from issuer.cli.context import CommandContext
from issuer.cli.options import short_text

if TYPE_CHECKING:
    from issuer.bank import Bank
    from issuer.issued.status_changes import Action
    from issuer.operating.status_orders import Rehearsed
    from issuer.store.status_jobs import StatusJob

FILTERS: Final = ("account", "carrying", "key", "issued_from", "issued_until", "job")


def add_many_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of a change of many certificates."""
    many = parser.add_argument_group("many certificates: all conditions together; see --dry-run first")
    many.add_argument("--account", metavar="ID", help="of this account")
    many.add_argument("--carrying", metavar="REF", help="that carry the entry of this source record")
    many.add_argument("--key", metavar="NAME", help="that this key signed")
    many.add_argument("--issued-from", metavar="TIME", help="issued from this day or minute on, Korean time")
    many.add_argument("--issued-until", metavar="TIME", help="issued until the end of this day, or before this minute")
    many.add_argument("--count", metavar="N", type=int, help="how many change, as the dry run said; needed to do it")
    many.add_argument(
        "--words", metavar="TEXT", type=short_text, help="why, in words, for the audit trail and the holders"
    )
    many.add_argument("--out", metavar="FILE", type=Path, help="write what became of each certificate as CSV")
    many.add_argument("--job", metavar="N", type=int, help="instead of conditions: go on with a job that was not ended")


def change_many(
    action: "Action", numbers: Sequence[str], arguments: argparse.Namespace, context: CommandContext
) -> int:
    """Say what would change; with the right number, change it and say what became of it."""
    from issuer.errors import InvalidOption
    from issuer.issued.status_changes import DEFAULT_REASON
    from issuer.operating.finding import Filter
    from issuer.operating.status_jobs import begin_job
    from issuer.operating.status_orders import ManyOrder, rehearse
    from issuer.outputs import check_target

    if arguments.out is not None:
        check_target(arguments.out)
    with context.bank() as bank:
        if arguments.job is not None:
            return _work(bank, _job_to_go_on(bank, action, arguments), arguments.out, context)
        wanted = Filter(
            numbers=tuple(numbers),
            account=arguments.account or "",
            record=arguments.carrying or "",
            key=arguments.key or "",
            issued_from=arguments.issued_from or "",
            issued_until=arguments.issued_until or "",
        )
        order = ManyOrder(action, wanted, arguments.reason or DEFAULT_REASON, arguments.words or "")
        found = rehearse(bank, order)
        if arguments.dry_run:
            _say_rehearsed(found, context)
            return 0
        if arguments.count is None:
            problem = "expected the number of changes that --dry-run says"
            raise InvalidOption(problem, option="--count")
        job = begin_job(bank, order, code=found.code, count=arguments.count, now=context.clock())
        return _work(bank, job, arguments.out, context)


def _job_to_go_on(bank: "Bank", action: "Action", arguments: argparse.Namespace) -> "StatusJob":
    from issuer.errors import InvalidOption
    from issuer.operating.status_jobs import find_job

    job = find_job(bank, arguments.job)
    if job.action != action or any(getattr(arguments, name) is not None for name in FILTERS if name != "job"):
        problem = "expected the job of this command, without conditions"
        raise InvalidOption(problem, option="--job")
    return job


def _work(bank: "Bank", job: "StatusJob", out: Path | None, context: CommandContext) -> int:
    """Do what is left of a job, and say and write what became of it."""
    from issuer.operating.status_jobs import let_go_on, result_csv, work_on
    from issuer.outputs import PRIVATE, write_whole

    let_go_on(bank, job.id, now=context.clock())
    done = work_on(bank, job.id, clock=context.clock, stops=lambda: False)
    with bank.store.read() as transaction:
        outcomes = transaction.status_jobs.outcomes(job.id)
    if out is not None:
        write_whole(out, result_csv(bank, job.id, reason=job.words or job.reason, now=context.clock()), mode=PRIVATE)
    counts = {name: outcomes.get(name, 0) for name in ("changed", "unchanged", "final")}
    document = {"job": done.id, "state": done.state, "certificates": done.certificates, **counts}
    line = context.text("status.job", job=done.id, state=context.text(f"status.job_{done.state}"), **counts)
    context.answer(document, line)
    return 0


def _say_rehearsed(found: "Rehearsed", context: CommandContext) -> None:
    document = {
        "dry_run": True,
        "action": found.order.action,
        "changing": len(found.changing),
        "unchanged": found.unchanged,
        "final": found.final,
        "holders": len(found.holders),
        "lists": [{"list": each.list_no, "before": each.before, "after": each.after} for each in found.lists],
        "numbers": [each.number for each in found.changing],
    }
    lines = [
        context.text("status.rehearsed", count=len(found.changing), holders=len(found.holders)),
        *(
            context.text("status.list_size", no=each.list_no, before=each.before, after=each.after)
            for each in found.lists
        ),
        *(f"{each.number}: {each.status}" for each in found.samples),
    ]
    if found.final:
        lines.append(context.text("status.final", count=found.final))
    context.answer(document, *lines)

"""`cb-issuer audit`: check the trail of who read or changed whose data."""

import argparse
from pathlib import Path

from issuer.cli.context import CommandContext
from issuer.cli.options import add_action, file_content

SUMMARY = "check the trail of who read or changed whose data"
EXAMPLE = "cb-issuer audit verify --head audit-head.kept"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the actions and their options."""
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    verifying = add_action(
        actions, "verify", "look for records that were taken out, changed, moved or cut off", EXAMPLE
    )
    verifying.add_argument(
        "--head",
        type=Path,
        action="append",
        default=[],
        metavar="FILE",
        help="a signed head kept elsewhere, beside the published one (repeatable)",
    )


def run(arguments: argparse.Namespace, context: CommandContext) -> int:
    """Check the trail."""
    from issuer.audit.verifying import verify_trail
    from issuer.log.errors import TrailUnsound

    kept = [file_content(path) for path in arguments.head]
    with context.bank() as bank:
        key = bank.log_key().public_key() if bank.has_log else None
        report = verify_trail(bank, key=key, kept=kept)
        if report.findings:
            context.answer(
                {"sound": False, "size": report.size, "signed": report.signed, "findings": [*report.findings]},
                *(context.text("log.finding", finding=finding) for finding in report.findings),
            )
            raise TrailUnsound(count=len(report.findings), what="the audit trail")
    context.answer(
        {"sound": True, "size": report.size, "signed": report.signed, "findings": []},
        context.text("audit.sound", size=report.size, signed=report.signed),
    )
    return 0

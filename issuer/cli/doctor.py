"""`cb-issuer doctor`: is everything in order?"""

import argparse

from issuer.cli.asking import source_settings
from issuer.cli.context import CommandContext

SUMMARY = "look at files, keys, certificates, seal, database and status lists"
EXAMPLE = "cb-issuer doctor --data bank"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add nothing: the command has only the common options."""


def run(_arguments: argparse.Namespace, context: CommandContext) -> int:
    """Print each finding; 5 when one is an error."""
    from issuer.exit_codes import ExitCode
    from issuer.health import examine
    from issuer.pulling.schedule import late_findings

    with context.bank() as bank:
        findings = examine(bank, now=context.clock())
        findings += late_findings(bank, source_settings(bank, context).promises, now=context.clock())
    document = [{"subject": each.subject, "severity": each.severity, "problem": each.problem} for each in findings]
    lines = [f"{each.severity:<8} {each.subject}{f': {each.problem}' if each.problem else ''}" for each in findings]
    context.answer({"findings": document}, *lines)
    return ExitCode.REFUSED if any(each.severity == "error" for each in findings) else ExitCode.DONE

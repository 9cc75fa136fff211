"""`cb-issuer doctor`: is everything in order?"""

import argparse
from typing import TYPE_CHECKING

from issuer.cli.asking import source_settings
from issuer.cli.context import CommandContext

if TYPE_CHECKING:
    from issuer.health import Finding

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
    findings += _contact(context)
    document = [{"subject": each.subject, "severity": each.severity, "problem": each.problem} for each in findings]
    lines = [f"{each.severity:<8} {each.subject}{f': {each.problem}' if each.problem else ''}" for each in findings]
    context.answer({"findings": document}, *lines)
    return ExitCode.REFUSED if any(each.severity == "error" for each in findings) else ExitCode.DONE


def _contact(context: CommandContext) -> "list[Finding]":
    """Whether the service shows whom to tell about a weakness; nothing where no file of it was named."""
    from issuer.health import Finding
    from keys.errors import GateError
    from keys.gate.security_txt import SecurityTxt

    path = context.settings.security_txt
    if path is None:
        return []
    try:
        contact = SecurityTxt.read(path)
    except GateError as error:
        return [Finding("security.txt", str(error), "error")]
    if contact.shown(context.clock()) is None:
        return [Finding("security.txt", f"it has expired ({contact.expires:%Y-%m-%d}) and is not shown", "warning")]
    return [Finding("security.txt", None)]

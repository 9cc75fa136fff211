"""`cb-issuer suspend`."""

import argparse

from issuer.cli.context import CommandContext
from issuer.cli.status import add_status_arguments, change_status

SUMMARY = "suspend certificates, or one entry wherever it is certified"
EXAMPLE = "cb-issuer suspend CB-2026-00000001 --reason under_review"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    add_status_arguments(parser)


def run(arguments: argparse.Namespace, context: CommandContext) -> int:
    """Change the status."""
    return change_status("suspend", arguments, context)

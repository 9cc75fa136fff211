"""`cb-issuer reinstate`."""

import argparse

from issuer.cli.context import CommandContext
from issuer.cli.status import add_status_arguments, change_status

SUMMARY = "reinstate what was suspended"
EXAMPLE = "cb-issuer reinstate CB-2026-00000001 --reason review_finished"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    add_status_arguments(parser)


def run(arguments: argparse.Namespace, context: CommandContext) -> int:
    """Change the status."""
    return change_status("reinstate", arguments, context)

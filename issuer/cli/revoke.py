"""`cb-issuer revoke`."""

import argparse

from issuer.cli.context import CommandContext
from issuer.cli.status import add_status_arguments, change_status

SUMMARY = "revoke certificates, or one entry wherever it is certified; final"
EXAMPLE = "cb-issuer revoke CB-2026-00000001 --reason holder_request"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    add_status_arguments(parser)


def run(arguments: argparse.Namespace, context: CommandContext) -> int:
    """Change the status."""
    return change_status("revoke", arguments, context)

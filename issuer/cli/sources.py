"""`cb-issuer sources`: list the source systems."""

import argparse

from issuer.cli.context import CommandContext

SUMMARY = "list the source systems that deliver entries"
EXAMPLE = "cb-issuer sources"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add nothing: the command has only the common options."""


def run(_arguments: argparse.Namespace, context: CommandContext) -> int:
    """Print the sources."""
    from issuer.sources import persons
    from issuer.sources.registry import SOURCES

    listed = [
        {"id": source.id, "ko": source.ko, "en": source.en, "entry_types": list(source.entry_types)}
        for source in SOURCES.values()
    ]
    ko, en = persons.NAMES
    listed.append({"id": persons.SOURCE_ID, "ko": ko, "en": en, "entry_types": []})
    context.answer({"sources": listed}, *(f"{source['id']:<24} {source[context.language]}" for source in listed))
    return 0

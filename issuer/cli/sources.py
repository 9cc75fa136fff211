"""`cb-issuer sources`: list the source systems, and how fresh those are of which something was promised."""

import argparse
from typing import TYPE_CHECKING

from issuer.cli.asking import freshness_document, source_settings
from issuer.cli.context import CommandContext

if TYPE_CHECKING:
    from issuer.pulling.schedule import SourceFreshness

SUMMARY = "list the source systems that deliver entries, and which of them are late"
EXAMPLE = "cb-issuer sources"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add nothing: the command has only the common options."""


def run(_arguments: argparse.Namespace, context: CommandContext) -> int:
    """Print the sources."""
    from issuer.sources import persons
    from issuer.sources.registry import SOURCES

    listed: list[dict[str, object]] = [
        {"id": source.id, "ko": source.ko, "en": source.en, "entry_types": list(source.entry_types)}
        for source in SOURCES.values()
    ]
    ko, en = persons.NAMES
    listed.append({"id": persons.SOURCE_ID, "ko": ko, "en": en, "entry_types": []})
    fresh = _freshness(context)
    for source in listed:
        each = fresh.get(str(source["id"]))
        said = None if each is None else freshness_document(each)
        source["asked"], source["files"] = (said, None) if each is not None and each.is_asked else (None, said)
    lines = [
        f"{source['id']:<24} {source[context.language]}{_said(fresh.get(str(source['id'])), context)}"
        for source in listed
    ]
    context.answer({"sources": listed}, *lines)
    return 0


def _freshness(context: CommandContext) -> "dict[str, SourceFreshness]":
    if context.settings.sources is None:
        return {}
    from issuer.pulling.schedule import freshness

    with context.bank() as bank:
        found = freshness(bank, source_settings(bank, context).promises, now=context.clock())
    return {each.source: each for each in found}


def _said(each: "SourceFreshness | None", context: CommandContext) -> str:
    if each is None:
        return ""
    hours, most = each.age.hours, each.age.most_hours or 0
    if hours is None:
        return f"  [{context.text('sources.never', promised=most)}]"
    key = "sources.late" if each.age.is_late else "sources.fresh"
    return f"  [{context.text(key, hours=hours, promised=most)}]"

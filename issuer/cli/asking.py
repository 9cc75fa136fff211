"""What the commands that ask sources share: the file of sources, the outside world, and a run in words and as JSON."""

import argparse
import os
import random
import threading
from typing import TYPE_CHECKING

from issuer.cli.context import CommandContext
from issuer.cli.options import short_text

if TYPE_CHECKING:
    from issuer.bank import Bank
    from issuer.deliveries.reconciling import Acceptance
    from issuer.pulling.fetching import Outside
    from issuer.pulling.schedule import SourceFreshness
    from issuer.pulling.settings_file import SourceSettings
    from issuer.store.pulls import SourceRun


def add_acceptance(parser: argparse.ArgumentParser, *, accept: str) -> None:
    """Add the options with which an operator says that a delivery is right; `accept` is the help of the first."""
    parser.add_argument("--accept", metavar="CODE", help=accept)
    parser.add_argument(
        "--words", metavar="TEXT", type=short_text, help="why it is accepted, for the audit trail and the holders"
    )


def acceptance(arguments: argparse.Namespace, bank: "Bank") -> "Acceptance | None":
    """Return the operator's word that the options give; None for none.

    Raises:
        InvalidOption: there are words, and nothing is accepted.
    """
    from issuer.deliveries.reconciling import Acceptance
    from issuer.errors import InvalidOption

    if arguments.accept is not None:
        return Acceptance(arguments.accept, bank.actor, arguments.words or "")
    if arguments.words:
        problem = "expected --accept beside it"
        raise InvalidOption(problem, option="--words")
    return None


def source_settings(bank: "Bank", context: CommandContext) -> "SourceSettings":
    """Return what the setting's file says of sources; nothing without the setting.

    Raises:
        SourcesUnreadable: the file or a token is not in order.
    """
    from issuer.pulling.settings_file import SourceSettings, read_source_settings

    if context.settings.sources is None:
        return SourceSettings()
    development = bank.profile.development
    return read_source_settings(context.settings.sources, environment=os.environ, development=development)


def outside_world(bank: "Bank", context: CommandContext, *, stop: threading.Event) -> "Outside":
    """Return the clock, the network and chance; every wait ends when `stop` is set."""
    from issuer.pulling.fetching import Outside, network_door

    door = network_door(development=bank.profile.development)
    return Outside(context.clock, stop.wait, random.SystemRandom().random, door)


def run_document(run: "SourceRun") -> dict[str, object]:
    """Return a run as JSON."""
    return {
        "run": run.id,
        "source": run.source,
        "way": run.way,
        "by": run.actor,
        "started_at": run.started_at,
        "ended_at": run.ended_at,
        "outcome": run.outcome,
        "problem": run.problem,
        "details": dict(run.details),
        "delivery": run.delivery,
        "made_at": run.made_at,
        "as_of": run.as_of,
        "pages": run.pages,
        "pages_taken": run.pages_taken,
        "counts": dict(run.counts),
    }


def run_line(run: "SourceRun", context: CommandContext) -> str:
    """Return a run in one line."""
    counts = {name: int(str(run.counts.get(name, 0))) for name in ("new", "changed", "unchanged", "held", "rejected")}
    return context.text(
        "runs.line",
        run=run.id,
        source=run.source if run.way == "asked" else f"{run.source} ({run.delivery})",
        at=run.started_at,
        by=run.actor,
        outcome=context.text(f"runs.{run.outcome}"),
        **counts,
        withdrawn=int(str(run.counts.get("withdrawn", 0))),
    )


def freshness_document(each: "SourceFreshness") -> dict[str, object]:
    """Return how fresh a source is as JSON."""
    last = each.last_run
    return {
        "made_at": each.age.made_at,
        "hours": each.age.hours,
        "max_age_hours": each.age.most_hours,
        "late": each.age.is_late,
        "last_run": None if last is None else run_document(last),
    }

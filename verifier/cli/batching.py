"""What `batch` does: options into a batch, run it or go on with it, write the results, say what it came to."""

import argparse
import hashlib
import json
import os
import secrets
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path

from credential_schemas.errors import StatusListError
from credential_schemas.report.facts import timestamp
from credential_schemas.report.messages import Language
from credential_schemas.version import VERSION
from keys.encoding import JsonValue
from keys.values import dataclass, replace
from verifier.batch.dask import DaskWorkers
from verifier.batch.facts import facts_of
from verifier.batch.finishing import check_output, finish, summary_of
from verifier.batch.inputs import Item, Listing, list_inputs
from verifier.batch.journal import JOURNAL_VERSION, Journal, Kept, journal_of, read_kept, results_in
from verifier.batch.lanes import ProcessLanes
from verifier.batch.limits import JOURNAL_LIFE_S
from verifier.batch.lines import Line
from verifier.batch.lists import ListDesk
from verifier.batch.manifest import Manifest, read_manifest
from verifier.batch.progress import progress_on
from verifier.batch.receipts import ReceiptFolder
from verifier.batch.running import BatchRun, check_unchanged
from verifier.batch.summary import Circumstances, Summary, SummaryMaker
from verifier.batch.work import Setup
from verifier.checks.rules import Moment
from verifier.cli.batch_receipts import batch_receipts, receipt_terms
from verifier.cli.checking import CheckRun, prepare_run
from verifier.cli.options import language_of
from verifier.cli.telling import tell, tell_refusal
from verifier.errors import BatchRefused, VerifierError
from verifier.rendering.plain_text import harmless
from verifier.rendering.words import word
from verifier.settings import Settings

_MAX_JOBS = 256
_SHOWN_DUPLICATES = 20


@dataclass(frozen=True, slots=True)
class _Batch:
    """What one command is about: its rules and time, its files, and what an earlier run left."""

    run: CheckRun
    manifest: Manifest | None
    listing: Listing
    header: Mapping[str, JsonValue]
    kept: Kept | None
    receipts: ReceiptFolder | None = None


def check_batch(arguments: argparse.Namespace) -> int:
    """Check everything the command line names, and return the worst exit code."""
    language = language_of(arguments)
    try:
        batch = _prepared(arguments, language)
        summary = _carried_out(batch, arguments)
    except VerifierError as error:
        return tell_refusal("batch", error, language)
    except KeyboardInterrupt:
        if journal_of(arguments.out).exists():
            tell(word("batch_interrupted", language))
        raise
    if arguments.json:
        print(json.dumps(summary.to_json(), ensure_ascii=True, separators=(",", ":")))
    else:
        tell("\n".join(_summary_lines(summary, batch, arguments, language)))
    return summary.exit_code


def _prepared(arguments: argparse.Namespace, language: Language) -> _Batch:
    """Refuse what cannot be done before anything is checked."""
    if arguments.jobs is not None and not 1 <= arguments.jobs <= _MAX_JOBS:
        raise BatchRefused("inputs", f"expected --jobs between 1 and {_MAX_JOBS}, found {arguments.jobs}")
    if arguments.jobs is not None and arguments.dask is not None:
        raise BatchRefused("inputs", "expected --jobs or --dask, found both")
    if not arguments.paths and arguments.manifest is None:
        raise BatchRefused("inputs", "expected a PATH or --manifest; see cb-verifier batch --help")
    check_output(arguments.out)
    settings = Settings.from_environment(os.environ)
    run = prepare_run(arguments, settings, language)
    manifest = read_manifest(arguments.manifest) if arguments.manifest is not None else None
    listing = list_inputs(arguments.paths, manifest=manifest, own=_own_files(arguments))
    header = _header(run, arguments, manifest=manifest, items=listing.items)
    journal = journal_of(arguments.out)
    receipts = batch_receipts(arguments, settings, resumes=journal.exists())
    if not journal.exists():
        return _Batch(run, manifest, listing, header, None, receipts)
    if not arguments.resume:
        raise BatchRefused("resume", f"expected --resume, or {journal} removed: a run was interrupted")
    kept = read_kept(journal)
    moment = _moment_of(kept, header, run.moment)
    digests = map(_digest_in, results_in(journal))
    check_unchanged(listing.items[: kept.results], digests)
    return _Batch(replace(run, moment=moment), manifest, listing, kept.header, kept, receipts)


def _own_files(arguments: argparse.Namespace) -> list[Path]:
    """What lies in a folder of inputs only because of the batch."""
    out: Path = arguments.out
    return [path for path in (arguments.manifest, out, journal_of(out), summary_of(out)) if path is not None]


def _header(
    run: CheckRun, arguments: argparse.Namespace, *, manifest: Manifest | None, items: Sequence[Item]
) -> dict[str, JsonValue]:
    """Return what results rest on: with any of it changed, an interrupted run cannot go on."""
    names = hashlib.sha256()
    for item in items:
        names.update(f"{item.name}\0{item.places}\0{item.problem}\n".encode())
    rules = run.rules
    return {
        "journal": JOURNAL_VERSION,
        "version": VERSION,
        "verified_at": run.moment.now.isoformat(),
        "simulated": run.moment.simulated,
        "inputs": names.hexdigest(),
        "files": len(items),
        "manifest": manifest.sha256 if manifest is not None else None,
        "trust": hashlib.sha256(run.trust_data).hexdigest(),
        "profile": rules.profile.sha256,
        "recipient": rules.recipient,
        "require_document": rules.require_document,
        "max_status_age": arguments.max_status_age,
        "offline": arguments.offline,
        "receipts": str(arguments.receipt) if arguments.receipt is not None else None,
        "receipts_with_content": arguments.receipt_with_content,
    }


def _moment_of(kept: Kept, header: Mapping[str, JsonValue], now: Moment) -> Moment:
    """Return the time an interrupted run checks for, which the rest is checked for, too.

    Raises:
        BatchRefused: it is not the same batch, or too old.
    """
    for name, value in header.items():
        if name == "verified_at" and not now.simulated:
            continue
        if kept.header.get(name) != value:
            raise BatchRefused("resume", f"expected the same batch as the interrupted one, found another {name}")
    try:
        moment = Moment(datetime.fromisoformat(str(kept.header.get("verified_at"))), now.simulated)
    except ValueError as error:
        raise BatchRefused("resume", "expected a time in the journal, found none") from error
    if moment.now.tzinfo is None or not 0 <= now.seconds - moment.seconds <= JOURNAL_LIFE_S:
        hours = JOURNAL_LIFE_S // 3600
        raise BatchRefused(
            "resume", f"expected to go on within {hours} hours, found an older run; check everything again"
        )
    return moment


def _digest_in(line: Mapping[str, JsonValue]) -> str | None:
    batch = line.get("batch")
    digest = batch.get("sha256") if isinstance(batch, dict) else None
    return digest if isinstance(digest, str) else None


def _carried_out(batch: _Batch, arguments: argparse.Namespace) -> Summary:
    rules, moment, listing = batch.run.rules, batch.run.moment, batch.listing
    setup = Setup(
        trust=batch.run.trust_data,
        profile=rules.profile,
        now=moment.now,
        simulated=moment.simulated,
        recipient=rules.recipient,
        require_document=rules.require_document,
        max_age_s=arguments.max_status_age,
        tracks_replays=rules.statuses.tracks_replays,
        matches=batch.manifest is not None,
        receipts=receipt_terms(arguments),
        run_id=secrets.token_hex(16),
    )
    path = journal_of(arguments.out)
    done = batch.kept.results if batch.kept is not None else 0
    before = batch.receipts.write if batch.receipts is not None else None
    maker = SummaryMaker()
    progress = progress_on(len(listing.items), sys.stderr, language=batch.run.language, clock=time.monotonic)
    with (
        _workers(arguments, setup, left=len(listing.items) - done) as workers,
        Journal(path, header=batch.header, kept=batch.kept, before=before) as journal,
        progress,
    ):
        desk = ListDesk(rules.statuses, rules.trust, now=moment.seconds, note=journal.add_list)
        _restore(desk, batch.kept)
        progress.begin(done)
        for earlier in results_in(path) if done else ():
            maker.take(facts_of(earlier))

        def told(line: Line) -> None:
            maker.take(line.counts())
            progress.advance()

        run = BatchRun(setup, workers, desk=desk, journal=journal, told=told)
        run.run(listing.items, done=done)
    if batch.receipts is not None:
        batch.receipts.keep_material(batch.run.trust_data, desk.known)
    circumstances = Circumstances(
        timestamp(moment.now),
        moment.simulated,
        rules.profile.name,
        str(rules.trust.version),
        listing.hidden,
        batch.manifest.ignored_columns if batch.manifest is not None else (),
    )
    summary = maker.summary(circumstances, desk.known)
    finish(path, arguments.out, summary=summary)
    return summary


def _workers(
    arguments: argparse.Namespace, setup: Setup, *, left: int
) -> AbstractContextManager[ProcessLanes | DaskWorkers]:
    if arguments.dask is not None:
        return DaskWorkers(arguments.dask, setup)
    processors = len(os.sched_getaffinity(0))
    return ProcessLanes(max(1, min(arguments.jobs or processors, left)), setup)


def _restore(desk: ListDesk, kept: Kept | None) -> None:
    try:
        desk.restore(kept.lists if kept is not None else ())
    except StatusListError as error:
        raise BatchRefused(
            "resume", "expected the status lists in the journal as they were, found one changed"
        ) from error


def _summary_lines(summary: Summary, batch: _Batch, arguments: argparse.Namespace, language: Language) -> list[str]:
    """The summary for people."""
    counts = {name: f"{count:,}" for name, count in summary.verdicts.items()}
    lines = [word("batch_verdicts", language, total=f"{len(batch.listing.items):,}", **counts)]
    if summary.matches:
        matches = {name: f"{summary.matches.get(name, 0):,}" for name in ("yes", "no", "differs", "not_disclosed")}
        lines.append(word("batch_matches", language, **matches))
    lines += [
        f"  {count:>7,}  {name}" for counts_of in (summary.reasons, summary.errors) for name, count in counts_of.items()
    ]
    lines += _duplicate_lines(summary, batch, language)
    if summary.circumstances.hidden:
        lines.append(word("batch_hidden", language, count=summary.circumstances.hidden))
    if summary.circumstances.ignored_columns:
        columns = harmless(", ".join(summary.circumstances.ignored_columns))
        lines.append(word("batch_columns", language, columns=columns))
    places = {"out": harmless(str(arguments.out)), "summary": harmless(str(summary_of(arguments.out)))}
    return [*lines, word("batch_written", language, **places)]


def _duplicate_lines(summary: Summary, batch: _Batch, language: Language) -> list[str]:
    lines = []
    for duplicate in summary.duplicates[:_SHOWN_DUPLICATES]:
        files = ", ".join(harmless(batch.listing.items[number].name) for number in duplicate.files[:3])
        more = " …" if len(duplicate.files) > 3 else ""
        lines.append(f"  {word(f'batch_{duplicate.kind}', language)} {files}{more}")
    left = len(summary.duplicates) - len(lines)
    if left > 0:
        lines.append(word("batch_more_duplicates", language, count=left))
    return lines

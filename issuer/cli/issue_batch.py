"""`cb-issuer issue-batch`: issue the certificates of a CSV file, and go on where an earlier run was cut."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from issuer.cli.choosing import language_of
from issuer.cli.context import CommandContext

if TYPE_CHECKING:
    from credential_schemas.errors import CredentialError
    from issuer.batch.folder import Line
    from issuer.errors import IssuerError

SUMMARY = "issue many certificates from a CSV file; start it again to go on"
EXAMPLE = "cb-issuer issue-batch rows.csv --out certificates --jobs 4"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument("file", metavar="FILE.csv", type=Path, help="UTF-8, one certificate a row (docs/bank.md)")
    parser.add_argument("--out", metavar="DIR", type=Path, required=True, help="new folder, or that of the same run")
    parser.add_argument("--jobs", metavar="N", type=int, default=1, help="rows at once, 1 to 16 (default: 1)")
    parser.add_argument(
        "--consent", metavar="FILE", type=Path, help="a consent for every row, JSON (default: the recorded ones)"
    )


def run(arguments: argparse.Namespace, context: CommandContext) -> int:
    """Issue what has no result yet; print one line a row."""
    from issuer.batch.file import BatchDefaults, look_through
    from issuer.batch.folder import RESULTS
    from issuer.batch.issuing import MAX_JOBS, BatchRun, run_batch, worse
    from issuer.cli.messages import error_sentence
    from issuer.cli.options import file_content
    from issuer.errors import InvalidOption
    from issuer.exit_codes import ExitCode

    if not 1 <= arguments.jobs <= MAX_JOBS:
        problem = "expected 1 to 16"
        raise InvalidOption(problem, option=f"--jobs {arguments.jobs}")

    def told(error: "IssuerError | CredentialError") -> dict[str, str]:
        return {"ko": error_sentence(error, "ko"), "en": error_sentence(error, "en")}

    consent = None if arguments.consent is None else file_content(arguments.consent)
    defaults = BatchDefaults(language_of(arguments), consent)
    batch = BatchRun(look_through(arguments.file), defaults, arguments.out, arguments.jobs, told)
    code, issued, failed = ExitCode.DONE, 0, 0
    with context.bank() as bank:
        for line in run_batch(bank, batch, clock=context.clock):
            code = worse(code, line)
            issued, failed = issued + (line["error"] is None), failed + (line["error"] is not None)
            _say(line, context)
    context.note("batch.done", issued=issued, failed=failed, file=str(arguments.out / RESULTS))
    return int(code)


def _say(line: "Line", context: CommandContext) -> None:
    """Print a row's line; confirmation codes are printed with --json only."""
    if line["error"] is None:
        said = context.text("batch.issued", row=line["row"], number=line["number"], file=line["files"]["pdf"])
    else:
        said = context.text("batch.failed", row=line["row"], why=line["message"][context.language])
    context.answer(line, said)

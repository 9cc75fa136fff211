"""`cb-verifier analyse`: what the certificates of a company's own people show, for those who agreed to it."""

import argparse
from pathlib import Path

from verifier.cli.options import add_language, add_trust

SUMMARY = "Show what employees' verified certificates tell of a company: competency map, role profiles, suggestions."
EXAMPLES = """examples:
  cb-verifier batch certificates/ --manifest employees.csv --out results.jsonl
  cb-verifier analyse --reports results.jsonl --consent consents.csv --out map.html --out map.csv --lang ko
  cb-verifier analyse --receipts receipts/*.jws --employees employees.csv --consent consents.csv \\
    --role example-company-role --role data-engineer.yaml --out analysis.html

exit codes: 0 everybody is in the analysis; 1 refused (a report that was changed, a receipt by nobody you pinned);
2 usage (a file that is not what it should be; nobody agreed); 3 somebody is in no part of it,
or something did not count"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    add = parser.add_argument
    add("--reports", type=Path, metavar="FILE", help="reports as `batch` or `check --json` wrote them, JSON Lines")
    add("--receipts", type=Path, nargs="+", metavar="FILE", help="signed receipts made with --receipt-with-content")
    add("--receipt-keys", type=Path, metavar="FILE", help="pinned keys for receipts (default: this verifier's own)")
    add("--consent", type=Path, required=True, metavar="CSV", help="who agreed to what; without it nothing is analysed")
    add(
        "--employees",
        type=Path,
        metavar="CSV",
        help="whose the checks are: applicant_no, and evidence (report id, SHA-256) or path (default: as `batch` says)",
    )
    add("--role", action="append", default=[], metavar="P", help="role profile: a policy by id or file; repeat it")
    add("--depth", choices=("major", "middle", "minor", "sub"), default="middle", help="NCS classes of the map")
    add(
        "--smallest-group",
        type=int,
        default=5,
        metavar="N",
        help="people below which nothing is told apart (default: 5)",
    )
    add_trust(parser)
    add("--out", type=Path, action="append", default=[], metavar="FILE", help="write .html, .csv or .json; repeat it")
    add("--json", action="store_true", help="print the analysis as one JSON document")
    add_language(parser)


def run(arguments: argparse.Namespace) -> int:
    """Analyse and return the exit code."""
    from verifier.cli.analysing import analyse_command  # keeps the help fast

    return analyse_command(arguments)

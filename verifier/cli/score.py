"""`cb-verifier score`: hiring criteria over verified certificates, for people to look at and sign."""

import argparse
from pathlib import Path

from verifier.cli.options import add_language, add_trust

SUMMARY = "Score applicants by published criteria: every point with its rule, entries and reason; never a decision."
EXAMPLES = """examples:
  cb-verifier score --policy ts-hiring-criteria --notice notice.json --reports results.jsonl --json
  cb-verifier score --policy policy.yaml --notice notice.json --receipts receipts/*.jws --applicants list.csv \\
    --adjudications related.jsonl --ratings ratings.jsonl --out scores.csv --out sheets.html --lang ko
  cb-verifier score --policy policy.yaml --policy-signature policy.jws --policy-keys agency-keys.json \\
    --notice notice.json --reports results.jsonl
  cb-verifier score --policy ts-hiring-criteria --notice notice.json --entries mine.json --self-check

exit codes: 0 every applicant scored or exempt, all checks counted; 1 refused (a report that was changed, a receipt or
policy signed by nobody you pinned, criteria that ask for too much); 2 usage; 3 something is open, did not count, or was
only self-checked; 70 fault"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    add = parser.add_argument
    add("--policy", required=True, metavar="P", help="policy file, or the id of a published policy")
    add("--policy-signature", type=Path, metavar="FILE", help="detached signature of the policy (with --policy-keys)")
    add("--policy-keys", type=Path, metavar="FILE", help="pinned public keys of whoever publishes the policy")
    add("--notice", type=Path, required=True, metavar="FILE", help="the recruitment notice, JSON")
    add("--reports", type=Path, metavar="FILE", help="reports as `check --json` or `batch` wrote them, JSON Lines")
    add("--receipts", type=Path, nargs="+", metavar="FILE", help="signed receipts made with --receipt-with-content")
    add("--receipt-keys", type=Path, metavar="FILE", help="pinned keys for receipts (default: this verifier's own)")
    add("--applicants", type=Path, metavar="FILE", help="CSV: applicant_no, and evidence (report id, SHA-256) or path")
    add("--applicant", metavar="NO", help="everything belongs to this one applicant")
    add("--entries", type=Path, metavar="FILE", help="an applicant's own list of entries, JSON (with --self-check)")
    add(
        "--self-check", action="store_true", help="score --entries, marked as self-declared; never beside verified ones"
    )
    add("--adjudications", type=Path, metavar="FILE", help="what people decided about entries, JSON Lines")
    add("--ratings", type=Path, metavar="FILE", help="levels that people gave to texts, JSON Lines")
    add_trust(parser)
    add(
        "--out",
        type=Path,
        action="append",
        default=[],
        metavar="FILE",
        help="write .json, .csv, .xlsx, or .html (ranking and score sheets to print); repeat it for several",
    )
    add("--sheets", type=Path, metavar="DIR", help="write a score sheet (.html) for each applicant into a new folder")
    add("--json", action="store_true", help="print one JSON document per applicant, one per line")
    add_language(parser, of="messages and sheets")


def run(arguments: argparse.Namespace) -> int:
    """Score everybody and return the exit code."""
    from verifier.cli.scoring import score_command

    return score_command(arguments)

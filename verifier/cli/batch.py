"""`cb-verifier batch`: check folders, archives and manifests of certificates, many at a time."""

import argparse
from pathlib import Path

from verifier.cli.options import add_language, add_trust

SUMMARY = "Check many certificates: folders, ZIP archives, files, or a manifest; one line of results each."
EXAMPLES = """examples:
  cb-verifier batch applications/ --out results.jsonl
  cb-verifier batch applications.zip --manifest applications.csv --out results.xlsx --lang ko
  cb-verifier batch --manifest applications.csv --out results.csv --jobs 4
  cb-verifier batch applications/ --out results.jsonl --resume
  cb-verifier batch applications/ --out results.jsonl --receipt receipts/ --receipt-with-content
  cb-verifier batch applications/ --out results.parquet --dask tcp://10.0.0.5:8786

exit codes: the worst of all files: 70 fault, 1 invalid, 4 not a certificate or unreadable, 3 cannot be decided,
0 valid; 2 usage (nothing was checked)"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    add = parser.add_argument
    add("paths", nargs="*", metavar="PATH", help="folder, ZIP archive or file; without one, what the manifest names")
    add("--out", type=Path, required=True, metavar="FILE", help="results: .jsonl, .csv, .parquet or .xlsx; a new file")
    add(
        "--manifest",
        type=Path,
        metavar="CSV",
        help="whose the files are: applicant_no, path and, to be compared, name and birth_date",
    )
    add("--jobs", type=int, metavar="N", help="processes on this machine (default: its processors)")
    add("--dask", metavar="ADDRESS", help="check on a Dask cluster, for example tcp://10.0.0.5:8786")
    add("--resume", action="store_true", help="go on where an interrupted run of the same batch ended")
    add_trust(parser)
    add("--status-map", type=Path, metavar="FILE", help="JSON file that names a token file for each status list")
    add("--offline", action="store_true", help="never use the network for status lists")
    add("--max-status-age", type=int, metavar="S", help="refuse status lists signed more than S seconds ago")
    add("--profile", type=Path, metavar="FILE", help="verification rules (default: VERIFIER_PROFILE, else built in)")
    add("--recipient", metavar="NAME", help="check that every certificate is made out to this name")
    add("--require-document", action="store_true", help="only original PDFs are enough")
    add("--now", metavar="ISO8601", help="check for this time instead of now; every report says it is simulated")
    add("--receipt", type=Path, metavar="DIR", help="write a signed receipt (.jws) for each file into a new folder")
    add("--receipt-with-content", action="store_true", help="put everything that was disclosed into the receipts, too")
    add("--keep", type=Path, metavar="DIR", help="keep the trust and status lists, so that the checks can be repeated")
    add("--json", action="store_true", help="print the summary as one JSON document")
    add_language(parser)
    parser.set_defaults(aud=None, nonce=None)


def run(arguments: argparse.Namespace) -> int:
    """Check everything and return the worst exit code."""
    from verifier.cli.batching import check_batch  # keeps the help fast

    return check_batch(arguments)

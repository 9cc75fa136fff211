"""Writes the golden files from the code, and prints the line that the CHANGELOG then needs for each of them.

    .venv/bin/python -m tests.golden.renew

Read the difference first: these files are promises to programs that are not ours.
"""

import hashlib
import json
from pathlib import Path

from credential_schemas.report.schema import report_schema
from issuer import exit_codes as issuer_codes
from verifier import exit_codes as verifier_codes
from verifier.analysis.analysing import ANALYSIS_VERSION
from verifier.analysis.tables import COLUMNS as analysis_columns
from verifier.batch.rows import COLUMNS as batch_columns
from verifier.batch.summary import SUMMARY_VERSION
from wallet_cli import exit_codes as wallet_codes

ROOT = Path(__file__).resolve().parents[2]
EXIT_CODES = ROOT / "tests/golden/exit_codes.json"
TABLES = ROOT / "tests/golden/tables.json"
REPORT_SCHEMA = ROOT / "credential_schemas/report/report.schema.json"


def exit_code_table() -> str:
    """Return the exit codes of the three programs, what leads to each, and which of several wins, as JSON text."""
    table = {
        "cb-issuer": {
            "codes": {code.name: int(code) for code in issuer_codes.ExitCode},
            "errors": {kind.__name__: int(code) for kind, code in issuer_codes._TABLE},
        },
        "cb-verifier": {
            "codes": {code.name: int(code) for code in verifier_codes.ExitCode},
            "verdicts": {verdict.value: int(code) for verdict, code in verifier_codes.OF_VERDICT.items()},
            "errors": {kind.__name__: int(code) for kind, code in verifier_codes.OF_ERROR.items()},
            "worst_first": [int(code) for code in verifier_codes._WORST_FIRST],
        },
        "cb-wallet": {
            "codes": {code.name: int(code) for code in wallet_codes.ExitCode},
            "errors": {kind.__name__: int(code) for kind, code in wallet_codes._BY_ERROR.items()},
        },
    }
    return json.dumps(table, indent=1) + "\n"


def tables_text() -> str:
    """Return the columns of every table that `cb-verifier` writes for other programs, in order, as JSON text."""
    table = {
        "batch": {name: kind.__name__ for name, kind in batch_columns.items()},
        "analyse": [*analysis_columns],
        "versions": {"summary of a batch": SUMMARY_VERSION, "analysis": ANALYSIS_VERSION},
    }
    return json.dumps(table, indent=1) + "\n"


def schema_text() -> str:
    """Return the published schema of a Report as JSON text."""
    return json.dumps(report_schema(), indent=1) + "\n"


def golden_files() -> dict[Path, str]:
    """Return every golden file with the text it must have."""
    return {EXIT_CODES: exit_code_table(), REPORT_SCHEMA: schema_text(), TABLES: tables_text()}


def stamp(path: Path, text: str) -> str:
    """Return the words by which the CHANGELOG names one state of a golden file."""
    return f"`{path.name}` {hashlib.sha256(text.encode()).hexdigest()[:16]}"


def main() -> None:
    """Write the files and print what the CHANGELOG needs."""
    for path, text in golden_files().items():
        path.write_text(text, "utf-8")
        print(f"CHANGELOG.md: {stamp(path, text)}")


if __name__ == "__main__":
    main()

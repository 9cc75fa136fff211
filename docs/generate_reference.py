"""Writes everything that the code can say better than a person: so that it cannot fall behind, a test compares.

Commands, end points, errors, actions of the audit trail, members of a Report, of a policy and its schema, the list
of decisions, the pictures of docs/architecture.md, the sizes of docs/sizing.md, the verifier's help, the licences of
THIRD_PARTY_NOTICES.md, and share/ (completion and man pages). Writes what has changed; `make fix` runs it.
"""

import re
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path

from generate_cli import PAGE as CLI_PAGE
from generate_cli import VERIFIER_HELP, cli_page, prepared_help
from generate_share import share_files
from reference_audit import audit_page
from reference_charts import PAGE as PERFORMANCE_PAGE
from reference_charts import claims_picture, growth_picture, performance_page
from reference_criteria import SCHEMA, criteria_page, policy_schema
from reference_endpoints import endpoints_page
from reference_errors import errors_page
from reference_licences import NOTICES, notices_page
from reference_pictures import floors_picture, way_picture
from reference_report import report_members_page
from reference_sizing import PAGE as SIZING_PAGE
from reference_sizing import sizing_page

DOCS = Path(__file__).resolve().parent
DECISIONS = """# Decisions

Written by `docs/generate_reference.py` from the records. A record is not edited, only superseded.

| Record | Status |
|---|---|
"""


def main() -> int:
    """Write the files; with --check only compare, and name those that differ."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; end with 1 and name what is out of date")
    only_compare = parser.parse_args().check
    written = dict(_files())
    stale = [path for path, text in written.items() if not path.exists() or path.read_text("utf-8") != text]
    if only_compare:
        for path in stale:
            print(f"{path.relative_to(DOCS.parent)}: not what the code says; run `make fix`")
        return int(bool(stale))
    for path in stale:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(written[path], "utf-8")
    return 0


def decisions_page() -> str:
    """Return the list of decision records."""
    rows = []
    for record in sorted((DOCS / "decisions").glob("[0-9]*.md")):
        text = record.read_text("utf-8")
        title = text.partition("\n")[0].removeprefix("# ")
        status = re.search(r"^Status: (.*)$", text, re.MULTILINE)
        rows.append(f"| [{title}]({record.name}) | {status[1] if status else ''} |\n")
    return DECISIONS + "".join(rows)


def _files() -> Iterator[tuple[Path, str]]:
    yield CLI_PAGE, cli_page()
    yield VERIFIER_HELP, prepared_help()
    yield DOCS / "reference/audit-trail.md", audit_page()
    yield DOCS / "reference/endpoints.md", endpoints_page()
    yield DOCS / "reference/errors.md", errors_page()
    yield SCHEMA, policy_schema()
    yield DOCS / "reference/hiring-criteria.md", criteria_page()
    yield DOCS / "reference/report-members.md", report_members_page()
    yield DOCS / "decisions/README.md", decisions_page()
    yield DOCS / "pictures/floors.svg", floors_picture()
    yield DOCS / "pictures/way.svg", way_picture()
    yield DOCS / "pictures/claims.svg", claims_picture()
    yield DOCS / "pictures/growth.svg", growth_picture()
    yield PERFORMANCE_PAGE, performance_page()
    yield NOTICES, notices_page()
    yield SIZING_PAGE, sizing_page()
    yield from share_files()


if __name__ == "__main__":
    raise SystemExit(main())

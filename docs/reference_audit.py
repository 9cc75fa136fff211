"""The page of the audit trail: every action that a record of it can name, in both languages, from the code."""

from typing import get_args

from issuer.audit.trail import Action
from issuer.web.words import words

INTRODUCTION = """# The audit trail

Written by `docs/generate_reference.py` from `issuer/audit/trail.py` and the words of the pages. The bank records who
did what with whose data, in the transaction that does it, each record with the hash of the one before: `seq`, `at`
(UTC), `actor`, `action`, `account`, `subject`, `detail`. No record holds a person's data. `cb-issuer audit verify`
checks the chain; holders and staff see these sentences ([what the staff sees](../operator.md)).

| `action` | Korean | English |
|---|---|---|
"""


def audit_page() -> str:
    """Return the whole page."""
    said = words()
    rows = []
    for action in sorted(get_args(Action)):
        names = said[f"act_{action}"]
        rows.append(f"| `{action}` | {names.in_language('ko')} | {names.in_language('en')} |\n")
    return INTRODUCTION + "".join(rows)

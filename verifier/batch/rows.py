"""The flat form of a result: one row for each file, the same columns in CSV, Parquet and XLSX.

Source: docs/formats/batch.md
"""

from collections.abc import Mapping
from typing import Final

from keys.encoding import JsonValue
from verifier.batch.members import Object, object_in

Cell = str | int | bool | None

COLUMNS: Final[Mapping[str, type]] = {
    "n": int,
    "file": str,
    "sha256": str,
    "applicant_no": str,
    "verdict": str,
    "credential": str,
    "document": str,
    "status": str,
    "reasons": str,
    "error": str,
    "message_ko": str,
    "message_en": str,
    "match": str,
    "match_why": str,
    "match_applicant_no": str,
    "match_name": str,
    "match_birth_date": str,
    "issuer": str,
    "issuer_name": str,
    "number": str,
    "kind": str,
    "edition": str,
    "purpose": str,
    "recipient": str,
    "certificate_applicant_no": str,
    "issued_on": str,
    "valid_until": str,
    "holder_name": str,
    "holder_name_en": str,
    "holder_birth_date": str,
    "holder_binding": str,
    "entries": int,
    "entries_in_force": int,
    "entry_titles": str,
    "evidence": str,
    "status_as_of": str,
    "status_age_s": int,
    "trust_version": str,
    "verified_at": str,
    "profile": str,
    "simulated": bool,
    "report_id": str,
}
"""Name and type of every column, in order."""


def row_of(line: Object) -> dict[str, Cell]:
    """Return the row for one line of the results; what is not known is None."""
    batch, error = object_in(line, "batch"), object_in(line, "error")
    row: dict[str, JsonValue] = dict.fromkeys(COLUMNS)
    row |= {"n": batch.get("n"), "sha256": batch.get("sha256"), "applicant_no": batch.get("applicant_no")}
    row |= _match(object_in(batch, "match"))
    if error:
        message = object_in(error, "message")
        row |= {"file": error.get("name"), "verdict": "error", "error": error.get("kind")}
        row |= {"message_ko": message.get("ko"), "message_en": message.get("en")}
    else:
        row |= _report(line) | _certificate(line)
    return {name: _cell(row[name], kind) for name, kind in COLUMNS.items()}


def problems_of(line: Object) -> list[Object]:
    """Return the checks that failed, else those that stayed unknown, when they are why a Report is not valid."""
    checks = line.get("checks")
    listed = [check for check in checks if isinstance(check, dict)] if isinstance(checks, list) else []
    if line.get("verdict") == "valid":
        return []
    return [check for outcome in ("failed", "unknown") for check in listed if check.get("outcome") == outcome]


def _cell(value: JsonValue, kind: type) -> Cell:
    return value if isinstance(value, str | int) and isinstance(value, kind) else None


def _report(line: Object) -> dict[str, JsonValue]:
    parts, evidence, freshness = object_in(line, "parts"), object_in(line, "evidence"), object_in(line, "freshness")
    problems = problems_of(line)
    message = object_in(problems[0], "message") if problems else {}
    return {
        "file": evidence.get("name"),
        "verdict": line.get("verdict"),
        "credential": parts.get("credential"),
        "document": parts.get("document"),
        "status": parts.get("status"),
        "reasons": "; ".join(str(check.get("reason")) for check in problems) or None,
        "message_ko": message.get("ko"),
        "message_en": message.get("en"),
        "evidence": evidence.get("kind"),
        "status_as_of": freshness.get("status_as_of"),
        "status_age_s": freshness.get("status_age_s"),
        "trust_version": freshness.get("trust_version"),
        "verified_at": line.get("verified_at"),
        "profile": line.get("profile"),
        "simulated": line.get("simulated"),
        "report_id": line.get("id"),
    }


def _certificate(line: Object) -> dict[str, JsonValue]:
    certificate, disclosed = object_in(line, "certificate"), object_in(line, "disclosed")
    if not certificate or not disclosed:
        return {}
    issuer, holder = object_in(certificate, "issuer"), object_in(disclosed, "holder")
    listed = disclosed.get("entries")
    entries = [entry for entry in listed if isinstance(entry, dict)] if isinstance(listed, list) else []
    titles = [str(object_in(entry, "title").get("ko")) for entry in entries]
    same = ("number", "kind", "edition", "purpose", "recipient", "issued_on", "valid_until", "holder_binding")
    return {name: certificate.get(name) for name in same} | {
        "issuer": issuer.get("id"),
        "issuer_name": object_in(issuer, "name").get("ko"),
        "certificate_applicant_no": certificate.get("applicant_no"),
        "holder_name": holder.get("name"),
        "holder_name_en": holder.get("name_en"),
        "holder_birth_date": holder.get("birth_date"),
        "entries": len(entries),
        "entries_in_force": sum(entry.get("status") == "valid" for entry in entries),
        "entry_titles": "; ".join(titles),
    }


def _match(match: Object) -> dict[str, JsonValue]:
    compared = match.get("compared")
    found: dict[str, JsonValue] = {"match": match.get("result"), "match_why": match.get("why")}
    for each in compared if isinstance(compared, list) else []:
        if isinstance(each, dict):
            how = each.get("how")
            found[f"match_{each.get('what')}"] = f"{each.get('result')} ({how})" if how else each.get("result")
    return found

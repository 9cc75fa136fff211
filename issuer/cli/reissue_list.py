"""The list of certificates that a distrusted key signed: CSV or JSON, written whole, counted while it is written."""

import csv
import io
import json
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from issuer.key_life.distrusting import Affected

COLUMNS = ("number", "account", "carrier", "issued_at", "valid_until", "logged_at", "outcome", "reissue")
_KINDS = (".csv", ".json")


def check_list_target(target: Path | None) -> None:
    """Refuse a file that is neither CSV nor JSON or cannot be written, before anything is changed.

    Raises:
        InvalidOption: it is one.
    """
    from issuer.errors import InvalidOption
    from issuer.outputs import check_target

    if target is None:
        return
    if target.suffix.lower() not in _KINDS:
        raise InvalidOption("expected a file that ends in .csv or .json", option="--out")
    check_target(target)


def write_list(target: Path | None, affected: "Iterable[Affected]", head: Mapping[str, object]) -> dict[str, int]:
    """Write the list, readable by its owner only; answer how many certificates there are of each outcome.

    Args:
        target: `.csv` or `.json`; None only counts.
        affected: the certificates.
        head: what stands before the list in JSON.

    Raises:
        StorageFull, StorageUnusable: nothing is written.
    """
    from issuer.outputs import PRIVATE, write_whole

    counts, rows = Counter({"stays_valid": 0, "refused": 0, "open": 0}), []
    for each in affected:
        counts[each.outcome] += 1
        if target is not None:
            rows.append(_row(each))
    if target is not None:
        text = _csv(rows) if target.suffix.lower() == ".csv" else _json(rows, head)
        write_whole(target, text.encode(), mode=PRIVATE)
    return dict(counts)


def reissue_document(document: Mapping[str, object]) -> dict[str, object]:
    """Return what stands before the list in JSON: which key, since when."""
    return {name: document[name] for name in ("kid", "since", "dry_run")}


def _row(each: "Affected") -> dict[str, object]:
    found = each.certificate
    return {
        "number": found.number,
        "account": found.account_id,
        "carrier": found.carrier,
        "issued_at": found.issued_at,
        "valid_until": found.valid_until,
        "logged_at": each.logged_at,
        "outcome": each.outcome,
        "reissue": each.outcome != "stays_valid",
    }


def _csv(rows: list[dict[str, object]]) -> str:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows({**row, "reissue": "yes" if row["reissue"] else "no"} for row in rows)
    return text.getvalue()


def _json(rows: list[dict[str, object]], head: Mapping[str, object]) -> str:
    return json.dumps({**head, "certificates": rows}, ensure_ascii=False, indent=1) + "\n"

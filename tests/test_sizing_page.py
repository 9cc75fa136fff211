"""Every figure of the sizing tables follows from the measurements; a few are worked out here a second time, by hand."""

import importlib
import json
import re
import sys
from itertools import pairwise
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def sizing() -> ModuleType:
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(ROOT / "docs"))
        found = importlib.import_module("reference_sizing")
        sys.modules.pop("reference_sizing")
        return found


def result(name: str) -> dict[str, Any]:
    return dict(json.loads((ROOT / f"benchmarks/results/{name}.json").read_text()))


def row(page: str, begin: str) -> list[str]:
    (line,) = re.findall(rf"^\| {re.escape(begin)}[^|]*\|(.*)\|$", page, re.MULTILINE)
    return [cell.strip() for cell in line.split("|")]


def test_the_page_is_what_the_measurements_give(sizing: ModuleType) -> None:
    page = sizing.PAGE.read_text("utf-8")
    assert sizing.sizing_page() == page
    assert len(row(page, "Accounts")) == len(sizing.ACCOUNTS)


def test_figures_of_fifty_million_accounts_worked_out_a_second_time(sizing: ModuleType) -> None:
    page, rows = sizing.PAGE.read_text("utf-8"), result("many_certificates")["bytes_for_a_row_with_its_indexes"]
    assert row(page, "certificates a day")[-1] == f"{50_000_000 / 365:,.0f}"
    copies = 50_000_000 * result("certificate_peers")["figures"]["sealed"]["bytes"] / 1e9
    assert row(page, "encrypted copies of a year, GB")[-1] == f"{copies:,.1f}"
    assert row(page, "status lists of a year's certificates")[-1] == f"{-(-50_000_000 * 6 // 2**19):,}"
    certificate = rows["certificates"] - 1000 + 5 * rows["certificate_entries"] + 6 * rows["status_indexes"]
    account = rows["accounts"] + rows["consents"] + 10 * rows["entries"]
    assert row(page, "rows after a year, GB")[-1] == f"{50e6 * (certificate + account) / 1e9:,.1f}"
    processor_ms = (
        result("certificate_peers")["figures"]["sealed"]["processor_ms"]
        + result("code_key")["processor ms a copy"]["lower quartile"]
        + result("log_and_audit")["log"]["large_append_ms"]
    )
    cores = 50_000_000 / 365 / 86_400 * 20 * processor_ms / 1000 * 2
    assert cores <= float(row(page, "cores for issuing")[-1]) < cores + 1


def test_needs_grow_with_the_accounts_and_never_fall_below_two_issuers(sizing: ModuleType) -> None:
    found = [sizing.needs(accounts) for accounts in sizing.ACCOUNTS]
    assert found[0]["issuer_cores"] == 2
    for less, more in pairwise(found):
        assert all(more[name] >= less[name] for name in less)
    assert found[-1]["certificates_a_day"] == pytest.approx(5000 * found[0]["certificates_a_day"])


def test_a_measurement_that_changes_changes_the_page(sizing: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    before = sizing.sizing_page()
    slower = sizing.costs() | {"code_ms": 10_000.0}
    monkeypatch.setattr(sizing, "costs", lambda: slower)
    assert sizing.sizing_page() != before

"""How large codes become: the limits of issue 3 hold for fixed certificates, and so do the committed measurements."""

import json
from pathlib import Path
from typing import Any

import pytest

from benchmarks.qr.sizes import LEVEL, VERIFY_URL, Case, cases, size_of
from credential_schemas.qr.digits import digits_from_bytes
from credential_schemas.qr.payload import qr_text
from credential_schemas.qr.symbols import needed_version

RESULTS = Path(__file__).resolve().parents[3] / "benchmarks" / "results" / "qr_sizes.json"
MEASURED: dict[str, dict[str, Any]] = {
    case["certificate"]: case for case in json.loads(RESULTS.read_text("utf-8"))["cases"]
}
CASES = [pytest.param(case, id=case.name) for case in cases()]


@pytest.mark.parametrize("case", CASES)
def test_certificates_stay_within_their_version_and_the_measured_maximum(case: Case) -> None:
    sizes = [size_of(case.credential(seed)) for seed in range(5)]
    assert max(size.version for size in sizes) <= case.limit
    assert max(size.payload for size in sizes) <= MEASURED[case.name]["payload_max"]


@pytest.mark.parametrize("case", CASES)
def test_the_committed_measurements_keep_the_limits(case: Case) -> None:
    assert MEASURED[case.name]["version_max"] <= case.limit


@pytest.mark.parametrize(("size", "version"), [(226, 11), (227, 12), (262, 12), (263, 13)])
def test_a_payload_that_passes_a_capacity_takes_the_next_version(size: int, version: int) -> None:
    assert needed_version(qr_text(VERIFY_URL, digits_from_bytes(bytes(size))), level=LEVEL) == version

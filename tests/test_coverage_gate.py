"""The gate of the coverage says what is missing, and where."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests import coverage_gate


def measured(folder: Path, process: str, *, lines: list[int], missed: list[int]) -> Path:
    """Write what one process reached of `keys/a.py`: lines, and the branch out of line 1 with the first of them."""
    branches = {"executed_branches": [[1, 2]] if 2 in lines else [], "missing_branches": [[1, 0], [1, 2]]}
    file: dict[str, Any] = {"executed_lines": lines, "missing_lines": missed, **branches}
    result = folder / f"{process}.json"
    document = {"meta": {"software": "slipcover", "branch_coverage": True}, "files": {"keys/a.py": file}}
    result.write_text(json.dumps(document))
    return result


def test_what_one_process_reached_is_reached(tmp_path: Path) -> None:
    first = measured(tmp_path, "gw0", lines=[1, 2], missed=[3])
    second = measured(tmp_path, "gw1", lines=[1, 3], missed=[2])
    file = coverage_gate.joined([first, second])["keys/a.py"]
    assert file["missing_lines"] == []
    assert coverage_gate.gaps_of("keys/a.py", file) == ["keys/a.py: lines none; branches 1->end"]


def test_a_file_that_is_reached_whole_has_no_gap() -> None:
    assert coverage_gate.gaps_of("a", {"missing_lines": [], "missing_branches": []}) == []


def test_lines_and_branches_count_alike() -> None:
    file = {"executed_lines": [1, 2], "missing_lines": [3], "executed_branches": [[1, 2]], "missing_branches": []}
    assert coverage_gate.reached([file]) == 75.0


def test_a_module_that_nobody_imported_is_named() -> None:
    assert "keys/merkle.py" in coverage_gate.never_imported({"keys/jws.py": {}})


def test_nothing_measured_is_no_success(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="nothing was measured"):
        coverage_gate.joined(sorted(tmp_path.glob("*.json")))


def test_a_gap_in_a_strict_file_fails_the_gate(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    measured(tmp_path, "gw0", lines=list(range(1, 100)), missed=[100])
    monkeypatch.setattr(coverage_gate, "RESULTS", tmp_path)
    monkeypatch.setattr(coverage_gate, "PACKAGES", ("keys",))
    monkeypatch.setattr(coverage_gate, "never_imported", lambda _files: [])
    monkeypatch.setattr(coverage_gate, "missing_commands", list)
    assert coverage_gate.main("keys/*") == 1
    assert "keys/a.py: lines 100; branches 1->end" in capsys.readouterr().out
    assert coverage_gate.main("verifier/*") == 0

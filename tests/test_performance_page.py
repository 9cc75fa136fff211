"""The charts and the table of the performance page are what the results say."""

import importlib
import re
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs/performance.md"


@pytest.fixture(scope="module")
def charts() -> ModuleType:
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(ROOT / "docs"))
        found = importlib.import_module("reference_charts")
        for name in ("reference_charts", "reference_pictures"):
            sys.modules.pop(name)
        return found


def test_page_and_charts_are_what_the_results_give(charts: ModuleType) -> None:
    assert charts.performance_page() == PAGE.read_text("utf-8")
    for name in ("claims", "growth"):
        drawn = getattr(charts, f"{name}_picture")()
        assert (ROOT / f"docs/pictures/{name}.svg").read_text("utf-8") == drawn
        assert f"pictures/{name}.svg" in PAGE.read_text("utf-8")


def test_each_claim_stands_on_its_side_of_the_goal(charts: ModuleType) -> None:
    bars = re.findall(r'<rect class="(good|poor)"', charts.claims_picture())
    expected = [
        "good" if (each.value >= each.goal if each.at_least else each.value <= each.goal) else "poor"
        for each in charts.claims()
    ]
    assert bars == expected
    assert set(bars) == {"good", "poor"}


def test_a_claim_better_or_worse_by_a_factor_is_drawn_the_same_way_round(charts: ModuleType) -> None:
    claim = charts.Claim("ready", "many_certificates", ("ready", "median_wall_s"), 1)
    assert charts.Claim("ready", claim.result, claim.place, claim.value / 2).better == 0.5
    assert charts.Claim("ready", claim.result, claim.place, claim.value / 2, at_least=True).better == 2


def test_growth_has_a_line_for_each_request_of_each_kind(charts: ModuleType) -> None:
    requests = charts.growth_table().count("\n") - 2
    assert charts.growth_picture().count("<polyline") == requests == 14

"""A role profile by NCS units: the second policy."""

from datetime import date

from credential_schemas.catalogue import ncs_unit
from credential_schemas.criteria.case import Decisions
from credential_schemas.criteria.entries import read_entries
from credential_schemas.criteria.language import Policy
from credential_schemas.criteria.notice import read_notice
from credential_schemas.criteria.rules.units import level_of
from credential_schemas.criteria.score import Score
from credential_schemas.criteria.scoring import score_applicant
from keys.encoding import JsonValue
from tests.credential_schemas.criteria.given import Json, edited, entry, reach

STRONG = {"portfolio": {"code": "strong", "design": "strong"}}


def profile(*rows: Json, level: str = "junior", related: bool | None = True, by: Policy | None = None) -> Score:
    policy = by or edited(name="company")
    bands: JsonValue = [{"min_months": 12, "points": 5}, {"min_months": 36, "points": 10}]
    document: Json = {"id": "job-7", "notice_date": "2026-03-02", "level": level, "experience_bands": bands}
    given = {} if related is None else {str(row["id"]): {"related": related} for row in rows}
    notice = read_notice(document, policy)
    return score_applicant(policy, notice, read_entries([*rows]), decisions=Decisions(given, STRONG), basis="verified")


def unit(entry_id: str, code: str, level: int | None) -> Json:
    return entry(entry_id, "ncs_competency_unit", unit_code=code, unit_name="가상 능력단위", unit_level=level)


def test_each_competency_of_the_profile_counts_once_at_its_level() -> None:
    found = profile(unit("1", "2001020231_99v1", 5), unit("2", "2001020232_99v1", 6), unit("3", "2001030101_99v1", 2))
    assert found.components["competencies"] == 20
    assert [line.entries for line in found.trace if line.rule == "CO-UNITS"] == [("1", "2")]
    assert found.excluded_entries == {"3": "no_rule"}
    assert found.flags == ()


def test_a_competency_that_any_level_shows_is_not_shown_by_nothing() -> None:
    low = edited((("rules", 0, "wanted", 0, "level"), 1), name="company")
    assert profile(unit("1", "2001030101_99v1", 3), by=low).components["competencies"] == 15


def test_units_may_wait_for_a_decision() -> None:
    waiting = edited((("rules", 0, "needs"), ["related"]), name="company")
    found = profile(unit("1", "2001020231_99v1", 5), related=None, by=waiting)
    assert (found.status, reach(found)) == ("incomplete", [20, 40])
    assert found.flags == ("adjudication_missing:1:related",)


def test_the_level_of_an_entry_is_that_of_its_own_unit_and_of_no_other() -> None:
    (both,) = read_entries([{**unit("1", "2001020231_99v1", 8), "ncs_units": ["2001030105_19v4"]}])
    assert level_of("2001020231_99v1", both) == 8
    known = ncs_unit("2001030105_19v4")
    assert known is not None
    assert level_of("2001030105_19v4", both) == known.level != 8


def test_a_unit_without_a_known_level_is_flagged_and_does_not_count() -> None:
    found = profile(unit("1", "2001020231_99v1", None))
    assert found.components["competencies"] == 0
    assert found.flags == ("claim_missing:1:unit_level",)


def test_an_entry_shows_the_units_it_covers_at_the_level_of_the_catalogue() -> None:
    covered = entry("1", "course_based_qualification", ncs_units=["2001020231_99v1", "0000000000_99v1", 7])
    assert profile(covered).components["competencies"] == 0
    known = entry("1", "course_based_qualification", ncs_units=["2001020211_19v4"])
    assert profile(known).components["competencies"] in (0, 20)


def test_hours_are_rounded_for_each_course_and_capped_by_level() -> None:
    rows = [entry(str(n), "vocational_training", hours=199, completed=True) for n in range(3)]
    assert profile(*rows).components["training"] == 6
    many = [entry(str(n), "vocational_training", hours=1000, completed=True) for n in range(3)]
    assert profile(*many).components["training"] == 20
    assert profile(*many, level="senior").components["training"] == 10
    assert profile(*many, level="senior").raw["training"] == 60


def test_an_undecided_entry_leaves_the_range_open() -> None:
    row = entry("1", "vocational_training", hours=500, completed=True)
    assert reach(profile(row, related=None)) == [20, 30]


def test_the_evaluation_date_decides_what_has_expired() -> None:
    row = {**unit("1", "2001020231_99v1", 5), "valid_until": date(2026, 3, 1).isoformat()}
    assert profile(row).excluded_entries == {"1": "expired"}


def test_a_course_shows_its_units_only_when_it_says_that_it_was_passed() -> None:
    codes: JsonValue = ["2001010101_19v4"]
    wanted = {**unit("1", "2001020231_99v1", 5)}
    for passed, reason in ((True, "no_rule"), (False, "not_completed"), (None, "claim_missing")):
        row = entry("2", "university_ncs_course", ncs_units=codes, passed=passed)
        assert profile(wanted, row).excluded_entries == {"2": reason}
    known = entry("1", "vocational_training", ncs_units=["2001030105_19v4"], completed=True, hours=0)
    assert profile(known).components["competencies"] == 15
    assert profile({**known, "completed": False}).components["competencies"] == 0

"""The competency map: who counts where, at which level, and that no group in it is too small."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.verifier.analysis.people import entry, person, unit
from verifier.analysis.competencies import certifying_types
from verifier.analysis.fields import Band, bands, competency_map

COUNTS = st.lists(st.integers(0, 9), min_size=8, max_size=8)


def test_a_person_counts_once_in_a_field_at_the_highest_level() -> None:
    several = [
        person(
            str(n), unit("2001020231_99v1", 3, "1"), unit("2001030101_99v1", 5, "2"), unit("0202010101_99v1", 2, "3")
        )
        for n in range(5)
    ]
    rows = {row.code: row for row in competency_map(several, depth="middle", smallest=5).rows}
    assert rows["2001"].people == 5
    assert rows["2001"].bands == (Band(5, 5, 5),)
    assert rows["0202"].bands == (Band(2, 2, 5),)
    assert rows["2001"].name.ko == "정보기술"


@pytest.mark.parametrize(
    ("shown", "people"),
    [
        (entry("national_technical_qualification", ncs_units=["2001020231_99v1"]), 1),
        (entry("vocational_training", ncs_code="20010202", completed=True), 1),
        (entry("vocational_training", ncs_code="20010202", completed=False), 0),
        (entry("vocational_training", ncs_code="20010202"), 0),
        (entry("university_ncs_course", ncs_units=["2001020231_99v1"], passed=False), 0),
        (entry("language_test", score_or_grade="900"), 0),
        (entry("vocational_training", ncs_code="20", completed=True), 0),
    ],
)
def test_what_is_related_shows_a_field_without_level_and_what_was_not_completed_nothing(
    shown: object, people: int
) -> None:
    found = competency_map([person("1", shown)], depth="middle", smallest=1)  # type: ignore[arg-type]  # an entry
    assert sum(row.people for row in found.rows) == people
    assert all(row.bands == () and row.not_stated == 1 for row in found.rows)


def test_units_that_an_entry_certifies_have_the_level_of_the_catalogue() -> None:
    course = entry("course_based_qualification", ncs_units=["2001010101_19v4"])
    (row,) = competency_map([person("1", course)], depth="sub", smallest=1).rows
    assert (row.code, row.bands) == ("20010101", (Band(7, 7, 1),))
    assert "vocational_training" not in certifying_types()
    assert {"ncs_competency_unit", "course_based_qualification", "university_ncs_course"} <= certifying_types()


def test_an_unknown_class_is_called_by_its_code() -> None:
    (row,) = competency_map([person("1", unit("9999999999_99v1", 1))], depth="middle", smallest=1).rows
    assert row.to_json()["name"] == {"ko": "9999", "en": "9999"}


def test_fewer_people_than_the_smallest_group_have_no_map() -> None:
    found = competency_map([person(str(n), unit("2001020231_99v1", 3)) for n in range(4)], depth="middle", smallest=5)
    assert (found.too_few, found.rows) == (True, ())


def test_a_field_of_few_is_not_listed_and_a_row_with_a_small_part_not_broken_down() -> None:
    several = [person(str(n), unit("2001020231_99v1", 3 if n else None, "1")) for n in range(6)]
    several.append(person("6", unit("0202010101_99v1", 2)))
    found = competency_map(several, depth="middle", smallest=5)
    assert found.small_fields == 1
    assert [(row.code, row.people, row.bands, row.not_stated) for row in found.rows] == [("2001", 6, (), None)]
    assert found.to_json()["fields"] == [
        {
            "code": "2001",
            "name": {"ko": "정보기술", "en": "Information technology"},
            "people": 6,
            "levels": None,
            "level_not_stated": None,
        }
    ]


@pytest.mark.parametrize(
    ("counts", "found"),
    [
        ([0, 0, 0, 0, 6, 0, 0, 0], (Band(5, 5, 6),)),
        ([0, 0, 0, 0, 6, 2, 0, 0], (Band(5, 8, 8),)),
        ([1, 0, 4, 0, 7, 0, 0, 0], (Band(1, 3, 5), Band(5, 5, 7))),
        ([5, 1, 0, 4, 0, 0, 0, 0], (Band(1, 1, 5), Band(2, 4, 5))),
        ([1, 1, 1, 1, 0, 0, 0, 0], ()),
        ([0] * 8, ()),
    ],
)
def test_neighbouring_levels_are_joined_until_a_group_is_large_enough(
    counts: list[int], found: tuple[Band, ...]
) -> None:
    assert bands(counts, 5) == found


@given(COUNTS, st.integers(1, 12))
def test_no_group_of_levels_is_too_small_and_nobody_is_lost(counts: list[int], smallest: int) -> None:
    found = bands(counts, smallest)
    assert all(band.people >= smallest for band in found)
    assert sum(band.people for band in found) == (sum(counts) if sum(counts) >= smallest else 0)
    for band in found:
        assert band.people == sum(counts[band.first - 1 : band.last])
    assert all(one.last < other.first for one, other in itertools.pairwise(found))

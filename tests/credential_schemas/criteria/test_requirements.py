"""Required qualifications: which held ones are taken out, however many are required and held."""

import itertools
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keys.encoding import JsonValue
from tests.credential_schemas.criteria.given import Json, private, scored, technical

HELD: tuple[Json, ...] = (
    technical("1", "정보처리기사", "기사"),
    technical("2", "정보보안산업기사", "산업기사"),
    private("3", "전산세무", "1급"),
    private("4", "전산회계", "2급"),
    private("5", "한국사능력검정시험", "2급"),
)
NAMES = ("정보처리기사", "정보보안산업기사", "전산세무", "전산회계", "한국사능력검정시험")
POINTS = (5, 3, 5, 3, 1)


def required(*wanted: Sequence[str]) -> list[JsonValue]:
    return [{"any_of": [*names]} for names in wanted]


def by_trying_everything(wanted: list[list[str]]) -> tuple[int, int]:
    """Return how many requirements can be met, and the fewest points lost by that."""
    found = [(0, 0)]
    for taken in itertools.product([None, *range(len(HELD))], repeat=len(wanted)):
        used = [place for place in taken if place is not None]
        fits = all(place is None or NAMES[place] in names for place, names in zip(taken, wanted, strict=True))
        if fits and len(set(used)) == len(used):
            found.append((-len(used), sum(POINTS[place] for place in used)))
    most, lost = min(found)
    return -most, lost


@given(wanted=st.lists(st.lists(st.sampled_from(NAMES), min_size=1, max_size=3, unique=True), max_size=4))
@settings(max_examples=40, deadline=None)
def test_as_many_as_can_be_are_met_and_nothing_costs_less(wanted: list[list[str]]) -> None:
    found = scored(*HELD, job_family="administrative", required_qualifications=required(*wanted))
    taken = [each for each, why in found.excluded_entries.items() if why == "required_qualification"]
    unmet = [flag for flag in found.flags if flag.startswith("requirement_not_shown")]
    most, lost = by_trying_everything(wanted)
    assert len(taken) == most
    assert len({*unmet}) <= len(wanted) - most
    assert sum(POINTS[int(each) - 1] for each in taken) == lost


def test_a_ninth_requirement_counts_like_the_first() -> None:
    nobody = [[f"없는자격{number}"] for number in range(8)]
    found = scored(HELD[0], required_qualifications=required(*nobody, ["정보처리기사"]))
    assert (found.raw["qualification"], found.excluded_entries) == (0, {"1": "required_qualification"})
    assert len(found.flags) == 8


@pytest.mark.parametrize("held", [2, 60])
def test_many_alike_against_many_requirements_is_no_search(held: int) -> None:
    rows = [technical(f"{number:02}", "정보처리기사", "기사") for number in range(held)]
    found = scored(*rows, required_qualifications=required(*[["정보처리기사"]] * 40))
    taken = [each for each, why in found.excluded_entries.items() if why == "required_qualification"]
    assert taken == [f"{number:02}" for number in range(min(held, 40))]
    assert found.raw["qualification"] == (0 if held <= 40 else 5)


def test_an_entry_makes_room_for_a_cheaper_one_that_fits_nowhere_else() -> None:
    found = scored(
        *HELD[:2], required_qualifications=required(["정보보안산업기사", "정보처리기사"], ["정보보안산업기사"])
    )
    assert found.excluded_entries == {"1": "required_qualification", "2": "required_qualification"}
    assert found.flags == ()

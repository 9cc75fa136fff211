"""What the published policies say to people stands in both languages."""

import re

import pytest

from credential_schemas.criteria.language import Policy
from credential_schemas.criteria.terms import Both
from tests.credential_schemas.criteria.given import policy

HANGUL = re.compile("[가-힣]")


@pytest.fixture(scope="module")
def read() -> Policy:
    return policy()


def readings(read: Policy) -> list[Both]:
    """Return every text about the places that can be read in more than one way."""
    said = [each.text for each in read.ambiguities] + [each.why for each in read.ambiguities if each.why is not None]
    return said + [option.text for each in read.ambiguities for option in each.options.values()]


def test_every_reading_is_told_in_korean_and_in_english(read: Policy) -> None:
    said = readings(read)
    assert len(said) > 23 * 2
    assert [each.ko for each in said if not HANGUL.search(each.ko)] == []
    assert [each.en for each in said if not re.search("[a-z]{2}", each.en)] == []
    assert [each.en for each in said if each.ko == each.en] == []


def test_what_a_later_stage_leaves_out_is_told_in_both_languages(read: Policy) -> None:
    test, interview = read.written_test, read.interview
    assert test is not None
    assert interview is not None
    for each in (*test.unknown, *interview.unknown):
        assert HANGUL.search(each.ko)
        assert not HANGUL.search(each.en)

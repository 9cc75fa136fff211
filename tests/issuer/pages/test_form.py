"""What forms send: each field by name, whatever its order; and no more of it than a page of ours sends."""

import pytest

from issuer.api.pages.form import MAX_FIELDS, Form, read_fields, read_form
from keys.gate.answers import Refusal

URLENCODED = "application/x-www-form-urlencoded"


def test_fields_are_found_by_name_each_value_once() -> None:
    form = read_form(b"a=1&b=%EA%B0%80&a=2&a=1&c=", URLENCODED)
    assert (form.one("a"), form.one("b"), form.one("c"), form.one("d")) == ("1", "가", "", "")
    assert (form.many("a"), form.many("d")) == (["1", "2"], [])
    assert form.grouped() == {"a": ["1", "2"], "b": ["가"], "c": [""]}


def test_fields_in_groups_are_those_that_are_asked_for_one_by_one() -> None:
    form = Form([(f"f{number % 7}", str(number % 3)) for number in range(100)])
    assert form.grouped() == {name: form.many(name) for name, _ in form.fields}


def test_largest_form_is_grouped_in_one_pass() -> None:
    names = 0

    class Name(str):
        """A name that counts how often it is compared."""

        __slots__ = ()
        __hash__ = str.__hash__

        def __eq__(self, other: object) -> bool:
            nonlocal names
            names += 1
            return str.__eq__(self, other)

    form = Form([(Name(f"f{number}"), "x") for number in range(MAX_FIELDS)])
    assert len(form.grouped()) == MAX_FIELDS
    assert names < MAX_FIELDS


@pytest.mark.parametrize("body", [b"a=%FF", b"\xff=1", b"&".join(b"a=1" for _ in range(MAX_FIELDS + 1))])
def test_what_no_page_of_ours_sends_is_refused(body: bytes) -> None:
    with pytest.raises(Refusal) as refused:
        read_fields(body)
    assert (refused.value.status, refused.value.code) == (422, "form_invalid")


def test_another_kind_of_body_is_refused() -> None:
    with pytest.raises(Refusal) as refused:
        read_form(b"a=1", "application/json")
    assert (refused.value.status, refused.value.code) == (415, "form_expected")

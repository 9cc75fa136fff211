"""What an error of this floor carries: its sentence, and for those that have one the kind that programs ask for."""

import inspect

import pytest

from keys import errors
from keys.errors import FetchError, KeysError


def classes() -> list[type[KeysError]]:
    found = [each for each in vars(errors).values() if isinstance(each, type) and issubclass(each, KeysError)]
    assert len(found) > 20
    return found


@pytest.mark.parametrize("kind_of_error", classes())
def test_an_error_keeps_its_sentence_and_its_kind(kind_of_error: type[KeysError]) -> None:
    asked = inspect.signature(kind_of_error).parameters
    given = {name: value for name, value in (("kind", "size"), ("subject", "CN=x")) if name in asked}
    error = kind_of_error("expected a sentence", **given)
    assert (str(error), error.message) == ("expected a sentence", "expected a sentence")
    assert {name: getattr(error, name) for name in given} == given


def test_every_error_has_a_slug_of_its_own() -> None:
    slugs = [each.code for each in classes()]
    assert len(set(slugs)) == len(slugs)


def test_an_answer_that_was_not_wanted_keeps_its_status() -> None:
    assert FetchError("expected 200", kind="status", status=404).status == 404
    assert FetchError("expected a connection", kind="connect").status is None

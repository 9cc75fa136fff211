"""The short way to read an entry says what the rules say, of every entry, and is the one that is taken."""

from copy import deepcopy
from typing import cast
from unittest.mock import patch

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from credential_schemas import certificate_claims, presented_claims
from credential_schemas.certificate_claims import CertificateClaims, to_payload
from credential_schemas.claim_members import sure_members
from credential_schemas.entry_types import entry_types
from credential_schemas.errors import EntryTypeError
from credential_schemas.presented_claims import PresentedClaims, read_presented
from keys.encoding import JsonValue
from tests.credential_schemas.test_field_kinds import ACCEPTED, REFUSED
from tests.strategies import JSON

Payload = dict[str, JsonValue]
NAMES = [*sorted({name for each in entry_types().values() for name, _ in each.member_tests}), "mood", "wage"]
VALUES: list[JsonValue] = [value for _, value in ACCEPTED] + [value for _, value, _ in REFUSED]


def outcome(payload: Payload) -> PresentedClaims | tuple[str, str, str]:
    try:
        return read_presented(payload)
    except EntryTypeError as error:
        return error.field, error.kind, str(error)


def by_the_rules_alone(payload: Payload) -> PresentedClaims | tuple[str, str, str]:
    with (
        patch.object(certificate_claims, "sure_members", lambda *_args, **_named: None),
        patch.object(presented_claims, "sure_members", lambda *_args, **_named: None),
    ):
        return outcome(payload)


def order(found: PresentedClaims | tuple[str, str, str]) -> list[list[str]]:
    return [list(entry.fields) for entry in found.entries] if isinstance(found, PresentedClaims) else []


@pytest.mark.parametrize("edition", ["sample", "blind"])
@pytest.mark.parametrize("bound", [{}, {"cnf": {}}], ids=["paper", "wallet"])
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_changed_entry_is_read_or_refused_as_the_rules_say(
    edition: str, bound: Payload, data: st.DataObject, request: pytest.FixtureRequest
) -> None:
    payload = deepcopy(to_payload(request.getfixturevalue(edition))[0]) | bound
    entry = cast("Payload", data.draw(st.sampled_from(every_entry(payload))))
    name = data.draw(st.sampled_from([*entry, *entry, *NAMES]))
    if data.draw(st.booleans()):
        entry.pop(name, None)
    else:
        entry[name] = data.draw(st.one_of(st.sampled_from(VALUES), JSON))
    assert outcome(payload) == by_the_rules_alone(payload)
    assert order(outcome(payload)) == order(by_the_rules_alone(payload))


def every_entry(payload: Payload) -> list[JsonValue]:
    return [entry for value in payload.values() if isinstance(value, list) for entry in value]


def test_every_entry_of_a_good_certificate_is_surely_right(sample: CertificateClaims, blind: CertificateClaims) -> None:
    for claims, hides in ((sample, False), (blind, True)):
        for entry in cast("list[Payload]", every_entry(to_payload(claims)[0])):
            found = sure_members(entry, entry_types()[str(entry["type"])], blind=hides)
            assert found == {name: value for name, value in entry.items() if name != "type"}


def test_members_of_an_entry_are_given_in_the_order_of_its_type(sample: CertificateClaims) -> None:
    for entry in cast("list[Payload]", every_entry(to_payload(sample)[0])):
        entry_type = entry_types()[str(entry["type"])]
        found = sure_members(dict(reversed(entry.items())), entry_type, blind=False)
        assert found is not None
        assert list(found) == [name for name, _ in entry_type.member_tests if name in entry and name != "type"]

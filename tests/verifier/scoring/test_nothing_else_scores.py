"""Through check, file and scoring: an entry earns points only when everything about it is in order."""

import json

import pytest

from tests.verifier.scoring.office import VCT, Office, entry

NAME = "bank.example/N-1/11"
IN_FORCE = 0


@pytest.mark.parametrize("flaw", ["none", "no_list", "untrusted", "past_its_day"])
@pytest.mark.parametrize("own", [IN_FORCE, 1])
@pytest.mark.parametrize("whole", [IN_FORCE, 1])
def test_points_come_only_from_what_is_verified_trusted_and_in_force(
    office: Office, whole: int, own: int, flaw: str
) -> None:
    office.world.statuses = {7: whole, 11: own}
    if flaw == "no_list":
        office.world.network = lambda _: b"no list"
    reports = office.results(
        office.checked(entry(valid_until="2026-03-01" if flaw == "past_its_day" else "2027-01-01"))
    )
    if flaw == "untrusted":
        office.world.issuer["types"] = [{"vct": VCT, "entry_types": ["school_course"]}]
        office.trust = office.put("trust.json", json.dumps(office.world.trust))
    (result,) = office.scored("--reports", reports)
    in_order = (whole, own, flaw) == (IN_FORCE, IN_FORCE, "none")
    assert result["components"]["qualification"] == (5 if in_order else 0)
    assert (NAME in result["excluded_entries"]) is not in_order
    assert any(NAME in line["entries"] for line in result["trace"]) is in_order

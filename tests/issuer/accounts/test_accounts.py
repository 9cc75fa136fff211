"""`cb-issuer accounts`: opening, linking, consents and what an account shows."""

from dataclasses import replace

import pytest

from credential_schemas.entry_types import entry_types
from issuer.accounts.units import derived_units, proven_unit_codes
from tests.issuer.conftest import World


def test_an_account_shows_the_entries_of_its_person_with_their_provenance(world: World, account: str) -> None:
    entries = world.entries(account)
    assert len(entries) == 8
    assert {entry["category"] for entry in entries.values()} == {
        "qualifications",
        "trainings",
        "educations",
        "careers",
        "units",
    }
    licence = entries["정보처리기사"]
    assert (licence["source"], licence["source_record_id"]) == ("qnet_qualifications", "23900000001A")
    assert (licence["as_of"], licence["status"]) == ("2026-11-22", "valid")


def test_an_account_shows_only_sources_the_holder_consented_to(world: World) -> None:
    account = world.open_account("SYN-P-001", "--consent", "qnet_qualifications", "hrdnet_training")
    assert set(world.entries(account)) == {"정보처리기사", "공공데이터 분석 실무"}


def test_a_competency_unit_names_the_entry_that_proves_it(world: World, account: str) -> None:
    entries = world.entries(account)
    unit = entries["전표관리"]
    assert unit["proven_by"] == entries["회계원리"]["id"]
    assert unit["fields"]["unit_code"] == "0203020101_20v4"


@pytest.mark.parametrize("status", ["valid", "corrected"])
def test_a_unit_is_proven_by_what_is_in_force_rather_than_by_what_is_suspended(
    world: World, account: str, status: str
) -> None:
    proof_id = world.entries(account)["회계원리"]["id"]
    bank = world.open()
    with bank.store.read() as transaction:
        (proof,) = transaction.entries.entries([proof_id])
        assert proven_unit_codes(proof)
        suspended = replace(proof, id="a" * 32, source_status="suspended")
        in_force = replace(proof, id="b" * 32, source_status=status)
        units = derived_units(bank, transaction, [suspended, in_force])
    bank.close()
    assert {unit.proof.id for unit in units} == {in_force.id}


def test_a_course_that_was_not_passed_proves_no_unit(world: World) -> None:
    courses = (
        "person_ref,recognition_id,valid_from,valid_until,institution_name,department,course_code,course_name,"
        "credits,term,passed,ncs_units\n"
        "SYN-P-002,NCSC-SYN-2025-002,2025-01-01,2027-12-31,(가상)두빛대학교,산업경영과,IM305,회계원리,"
        "3,2025-1,N,0101010101_17v2\n"
    )
    assert world.deliver("university_courses", courses).code == 0
    units = [entry for entry in world.entries(world.open_account("SYN-P-002")).values() if entry["category"] == "units"]
    assert "0101010101_17v2" not in {unit["fields"]["unit_code"] for unit in units}


def test_a_unit_that_the_reference_list_lacks_comes_from_the_catalogue(world: World) -> None:
    entries = world.entries(world.open_account("SYN-P-005"))
    units = {entry["fields"]["unit_code"]: entry for entry in entries.values() if entry["category"] == "units"}
    assert "2001020203_19v4" in units
    assert all(entry_types()["ncs_competency_unit"].field(name) for unit in units.values() for name in unit["fields"])


def test_opening_prints_the_id_alone_for_scripts(world: World) -> None:
    ran = world.run("accounts", "open", "--person", "SYN-P-002", "--consent-all")
    assert ran.out.strip() in {account["id"] for account in world.json("accounts", "list")["accounts"]}


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--person", "SYN-P-999", "--consent-all"), "No registered person has this reference"),
        (("--person", "SYN-P-001"), "--person: expected the holder's consent"),
        (("--consent-all",), "--consent: expected --person with a consent"),
        (("--person", "SYN-P-001", "--consent", "nowhere"), "No source system is called nowhere"),
    ],
)
def test_an_account_that_cannot_be_opened_is_not_there_afterwards(
    world: World, options: tuple[str, ...], said: str
) -> None:
    ran = world.run("accounts", "open", *options)
    assert ran.code == 2
    assert said in ran.err
    assert world.json("accounts", "list")["accounts"] == []


def test_a_person_has_one_account(world: World, account: str) -> None:
    ran = world.run("accounts", "open", "--person", "SYN-P-001", "--consent-all")
    assert ran.code == 2
    assert f"already has the account {account}" in ran.err


def test_an_account_of_nobody_shows_nothing_until_an_operator_links_it(world: World) -> None:
    account = world.json("accounts", "open")["id"]
    ran = world.run("accounts", "show", account)
    assert ran.code == 5
    assert "not linked to a person yet" in ran.err
    linked = world.json("accounts", "link", account, "--person", "SYN-P-004", "--reason", "identity card seen")
    assert linked["linked"] is True
    assert world.entries(account) == {}


def test_a_link_is_never_moved(world: World, account: str) -> None:
    ran = world.run("accounts", "link", account, "--person", "SYN-P-002", "--reason", "mistake")
    assert ran.code == 2
    assert "a link is never moved" in ran.err


def test_a_link_records_who_decided_and_why(world: World) -> None:
    account = world.json("accounts", "open")["id"]
    world.json("accounts", "link", account, "--person", "SYN-P-004", "--reason", "identity card seen")
    bank = world.open()
    with bank.store.read() as transaction:
        stored = transaction.accounts.account(account)
    bank.close()
    assert stored is not None
    assert (stored.link_method, stored.link_reason) == ("operator", "identity card seen")


def test_ids_may_be_shortened_while_they_stay_unique(world: World, account: str) -> None:
    assert world.json("accounts", "show", account[:6])["id"] == account


@pytest.mark.parametrize("given", ["nothing", ""])
def test_an_unknown_account_is_a_usage_error(world: World, account: str, given: str) -> None:
    ran = world.run("accounts", "show", given)
    assert ran.code == 2
    assert "No single account has the id" in ran.err


def test_the_list_says_which_accounts_are_linked(world: World, account: str) -> None:
    world.json("accounts", "open")
    assert sorted(each["linked"] for each in world.json("accounts", "list")["accounts"]) == [False, True]
    lines = world.run("accounts", "list").out.splitlines()
    assert sorted(line.rsplit("  ", 1)[1] for line in lines) == ["linked", "not linked"]


def test_suspended_entries_are_marked_in_the_list(world: World) -> None:
    shown = world.run("accounts", "show", world.open_account("SYN-P-004")).out
    assert [line for line in shown.splitlines() if line.endswith("[suspended]")]

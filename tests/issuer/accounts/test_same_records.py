"""The same record from two sources: one entry with two provenances where that is certain, a hint where it is not."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from issuer.accounts.account import show_account
from issuer.accounts.same_records import OneRecord, look_of, one_records
from issuer.accounts.selection import Choice, select_entries
from issuer.sources.registry import SOURCES
from issuer.store.entries import StoredEntry
from keys.encoding import JsonValue
from tests.issuer.conftest import World

FIELDS: dict[str, JsonValue] = {
    "item_code": "1320",
    "series": "기사",
    "certificate_number": "23900000001A",
    "acquired_date": "2023-06-09",
    "exam_body": "hrdk",
}
ENTRY = StoredEntry(
    id="a" * 32,
    source="qnet_qualifications",
    record_key="k1",
    person_link="p",
    entry_type="national_technical_qualification",
    title="정보처리기사",
    title_en=None,
    issuing_body="hrdk",
    record_keeper="hrdk",
    source_record_id="23900000001A",
    source_status="valid",
    bank_status="valid",
    fields=FIELDS,
    record_hash="",
    as_of="2026-11-20",
    delivery_id=1,
    first_collected_at="2026-11-20T00:00:00Z",
    collected_at="2026-11-20T00:00:00Z",
)


def twin(fields: Mapping[str, JsonValue] | None = None, **changes: object) -> StoredEntry:
    """The same record as a consigned body delivers it."""
    values: dict[str, object] = {
        "id": "b" * 32,
        "source": "consigned_qualifications",
        "record_key": "k2",
        "entry_type": "consigned_national_qualification",
        "first_collected_at": "2026-11-21T00:00:00Z",
        "fields": {**FIELDS, **(fields or {})},
        **changes,
    }
    return replace(ENTRY, **values)  # type: ignore[arg-type] # names of fields with values of their types


def shapes(records: list[OneRecord]) -> list[tuple[str, int, int]]:
    return [(record.lead.id[0], len(record.others), len(record.alike)) for record in records]


def test_one_record_of_two_sources_is_one_and_the_first_one_leads() -> None:
    (record,) = one_records([twin(), ENTRY])
    assert (record.lead, record.others, record.alike) == (ENTRY, (twin(),), ())


@pytest.mark.parametrize("number", ["23-900000001a", "２３９０００００００１Ａ", "23900000001 A"])
def test_a_number_may_be_written_in_another_way(number: str) -> None:
    assert shapes(one_records([ENTRY, twin({"certificate_number": number})])) == [("a", 1, 0)]


def test_three_sources_may_say_the_same() -> None:
    third = twin(id="c" * 32, record_key="k3", source="other", first_collected_at="2026-11-22T00:00:00Z")
    assert shapes(one_records([third, twin(), ENTRY])) == [("a", 2, 0)]


@pytest.mark.parametrize(
    "other",
    [
        twin({"certificate_number": "23900000002A"}),
        twin({"certificate_number": None}),
        twin({"series": "산업기사"}),
        twin({"exam_body": "kca"}),
        twin(issuing_body="kca"),
        twin(source_status="revoked"),
        twin(bank_status="suspended"),
        twin(entry_type="course_based_qualification"),
    ],
)
def test_what_is_not_certain_stays_apart_and_is_named(other: StoredEntry) -> None:
    records = one_records([ENTRY, other])
    assert shapes(records) == [("a", 0, 1), ("b", 0, 1)]
    assert records[0].alike == (other.id,)


@pytest.mark.parametrize(
    "other",
    [
        twin({"acquired_date": "2023-06-10"}),
        twin({"certificate_number": "1", "acquired_date": None}),
        twin(title="정보처리산업기사"),
    ],
)
def test_another_day_or_title_is_another_record(other: StoredEntry) -> None:
    assert shapes(one_records([ENTRY, other])) == [("a", 0, 0), ("b", 0, 0)]


def test_a_corrected_record_is_still_the_same() -> None:
    assert shapes(one_records([ENTRY, twin(source_status="corrected")])) == [("a", 1, 0)]


def test_a_contradiction_keeps_a_third_from_hiding_it() -> None:
    contradicts = twin({"series": "산업기사"})
    third = twin(id="c" * 32, record_key="k3", first_collected_at="2026-11-22T00:00:00Z")
    assert shapes(one_records([ENTRY, contradicts, third])) == [("a", 1, 1), ("b", 0, 1)]


def test_a_kind_without_titles_looks_like_nothing() -> None:
    career = replace(ENTRY, entry_type="employment_insurance_career", fields={"start_date": "2020-01-01"})
    assert look_of(career) is None
    assert shapes(one_records([career, replace(career, id="b" * 32)])) == [("a", 0, 0), ("b", 0, 0)]


def test_a_kind_without_a_rule_is_never_one() -> None:
    unit = replace(ENTRY, entry_type="academic_degree", title="공학사", fields={"conferred_date": "2020-02-20"})
    assert shapes(one_records([unit, replace(unit, id="b" * 32)])) == [("a", 0, 1), ("b", 0, 1)]


CONSIGNED = (
    "person_ref,exam_body,item_name,grade,certificate_number,acquired_date,status\n"
    "SYN-P-001,HRDK,정보처리기사,기사,23900000001A,2023-06-09,{status}\n"
    "SYN-P-001,HRDK,정보처리기사,기사,23900000009A,2023-06-09,valid\n"
)


def test_an_account_shows_one_entry_with_both_sources_and_names_what_looks_alike(world: World, account: str) -> None:
    before = world.json("accounts", "show", account)["entries"]
    world.wait(hours=1)
    world.deliver("consigned_qualifications", CONSIGNED.format(status="valid"))
    entries = world.json("accounts", "show", account)["entries"]
    assert len(entries) == len(before) + 1
    same = [entry for entry in entries if entry["title"] == "정보처리기사"]
    merged = next(entry for entry in same if entry["source"] == "qnet_qualifications")
    (other,) = (entry for entry in same if entry is not merged)
    assert [each["source"] for each in merged["also_delivered"]] == ["consigned_qualifications"]
    assert merged["possible_repeats"] == [other["id"]]
    assert other["possible_repeats"] == [merged["id"]]
    lines = world.run("accounts", "show", account).out
    assert f"[also from consigned_qualifications]  [possibly the same as {other['id'][:8]}]" in lines


def test_a_certificate_carries_the_record_once_under_either_id(world: World, account: str) -> None:
    world.wait(hours=1)
    world.deliver("consigned_qualifications", CONSIGNED.format(status="valid").rpartition("SYN")[0])
    bank = world.open()
    with bank.store.read() as transaction:
        entries = show_account(bank, transaction, account).entries
    bank.close()
    (merged,) = [entry for entry in entries if entry.title == "정보처리기사"]
    assert len(merged.ids) == 2
    selection = select_entries(account, entries, Choice(entries=merged.ids))
    assert [chosen.entry for chosen in selection.entries] == [merged]


def test_sources_that_disagree_about_the_status_are_two_entries_again(world: World, account: str) -> None:
    world.deliver("consigned_qualifications", CONSIGNED.format(status="revoked").rpartition("SYN")[0])
    same = [e for e in world.json("accounts", "show", account)["entries"] if e["title"] == "정보처리기사"]
    assert sorted((entry["status"], len(entry["possible_repeats"])) for entry in same) == [("revoked", 1), ("valid", 1)]


def test_a_withdrawn_consent_leaves_the_other_source(world: World) -> None:
    world.deliver("consigned_qualifications", CONSIGNED.format(status="valid").rpartition("SYN")[0])
    account = world.open_account("SYN-P-001", "--consent", "consigned_qualifications")
    (entry,) = [e for e in world.json("accounts", "show", account)["entries"] if e["title"] == "정보처리기사"]
    assert (entry["source"], entry["also_delivered"]) == ("consigned_qualifications", [])


def test_the_samples_hold_no_record_twice(world: World) -> None:
    bank = world.open()
    links = [bank.person_link(f"SYN-P-00{person}") for person in range(1, 6)]
    with bank.store.read() as transaction:
        stored = [transaction.entries.entries_of(link, SOURCES) for link in links]
    bank.close()
    found = [record for entries in stored for record in one_records(entries)]
    assert len(found) == sum(map(len, stored)) > 30
    assert not any(record.others or record.alike for record in found)

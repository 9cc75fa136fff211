"""`cb-issuer import`: provenance, idempotency, held and rejected rows, and what a change does to certificates."""

import json
from base64 import b64encode
from pathlib import Path

import pytest

from issuer.store.accounts import AccountBook, Person
from tests.issuer.conftest import DELIVERIES, World

HEADING = "person_ref,exam_body,item_name,grade,certificate_number,acquired_date,status\n"
ROW = "SYN-P-001,KCA,정보통신기사,기사,24900000011E,2024-07-05,valid\n"


def counts(document: dict[str, object]) -> tuple[object, ...]:
    return tuple(document[name] for name in ("new", "changed", "unchanged", "held", "rejected"))


def test_reading_a_delivery_again_changes_nothing(world: World) -> None:
    again = world.json("import", "qnet_qualifications", DELIVERIES / "qnet_qualifications.xml")
    assert counts(again) == (0, 0, 4, 0, 0)


def test_a_second_reading_keeps_the_entry_and_confirms_its_day(world: World) -> None:
    before = world.stored_entry("23900000001A")
    world.wait(days=3)
    world.run("import", "qnet_qualifications", DELIVERIES / "qnet_qualifications.xml")
    after = world.stored_entry("23900000001A")
    assert (after.id, after.first_collected_at) == (before.id, before.first_collected_at)
    assert (before.as_of, after.as_of) == ("2026-11-22", "2026-11-25")


def test_the_day_that_a_delivery_describes_can_be_given(world: World) -> None:
    assert (
        world.deliver("consigned_qualifications", HEADING + ROW.replace("0011E", "0099E"), "--as-of", "2026-10-01").code
        == 0
    )
    assert world.stored_entry("kca|24900000099E").as_of == "2026-10-01"


def test_a_day_in_the_future_is_refused(world: World) -> None:
    ran = world.deliver("consigned_qualifications", HEADING + ROW, "--as-of", "2026-11-23")
    assert ran.code == 2
    assert "expected a day up to today, 2026-11-22" in ran.err


def test_an_older_delivery_does_not_undo_a_newer_one(world: World) -> None:
    newer = HEADING + ROW.replace("valid", "revoked")
    assert counts(world.deliver("consigned_qualifications", newer).document) == (0, 1, 0, 0, 0)
    older = world.deliver("consigned_qualifications", HEADING + ROW, "--as-of", "2026-10-01")
    assert counts(older.document) == (0, 0, 1, 0, 0)
    assert world.stored_entry("kca|24900000011E").source_status == "revoked"


def test_entries_of_unknown_persons_are_held_until_the_register_knows_them(world: World) -> None:
    ran = world.deliver("consigned_qualifications", HEADING + ROW.replace("P-001", "P-777").replace("11E", "77E"))
    assert counts(ran.document) == (1, 0, 0, 1, 0)
    assert "held back" in ran.err
    (held,) = world.json("accounts", "list", "--held")["held"]
    assert held["source_record_id"] == "kca|24900000077E"
    register = json.loads((DELIVERIES / "persons.json").read_text("utf-8"))
    person = {**register["persons"][0], "person_ref": "SYN-P-777", "ci": "A" * 86 + "=="}
    world.deliver("persons", json.dumps({"persons": [person]}))
    assert world.json("accounts", "list", "--held")["held"] == []


def test_rejected_rows_are_named_and_the_others_kept(world: World) -> None:
    broken = ROW.replace("2024-07-05", "2024-13-05").replace("11E", "12E")
    ran = world.deliver("consigned_qualifications", HEADING + broken + ROW)
    assert ran.code == 4
    assert counts(ran.document) == (0, 0, 1, 0, 1)
    (rejection,) = ran.document["files"][0]["rejections"]
    assert (rejection["line"], rejection["item"], rejection["field"]) == (2, 1, "acquired_date")
    assert "line 2 (item 1), acquired_date: expected" in ran.err


def test_one_unreadable_file_does_not_stop_the_others(world: World) -> None:
    broken = world.files / "broken.xml"
    broken.write_text("<response>")
    ran = world.run("import", "qnet_qualifications", broken, DELIVERIES / "qnet_qualifications.xml", "--json")
    assert ran.code == 4
    assert ran.document["unchanged"] == 4
    assert "broken.xml" in ran.err


@pytest.mark.parametrize(
    ("source", "file", "code", "said"),
    [
        ("nowhere", "qnet_qualifications.xml", 2, "No source system is called nowhere"),
        ("qnet_qualifications", "missing.xml", 4, "cannot be read"),
        ("military", "hrdnet_training.xml", 4, "The delivery cannot be read"),
    ],
)
def test_what_cannot_be_imported_is_said_in_one_sentence(
    world: World, source: str, file: str, code: int, said: str
) -> None:
    ran = world.run("import", source, DELIVERIES / file)
    assert (ran.code, ran.err.count("\n")) == (code, 1)
    assert said in ran.err


def test_a_person_under_two_references_is_rejected(world: World) -> None:
    register = json.loads((DELIVERIES / "persons.json").read_text("utf-8"))
    twin = {**register["persons"][0], "person_ref": "SYN-P-901"}
    ran = world.deliver("persons", json.dumps({"persons": [twin]}))
    assert (ran.code, ran.document["rejected"]) == (4, 1)
    assert "registered under another reference" in ran.err


def test_a_namesake_who_was_born_on_the_same_day_is_another_person(world: World, account: str) -> None:
    before = world.entries(account)
    register = json.loads((DELIVERIES / "persons.json").read_text("utf-8"))
    number = b64encode(b"n" * 64).decode("ascii")
    namesake = {**register["persons"][0], "person_ref": "SYN-P-901", "ci": number, "di_bank": "DI-901"}
    assert counts(world.deliver("persons", json.dumps({"persons": [namesake]})).document) == (1, 0, 0, 0, 0)
    world.deliver("consigned_qualifications", HEADING + ROW.replace("P-001", "P-901").replace("011E", "099E"))
    assert world.entries(account) == before
    other = world.open_account("SYN-P-901")
    assert other != account
    assert [(title, entry["fields"]["certificate_number"]) for title, entry in world.entries(other).items()] == [
        ("정보통신기사", "24900000099E")
    ]


def test_a_corrected_person_counts_as_changed(world: World) -> None:
    register = json.loads((DELIVERIES / "persons.json").read_text("utf-8"))
    changed = {**register["persons"][0], "name_en": "KIM Pyo Bon"}
    ran = world.deliver("persons", json.dumps({"persons": [changed, register["persons"][1]]}))
    assert counts(ran.document) == (0, 1, 1, 0, 0)


@pytest.mark.sqlite
def test_the_database_holds_no_person_reference_and_no_connecting_information(world: World, account: str) -> None:
    world.issue(account)
    register = json.loads((DELIVERIES / "persons.json").read_text("utf-8"))["persons"]
    stored = b"".join(path.read_bytes() for path in world.path.glob("bank.db*"))
    assert account.encode() in stored
    for person in register:
        assert person["person_ref"].encode() not in stored
        assert person["ci"].encode() not in stored
        assert person["di_bank"].encode() not in stored


@pytest.mark.sqlite
def test_lr_03_forbidden_fields_are_dropped_and_counted(world: World) -> None:
    careers = {"items": [{"personRef": "SYN-P-001", "employerName": "(가상)모래(주)", "industry": "제조업",
                          "acquiredOn": "2020-01-02", "lostOn": None, "duty": "생산", "wage": "98765432",
                          "separationReason": "회사 사정 7K3MQ"}]}  # fmt: skip
    duties = {"duties": [{"personRef": "SYN-P-003", "dutyName": "통신 운용", "startedOn": "2008-03-03",
                          "endedOn": "2012-02-29", "ncsUnits": ["2001020203_19v4"], "unitName": "제7919부대",
                          "serviceNumber": "08-79190001",
                          "dischargeType": "만기 7919"}], "qualifications": []}  # fmt: skip
    given = [("employment_career", careers, 2), ("military", duties, 3)]
    delivered = [world.deliver(source, json.dumps(content)) for source, content, _ in given]
    assert [(ran.document["new"], ran.document["dropped_fields"]) for ran in delivered] == [(1, 2), (1, 3)]
    kept = b"".join(path.read_bytes() for path in world.path.rglob("*") if path.is_file())
    said = "".join(ran.out + ran.err for ran in delivered).encode()
    assert ("(가상)모래(주)".encode() in kept, "통신 운용".encode() in kept) == (True, True)
    for value in ("98765432", "7K3MQ", "제7919부대", "08-79190001", "만기 7919"):
        assert value.encode() not in kept + said, value


def test_lr_04_a_row_with_a_resident_registration_number_leaves_nothing_of_it(world: World) -> None:
    number = "980411-1234567"
    ran = world.deliver("consigned_qualifications", HEADING + ROW.replace("24900000011E", number) + ROW)
    assert (ran.document["rejected"], ran.document["unchanged"]) == (1, 1)
    run = world.json("runs", "list", "consigned_qualifications")["runs"][0]["run"]
    rejected = world.files / "rejected.csv"
    world.run("runs", "rejected", run, "--out", rejected)
    assert "no resident registration number" in rejected.read_text("utf-8")
    kept = b"".join(path.read_bytes() for path in (rejected, *world.path.rglob("*")) if path.is_file())
    assert (number.encode() in kept, number in ran.out + ran.err) == (False, False)


def issued_idx(world: World, account: str, title: str) -> int:
    """Issue a certificate of one entry and return the entry's status index."""
    from credential_schemas.sd_jwt.select import unverified_disclosures

    file = world.files / "credential.sdjwt"
    world.issue(account, "--entry", world.entries(account)[title]["id"], "--sd-jwt", file)
    (entry,) = [each.value for each in unverified_disclosures(file.read_text()) if isinstance(each.value, dict)]
    return int(str(entry["idx"]))


@pytest.mark.parametrize(
    ("changed", "value"),
    [
        (ROW.replace("valid", "revoked"), 1),
        (ROW.replace("valid", "expired"), 1),
        (ROW.replace("valid", "suspended"), 2),
        (ROW.replace("2024-07-05", "2024-07-06"), 3),
        (ROW.replace("P-001", "P-002"), 3),
        (ROW.replace("valid", "corrected"), 0),
    ],
)
def test_a_change_at_the_source_is_published_with_the_same_import(
    world: World, account: str, changed: str, value: int
) -> None:
    idx = issued_idx(world, account, "정보통신기사")
    assert world.published_value(idx) == 0
    world.wait(hours=1)
    ran = world.deliver("consigned_qualifications", HEADING + changed)
    assert ran.document["statuses_changed"] == (1 if value else 0)
    assert world.published_value(idx) == value


def test_a_dry_run_names_every_certificate_that_would_change_and_leaves_nothing(world: World, account: str) -> None:
    places = [issued_idx(world, account, "정보통신기사") for _ in range(2)]
    rehearsed = world.deliver("consigned_qualifications", HEADING + ROW.replace("valid", "revoked"), "--dry-run")
    (file,) = rehearsed.document["files"]
    assert [(each["number"], each["before"], each["after"]) for each in file["certified"]] == [
        ("CB-2026-00000001", "valid", "revoked"),
        ("CB-2026-00000002", "valid", "revoked"),
    ]
    assert (rehearsed.document["dry_run"], rehearsed.document["statuses_changed"]) == (True, 2)
    assert "CB-2026-00000002 [1]: valid -> revoked (dry run)" in rehearsed.err
    assert [world.published_value(idx) for idx in places] == [0, 0]
    assert world.entries(account)["정보통신기사"]["status"] == "valid"
    done = world.deliver("consigned_qualifications", HEADING + ROW.replace("valid", "revoked"))
    assert done.document["statuses_changed"] == 2
    assert done.document["files"][0]["certified"] == file["certified"]
    assert [world.published_value(idx) for idx in places] == [1, 1]


def test_a_dry_run_takes_one_file(world: World) -> None:
    file = DELIVERIES / "qnet_qualifications.xml"
    ran = world.run("import", "qnet_qualifications", file, file, "--dry-run")
    assert ran.code == 2
    assert "expected one file" in ran.err


def test_a_dry_run_says_that_nothing_was_recorded(world: World) -> None:
    ran = world.run("import", "qnet_qualifications", DELIVERIES / "qnet_qualifications.xml", "--dry-run")
    assert ran.code == 0
    assert "Dry run: nothing was recorded." in ran.out


def test_lr_22_a_lifted_suspension_is_published_too(world: World, account: str) -> None:
    idx = issued_idx(world, account, "정보통신기사")
    world.deliver("consigned_qualifications", HEADING + ROW.replace("valid", "suspended"))
    assert world.published_value(idx) == 2
    assert world.entries(account)["정보통신기사"]["status"] == "suspended"
    world.deliver("consigned_qualifications", HEADING + ROW)
    assert world.published_value(idx) == 0
    assert world.entries(account)["정보통신기사"]["status"] == "valid"


def test_a_change_in_a_field_that_was_not_disclosed_leaves_the_certificate_alone(world: World, account: str) -> None:
    entry = world.entries(account)["정보통신기사"]["id"]
    world.issue(account, "--entry", entry, "--hide", f"{entry}.certificate_number")
    training = world.deliver("consigned_qualifications", HEADING + ROW)
    assert training.document["statuses_changed"] == 0


def test_a_unit_loses_its_standing_when_its_proof_no_longer_names_it(world: World, account: str) -> None:
    unit = world.entries(account)["전표관리"]["id"]
    world.issue(account, "--entry", unit)
    courses = (DELIVERIES / "university_courses.csv").read_text("utf-8").replace("Y,0203020101_20v4", "Y,")
    courses = "\n".join(line for line in courses.splitlines() if not line.startswith("#"))
    assert world.deliver("university_courses", courses).document["statuses_changed"] == 2


def test_nothing_is_imported_when_a_needed_key_does_not_open(world: World, account: str) -> None:
    world.issue(account)
    (world.path / "keys/status.pem").unlink()
    ran = world.deliver("consigned_qualifications", HEADING + ROW.replace("valid", "revoked"))
    assert ran.code == 5
    assert world.stored_entry("kca|24900000011E").source_status == "valid"


@pytest.mark.sqlite
def test_a_full_disk_leaves_the_database_as_it_was(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    from issuer.store import connections

    prepare = connections._prepare_sqlite

    def prepare_small(connection: object, record: object) -> None:
        prepare(connection, record)  # type: ignore[arg-type] # sqlite's own connection
        pages = connection.execute("PRAGMA page_count").fetchone()[0]  # type: ignore[attr-defined] # the same
        connection.execute(f"PRAGMA max_page_count = {pages}")  # type: ignore[attr-defined] # the same

    monkeypatch.setattr(connections, "_prepare_sqlite", prepare_small)
    rows = "".join(ROW.replace("24900000011E", f"259000{number:05}Z") for number in range(300))
    ran = world.deliver("consigned_qualifications", HEADING + rows)
    assert ran.code == 5
    assert "no room left to write the database" in ran.err
    monkeypatch.undo()
    monkeypatch.delenv("ISSUER_PASSPHRASE", raising=False)
    assert world.deliver("consigned_qualifications", HEADING + rows).document["new"] == 300


def test_sources_lists_every_delivery_format(world: World) -> None:
    listed = {source["id"] for source in world.json("sources")["sources"]}
    assert listed == {path.stem for path in Path(DELIVERIES).iterdir()}


def test_who_is_registered_is_asked_once_for_each_person_of_a_delivery(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    ask = AccountBook.person

    def person(book: AccountBook, person_link: str) -> Person | None:
        asked.append(person_link)
        return ask(book, person_link)

    monkeypatch.setattr(AccountBook, "person", person)
    heading, row = (DELIVERIES / "lifelong_learning.csv").read_text("utf-8").splitlines()[1:3]
    rows = [row.replace("NILE-SYN-0001", f"NILE-SYN-9{n:03}") for n in range(40)]
    ran = world.deliver("lifelong_learning", "\n".join((heading, *rows, "")))
    assert (ran.document["new"], ran.document["held"]) == (40, 0)
    assert len(asked) == len(set(asked)) == 1

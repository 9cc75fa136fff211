"""`cb-issuer issue`: what comes out, what is recorded, what is refused, and that failures leave nothing."""

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from credential_schemas.certificate_claims import CertificateClaims, from_payload
from credential_schemas.pdf_container import read_container
from credential_schemas.sd_jwt.issuer_keys import trust_list_key_finder
from credential_schemas.sd_jwt.policy import VerificationPolicy
from credential_schemas.sd_jwt.select import add_disclosures
from credential_schemas.sd_jwt.verify import verify_sd_jwt_vc
from issuer.accounts.selection import Choice
from issuer.errors import EntryChanged, StorageUnusable
from issuer.issuing.claims import IssueRequest, certificate_number
from issuer.issuing.making import IssueTargets, issue_certificate
from issuer.outputs import PendingFiles
from keys.pdf_seal import check_seal
from keys.trust_list import TrustList
from tests.issuer.conftest import DELIVERIES, START, World


def verified(world: World, credential: str) -> CertificateClaims:
    trust = TrustList.parse((world.path / "trust.json").read_bytes())
    (issuer,) = trust.issuers.values()
    policy = VerificationPolicy(expected_types=frozenset({issuer.types[0].vct}))
    result = verify_sd_jwt_vc(
        credential, policy=policy, keys=trust_list_key_finder(trust), now=int(world.now.timestamp())
    )
    return from_payload(result.payload)


def certificates(world: World) -> int:
    bank = world.open()
    with bank.store.read() as transaction:
        count = transaction.certificates.count()
    bank.close()
    return count


def test_the_credential_in_the_pdf_verifies_against_the_trust_list_and_says_what_was_chosen(
    world: World, account: str
) -> None:
    document = world.issue(
        account, "--type", "vocational_training", "--purpose", "면접", "--recipient", "한국교통안전공단"
    )
    claims = verified(world, read_container((world.files / "certificate.pdf").read_bytes()).credential)
    assert claims.number == document["number"] == "CB-2026-00000001"
    assert [entry.title for entry in claims.entries] == ["공공데이터 분석 실무"]
    assert (claims.holder.name, claims.holder.birth_date) == ("김표본", date(1998, 4, 11))
    assert (claims.purpose, claims.recipient) == ("면접", "한국교통안전공단")


def test_the_pdf_carries_one_intact_seal_of_the_bank(world: World, account: str) -> None:
    world.issue(account)
    (issuer,) = TrustList.parse((world.path / "trust.json").read_bytes()).issuers.values()
    check = check_seal((world.files / "certificate.pdf").read_bytes(), roots=issuer.seal_roots, now=START)
    assert check.outcome == "intact"


def test_the_bare_credential_is_the_one_in_the_pdf(world: World, account: str) -> None:
    world.issue(account, "--sd-jwt", world.files / "c.sdjwt")
    attached = read_container((world.files / "certificate.pdf").read_bytes()).credential
    assert (world.files / "c.sdjwt").read_text() == attached


def test_a_unit_points_to_its_proof_by_status_index(world: World, account: str) -> None:
    world.issue(account, "--sd-jwt", world.files / "c.sdjwt")
    entries = {entry.title: entry for entry in verified(world, (world.files / "c.sdjwt").read_text()).entries}
    assert entries["전표관리"].fields["acquired_via"] == entries["회계원리"].idx


def test_every_certificate_has_status_indexes_of_its_own(world: World, account: str) -> None:
    taken: list[int] = []
    for _ in range(2):
        world.issue(account, "--sd-jwt", world.files / "c.sdjwt")
        claims = verified(world, (world.files / "c.sdjwt").read_text())
        taken += [claims.status.idx, *(entry.idx for entry in claims.entries)]
    assert len(set(taken)) == len(taken) == 18


def test_validity_counts_from_the_korean_day_of_issue(world: World, account: str) -> None:
    world.wait(hours=13)  # 16:00 UTC on the 22nd is the 23rd in Korea
    document = world.issue(account, "--valid-days", "30")
    assert (document["issued_on"], document["valid_until"]) == ("2026-11-23", "2026-12-23")


def test_numbers_rise_within_a_year_and_begin_anew_with_the_next(world: World, account: str) -> None:
    first, second = (world.issue(account)["number"] for _ in range(2))
    world.wait(days=60)
    assert (first, second, world.issue(account)["number"]) == (
        "CB-2026-00000001",
        "CB-2026-00000002",
        "CB-2027-00000001",
    )


def test_an_english_certificate_is_one_in_english(world: World, account: str) -> None:
    document = world.issue(account, "--lang", "en")
    assert document["purpose"] == "Job application"


def test_a_blind_certificate_withholds_the_holder_and_the_reveal_file_brings_them_back(
    world: World, account: str
) -> None:
    reveal, token = world.files / "reveal.json", world.files / "c.sdjwt"
    world.issue(account, "--blind", "--applicant-no", "A-17", "--reveal", reveal, "--sd-jwt", token)
    blind = verified(world, token.read_text())
    assert (blind.edition, blind.applicant_no, blind.holder.name) == ("blind", "A-17", None)
    pdf = (world.files / "certificate.pdf").read_bytes()
    assert "김표본".encode() not in pdf
    disclosures = json.loads(reveal.read_text())["disclosures"]
    assert verified(world, add_disclosures(token.read_text(), disclosures)).holder.name == "김표본"


def test_a_blind_certificate_without_reveal_file_warns(world: World, account: str) -> None:
    ran = world.run("issue", "--account", account, "--all", "--blind", "--out", world.files / "c.pdf")
    assert "Issued without --reveal" in ran.err


def test_output_files_are_for_their_owner_only(world: World, account: str) -> None:
    world.issue(account)
    assert (world.files / "certificate.pdf").stat().st_mode & 0o077 == 0


def test_the_bank_keeps_no_code_no_salt_and_no_credential_in_the_clear(world: World, account: str) -> None:
    document = world.issue(account, "--sd-jwt", world.files / "c.sdjwt")
    stored = b"".join(path.read_bytes() for path in world.path.glob("bank.db*"))
    assert document["confirmation_code"].encode() not in stored
    assert document["confirmation_code"].replace("-", "").encode() not in stored
    for part in (world.files / "c.sdjwt").read_text().strip("~").split("~"):
        assert part.encode() not in stored


def test_a_preview_records_nothing(world: World, account: str) -> None:
    document = world.json("issue", "--account", account, "--all", "--preview", "--out", world.files / "p.pdf")
    assert (world.files / "p.pdf").read_bytes().startswith(b"%PDF-")
    assert "number" not in document
    assert certificates(world) == 0
    assert world.issue(account)["number"] == "CB-2026-00000001"


@pytest.mark.parametrize("days", ["0", "91", "-1"])
def test_a_validity_outside_the_banks_limits_is_refused(world: World, account: str, days: str) -> None:
    ran = world.run("issue", "--account", account, "--all", f"--valid-days={days}", "--out", world.files / "c.pdf")
    assert ran.code == 2
    assert "expected 1 to 90 days" in ran.err


def test_reveal_belongs_to_a_blind_certificate(world: World, account: str) -> None:
    ran = world.run("issue", "--account", account, "--all", "--reveal", world.files / "r", "--out", world.files / "c")
    assert ran.code == 2
    assert "only a blind certificate withholds a name" in ran.err


@pytest.mark.parametrize(
    ("target", "said"), [("missing/c.pdf", "its folder does not exist"), (".", "a folder has this name")]
)
def test_an_output_that_cannot_be_written_is_refused_before_any_number_is_used(
    world: World, account: str, target: str, said: str
) -> None:
    ran = world.run("issue", "--account", account, "--all", "--out", world.files / target)
    assert ran.code == 2
    assert said in ran.err
    assert world.issue(account)["number"] == "CB-2026-00000001"


def test_a_full_disk_leaves_no_file_and_no_certificate(world: World, account: str) -> None:
    ran = world.run("issue", "--account", account, "--all", "--sd-jwt", "/dev/full", "--out", world.files / "c.pdf")
    assert ran.code == 5
    assert "no room left to write /dev/full" in ran.err
    assert [path.name for path in world.files.iterdir() if path.name != "bank"] == []
    assert certificates(world) == 0


def test_a_certificate_whose_file_cannot_appear_is_revoked(
    world: World, account: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: PendingFiles) -> None:
        problem = "the folder is gone"
        raise StorageUnusable(problem, what="c.pdf")

    monkeypatch.setattr(PendingFiles, "publish", fail)
    ran = world.run("issue", "--account", account, "--all", "--out", world.files / "c.pdf")
    monkeypatch.undo()
    assert ran.code == 5
    bank = world.open()
    with bank.store.read() as transaction:
        record = transaction.certificates.certificate("CB-2026-00000001")
        (event,) = transaction.certificates.events("CB-2026-00000001")
    bank.close()
    assert record is not None
    assert (record.status, event.reason) == ("revoked", "not_delivered")


def test_an_entry_that_changes_while_the_certificate_is_made_stops_it(
    world: World, account: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from issuer import documents
    from issuer.issuing import making

    make: Callable[..., object] = documents.make_document
    changed = world.files / "qnet_qualifications.xml"
    delivery = (DELIVERIES / "qnet_qualifications.xml").read_text("utf-8")
    changed.write_text(delivery.replace("2023-06-09", "2023-06-10"), "utf-8")

    def make_slowly(*arguments: object) -> object:
        world.run("import", "qnet_qualifications", changed)
        return make(*arguments)

    monkeypatch.setattr(making, "make_document", make_slowly)
    bank = world.open()
    request = IssueRequest(account, Choice(everything=True), "ko", "취업 제출")
    with pytest.raises(EntryChanged):
        issue_certificate(bank, request, targets=IssueTargets(world.files / "c.pdf"), now=START)
    bank.close()
    assert not (world.files / "c.pdf").exists()
    assert certificates(world) == 0


def test_text_that_cannot_be_printed_is_refused_with_its_place(world: World, account: str) -> None:
    ran = world.run("issue", "--account", account, "--all", "--purpose", "취업 😀", "--out", world.files / "c.pdf")
    assert ran.code == 5
    assert "The certificate's font cannot show" in ran.err


def test_control_characters_are_refused_as_an_option(world: World, account: str) -> None:
    ran = world.run("issue", "--account", account, "--all", "--purpose", "a\u202eb", "--out", world.files / "c.pdf")
    assert ran.code == 2
    assert "expected visible characters only" in ran.err


def test_a_year_has_room_for_a_fixed_count_of_numbers() -> None:
    from issuer.errors import NumbersExhausted

    assert certificate_number("CB", 2026, serial=99_999_999) == "CB-2026-99999999"
    with pytest.raises(NumbersExhausted, match="2026"):
        certificate_number("CB", 2026, serial=100_000_000)


def test_many_entries_need_several_codes_and_then_a_link(world: World, account: str) -> None:
    heading = (
        "person_ref,course_id,session,course_name,accredited,provider_name,start_date,end_date,hours,completed,"
        "completion_certificate\n"
    )
    row = "SYN-P-001,NILE-{0:04},1,{1},Y,(가상)배움터 {0},2024-04-01,2024-06-28,45,Y,Y\n"
    names = ["".join(chr(0xAC00 + (seed * 7919 + place * 104729) % 11172) for place in range(20)) for seed in range(90)]
    assert world.deliver("lifelong_learning", heading + "".join(map(row.format, range(90), names))).code == 0
    few = world.issue(account, "--entry", *[entry["id"] for entry in list(world.entries(account).values())[:20]])
    assert few["qr"]["codes"] > 1
    assert few["qr"]["link_only"] is False
    many = world.issue(account, "--type", "lifelong_learning")
    assert many["qr"] == {**many["qr"], "codes": 1, "link_only": True}


def test_the_answer_in_words_has_number_code_and_last_day(world: World, account: str) -> None:
    ran = world.run("issue", "--account", account, "--all", "--lang", "ko", "--out", world.files / "c.pdf")
    assert [line.split()[0] for line in ran.out.splitlines()] == ["CB-2026-00000001", "문서확인번호", "2027-02-20까지"]


def test_paths_of_all_files_are_answered(world: World, account: str) -> None:
    document = world.issue(account, "--sd-jwt", world.files / "c.sdjwt")
    assert {name: path and Path(path).name for name, path in document["files"].items()} == {
        "pdf": "certificate.pdf",
        "sd_jwt": "c.sdjwt",
        "reveal": None,
    }

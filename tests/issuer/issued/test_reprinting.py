"""`cb-issuer reprint`: the stored bytes, another language, fewer entries; and what is not printed again."""

import hashlib
from pathlib import Path

import pytest

from credential_schemas.pdf_container import read_container
from keys.pdf_seal import check_seal
from keys.trust_list import TrustList
from tests.issuer.conftest import START, Document, World


def titles_in(world: World, pdf: Path) -> list[str]:
    from credential_schemas.sd_jwt.select import unverified_disclosures

    disclosures = unverified_disclosures(read_container(pdf.read_bytes()).credential)
    return [str(each.value["title"]) for each in disclosures if isinstance(each.value, dict)]


def reprint(world: World, *options: object) -> Document:
    return world.json("reprint", *options, "--out", world.files / "again.pdf")


def test_lr_19_the_stored_certificate_comes_back_byte_for_byte(world: World, issued: Document) -> None:
    document = reprint(world, issued["number"], "--code", issued["confirmation_code"])
    assert document["stored"] is True
    assert (world.files / "again.pdf").read_bytes() == (world.files / "certificate.pdf").read_bytes()
    bank = world.open()
    with bank.store.read() as transaction:
        recorded = transaction.certificates.certificate(issued["number"])
    bank.close()
    assert recorded is not None
    assert recorded.pdf_sha256 == hashlib.sha256((world.files / "again.pdf").read_bytes()).hexdigest()


def test_the_code_may_be_typed_in_any_of_its_forms(world: World, issued: Document) -> None:
    typed = issued["confirmation_code"].replace("-", " ").lower()
    assert reprint(world, issued["number"], "--code", typed)["stored"] is True


def test_an_endless_number_names_no_entry(world: World, issued: Document) -> None:
    options = ("--code", issued["confirmation_code"], "--entry", "9" * 5000, "--out", world.files / "again.pdf")
    ran = world.run("reprint", issued["number"], *options)
    assert (ran.code, "No entry of the account has the id 999" in ran.err) == (2, True)


def test_another_language_is_a_new_sealed_print_of_the_same_credential(world: World, issued: Document) -> None:
    code = issued["confirmation_code"]
    document = reprint(world, issued["number"], "--code", code, "--lang", "en")
    again = (world.files / "again.pdf").read_bytes()
    assert document["stored"] is False
    assert again != (world.files / "certificate.pdf").read_bytes()
    assert read_container(again).credential == (world.files / "c.sdjwt").read_text()
    (issuer,) = TrustList.parse((world.path / "trust.json").read_bytes()).issuers.values()
    assert check_seal(again, roots=issuer.seal_roots, now=START).outcome == "intact"


def test_fewer_entries_are_chosen_by_their_place(world: World, issued: Document) -> None:
    reprint(world, issued["number"], "--code", issued["confirmation_code"], "--entry", "1", "4")
    assert titles_in(world, world.files / "again.pdf") == [issued["entries"][0]["title"], issued["entries"][3]["title"]]


def test_fewer_entries_are_chosen_by_their_id(world: World, issued: Document) -> None:
    reprint(world, world.files / "c.sdjwt", "--entry", issued["entries"][2]["id"][:8])
    assert titles_in(world, world.files / "again.pdf") == [issued["entries"][2]["title"]]


def test_fewer_entries_are_chosen_by_their_status_index(world: World, account: str) -> None:
    from credential_schemas.sd_jwt.select import unverified_disclosures

    world.issue(account, "--sd-jwt", world.files / "c.sdjwt")
    entries = [each.value for each in unverified_disclosures((world.files / "c.sdjwt").read_text())]
    (course,) = [each for each in entries if isinstance(each, dict) and each["title"] == "품질경영"]
    reprint(world, world.files / "c.sdjwt", "--entry", course["idx"])
    assert titles_in(world, world.files / "again.pdf") == ["품질경영"]


def test_a_unit_keeps_its_proof_on_a_copy_with_fewer_entries(world: World, issued: Document) -> None:
    place = [entry["title"] for entry in issued["entries"]].index("전표관리") + 1
    reprint(world, world.files / "c.sdjwt", "--entry", place)
    assert titles_in(world, world.files / "again.pdf") == ["회계원리", "전표관리"]


@pytest.mark.parametrize("name", ["certificate.pdf", "c.sdjwt"])
def test_a_file_of_ours_is_printed_again_without_a_code(world: World, issued: Document, name: str) -> None:
    assert reprint(world, world.files / name)["number"] == issued["number"]
    assert read_container((world.files / "again.pdf").read_bytes()).credential == (world.files / "c.sdjwt").read_text()


def test_without_a_code_the_stored_certificate_stays_shut(world: World, issued: Document) -> None:
    ran = world.run("reprint", issued["number"], "--out", world.files / "again.pdf")
    assert ran.code == 5
    assert "opens only with its confirmation code" in ran.err
    assert not (world.files / "again.pdf").exists()


@pytest.mark.parametrize("code", ["AAAAA-AAAAA-AAAAA-AAAAA", "1234", "{other}"])
def test_a_wrong_code_opens_nothing(world: World, holder: str, issued: Document, code: str) -> None:
    other = world.issue(holder)["confirmation_code"]
    ran = world.run("reprint", issued["number"], "--code", code.format(other=other), "--out", world.files / "a.pdf")
    assert ran.code == 5
    assert "does not open the certificate" in ran.err


@pytest.mark.sqlite
def test_a_changed_record_opens_with_no_code(world: World, issued: Document) -> None:
    import sqlite3

    connection = sqlite3.connect(world.path / "bank.db")
    connection.execute("UPDATE certificates SET sealed = zeroblob(length(sealed))")
    connection.commit()
    connection.close()
    ran = world.run("reprint", issued["number"], "--code", issued["confirmation_code"], "--out", world.files / "a.pdf")
    assert ran.code == 5
    assert "does not open the certificate" in ran.err


def test_a_suspended_certificate_is_not_drawn_again_but_its_stored_bytes_come_back_with_a_note(
    world: World, issued: Document
) -> None:
    world.json("suspend", issued["number"])
    refused = world.run("reprint", world.files / "c.sdjwt", "--out", world.files / "again.pdf")
    assert refused.code == 5
    assert "is suspended; it is not drawn again" in refused.err
    code = issued["confirmation_code"]
    stored = world.run("reprint", issued["number"], "--code", code, "--out", world.files / "again.pdf")
    assert stored.code == 0
    assert f"the certificate {issued['number']} is suspended" in stored.err


def test_an_expired_certificate_is_not_drawn_again(world: World, issued: Document) -> None:
    world.wait(days=92)
    code = issued["confirmation_code"]
    by_number = world.run("reprint", issued["number"], "--code", code, "--lang", "en", "--out", world.files / "a.pdf")
    assert "is expired; it is not drawn again" in by_number.err
    by_file = world.run("reprint", world.files / "c.sdjwt", "--out", world.files / "a.pdf")
    assert (by_number.code, by_file.code) == (5, 5)
    assert "cannot be reprinted: it has expired" in by_file.err


def test_a_changed_file_is_not_printed(world: World, issued: Document) -> None:
    token = (world.files / "c.sdjwt").read_text()
    signature = token.partition("~")[0].rpartition(".")[2]
    (world.files / "c.sdjwt").write_text(token.replace(signature, "A" * len(signature)))
    ran = world.run("reprint", world.files / "c.sdjwt", "--out", world.files / "again.pdf")
    assert ran.code == 5
    assert "its check failed with E_SIGNATURE" in ran.err


def test_a_certificate_of_another_bank_is_not_printed(world: World, issued: Document, tmp_path: Path) -> None:
    from issuer.cli.main import main

    other = tmp_path / "other"
    assert main(["init", "--dev", "--url", "https://other.example", "--data", str(other)]) == 0
    world.path = other
    ran = world.run("reprint", world.files / "c.sdjwt", "--out", world.files / "again.pdf")
    assert ran.code == 5
    assert "another issuer or key signed it" in ran.err


@pytest.mark.sqlite
def test_a_certificate_without_a_record_is_not_printed(world: World, issued: Document) -> None:
    import sqlite3

    connection = sqlite3.connect(world.path / "bank.db")
    connection.execute("DELETE FROM certificate_entries")
    connection.execute("DELETE FROM certificates")
    connection.commit()
    connection.close()
    ran = world.run("reprint", world.files / "c.sdjwt", "--out", world.files / "again.pdf")
    assert ran.code == 5
    assert "the bank has no record of it" in ran.err


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"hello", "expected a PDF of this bank or an SD-JWT"),
        (b"\xff~\xff", "expected a PDF of this bank or an SD-JWT"),
        (b"%PDF-1.7\n", "The file holds no readable certificate"),
        (b"", "expected a PDF of this bank or an SD-JWT"),
    ],
)
def test_a_file_that_is_no_certificate_is_unreadable(world: World, content: bytes, said: str) -> None:
    (world.files / "odd").write_bytes(content)
    ran = world.run("reprint", world.files / "odd", "--out", world.files / "again.pdf")
    assert ran.code == 4
    assert said in ran.err


def test_a_file_that_is_not_there_is_unreadable(world: World) -> None:
    ran = world.run("reprint", world.files / "nowhere.pdf", "--out", world.files / "again.pdf")
    assert ran.code == 4
    assert "cannot be read" in ran.err


def test_an_unknown_number_is_a_usage_error(world: World) -> None:
    ran = world.run("reprint", "CB-2026-00000099", "--code", "x", "--out", world.files / "again.pdf")
    assert ran.code == 2
    assert "No certificate has the number CB-2026-00000099" in ran.err


def test_an_entry_that_the_copy_does_not_have_is_a_usage_error(world: World, issued: Document) -> None:
    ran = world.run("reprint", world.files / "c.sdjwt", "--entry", "99999999", "--out", world.files / "again.pdf")
    assert ran.code == 2
    assert "has the id 99999999" in ran.err


def test_an_entry_name_that_means_several_is_a_usage_error(world: World, issued: Document) -> None:
    ran = world.run("reprint", world.files / "c.sdjwt", "--entry", "", "--out", world.files / "again.pdf")
    assert ran.code == 2
    assert "8 entries of the account" in ran.err

"""`check --receipt` and `receipt verify` as a person uses them."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from keys.confirmation_code import generate_code
from tests.verifier.cli.test_check import NOW, Desk, desk
from tests.verifier.world import ISSUER, claims, training
from verifier.checks.assembling import Verification, examine
from verifier.cli.main import main
from verifier.receipt.signing_key import KEY_FILE, PUBLISHED_FILE

__all__ = ["desk"]

pytestmark = pytest.mark.slow  # every run opens a key file, which is slow by design


@pytest.fixture
def office(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.setenv("VERIFIER_PASSPHRASE", "correct horse")
    monkeypatch.setenv("VERIFIER_NAME", "한국예시공사")
    return desk


def receipt(office: Desk, name: str, *more: str) -> str:
    path = str(office.folder / name)
    assert office.run(office.good, "--receipt", path, *more) == 0
    office.output()
    return path


def verify(*arguments: str) -> int:
    return main(["receipt", "verify", *arguments])


@pytest.mark.parametrize("name", ["receipt.jws", "receipt.pdf"])
def test_receipt_is_written_and_found_genuine(office: Desk, name: str) -> None:
    path = receipt(office, name)
    assert Path(path).stat().st_mode & 0o077 == 0
    assert verify(path, "--lang", "ko") == 0
    out = office.output()[0]
    assert "진짜이며 바뀌지 않았습니다" in out
    assert "한국예시공사" in out


def test_check_is_repeated_with_the_kept_lists(office: Desk) -> None:
    kept = str(office.folder / "kept")
    path = receipt(office, "receipt.jws", "--keep", kept)
    assert verify(path, "--evidence", office.good, "--kept", kept, "--json") == 0
    answer = json.loads(office.output()[0])
    assert (answer["genuine"], answer["evidence_same"], answer["verdict"]) == (True, True, "valid")
    assert answer["replay"] == {"outcome": "same", "verdict": "valid", "differing": [], "not_repeatable": []}


def test_evidence_alone_is_compared_by_its_digest(office: Desk) -> None:
    assert verify(receipt(office, "receipt.jws"), "--evidence", office.good) == 0
    assert "the very file that was checked" in office.output()[0]


def test_other_evidence_exits_1_and_does_not_blame_the_receipt(office: Desk) -> None:
    other = office.put("other.sdjwt", office.world.token(claims(training())))
    assert verify(receipt(office, "receipt.jws"), "--evidence", other) == 1
    out = office.output()[0]
    assert "about another file" in out
    assert "cannot be relied on" not in out


def test_check_that_cannot_be_repeated_exits_3(office: Desk) -> None:
    path = receipt(office, "receipt.jws")
    assert verify(path, "--evidence", office.good, "--trust", office.trust) == 3
    assert "a status list of that time was not given" in office.output()[0]


def test_changed_receipt_exits_1_with_its_reason(office: Desk) -> None:
    path = Path(receipt(office, "receipt.jws"))
    head, body, signature = path.read_text().split(".")
    changed = office.put("changed.jws", f"{head}.{body[:-4]}AAAA.{signature}")
    assert verify(changed, "--json") == 1
    assert json.loads(office.output()[0])["reason"] == "signature"


def test_receipt_of_another_verifier_exits_3_until_its_key_is_pinned(office: Desk) -> None:
    path = receipt(office, "receipt.pdf")
    config = office.folder / "config"
    pinned = office.put("pinned.json", (config / PUBLISHED_FILE).read_bytes())
    (config / KEY_FILE).unlink()
    (config / PUBLISHED_FILE).unlink()
    receipt(office, "own.jws")
    assert verify(path) == 3
    assert "[?]" in office.output()[0]
    assert verify(path, "--key", pinned) == 0


def test_what_is_no_receipt_exits_4(office: Desk) -> None:
    receipt(office, "receipt.jws")
    assert verify(office.good) == 4
    assert "[-] No receipt found." in office.output()[0]


def test_missing_receipt_and_missing_keys_are_usage_errors(office: Desk) -> None:
    assert verify(office.good) == 2
    receipt(office, "receipt.jws")
    assert verify(str(office.folder / "none.jws")) == 2


def test_receipt_larger_than_any_exits_4(office: Desk) -> None:
    receipt(office, "receipt.jws")
    assert verify(office.put("large.pdf", b"%PDF-" + b"0" * (8 * 1024 * 1024))) == 4


def test_several_inputs_get_both_forms_in_a_folder_named_after_their_reports(office: Desk) -> None:
    other = office.put("홍길동.sdjwt", office.world.token(claims(training())))
    folder = office.folder / "receipts"
    assert office.run(office.good, other, "--receipt", str(folder)) == 0
    names = sorted(path.name for path in folder.iterdir())
    assert [Path(name).suffix for name in names] == [".jws", ".pdf", ".jws", ".pdf"]
    assert not any("홍길동" in name for name in names)
    assert all(verify(str(path)) == 0 for path in folder.iterdir())


def test_receipt_of_an_invalid_certificate_is_written_and_the_exit_code_stays(office: Desk) -> None:
    office.world.statuses = {7: 1}
    office.refresh()
    path = office.folder / "receipt.jws"
    assert office.run(office.good, "--receipt", str(path)) == 1
    assert verify(str(path)) == 0
    assert "not valid" in office.output()[0]


def test_receipt_with_content_warns_when_it_is_read(office: Desk) -> None:
    assert verify(receipt(office, "receipt.jws", "--receipt-with-content")) == 0
    assert "contains personal data" in office.output()[0]


def test_what_is_no_certificate_gets_no_receipt(office: Desk) -> None:
    path = office.folder / "receipt.jws"
    assert office.run(office.put("thing", "hello"), "--receipt", str(path)) == 4
    assert not path.exists()


def test_receipt_never_overwrites_a_file(office: Desk) -> None:
    path = receipt(office, "receipt.jws")
    before = Path(path).read_bytes()
    assert office.run(office.good, "--receipt", path) == 2
    assert "never overwritten" in office.output()[1]
    assert Path(path).read_bytes() == before


def test_second_receipt_of_the_same_report_in_a_folder_is_refused(office: Desk) -> None:
    folder = str(office.folder / "receipts")
    assert office.run(office.good, "--receipt", folder) == 0
    assert office.run(office.good, "--receipt", folder) == 5
    assert "never overwritten" in office.output()[1]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--receipt", "x.txt"], "end with .jws or .pdf"),
        (["--keep", "lists"], "expected --receipt with"),
        (["--receipt-with-content"], "expected --receipt with"),
    ],
)
def test_options_of_receipts_that_do_not_fit_are_refused(office: Desk, options: list[str], message: str) -> None:
    assert office.run(office.good, *options) == 2
    assert message in office.output()[1]


@pytest.mark.parametrize("options", [["--receipt", "x.txt"], ["--keep", "lists"]])
def test_options_of_receipts_that_do_not_fit_are_refused_in_korean_too(office: Desk, options: list[str]) -> None:
    assert office.run(office.good, *options, "--lang", "ko") == 2
    assert "쓰십시오." in office.output()[1]


def test_receipt_of_a_typed_number_is_repeated_with_what_the_issuer_gave(
    office: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.world.issuer["confirmation_url"] = f"{ISSUER}/api/v1/confirmations"
    office.refresh()
    given = office.world.token()
    monkeypatch.setattr(
        "verifier.cli.checking.ask_listed_issuer", lambda _tokens: lambda _issuer, _number: given.encode()
    )
    path, kept = str(office.folder / "number.jws"), str(office.folder / "lists")
    number = generate_code(lambda count: bytes(range(count)))
    trust, lists = ["--trust", office.trust], ["--status-map", office.map, "--now", NOW]
    assert main(["check", "--code", number, *trust, *lists, "--receipt", path, "--keep", kept]) == 0
    office.output()
    evidence = office.put("given.sdjwt", given)
    assert verify(path, "--evidence", evidence, "--kept", kept, "--json") == 0
    answer = json.loads(office.output()[0])
    assert answer["replay"]["outcome"] == "same"
    assert {"name": "print_match", "outcome": "skipped", "reason": "looked_up_by_number", "detail": {}} in answer[
        "record"
    ]["checks"]


def test_receipt_names_the_trust_list_that_was_read_for_the_check(
    office: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = Path(office.trust).read_bytes()

    def check_while_somebody_changes_the_list(*arguments: Any, **more: Any) -> Verification:  # noqa: ANN401
        office.put("trust.json", json.dumps({**office.world.trust, "version": 9}))
        return examine(*arguments, **more)

    monkeypatch.setattr("verifier.cli.checking.examine", check_while_somebody_changes_the_list)
    path, kept = str(office.folder / "r.jws"), office.folder / "lists"
    assert office.run(office.good, "--receipt", path, "--keep", str(kept)) == 0
    office.output()
    assert verify(path, "--json") == 0
    named = json.loads(office.output()[0])["record"]["trust"]
    assert named == {"version": "3", "sha256": hashlib.sha256(before).hexdigest()}
    assert (kept / named["sha256"]).read_bytes() == before


def test_one_file_for_several_inputs_is_refused(office: Desk) -> None:
    assert office.run(office.good, office.good, "--receipt", str(office.folder / "r.pdf")) == 2
    assert "to be a folder" in office.output()[1]


def test_without_passphrase_no_receipt_is_written(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("VERIFIER_PASSPHRASE", raising=False)
    assert desk.run(desk.good, "--receipt", str(desk.folder / "r.jws")) == 2
    assert "VERIFIER_PASSPHRASE" in desk.output()[1]


def test_published_keys_are_printed(office: Desk) -> None:
    receipt(office, "receipt.jws")
    assert main(["receipt", "keys"]) == 0
    assert json.loads(office.output()[0])["keys"][0]["kty"] == "EC"


def test_receipt_for_a_place_that_is_none_is_refused(office: Desk) -> None:
    office.put("file", "")
    assert office.run(office.good, "--receipt", str(office.folder / "file" / "r.jws")) == 5
    assert "expected to write in file" in office.output()[1]


def test_receipt_of_a_name_too_long_for_any_file_is_refused(office: Desk) -> None:
    assert office.run(office.good, "--receipt", "a" * 300 + ".jws") == 2
    assert "File name too long" in office.output()[1]


def test_init_makes_the_key_for_receipts_when_it_has_a_passphrase(office: Desk) -> None:
    assert main(["init", "--lang", "ko"]) == 0
    assert "확인서 서명 키" in office.output()[0]
    assert (office.folder / "config" / KEY_FILE).exists()


def test_missing_passphrase_is_said_in_korean_too(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("VERIFIER_PASSPHRASE", raising=False)
    assert desk.run(desk.good, "--receipt", str(desk.folder / "r.jws"), "--lang", "ko") == 2
    assert "서명 키의 암호가 필요합니다" in desk.output()[1]

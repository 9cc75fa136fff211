"""`batch --receipt`: a signed receipt for each verdict, by the parent's key, and nothing for what has no verdict."""

import json
from pathlib import Path

import pytest

from keys.key_files import FileSigner, create_key
from tests.verifier.batch.conftest import CommandDesk
from tests.verifier.batch.corpus import application, write_corpus
from verifier.batch.journal import Journal
from verifier.batch.lines import Line
from verifier.cli import batch_receipts
from verifier.cli.main import main
from verifier.receipt.token import read_record
from verifier.scoring.evidence import read_receipt_file

SIGNER = FileSigner(create_key())
KEYS = {SIGNER.key_id: SIGNER.public_key}


@pytest.fixture
def office(desk: CommandDesk, monkeypatch: pytest.MonkeyPatch) -> CommandDesk:
    monkeypatch.setenv("VERIFIER_NAME", "한국예시공사")
    monkeypatch.setattr(batch_receipts, "open_receipt_key", lambda *_, **__: SIGNER)
    write_corpus(desk.world, 10)
    return desk


def receipts(office: CommandDesk) -> list[Path]:
    return sorted((office.folder / "receipts").iterdir())


def run(office: CommandDesk, *more: str) -> int:
    folder = office.folder
    return office.run(str(folder / "apps"), "--receipt", str(folder / "receipts"), *more)


def test_every_verdict_has_a_receipt_that_says_the_same_and_nothing_of_the_holder(office: CommandDesk) -> None:
    assert run(office) == 1
    records = {path.name: read_record(path.read_text(), keys=KEYS).record for path in receipts(office)}
    reports = [(n, line) for n, line in enumerate(office.results()) if "error" not in line]
    assert [*records] == [f"receipt-{n:05}-{line['id']}.jws" for n, line in reports]
    assert [each["verdict"] for each in records.values()] == [line["verdict"] for _, line in reports]
    for record in records.values():
        assert (record["iss"], record["contains_personal_data"], record["simulated"]) == ("한국예시공사", False, True)
        assert "홍길동" not in json.dumps(record, ensure_ascii=False)
        assert record["trust"]["sha256"] is not None  # type: ignore[index, call-overload]  # an object
    assert all(path.stat().st_mode & 0o077 == 0 for path in receipts(office))


def test_with_content_the_receipt_can_be_scored_and_with_kept_lists_repeated(
    office: CommandDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = office.folder / "kept"
    run(office, "--receipt-with-content", "--keep", str(kept))
    first = receipts(office)[0]
    evidence = read_receipt_file(first, keys=KEYS)
    assert evidence.report.to_json()["id"] == office.results()[0]["id"]
    keys = office.put("keys.json", json.dumps({"keys": [{**SIGNER.public_jwk()}]}))
    sealed = ["--evidence", str(office.folder / "apps/00000.sdjwt"), "--kept", str(kept), "--json"]
    office.output()
    assert main(["receipt", "verify", str(first), "--key", keys, *sealed]) == 0
    assert json.loads(office.output()[0])["replay"]["outcome"] == "same"


def test_a_batch_that_goes_on_makes_the_receipts_that_have_no_result(
    office: CommandDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = Journal.add_result

    def stops(self: Journal, line: Line) -> None:
        if line.number == 4:
            raise KeyboardInterrupt
        real(self, line)

    with monkeypatch.context() as patched:
        patched.setattr(Journal, "add_result", stops)
        assert run(office) == 130
    assert len(receipts(office)) == 4
    assert run(office, "--resume") == 1
    assert len(receipts(office)) == 9
    assert [read_record(path.read_text(), keys=KEYS).record["receipt"] for path in receipts(office)] == [1] * 9


def test_a_batch_cannot_go_on_with_other_receipts(office: CommandDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(Journal, "add_result", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        assert run(office) == 130
    assert run(office, "--resume", "--receipt-with-content") == 2
    assert "receipts_with_content" in office.output()[1]


@pytest.mark.parametrize(
    ("place", "options", "message"),
    [
        ("used", [], "expected no receipts in used yet"),
        ("file", [], "expected --receipt to be a folder"),
        ("apps/receipts", [], "lies inside what is checked"),
    ],
)
def test_a_place_where_receipts_could_be_mixed_is_refused(
    office: CommandDesk, place: str, options: list[str], message: str
) -> None:
    office.put("used/receipt-00000-x.jws", "x")
    office.put("file", "x")
    where = str(office.folder / place)
    assert office.run(str(office.folder / "apps"), "--receipt", where, *options, "--lang", "en") == 2
    assert message in office.output()[1]
    assert not office.out.exists()


def test_content_and_lists_are_only_kept_with_receipts(office: CommandDesk) -> None:
    assert office.run(str(office.folder / "apps"), "--receipt-with-content") == 2
    assert office.run(str(office.folder / "apps"), "--keep", str(office.folder / "kept")) == 2


def test_a_receipt_that_cannot_be_written_stops_the_batch_before_its_result(office: CommandDesk) -> None:
    parent = office.folder / "receipts"
    parent.mkdir()
    office.put("blocked", "x")
    code = office.run(str(office.folder / "apps"), "--receipt", str(office.folder / "blocked" / "below"))
    assert code == 2
    assert office.journal.read_bytes().count(b"\n") <= 2


@pytest.mark.slow
def test_the_key_for_receipts_is_asked_for_before_anything_is_checked(desk: CommandDesk) -> None:
    desk.put("apps/a.sdjwt", desk.world.token(application(0)))
    assert desk.run(str(desk.folder / "apps"), "--receipt", str(desk.folder / "receipts")) == 2
    assert not desk.journal.exists()

"""Every runbook of docs/operations/ is followed to the letter, on a bank to which just that has happened."""

import json
import re
import resource
import shutil
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from issuer.cli.main import main
from tests.issuer.cheap_codes import cheap_codes  # noqa: F401 - a fixture that is used by itself
from tests.tutorials import Reader, steps_of

pytestmark = pytest.mark.slow
ROOT = Path(__file__).resolve().parents[2]
PAGES = ROOT / "docs/operations"
URL = "https://bank.example"
TRAINING = "vocational_training"


@dataclass(slots=True)
class Office:
    """A folder with a bank in it, where somebody follows a page."""

    folder: Path
    language: str = "en"

    def run(self, *arguments: object, later: timedelta = timedelta()) -> tuple[int, str, str]:
        out, err = StringIO(), StringIO()
        data = ["--data", str(self.folder / "bank")]
        with redirect_stdout(out), redirect_stderr(err):
            code = main([*map(str, arguments), *data], clock=lambda: datetime.now(UTC) + later)
        return code, out.getvalue(), err.getvalue()

    def json(self, *arguments: object, later: timedelta = timedelta()) -> dict[str, Any]:
        code, out, err = self.run(*arguments, "--json", later=later)
        assert code == 0, err
        return dict(json.loads(out))

    def issue(self, account: str, name: str, later: timedelta = timedelta()) -> str:
        out = self.folder / f"{name}.pdf"
        return str(self.json("issue", "--account", account, "--type", TRAINING, "--out", out, later=later)["number"])

    def back_up(self, name: str = "monday.backup") -> None:
        password = self.folder / "backup.password"
        self.json("backup", "--out", self.folder / name, "--password-file", password)

    def follow(self, page: str, **names: str) -> None:
        """Carry out every command of a page; each must end with 0."""
        reader = Reader(self.folder, self.language)
        text = (PAGES / f"{page}.md").read_text("utf-8")
        for name, value in names.items():
            text = re.sub(rf"\b{name}\b", value, text)
        steps = list(steps_of(text))
        assert any(step.command.startswith("cb-issuer ") for step in steps), f"{page}: no command was found to try"
        for step in steps:
            said = reader.does(step)
            assert reader.ended == 0, f"{step.command}: {said}"

    def status(self, number: str) -> str:
        dry = self.json("revoke", number, "--dry-run")
        return str(dry["changes"][0]["before"])


@pytest.fixture(scope="module")
def founded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bank with one account and two certificates; copied for each page."""
    folder = tmp_path_factory.mktemp("founded")
    office = Office(folder)
    with pytest.MonkeyPatch.context() as patch:
        for name in ("ISSUER_PASSPHRASE", "ISSUER_DATABASE", "LANG", "LC_ALL", "LC_MESSAGES"):
            patch.delenv(name, raising=False)
        office.run("init", "--dev", "--url", URL)
        for source in ("persons.json", "hrdnet_training.xml"):
            office.json("import", source.partition(".")[0], ROOT / "examples/deliveries" / source)
        account = office.json("accounts", "open", "--person", "SYN-P-001", "--consent-all")["id"]
        (folder / "backup.password").write_text("one long password\n")
        (folder / "known.json").write_text(
            json.dumps([account, office.issue(account, "1"), office.issue(account, "2")])
        )
    return folder


@pytest.fixture
def office(founded: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Office:
    for name in ("ISSUER_PASSPHRASE", "ISSUER_DATABASE", "LANG", "LC_ALL", "LC_MESSAGES"):
        monkeypatch.delenv(name, raising=False)
    shutil.copytree(founded, tmp_path, dirs_exist_ok=True)
    return Office(tmp_path)


@pytest.fixture
def known(founded: Path) -> list[str]:
    """The account and its two certificates."""
    return list(json.loads((founded / "known.json").read_text()))


def copy_out(office: Office) -> None:
    copies = office.folder / "copies"
    shutil.copytree(office.folder / "bank/public", copies / "public")
    shutil.copy(office.folder / "bank/taken-back.jsonl", copies)


def test_before_anything_happens(office: Office) -> None:
    for name in ("hong", "kim"):
        (office.folder / f"{name}.password").write_text(f"the password of {name}\n")
    office.follow("README")
    assert (office.folder / "monday.backup").stat().st_size > 0


def test_the_database_is_lost(office: Office, known: list[str]) -> None:
    account, first, second = known
    office.back_up()
    later = office.issue(account, "3")
    office.json("revoke", second, "--reason", "holder_request")
    copy_out(office)
    (office.folder / "bank/bank.db").write_bytes(b"not a database any more")
    shutil.copytree(ROOT / "examples/deliveries", office.folder / "deliveries")
    office.follow("database-lost")
    assert (office.status(first), office.status(second)) == ("valid", "revoked")
    code, _, err = office.run("revoke", later)
    assert (code, later in err) == (2, True)
    assert office.issue(account, "4") not in (first, second, later)


def test_the_database_is_lost_after_keys_were_rotated(office: Office, known: list[str]) -> None:
    """What the new status key signed verifies on, and the page ends with a bank that signs by another one."""
    account, first, second = known
    office.back_up()
    office.json("keys", "rotate", "status")
    late = timedelta(days=2)
    office.json("revoke", second, "--reason", "holder_request", later=late)
    lost = signing(office, later=late)
    copy_out(office)
    (office.folder / "bank/bank.db").write_bytes(b"not a database any more")
    shutil.copytree(ROOT / "examples/deliveries", office.folder / "deliveries")
    office.follow("database-lost")
    assert (office.status(first), office.status(second)) == ("valid", "revoked")
    old = signing(office)
    (kept,) = (each for each in office.json("keys", "list")["keys"] if each["kid"] == lost)
    assert (kept["state"], kept["kept"], old != lost) == ("verifying", "lost", True)
    office.json("keys", "rotate", "status")
    assert signing(office, later=late) not in (old, lost)
    assert office.issue(account, "5", later=late)


def signing(office: Office, later: timedelta = timedelta()) -> str:
    keys = office.json("keys", "list", later=later)["keys"]
    (found,) = (each["kid"] for each in keys if (each["use"], each["state"]) == ("status", "signing"))
    return str(found)


def test_a_key_is_lost(office: Office, known: list[str]) -> None:
    office.back_up()
    office.json("backup", "--out", office.folder / "ceremony.backup", "--shares", office.folder)
    (office.folder / "share-2.txt").unlink()
    (office.folder / "bank/keys/credential.pem").unlink()
    assert office.run("issue", "--account", known[0], "--all", "--out", office.folder / "x.pdf")[0] == 5
    before = (office.folder / "bank/trust.json").read_bytes()
    office.follow("lost-key")
    assert (office.folder / "bank/trust.json").read_bytes() != before
    office.issue(known[0], "3")
    office.json("revoke", known[1])


def test_a_key_may_be_stolen(office: Office, known: list[str]) -> None:
    keys = office.json("keys", "list")["keys"]
    (kid,) = (each["kid"] for each in keys if each["use"] == "credential")
    office.follow("stolen-key", KEY=kid, ACCOUNT=known[0])
    (signing,) = (
        each
        for each in office.json("keys", "list")["keys"]
        if (each["use"], each["state"]) == ("credential", "signing")
    )
    assert signing["kid"] != kid
    assert known[1] in (office.folder / "affected.csv").read_text()


def test_a_wrong_delivery_was_imported(office: Office, known: list[str]) -> None:
    delivery = (ROOT / "examples/deliveries/hrdnet_training.xml").read_text("utf-8")
    corrected = delivery.replace("<trtm>40</trtm>", "<trtm>38</trtm>", 1)
    assert corrected != delivery
    (office.folder / "corrected.xml").write_text(corrected, "utf-8")
    entries = office.json("accounts", "show", known[0])["entries"]
    (record,) = (each["source_record_id"] for each in entries if each["fields"].get("hours") == 40)
    office.follow("wrong-delivery-imported", RECORD=record)
    assert office.run("suspend", "--entry-source", record, "--dry-run")[1].count("corrected -> suspended") == 2


def test_the_clock_was_wrong(office: Office, known: list[str]) -> None:
    ahead = office.issue(known[0], "3", later=timedelta(hours=5))
    refused = office.run("issue", "--account", known[0], "--all", "--out", office.folder / "x.pdf")
    assert (refused[0], "Set the clock" in refused[2]) == (5, True)
    text = (PAGES / "clock-wrong.md").read_text("utf-8")
    (example,) = set(re.findall(r"CB-2026-\d{8}", text))
    office.follow("clock-wrong", **{"ACCOUNT": known[0], example: ahead})
    assert office.status(ahead) == "revoked"


def test_there_is_no_room_left(office: Office, known: list[str]) -> None:
    rows = office.folder / "rows.csv"
    rows.write_text(f"account,entries\n{known[0]},{TRAINING}\n{known[0]},all\n")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (40_000, hard))
    try:
        refused = office.run("issue-batch", rows, "--out", office.folder / "certificates")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert refused[0] == 5, refused[2]
    office.follow("disk-full")
    lines = (office.folder / "certificates/results.jsonl").read_text().splitlines()
    assert [json.loads(line)["error"] for line in lines] == [None, None]


def test_many_certificates_have_to_be_revoked(office: Office, known: list[str]) -> None:
    (office.folder / "numbers.txt").write_text(
        "\ufeffnumber,account\n" + "".join(f"{each},x\n\n" for each in known[1:])
    )
    office.follow("mass-revocation")
    assert {office.status(each) for each in known[1:]} == {"revoked"}


@pytest.mark.parametrize(
    ("content", "code", "problem"),
    [
        (None, 4, "No such file"),
        (b"\xff\n", 4, "expected UTF-8"),
        (b"number\n", 2, "expected either certificate numbers"),
        (b"CB-2026-99999999\n", 2, "CB-2026-99999999"),
    ],
)
def test_a_list_of_numbers_that_cannot_be_used_changes_nothing(
    office: Office, known: list[str], content: bytes | None, code: int, problem: str
) -> None:
    path = office.folder / "list"
    if content is not None:
        path.write_bytes(content)
    ended, _, err = (
        office.run("revoke", known[1], "--from", path) if code == 4 else office.run("revoke", "--from", path)
    )
    assert (ended, problem in err) == (code, True), err
    assert office.status(known[1]) == "valid"


def test_every_runbook_is_named_and_followed() -> None:
    overview = (PAGES / "README.md").read_text("utf-8")
    pages = {page.stem for page in PAGES.glob("*.md")} - {"README"}
    assert pages == set(re.findall(r"\(([a-z-]+)\.md\)", overview))
    source = Path(__file__).read_text("utf-8")
    assert all(f'follow("{page}"' in source for page in pages)

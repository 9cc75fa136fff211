"""What the law asks of bank and verifier together, each test named after the requirement's id (docs/law.md)."""

import json
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from io import BytesIO, TextIOWrapper
from pathlib import Path
from typing import Any

import pytest

from credential_schemas.entry_types import entry_types
from issuer.bank import open_bank
from issuer.cli.main import main as issuer_main
from issuer.holders.closing import close_account
from verifier.cli.main import main as verifier_main

pytestmark = pytest.mark.slow
DELIVERIES = Path(__file__).resolve().parents[2] / "examples/deliveries"
START = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)


@dataclass(slots=True)
class Both:
    """A bank with one account, and a verifier that trusts it."""

    folder: Path
    account: str = ""

    def bank(self, *arguments: object) -> dict[str, Any]:
        code, said, complaints = run(issuer_main, *arguments, "--data", self.folder / "bank", "--json", clock=START)
        assert code == 0, complaints
        return dict(json.loads(said))

    def check(self, *arguments: object) -> tuple[int, str]:
        """Exit code and everything that the verifier says."""
        when = (START + timedelta(minutes=5)).isoformat()
        trust = self.folder / "bank/trust.json"
        code, said, complaints = run(verifier_main, "check", *arguments, "--trust", trust, "--now", when)
        return code, said + complaints

    def report(self, file: Path, *options: object) -> dict[str, Any]:
        return dict(json.loads(self.check(file, "--json", *options)[1]))

    def answers(self, file: Path) -> list[str]:
        """What a verifier answers to people and to programs."""
        document = json.dumps(self.report(file, *self.lists), ensure_ascii=False)
        return [self.check(file, *self.lists)[1], document]

    @property
    def lists(self) -> tuple[str, Path]:
        """The option that names the status list as the bank has published it."""
        file = self.folder / "map.json"
        file.write_text(json.dumps({"https://bank.example/status/1": "bank/public/status/1"}))
        return "--status-map", file

    def issue(self, *options: object) -> tuple[str, Path]:
        file = self.folder / "certificate.pdf"
        token = ("--sd-jwt", self.folder / "certificate.sdjwt")
        issued = self.bank("issue", "--account", self.account, "--all", *options, "--out", file, *token)
        return str(issued["number"]), file


def run(program: Any, *arguments: object, clock: datetime | None = None) -> tuple[int, str, str]:  # noqa: ANN401 - a main
    out, errors = TextIOWrapper(BytesIO(), "utf-8"), TextIOWrapper(BytesIO(), "utf-8")
    named = {} if clock is None else {"clock": lambda: clock}
    with redirect_stdout(out), redirect_stderr(errors):
        code = program([*map(str, arguments)], **named)
    return code, text_of(out), text_of(errors)


def text_of(stream: TextIOWrapper) -> str:
    stream.flush()
    buffer = stream.buffer
    assert isinstance(buffer, BytesIO)
    return buffer.getvalue().decode("utf-8")


@pytest.fixture
def both(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Both:
    monkeypatch.delenv("ISSUER_PASSPHRASE", raising=False)
    monkeypatch.setenv("VERIFIER_STATE", str(tmp_path / "state"))
    monkeypatch.setenv("LANG", "ko_KR.UTF-8")
    made = Both(tmp_path)
    made.bank("init", "--dev", "--url", "https://bank.example")
    for file in sorted(DELIVERIES.glob("*.*")):
        made.bank("import", file.stem, file)
    made.account = made.bank("accounts", "open", "--person", "SYN-P-001", "--consent-all")["id"]
    return made


def outcome(report: dict[str, Any], check: str) -> tuple[str, str | None]:
    ((found, reason),) = [(each["outcome"], each["reason"]) for each in report["checks"] if each["name"] == check]
    return found, reason


def test_lr_06_a_cancelled_certificate_is_revoked_for_who_asks_and_not_checked_for_who_cannot(both: Both) -> None:
    number, file = both.issue()
    assert both.report(file, *both.lists)["verdict"] == "valid"
    both.bank("revoke", number)
    assert outcome(both.report(file, *both.lists), "status") == ("failed", "revoked")
    assert both.report(file, *both.lists)["verdict"] == "invalid"
    assert outcome(both.report(file, "--offline"), "status")[0] == "unknown"
    code, said = both.check(file, "--offline")
    assert (code, "취소 여부" in said) == (3, True)


def test_lr_07_after_an_account_is_closed_its_certificates_are_checked_by_the_public_list(both: Both) -> None:
    _, file = both.issue()
    bank = open_bank(both.folder / "bank", passphrase=None)
    close_account(bank, both.account, revoke=False, now=START)
    bank.close()
    assert both.report(file, *both.lists)["verdict"] == "valid"
    assert outcome(both.report(file, *both.lists), "status") == ("passed", None)


def test_lr_10_nothing_that_a_verifier_answers_holds_connecting_information(both: Both) -> None:
    _, file = both.issue()
    persons = json.loads((DELIVERIES / "persons.json").read_text("utf-8"))["persons"]
    secrets = [person[name] for person in persons for name in ("ci", "di_bank", "person_ref")]
    answers = [said for each in (file, file.with_suffix(".sdjwt")) for said in both.answers(each)]
    assert [("김표본" in said, "정보처리기사" in said) for said in answers] == [(True, True)] * 4
    assert [secret for secret in secrets for said in answers if secret in said] == []


def test_lr_17_a_verifier_shows_of_a_blind_copy_nothing_that_it_hides(both: Both) -> None:
    _, file = both.issue("--blind", "--applicant-no", "A-17")
    hidden = ["김표본", "KIM", "1998-04-11"]
    for entry in both.bank("accounts", "show", both.account)["entries"]:
        own = entry_types()[entry["type"]].own_fields
        values = (entry["fields"].get(field.name) for field in own if field.blind == "hide")
        hidden += [value for value in values if isinstance(value, str)]
    assert len(hidden) > 6
    answers = both.answers(file)
    assert (["정보처리기사" in said for said in answers], "A-17" in answers[1]) == ([True, True], True)
    assert [value for value in hidden for said in answers if value in said] == []

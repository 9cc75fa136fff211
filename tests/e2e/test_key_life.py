"""Keys from their first certificate to their retirement, by the real commands of bank and verifier."""

import json
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from io import BytesIO, TextIOWrapper
from pathlib import Path
from typing import Any

import pytest

from issuer.cli.main import main as issuer_main
from keys.trust_list import TrustList
from verifier.cli.main import main as verifier_main
from verifier.trust_files import offered_list_or_bundle
from verifier.trust_folder import TrustFolder
from verifier.trust_in_use import TrustContext
from verifier.trust_refreshing import Refreshed, refresh

pytestmark = pytest.mark.slow
DELIVERIES = Path(__file__).resolve().parents[2] / "examples/deliveries"
START = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
DAY = timedelta(days=1)
Answer = tuple[str, str | None]
"""A verdict, and the reason of the first check that did not pass."""


@dataclass(slots=True)
class Story:
    """What was said at each point."""

    folder: Path
    now: datetime = START
    codes: dict[str, int] = field(default_factory=dict)
    said: dict[str, list[Answer]] = field(default_factory=dict)
    refreshed: dict[str, list[Refreshed]] = field(default_factory=dict)
    lists: dict[str, dict[str, Any]] = field(default_factory=dict)

    def bank(self, *arguments: object, name: str = "") -> dict[str, Any]:
        """Run a command of the bank; one with a name may be refused."""
        out, errors = TextIOWrapper(BytesIO(), "utf-8"), TextIOWrapper(BytesIO(), "utf-8")
        with redirect_stdout(out), redirect_stderr(errors):
            data = ["--data", str(self.folder / "bank"), "--json"]
            code = issuer_main([*map(str, arguments), *data], clock=lambda: self.now)
        assert name or code == 0, text_of(errors)
        self.codes[name] = code
        return dict(json.loads(text_of(out) or "{}"))

    def check(self, name: str, trust: Path, *files: str, status: str = "bundle") -> None:
        """Let a verifier check files at this moment, offline with a bundle or with fetched lists."""
        status_map = self.folder / "map.json"
        status_map.write_text(json.dumps({"https://bank.example/status/1": "bank/public/status/1"}))
        options = ["--offline"] if status == "bundle" else ["--status-map", str(status_map)]
        out = TextIOWrapper(BytesIO(), "utf-8")
        with redirect_stdout(out):
            paths = [str(self.folder / file) for file in files]
            when = (self.now + timedelta(minutes=5)).isoformat()
            verifier_main(["check", *paths, "--trust", str(trust), *options, "--now", when, "--json"])
        self.said[name] = [answer(json.loads(line)) for line in text_of(out).splitlines()]

    def issue(self, name: str) -> str:
        account = self.bank("accounts", "list")["accounts"][0]["id"]
        files = ("--out", self.folder / f"{name}.pdf", "--sd-jwt", self.folder / f"{name}.sdjwt")
        return str(self.bank("issue", "--account", account, "--all", *files)["number"])

    def bundle(self, name: str) -> Path:
        """Write the bank's bundle of now, and keep its trust list of now."""
        path = self.folder / f"{name}.bundle"
        self.bank("trust-bundle", "--out", path)
        (self.folder / f"{name}.json").write_bytes((self.folder / "bank/trust.json").read_bytes())
        return path

    def kid(self, state: str) -> str:
        """The newest credential key in a state, by a part of its name that is no option."""
        found = [each for each in self.bank("keys", "list")["keys"] if each["use"] == "credential"]
        return str([each["kid"] for each in found if each["state"] == state][-1]).lstrip("-")

    def refresh(self, name: str, bundle: Path) -> None:
        context = TrustContext(installed=self.folder / "installed.json", state=None, now=int(self.now.timestamp()) + 60)
        self.refreshed[name] = refresh(self.folder / "installed.json", [bundle], context)


def text_of(stream: TextIOWrapper) -> str:
    stream.flush()
    buffer = stream.buffer
    assert isinstance(buffer, BytesIO)
    return buffer.getvalue().decode("utf-8")


def answer(report: dict[str, Any]) -> Answer:
    reasons = [each["reason"] for each in report["checks"] if each["outcome"] in ("failed", "unknown")]
    return report["verdict"], reasons[0] if reasons else None


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    folder = tmp_path_factory.mktemp("keys")
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("ISSUER_PASSPHRASE", raising=False)
        patch.setenv("VERIFIER_STATE", str(folder / "state"))
        yield tell(Story(folder))


def tell(story: Story) -> Story:
    installed = story.folder / "installed.json"
    open_bank_with_first_certificate(story, installed)
    rotate(story, installed)
    distrust(story)
    retire(story)
    return story


def open_bank_with_first_certificate(story: Story, installed: Path) -> None:
    story.bank("init", "--dev", "--url", "https://bank.example")
    for source in ("persons", "qnet_qualifications"):
        (file,) = DELIVERIES.glob(f"{source}.*")
        story.bank("import", source, file)
    story.bank("accounts", "open", "--person", "SYN-P-001", "--consent-all")
    story.issue("first")
    now = int(START.timestamp())
    bundle = offered_list_or_bundle(story.bundle("before").read_bytes(), now=now)
    TrustFolder(installed).add(bundle, source=None, now=now)


def rotate(story: Story, installed: Path) -> None:
    story.bank("keys", "rotate", "credential")
    story.now = START + 2 * DAY
    story.issue("second")
    new = story.bundle("rotated")
    both = ("first.sdjwt", "second.sdjwt")  # the same without a page; a PDF takes a verifier far longer
    story.check("bundle", new, "first.pdf", "second.pdf")
    story.check("fetched", story.folder / "rotated.json", *both, status="fetched")
    story.check("never refreshed", story.folder / "before.json", *both, status="fetched")
    story.refresh("rotated", new)
    story.check("refreshed", installed, *both)
    story.bank("keys", "retire", story.kid("verifying"), name="retire too early")


def distrust(story: Story) -> None:
    old, since = story.kid("verifying"), START + DAY
    files = ("first.pdf", "first.sdjwt", "second.pdf")
    asked = ("keys", "distrust", old, "--since")
    story.bank(*asked, (START + 9 * DAY).isoformat(), name="distrust in the future")
    story.lists["dry run"] = story.bank(*asked, START.isoformat(), "--dry-run")
    story.bundle("dry")
    story.lists["later"] = story.bank(*asked, since.isoformat(), "--out", story.folder / "later.csv")
    story.check("stolen later", story.bundle("later"), *files)
    story.bank(*asked, (since + DAY).isoformat(), name="taken back")
    story.bank("reprint", story.folder / "first.sdjwt", "--out", story.folder / "again.pdf", name="reprint before")
    story.lists["earlier"] = story.bank(*asked, START.isoformat(), "--out", story.folder / "reissue.json")
    story.check("stolen before", story.bundle("earlier"), *files, "again.pdf")
    story.check("not refreshed since", story.folder / "rotated.json", "first.sdjwt", status="fetched")
    story.bank("reprint", story.folder / "first.sdjwt", "--out", story.folder / "no.pdf", name="reprint after")
    story.now += timedelta(hours=1)
    story.bank("keys", "distrust", story.kid("signing"), "--since", story.now.isoformat())
    account = story.bank("accounts", "list")["accounts"][0]["id"]
    no = story.folder / "no.pdf"
    story.bank("issue", "--account", account, "--all", "--out", no, name="issue with a distrusted key")
    story.bank("keys", "rotate", "credential", "--hours", "0")
    story.bank("keys", "rotate", "seal")
    story.issue("third")
    story.check("replaced at once", story.bundle("replaced"), "second.pdf", "third.pdf")


def retire(story: Story) -> None:
    story.now = START + 85 * DAY
    story.issue("fourth")
    story.now = START + 100 * DAY
    old = story.bank("keys", "list")["keys"][1]["kid"].lstrip("-")
    story.lists["retired"] = story.bank("keys", "retire", old)
    story.check("retired", story.bundle("retired"), "first.sdjwt", "second.sdjwt", "fourth.sdjwt")


def test_after_a_rotation_certificates_of_both_keys_are_valid(story: Story) -> None:
    for verifier in ("bundle", "fetched", "refreshed"):
        assert story.said[verifier] == [("valid", None), ("valid", None)], verifier


def test_a_verifier_that_was_never_refreshed_says_that_it_does_not_know_the_new_key(story: Story) -> None:
    assert story.said["never refreshed"] == [("valid", None), ("indeterminate", "key_unknown")]


def test_a_refresh_takes_the_new_key_because_the_pinned_bundle_key_signs(story: Story) -> None:
    (refreshed,) = story.refreshed["rotated"]
    assert (refreshed.outcome, refreshed.version) == ("updated", 2)


def test_what_was_logged_before_the_theft_stays_valid_and_needs_its_proof(story: Story) -> None:
    assert story.said["stolen later"] == [("valid", None), ("indeterminate", "log_proof_missing"), ("valid", None)]
    assert story.lists["later"]["certificates"] == {"stays_valid": 1, "refused": 0, "open": 0}


def test_what_was_logged_after_the_theft_is_refused_also_when_printed_again(story: Story) -> None:
    refused, valid = ("invalid", "logged_too_late"), ("valid", None)
    assert story.said["stolen before"] == [refused, ("indeterminate", "log_proof_missing"), valid, refused]
    assert story.lists["earlier"]["certificates"] == {"stays_valid": 0, "refused": 1, "open": 0}


def test_a_verifier_without_the_newest_list_cannot_know_of_the_theft(story: Story) -> None:
    assert story.said["not refreshed since"] == [("valid", None)]


def test_a_dry_run_changes_nothing_for_anybody(story: Story) -> None:
    assert story.lists["dry run"]["dry_run"] is True
    assert story.lists["dry run"]["certificates"]["refused"] == 1
    assert TrustList.parse((story.folder / "dry.json").read_bytes()).version == 2


def test_the_list_names_what_has_to_be_issued_again(story: Story) -> None:
    head, row = (story.folder / "later.csv").read_text().splitlines()
    assert head == "number,account,carrier,issued_at,valid_until,logged_at,outcome,reissue"
    assert row.endswith(",stays_valid,no")
    document = json.loads((story.folder / "reissue.json").read_text())
    (found,) = document["certificates"]
    assert (found["number"], found["outcome"], found["reissue"]) == ("CB-2026-00000001", "refused", True)
    assert (story.folder / "later.csv").stat().st_mode & 0o777 == 0o600


def test_a_distrusted_key_issues_nothing_and_its_successor_works_at_once(story: Story) -> None:
    assert story.codes["issue with a distrusted key"] == 5
    assert not (story.folder / "no.pdf").exists()
    assert story.said["replaced at once"] == [("valid", None), ("valid", None)]


def test_a_retired_key_is_not_known_any_more(story: Story) -> None:
    first, second, fourth = story.said["retired"]
    assert first == ("indeterminate", "key_unknown")
    assert second == ("invalid", "expired")
    assert fourth == ("valid", None)
    assert story.lists["retired"]["private_half"] == "destroyed"
    assert not (story.folder / "bank/keys/credential.pem").exists()


@pytest.mark.parametrize(
    ("command", "code"),
    [
        ("retire too early", 5),
        ("distrust in the future", 2),
        ("taken back", 5),
        ("reprint before", 0),
        ("reprint after", 5),
    ],
)
def test_what_the_bank_does_not_do_has_its_exit_code(story: Story, command: str, code: int) -> None:
    assert story.codes[command] == code

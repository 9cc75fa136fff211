"""What the page says before applying is what the verifier finds afterwards: the same points, from the issued PDF."""

import json
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from issuer.api.pages.opening import Ways
from issuer.holders.kept_choices import kept_choice
from issuer.postings import read_postings
from issuer.upkeep import Upkeep
from tests.issuer.pages.certificate_forms import CONFIRM, NEW, Form, agree
from tests.issuer.pages.page_world import Browser, PageWorld, people
from verifier.cli.main import main as verifier_main

ROOT = Path(__file__).resolve().parents[3]
ID = "ts-2026-01"


@dataclass
class Applying:
    """A holder before a bank with one posting, and the posting's two files."""

    world: PageWorld
    holder: Browser
    policy: Path
    notice: Path

    def ticked(self, **fields: str) -> dict[str, str | list[str]]:
        """What the form sends as the posting filled it in."""
        form = Form(self.holder.get(f"{NEW}?posting={ID}"))
        chosen = [entry for entry, ticked in form.rows.items() if ticked == "entry"]
        common = {"purpose": "job", "days": "90", "language": "ko", "shown_for": "standard", "posting": ID}
        return {"entry": chosen, **common, **form.fields, **fields}


@pytest.fixture
def applying(founded: Path, tmp_path: Path) -> Iterator[Applying]:
    folder = tmp_path / "postings" / ID
    folder.mkdir(parents=True)
    policy, notice = folder / "policy.yaml", folder / "notice.json"
    shutil.copy(ROOT / "verifier/policies/published/ts-hiring-criteria-1.0.0.yaml", policy)
    shutil.copy(ROOT / "examples/scoring/notice.json", notice)
    shutil.copytree(founded, tmp_path / "bank")
    ways = Ways(test_persons=people(), postings=read_postings(tmp_path / "postings"))
    world = PageWorld(tmp_path / "bank", ways=ways)
    yield Applying(world, world.holder(), policy, notice)
    world.bank.close()


def test_the_verifier_gives_the_points_that_the_page_said(
    applying: Applying, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    applying.world.now = datetime.now(UTC)  # what is checked at another time is simulated, and earns nothing
    applying.holder.sign_in()
    holder, sent = applying.holder, applying.ticked()
    shown = holder.send(NEW, sent).plain.partition("본인 계산")[2]
    confirm = Form(holder.send(CONFIRM, {**sent, "do": "confirm"}))
    number = agree(holder, confirm).location.rpartition("/")[2]
    pdf = tmp_path / "certificate.pdf"
    pdf.write_bytes(holder.send(f"/certificates/{number}/file", {"what": "ko"}).content)
    for name in ("STATE", "CONFIG"):
        monkeypatch.setenv(f"VERIFIER_{name}", str(tmp_path / name))
    capsys.readouterr()
    lists, trust = tmp_path / "map.json", ["--trust", str(applying.world.path / "trust.json")]
    lists.write_text(json.dumps({"https://bank.example/status/1": "bank/public/status/1"}), "utf-8")
    Upkeep(applying.world.bank, clock=lambda: applying.world.now).run()
    options = [*trust, "--status-map", str(lists), "--json"]
    assert verifier_main(["check", str(pdf), *options]) == 0
    reports = tmp_path / "reports.jsonl"
    reports.write_text(capsys.readouterr().out, "utf-8")
    options = ["--policy", str(applying.policy), "--notice", str(applying.notice), "--reports", str(reports)]
    verifier_main(["score", *options, "--applicant", "A-1", "--json", *trust])
    found = json.loads(capsys.readouterr().out)
    assert found["basis"] == "verified"
    assert "–".join(str(each) for each in found["range"]) in shown
    assert found["components"]["qualification"] == int(re.findall(r"자격 (\d+)", shown)[0])


def test_no_sentence_of_the_calculation_names_an_entry_by_its_id(applying: Applying) -> None:
    shown = applying.holder.get(f"{NEW}?posting={ID}")
    assert not re.search(r"[0-9a-f]{32}", shown.plain)
    for text in ("직무와 관련이 있는지", "담당자가 평가합니다", "인정서에 담기지 않습니다", "사람이 심사하므로"):
        assert text in shown.plain


def test_a_choice_that_is_put_aside_does_not_say_for_which_posting(applying: Applying) -> None:
    holder = applying.holder
    assert holder.send(f"{NEW}/later", {**applying.ticked(), "do": "later"}).status == 303
    kept = kept_choice(applying.world.bank, holder.account, now=applying.world.now)
    assert kept is not None
    assert "posting" not in {name for name, _ in kept.fields}
    assert "entry" in {name for name, _ in kept.fields}


def test_nothing_of_the_calculation_is_recorded_or_printed(applying: Applying) -> None:
    holder, before = applying.holder, applying.world.actions(applying.holder.account)
    confirm = Form(holder.send(CONFIRM, {**applying.ticked(), "do": "confirm"}))
    assert applying.world.actions(holder.account) == before
    assert "본인 계산" not in confirm.shown.plain

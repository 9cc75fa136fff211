"""`cb-wallet precheck`: the published policy over one's own certificates, marked as self-declared, sent nowhere."""

import json
import socket
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from credential_schemas.certificate_claims import CertificateEntry
from tests.wallet_cli.conftest import Wallet, World

ROOT = Path(__file__).parents[2]
POLICY = ROOT / "verifier/policies/published/ts-hiring-criteria-1.0.0.yaml"
NOTICE = {"id": "N-1", "notice_date": "2026-11-02", "track": "new", "job_family": "administrative"}
TRAINING = "bank.example/CB-2026-00000001/8"


SMALL_POLICY = """
criteria: 1
policy:
  {id: small, version: 1.0.0, title: {ko: 기준, en: Criteria}, agency: {ko: 기관, en: Agency}}
parameters: {evaluation_date: {type: date, required: true}}
document_screening:
  title: {ko: 검토, en: Review}
  components: {training: {title: {ko: 교육, en: Training}, rules: [R-1]}}
rules:
  - {id: R-1, kind: amount, title: {ko: 교육, en: Training}, entries: [vocational_training], needs: [related],
     amount: hours, per: 10, points: 1, round: down}
"""


@pytest.fixture
def files(world: World, wallet: Wallet) -> list[str]:
    """A wallet with one certificate, and the options that name policy and notice."""
    training = CertificateEntry(
        type="vocational_training",
        category="trainings",
        title="공공데이터 분석",
        title_en=None,
        issuing_body="한빛직업전문학교",
        fields={
            "course_id": "AIG20240000412345",
            "session": 1,
            "sector": "public",
            "start_date": "2024-03-04",
            "end_date": "2024-08-30",
            "hours": 45,
            "completed": True,
            "completion_certificate": True,
        },
        as_of=date(2026, 11, 20),
        idx=8,
    )
    claims = world.claims()
    claims = replace(claims, entries=(*claims.entries, training))
    assert wallet("import", world.write("c.sdjwt", world.sign(claims))) == 0
    notice = world.folder / "notice.json"
    notice.write_text(json.dumps(NOTICE), "utf-8")
    return ["precheck", "--policy", str(POLICY), "--notice", str(notice)]


def answer(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def test_own_entries_are_scored_and_marked_as_self_declared(
    wallet: Wallet, files: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    assert wallet(*files, "--json") == 3
    found = answer(capsys)
    assert (found["basis"], found["status"], found["human_review_required"]) == ("self-declared", "incomplete", True)
    assert found["components"]["qualification"] == 5
    assert (found["policy"]["id"], len(found["policy"]["sha256"])) == ("ts-hiring-criteria", 64)


def test_what_people_decide_is_open_with_its_range(
    wallet: Wallet, files: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    wallet(*files, "--json")
    found = answer(capsys)
    assert f"adjudication_missing:{TRAINING}:related" in found["flags"]
    assert found["range"] == [5 + 4 + 6, 5 + 4 + 20 + 30]


def test_an_assumption_closes_what_it_is_about(
    world: World, wallet: Wallet, files: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assumed = world.write("assumed.json", json.dumps({TRAINING: {"related": True}}))
    capsys.readouterr()
    wallet(*files, "--json", "--adjudications", assumed)
    assert answer(capsys)["components"]["academic"] == 4


def test_the_holder_reads_points_and_open_questions_in_korean(
    wallet: Wallet, files: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    wallet(*files, "--lang", "ko")
    out = capsys.readouterr().out
    assert out.startswith("서류전형: 사람의 판단을 기다림 15-59\n본인 점검입니다.")
    assert "TS-D6 +5  정보처리기사  정보처리 기사" in out
    assert "정해지지 않은 것:\n  담당자 판단이 필요합니다" in out


def test_a_decided_no_is_listed_in_english_with_its_reason(
    world: World, wallet: Wallet, files: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assumed = world.write("assumed.json", json.dumps({TRAINING: {"related": False}}))
    capsys.readouterr()
    wallet(*files, "--adjudications", assumed)
    assert (
        "Entries that did not count:\n  공공데이터 분석: a person decided that it is not related"
        in capsys.readouterr().out
    )


def test_nothing_is_sent_anywhere(wallet: Wallet, files: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    def no_network(*_: object) -> None:
        raise AssertionError("a connection")

    monkeypatch.setattr(socket.socket, "connect", no_network)
    assert wallet(*files) == 3


def test_without_a_notice_the_days_are_today_and_a_choice_must_be_given(
    wallet: Wallet, files: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert wallet("precheck", "--policy", str(POLICY)) == 2
    assert "Give the notice with --notice: track: expected one of new, experienced" in capsys.readouterr().err


def test_an_exempt_holder_has_no_range(
    world: World, wallet: Wallet, files: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    title: dict[str, Any] = {"id": "x", "types": ["national_technical_qualification"], "title": ["정보처리기사"]}
    notice = world.folder / "notice.json"
    notice.write_text(json.dumps({**NOTICE, "extra_special_qualifications": [title]}), "utf-8")
    capsys.readouterr()
    assert wallet(*files) == 0
    assert capsys.readouterr().out.startswith("Document screening: May be exempt from this stage \n")


def test_a_complete_result_exits_0_with_its_total(
    world: World, wallet: Wallet, files: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    policy = world.folder / "small.yaml"
    policy.write_text(SMALL_POLICY, "utf-8")
    (world.folder / "notice.json").write_text(json.dumps({"id": "N-1", "evaluation_date": "2026-11-02"}), "utf-8")
    assumed = world.write("assumed.json", json.dumps({TRAINING: {"related": True}}))
    capsys.readouterr()
    arguments = ["precheck", "--policy", str(policy), *files[3:], "--adjudications", assumed]
    assert wallet(*arguments) == 0
    assert capsys.readouterr().out.startswith("Review: Points 4\n")


def test_a_certificate_that_cannot_be_believed_is_told_and_scores_nothing(
    world: World, wallet: Wallet, files: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    document = json.loads(world.trust.read_text("utf-8"))
    document["issuers"] = []
    world.trust.write_text(json.dumps(document), "utf-8")
    capsys.readouterr()
    assert wallet(*files, "--json") == 3
    captured = capsys.readouterr()
    assert "trust list" in captured.err
    assert json.loads(captured.out)["components"]["qualification"] == 0
    assert wallet(*files, "--lang", "ko") == 3
    assert "신뢰 목록에 없어" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("policy.yaml", "criteria: 2", "policy.yaml:1: "),
        ("policy.yaml", 'criteria: 1\npolicy: "\\e[31m"', "policy.yaml:"),
        ("notice.json", "[]", "notice.json: expected a JSON object"),
        ("notice.json", "{", "notice.json: "),
        ("notice.json", json.dumps({**NOTICE, "track": "old"}), "notice.json: track: expected one of"),
        ("assumed.json", '{"x": {"related": true}}', "assumed.json: expected ids of your own entries"),
        ("assumed.json", '{"x": {"liked": true}}', "assumed.json: x/liked: expected what the policy asks people for"),
        ("notice.json", " " * 300_000, "notice.json: expected at most 262144 bytes"),
    ],
)
def test_a_file_that_is_none_is_a_usage_error_with_its_place(
    world: World,
    wallet: Wallet,
    files: list[str],
    capsys: pytest.CaptureFixture[str],
    name: str,
    content: str,
    message: str,
) -> None:
    path = world.folder / name
    path.write_text(content, "utf-8")
    arguments = {
        "policy.yaml": ["precheck", "--policy", str(path)],
        "notice.json": files,
        "assumed.json": [*files, "--adjudications", str(path)],
    }[name]
    assert wallet(*arguments) == 2
    told = capsys.readouterr().err
    assert message in told
    assert "\x1b" not in told


def test_a_missing_policy_is_a_usage_error(
    wallet: Wallet, files: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert wallet("precheck", "--policy", "absent.yaml") == 2
    assert "absent.yaml: expected a readable file" in capsys.readouterr().err


def test_the_words_of_a_policy_cannot_act_on_the_terminal(
    world: World, wallet: Wallet, files: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    text = POLICY.read_text("utf-8").replace("en: Document screening", 'en: "Document \\e[31m screening"')
    policy = world.folder / "policy.yaml"
    policy.write_text(text, "utf-8")
    capsys.readouterr()
    wallet("precheck", "--policy", str(policy), *files[3:])
    out = capsys.readouterr().out
    assert "\x1b" not in out
    assert "Document <U+001B>[31m screening" in out

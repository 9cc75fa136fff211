"""`cb-verifier serve` and `doctor`, and the settings they share."""

import json
import socket
from pathlib import Path

import pytest

from keys.cosignature import WitnessKey
from tests.log_witness import Witness
from tests.verifier.world import World
from verifier.cli.main import main
from verifier.errors import ProfileError
from verifier.policies.profile import Profile, read_profile
from verifier.settings import Settings


@pytest.fixture
def source(world: World, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("VERIFIER_TRUST", "VERIFIER_PROFILE", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("VERIFIER_CONFIG", str(world.folder / "config"))
    monkeypatch.setenv("VERIFIER_STATE", str(world.folder / "state"))
    path = world.folder / "offered.json"
    path.write_text(json.dumps(world.trust))
    return path


def test_doctor_is_content_when_all_is_in_place(source: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor", "--trust", str(source)]) == 0
    assert capsys.readouterr().out.count("[v]") == 4


def test_doctor_names_what_is_missing(
    source: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("VERIFIER_STATE", "XDG_STATE_HOME", "HOME"):
        monkeypatch.delenv(name, raising=False)
    assert main(["doctor"]) == 2
    out = capsys.readouterr().out
    assert "[x] trust list: there is no trust list; give --trust FILE" in out
    assert "[x] state folder: expected a home folder or VERIFIER_STATE" in out
    assert main(["doctor", "--lang", "ko"]) == 2
    out = capsys.readouterr().out
    assert "[x] 신뢰 목록: 신뢰 목록이 없습니다" in out
    assert "[x] 상태 폴더: 홈 폴더도 VERIFIER_STATE도 없어" in out
    assert "작동함" in out


def test_serve_runs_the_application_on_loopback_by_default(source: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []
    monkeypatch.setattr("keys.gate.server.listen", lambda host, port: (host, port))
    monkeypatch.setattr("keys.gate.server.serve", lambda app, listening, **_given: asked.append(listening))
    assert main(["serve", "--trust", str(source), "--offline"]) == 0
    assert main(["serve", "--trust", str(source), "--port", "9000"]) == 0
    assert asked == [("127.0.0.1", 8081), ("127.0.0.1", 9000)]


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("VERIFIER_TRUSTED_PROXIES", "-1", 2),
        ("VERIFIER_TRUSTED_PROXIES", "one", 2),
        ("VERIFIER_RATE_STORAGE", "nowhere://", 5),
        ("VERIFIER_TOKENS", "/no/such/file", 5),
    ],
)
def test_serve_with_a_setting_that_cannot_be_used_does_not_start(
    source: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str, code: int
) -> None:
    monkeypatch.setenv(name, value)
    assert main(["serve", "--trust", str(source), "--offline"]) == code


def test_serve_on_a_port_that_is_taken_exits_5(source: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert main(["serve", "--trust", str(source), "--offline", "--port", str(port)]) == 5
    assert f"cannot listen on 127.0.0.1, port {port}" in capsys.readouterr().err


def test_serve_without_a_trust_list_exits_2(source: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert main(["serve"]) == 2
    monkeypatch.setenv("VERIFIER_PROFILE", "/no/such/file")
    assert main(["serve", "--trust", str(source)]) == 2


def test_settings_come_from_their_variables_then_from_the_home_folder() -> None:
    named = Settings.from_environment({"VERIFIER_TRUST": "/t.json", "VERIFIER_STATE": "/s", "HOME": "/home/a"})
    assert (named.trust_file, named.state_folder) == (Path("/t.json"), Path("/s"))
    assert named.config_folder == Path("/home/a/.config/competency-bank/verifier")
    xdg = Settings.from_environment({"XDG_CONFIG_HOME": "/x", "HOME": "/home/a", "VERIFIER_TRUST": ""})
    assert xdg.trust_file == Path("/x/competency-bank/verifier/trust.json")
    assert Settings.from_environment({}).trust_file is None


WITNESS = Witness()


def test_profile_that_demands_witnesses_demands_a_proof(tmp_path: Path) -> None:
    file = tmp_path / "p.json"
    file.write_text(json.dumps({"profile": "w", "witnesses": [WITNESS.key], "require_witnesses": 1}))
    assert read_profile(file) == Profile(
        "w", require_log=True, witnesses=(WitnessKey.from_text(WITNESS.key),), require_witnesses=1
    )
    file.write_text(json.dumps({"profile": "w", "witnesses": [WITNESS.key]}))
    assert not read_profile(file).require_log


def test_profile_is_read(tmp_path: Path) -> None:
    file = tmp_path / "p.json"
    file.write_text('{"profile": "strict", "status_grace_s": 3600, "require_log": true}')
    assert read_profile(file) == Profile("strict", status_grace_s=3600, require_log=True)


@pytest.mark.parametrize(
    "content",
    [
        "{",
        '{"profile": ""}',
        "{}",
        '{"profile": "a", "skip_signature": true}',
        '{"profile": "a", "require_log": 1}',
        '{"profile": "a", "status_grace_s": true}',
        '{"profile": "a", "status_grace_s": 259201}',
        '{"profile": "a", "status_grace_s": -1}',
        '{"profile": "a", "require_witnesses": 1}',
        '{"profile": "a", "require_witnesses": -1}',
        '{"profile": "a", "witnesses": "x"}',
        '{"profile": "a", "witnesses": [7]}',
        f'{{"profile": "a", "witnesses": ["{WITNESS.key}", "{WITNESS.key}"]}}',
        json.dumps({"profile": "a", "witnesses": [WITNESS.key] * 33}),
        f'{{"profile": "a", "witnesses": ["{WITNESS.key}"], "require_witnesses": 2}}',
    ],
)
def test_profile_that_breaks_a_rule_is_refused(tmp_path: Path, content: str) -> None:
    file = tmp_path / "p.json"
    file.write_text(content)
    with pytest.raises(ProfileError, match="expected"):
        read_profile(file)


def test_the_specifications_are_named_with_their_versions(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["program"] == "cb-verifier"
    assert document["specifications"]["SD-JWT"] == "RFC 9901"
    assert document["specifications"]["Token Status List"].startswith("Internet-Draft")

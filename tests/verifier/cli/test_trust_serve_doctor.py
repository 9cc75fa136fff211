"""`cb-verifier trust`, `serve` and `doctor`, and the settings they share."""

import io
import json
from pathlib import Path

import pytest

from keys.errors import FetchError
from keys.trust_list import TrustList
from tests.verifier.world import ISSUER, World
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


def trusted(world: World) -> TrustList:
    return TrustList.parse((world.folder / "config" / "trust.json").read_bytes())


def test_added_issuer_is_trusted_and_its_fingerprint_shown(
    world: World, source: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["trust", "add", str(source)]) == 0
    captured = capsys.readouterr()
    assert "fingerprint (SHA-256): " in captured.err
    assert list(trusted(world).issuers) == [ISSUER]
    assert main(["trust", "list"]) == 0
    assert ISSUER in capsys.readouterr().out
    assert main(["trust", "list", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["issuers"][0]["id"] == ISSUER


def test_issuer_already_trusted_is_never_replaced(world: World, source: Path) -> None:
    main(["trust", "add", str(source)])
    before = trusted(world)
    assert main(["trust", "add", str(source)]) == 2
    assert trusted(world) == before


def test_second_issuer_is_added_with_a_higher_version(world: World, source: Path) -> None:
    main(["trust", "add", str(source)])
    world.issuer["id"] = "https://second.example"
    source.write_text(json.dumps(world.trust))
    assert main(["trust", "add", str(source)]) == 0
    assert (trusted(world).version, len(trusted(world).issuers)) == (2, 2)


def test_removed_issuer_is_not_trusted(world: World, source: Path) -> None:
    main(["trust", "add", str(source)])
    assert main(["trust", "remove", ISSUER]) == 0
    assert not trusted(world).issuers
    assert main(["trust", "remove", ISSUER]) == 2


def test_removing_from_nothing_and_listing_nothing_exit_2(source: Path) -> None:
    assert main(["trust", "remove", ISSUER]) == 2
    assert main(["trust", "list"]) == 2


@pytest.mark.parametrize("content", ["{", '{"trust": 1}', "[]"])
def test_broken_list_is_not_added(world: World, source: Path, content: str) -> None:
    source.write_text(content)
    assert main(["trust", "add", str(source)]) == 2
    assert not (world.folder / "config").exists()


def test_missing_file_is_not_added(world: World, source: Path) -> None:
    source.unlink()
    assert main(["trust", "add", str(source)]) == 2


def test_wrong_fingerprint_adds_nothing(world: World, source: Path) -> None:
    assert main(["trust", "add", str(source), "--fingerprint", "00"]) == 2
    assert not (world.folder / "config").exists()


def test_place_that_cannot_be_written_exits_2(world: World, source: Path) -> None:
    (world.folder / "config").write_text("a file where the folder should be")
    assert main(["trust", "add", str(source)]) == 2


def test_no_place_for_a_list_exits_2(source: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("VERIFIER_CONFIG", "XDG_CONFIG_HOME", "HOME"):
        monkeypatch.delenv(name, raising=False)
    assert main(["trust", "add", str(source)]) == 2


class Terminal(io.StringIO):
    """Standard input with a person before it."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def remote(source: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr("keys.fetch.Fetcher.get", lambda *_, **__: source.read_bytes())
    monkeypatch.setattr("sys.stdin", io.StringIO())
    return f"{ISSUER}/trust.json"


def test_list_from_the_network_needs_its_fingerprint_without_a_terminal(
    world: World, remote: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["trust", "add", remote]) == 2
    fingerprint = capsys.readouterr().err.split("fingerprint (SHA-256): ")[1].split()[0]
    assert main(["trust", "add", remote, "--fingerprint", fingerprint]) == 0


@pytest.mark.parametrize(("answer", "code"), [("y\n", 0), ("n\n", 2), ("", 2)])
def test_list_from_the_network_is_confirmed_by_a_person(
    remote: str, monkeypatch: pytest.MonkeyPatch, answer: str, code: int
) -> None:
    monkeypatch.setattr("sys.stdin", Terminal(answer))
    assert main(["trust", "add", remote]) == code


def test_address_that_is_not_allowed_exits_2(source: Path) -> None:
    assert main(["trust", "add", "http://bank.example/trust.json"]) == 2


def test_network_that_fails_exits_5(source: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def down(*_: object, **__: object) -> bytes:
        raise FetchError("expected an answer, found none", kind="connect")

    monkeypatch.setattr("keys.fetch.Fetcher.get", down)
    assert main(["trust", "add", f"{ISSUER}/trust.json"]) == 5


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
    assert "[x] trust list" in out
    assert "[x] state folder" in out


def test_serve_runs_the_application_on_loopback_by_default(source: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: dict[str, object] = {}
    monkeypatch.setattr("uvicorn.run", lambda app, **options: asked.update(options, app=app))
    assert main(["serve", "--trust", str(source), "--offline"]) == 0
    assert (asked["host"], asked["port"]) == ("127.0.0.1", 8081)


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
    ],
)
def test_profile_that_breaks_a_rule_is_refused(tmp_path: Path, content: str) -> None:
    file = tmp_path / "p.json"
    file.write_text(content)
    with pytest.raises(ProfileError, match="expected"):
        read_profile(file)

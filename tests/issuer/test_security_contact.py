"""The bank shows its operator's security.txt (RFC 9116) while it is in force, and `doctor` says when it is not."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from issuer.app import Desk, ServiceWork, create_app
from keys.gate.security_txt import SECURITY_TXT_PATH, SecurityTxt
from tests.issuer.conftest import World
from tests.issuer.test_publishing import Client

TEXT = "Contact: mailto:security@bank.example\nExpires: 2026-12-31T00:00:00Z\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "security.txt"
    path.write_text(TEXT)
    return path


def client(world: World, contact: SecurityTxt | None) -> Client:
    bank, nothing = world.open(), ServiceWork(refresh=lambda: None, problems=list)
    shown = None if contact is None else lambda: contact.shown(world.now)
    app = create_app(bank.folder, bank.profile, nothing, desk=Desk(security_txt=shown))
    bank.close()
    return Client(app)


def test_the_file_is_shown_as_it_is_until_it_expires(world: World, file: Path) -> None:
    asked = client(world, SecurityTxt.read(file))
    answer = asked.get(SECURITY_TXT_PATH)
    assert (answer.status_code, answer.text) == (200, TEXT)
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    world.now = datetime(2026, 12, 31, tzinfo=UTC)
    assert (asked.get(SECURITY_TXT_PATH).status_code, asked.get(SECURITY_TXT_PATH).json()["code"]) == (404, "not_found")


def test_without_the_setting_there_is_no_such_file(world: World) -> None:
    assert client(world, None).get(SECURITY_TXT_PATH).json()["code"] == "not_found"


def test_doctor_looks_at_the_file_that_the_setting_names(
    world: World, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "security.txt" not in world.run("doctor").out
    monkeypatch.setenv("ISSUER_SECURITY_TXT", str(file))
    assert "ok       security.txt\n" in world.run("doctor").out
    world.wait(days=60)
    assert "warning  security.txt: it has expired (2026-12-31) and is not shown" in world.run("doctor").out
    file.write_text("nobody")
    ran = world.run("doctor")
    assert (ran.code, "error    security.txt: security.txt, line 1: expected a name" in ran.out) == (5, True)


def test_a_file_that_is_not_what_the_standard_says_stops_the_start(
    world: World, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file.write_text("Contact: mailto:security@bank.example\n")
    monkeypatch.setenv("ISSUER_SECURITY_TXT", str(file))
    ran = world.run("serve")
    assert (ran.code, "expected one Expires" in ran.err) == (5, True)


def test_serve_shows_the_file_that_the_setting_names(world: World, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    served: list[Client] = []
    monkeypatch.setenv("ISSUER_SECURITY_TXT", str(file))
    monkeypatch.setattr("keys.gate.server.listen", lambda host, port: (host, port))
    monkeypatch.setattr("keys.gate.server.serve", lambda app, _listening, **_given: served.append(Client(app)))
    assert world.run("serve").code == 0
    assert served[0].get(SECURITY_TXT_PATH).text == TEXT

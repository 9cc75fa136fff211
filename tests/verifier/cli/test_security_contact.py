"""The verifier shows its operator's security.txt (RFC 9116) while it is in force, and `doctor` says when it is not."""

import asyncio
import json
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from keys.gate.security_txt import SECURITY_TXT_PATH
from tests.verifier.world import World
from verifier.cli.main import main

CONTACT = "Contact: mailto:security@employer.example\n"
IN_FORCE = f"{CONTACT}Expires: 9999-01-01T00:00:00Z\n"
ENDED = f"{CONTACT}Expires: 2020-01-01T00:00:00Z\n"


@pytest.fixture
def trust(world: World, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("VERIFIER_CONFIG", str(world.folder / "config"))
    monkeypatch.setenv("VERIFIER_STATE", str(world.folder / "state"))
    path = world.folder / "offered.json"
    path.write_text(json.dumps(world.trust))
    return str(path)


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "security.txt"
    monkeypatch.setenv("VERIFIER_SECURITY_TXT", str(path))
    return path


def asked(trust: str, monkeypatch: pytest.MonkeyPatch) -> httpx.Response:
    """What the service that the command starts answers."""
    served: list[FastAPI] = []
    monkeypatch.setattr("keys.gate.server.listen", lambda host, port: (host, port))
    monkeypatch.setattr("keys.gate.server.serve", lambda app, _listening, **_given: served.append(app))
    assert main(["serve", "--trust", trust, "--offline"]) == 0

    async def ask() -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(served[0]), base_url="http://verifier") as client:
            return await client.get(SECURITY_TXT_PATH)

    return asyncio.run(ask())


def test_serve_shows_the_file_as_it_is(trust: str, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file.write_text(IN_FORCE)
    answer = asked(trust, monkeypatch)
    assert (answer.status_code, answer.text) == (200, IN_FORCE)
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"


def test_serve_starts_with_an_expired_file_and_shows_it_to_nobody(
    trust: str, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file.write_text(ENDED)
    answer = asked(trust, monkeypatch)
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_without_the_setting_there_is_no_such_file(trust: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert asked(trust, monkeypatch).json()["code"] == "not_found"


def test_a_file_that_is_not_what_the_standard_says_stops_the_start(
    trust: str, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file.write_text(CONTACT)
    assert main(["serve", "--trust", trust, "--offline"]) == 5
    assert "expected one Expires" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "code", "told"),
    [
        (IN_FORCE, 0, "[v] security.txt: shown until 9999-01-01"),
        (ENDED, 2, "[x] security.txt: expected one that is in force, found one that ended on 2020-01-01"),
        (CONTACT, 2, "[x] security.txt: security.txt: expected one Expires"),
    ],
    ids=["in force", "expired", "no Expires"],
)
def test_doctor_looks_at_the_file_that_the_setting_names(
    trust: str, file: Path, capsys: pytest.CaptureFixture[str], text: str, code: int, told: str
) -> None:
    file.write_text(text)
    assert main(["doctor", "--trust", trust]) == code
    assert told in capsys.readouterr().out

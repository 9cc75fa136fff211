"""The tokens that issuers gave a verifier: who reads them, what is said of a bad file, and where they are sent."""

import json
from pathlib import Path

import pytest

from tests.verifier.test_confirmations import CONFIRMATION_URL, NUMBER
from tests.verifier.world import ISSUER, World
from verifier.cli.main import main
from verifier.confirmations import ask_listed_issuer, read_issuer_tokens
from verifier.errors import OptionError

TOKEN = "a-long-enough-token-of-the-bank"


def file(folder: Path, text: str, mode: int = 0o600) -> Path:
    path = folder / "tokens"
    path.write_text(text, encoding="utf-8")
    path.chmod(mode)
    return path


def test_no_file_means_no_tokens() -> None:
    assert read_issuer_tokens(None) == {}


def test_tokens_are_read_by_issuer(tmp_path: Path) -> None:
    found = read_issuer_tokens(file(tmp_path, f"{ISSUER} {TOKEN}\nhttps://other.example {TOKEN[::-1]}\n"))
    assert found == {ISSUER: TOKEN, "https://other.example": TOKEN[::-1]}


@pytest.mark.parametrize(
    "line", [TOKEN, f"{ISSUER} short", f"{ISSUER}  {TOKEN}", f"bank {TOKEN}", f"{ISSUER} {TOKEN} {TOKEN}", ""]
)
def test_a_line_of_another_form_is_refused_by_its_number_without_its_content(tmp_path: Path, line: str) -> None:
    with pytest.raises(OptionError, match="line 2") as refused:
        read_issuer_tokens(file(tmp_path, f"{ISSUER} {TOKEN}\n{line}\n"))
    assert TOKEN not in str(refused.value)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o601])
def test_a_file_that_others_may_touch_is_refused(tmp_path: Path, mode: int) -> None:
    with pytest.raises(OptionError, match="mode 0600"):
        read_issuer_tokens(file(tmp_path, f"{ISSUER} {TOKEN}\n", mode))


def test_a_file_whose_last_token_would_be_cut_short_is_refused(tmp_path: Path) -> None:
    line = f"{ISSUER} {'a' * 512}\n"
    with pytest.raises(OptionError, match="at most 64 KiB") as refused:
        read_issuer_tokens(file(tmp_path, line * (64 * 1024 // len(line) + 1)))
    assert refused.value.kind == "tokens_file"


def test_a_file_that_is_not_there_or_not_ascii_is_refused(tmp_path: Path) -> None:
    for path in (tmp_path / "none", file(tmp_path, "한글")):
        with pytest.raises(OptionError, match="readable list"):
            read_issuer_tokens(path)


def test_the_service_does_not_start_with_a_bad_file(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    trust = world.folder / "trust.json"
    trust.write_text(json.dumps(world.trust))
    tokens = file(world.folder, TOKEN)
    monkeypatch.setenv("VERIFIER_ISSUER_TOKENS", str(tokens))
    assert main(["serve", "--offline", "--trust", str(trust)]) == 2
    assert "line 1" in capsys.readouterr().err


def listed(world: World) -> Path:
    """The trust list as a file, with an address for confirmation numbers."""
    world.issuer["confirmation_url"] = CONFIRMATION_URL
    trust = world.folder / "trust.json"
    trust.write_text(json.dumps(world.trust))
    return trust


def test_a_number_on_the_command_line_is_asked_with_the_token(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    bearers: list[str | None] = []

    def post(self: object, _url: str, _content: bytes, **_how: object) -> bytes:
        bearers.append(self._authorization)  # type: ignore[attr-defined] # what the fetcher would send
        return b"not a credential"

    monkeypatch.setattr("keys.fetch.Fetcher.post", post)
    monkeypatch.setenv("VERIFIER_ISSUER_TOKENS", str(file(world.folder, f"{ISSUER} {TOKEN}\n")))
    assert main(["check", "--code", NUMBER, "--trust", str(listed(world))]) == 3
    assert bearers == [f"Bearer {TOKEN}"]
    assert TOKEN not in "".join(capsys.readouterr())


def test_a_number_is_not_asked_with_a_bad_file_of_tokens(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("VERIFIER_ISSUER_TOKENS", str(file(world.folder, f"{ISSUER} {TOKEN}\n", 0o644)))
    assert main(["check", "--code", NUMBER, "--trust", str(listed(world))]) == 2
    assert "0600" in capsys.readouterr().err


@pytest.mark.parametrize(("given_by", "sent"), [(ISSUER, f"Bearer {TOKEN}"), ("https://second.example", None)])
def test_a_token_is_sent_to_the_issuer_that_gave_it_and_to_no_other(
    world: World, monkeypatch: pytest.MonkeyPatch, given_by: str, sent: str | None
) -> None:
    bearers: list[str | None] = []

    def post(self: object, _url: str, _content: bytes, **_how: object) -> bytes:
        bearers.append(self._authorization)  # type: ignore[attr-defined] # what the fetcher would send
        return b"answer"

    monkeypatch.setattr("keys.fetch.Fetcher.post", post)
    world.issuer["confirmation_url"] = CONFIRMATION_URL
    issuer = world.rules().trust.issuers[ISSUER]
    ask_listed_issuer({given_by: TOKEN})(issuer, NUMBER)
    assert bearers == [sent]

"""The program itself: help, languages, exit codes, and that no failure shows a traceback or a secret."""

import importlib
import json
import os
import pkgutil
import shutil
import signal
import subprocess
import sys
import urllib.request
from importlib import resources
from pathlib import Path
from string import Formatter

import pytest

import issuer
from issuer.cli.main import COMMAND_MODULES, build_parser, main
from issuer.errors import AccountNotFound, IssuerError
from issuer.exit_codes import ExitCode, exit_code_of, worst
from tests.issuer.conftest import START, World
from tests.ports import own_port

MESSAGES = json.loads(resources.files("issuer.cli").joinpath("messages.json").read_text("utf-8"))


def error_kinds() -> list[type[IssuerError]]:
    """Every error of the bank, whichever module says it."""
    names = [each.name for each in pkgutil.walk_packages(issuer.__path__, "issuer.") if each.name.endswith("errors")]
    members = [each for name in names for each in vars(importlib.import_module(name)).values()]
    kinds = {each.code: each for each in members if isinstance(each, type) and issubclass(each, IssuerError)}
    return [kinds[code] for code in sorted(kinds)]


ERRORS = error_kinds()
COMMANDS = sorted(COMMAND_MODULES)


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def test_help_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    shown = capsys.readouterr().out
    assert [name for name in COMMANDS if f"\n    {name} " in shown] == COMMANDS


@pytest.mark.parametrize("command", COMMANDS)
def test_the_help_of_every_command_has_an_example_that_parses(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    import shlex

    assert main([command, "--help"]) == 0
    example = capsys.readouterr().out.partition("Example: ")[2].strip()
    assert build_parser().parse_args(shlex.split(example)[1:]).command == command


def test_the_version_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out.startswith("cb-issuer ")


@pytest.mark.parametrize("arguments", [[], ["nothing"], ["issue"], ["import", "qnet_qualifications"], ["accounts"]])
def test_a_command_line_that_makes_no_sense_is_a_usage_error_in_one_line(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_a_day_that_is_none_is_a_usage_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["import", "persons", "x", "--as-of", "soon"]) == 2
    assert "expected a day as YYYY-MM-DD" in capsys.readouterr().err


@pytest.mark.parametrize("kind", ERRORS, ids=lambda kind: kind.__name__)
def test_every_error_has_a_korean_sentence_with_the_same_values(kind: type[IssuerError]) -> None:
    assert placeholders(MESSAGES["errors"][kind.code]) == set(kind.placeholders())


def test_every_message_says_the_same_in_both_languages() -> None:
    different = [key for key, text in MESSAGES["texts"].items() if placeholders(text["ko"]) != placeholders(text["en"])]
    assert different == []


@pytest.mark.parametrize(
    ("environment", "option", "said"),
    [
        ({}, (), "No single account"),
        ({"LANG": "ko_KR.UTF-8"}, (), "계좌가 하나가 아닙니다"),
        ({"LANG": "ko_KR.UTF-8"}, ("--lang", "en"), "No single account"),
        ({"LANG": "ko_KR.UTF-8", "LC_ALL": "C.UTF-8"}, (), "No single account"),
        ({}, ("--lang", "ko"), "계좌가 하나가 아닙니다"),
    ],
)
def test_messages_follow_the_option_and_then_the_locale(
    world: World, monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], option: tuple[str, ...], said: str
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert said in world.run("accounts", "show", "nothing", *option).err


def test_the_data_directory_may_come_from_the_environment(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ISSUER_DATA", str(world.path))
    assert main(["accounts", "list"]) == 0


def test_errors_of_the_lower_floors_are_refusals_and_anything_else_is_a_bug() -> None:
    from credential_schemas.errors import CredentialError
    from keys.errors import KeysError

    assert exit_code_of(KeysError("x")) == exit_code_of(CredentialError("x")) == ExitCode.REFUSED
    assert exit_code_of(AccountNotFound(account="x")) == ExitCode.USAGE
    assert exit_code_of(KeyError("x")) == ExitCode.BUG


def test_the_worst_of_several_codes_counts() -> None:
    assert worst(ExitCode.DONE, ExitCode.UNREADABLE, ExitCode.REFUSED) == ExitCode.REFUSED


def test_a_bug_says_its_kind_and_place_but_no_value(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    from issuer.cli import sources

    def fail(*_: object) -> int:
        raise RuntimeError("김표본 1998-04-11")

    monkeypatch.setattr(sources, "run", fail)
    ran = world.run("sources")
    assert ran.code == 70
    assert "a fault in the program (RuntimeError in " in ran.err
    assert "김표본" not in ran.err
    assert ran.err.count("\n") == 1


def test_an_interrupted_command_ends_quietly(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    from issuer.cli import sources

    def stop(*_: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(sources, "run", stop)
    ran = world.run("sources")
    assert (ran.code, ran.err) == (130, "cb-issuer: interrupted\n")


def test_doctor_finds_nothing_wrong_with_a_new_bank(world: World) -> None:
    findings = world.json("doctor")["findings"]
    assert {finding["severity"] for finding in findings} == {"ok", "warning"}


def test_doctor_names_what_is_wrong(world: World) -> None:
    (world.path / "keys/seal.pem").unlink()
    (world.path / "certificates/seal.pem").write_text("nothing")
    (world.path / "public/status/1").write_text("a.b.c")
    (world.path / "secrets").chmod(0o755)
    ran = world.run("doctor")
    assert ran.code == 5
    wrong = {
        line.split()[1] + " " + line.split()[2].rstrip(":") for line in ran.out.splitlines() if line.startswith("error")
    }
    assert wrong == {"key seal", "certificate seal", "seal B-B", "status list", "folder secrets"}


def test_doctor_names_a_folder_that_is_missing(world: World) -> None:
    shutil.rmtree(world.path / "keys")
    ran = world.run("doctor")
    assert (ran.code, "folder keys: it is missing; restore it from a backup" in ran.out) == (5, True)


def test_doctor_names_a_certificate_that_is_no_text(world: World) -> None:
    (world.path / "certificates/seal.pem").write_bytes("# 봉인 인증서\n".encode())
    ran = world.run("doctor")
    assert (ran.code, "it is not a certificate in PEM" in ran.out) == (5, True)


def test_doctor_warns_before_a_certificate_expires_and_complains_after(world: World) -> None:
    world.wait(days=720)
    assert "it expires in 10 days" in world.run("doctor").out
    world.wait(days=20)
    assert "it has expired" in world.run("doctor").out


def test_doctor_notices_a_damaged_database(world: World) -> None:
    from issuer.health import readiness_problems

    bank = world.open()
    (world.path / "bank.db").write_bytes(b"no database" * 1000)
    for name in ("bank.db-wal", "bank.db-shm"):
        (world.path / name).unlink(missing_ok=True)
    bank.close()
    assert readiness_problems(bank, now=START) == ["database"]
    bank.close()


@pytest.mark.slow
def test_the_installed_program_runs_and_stops_when_nobody_reads(world: World) -> None:
    program = Path(sys.executable).with_name("cb-issuer")
    environment = {**os.environ, "ISSUER_DATA": str(world.path), "LANG": "C.UTF-8"}
    listed = subprocess.run([program, "sources"], env=environment, capture_output=True, text=True, check=False)
    assert (listed.returncode, listed.stderr) == (0, "")
    reader, writer = os.pipe()
    os.close(reader)
    unread = subprocess.run([program, "sources"], env=environment, stdout=writer, stderr=subprocess.PIPE, check=False)
    os.close(writer)
    assert unread.stderr == b""


@pytest.mark.slow
def test_the_service_answers_and_stops_on_a_signal(world: World) -> None:
    port = own_port()
    program = Path(sys.executable).with_name("cb-issuer")
    command: list[str | Path] = [program, "serve", "--data", str(world.path), "--port", str(port), "--lang", "en"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        try:
            assert server.stdout.readline() == f"Listening on http://127.0.0.1:{port}; stop with Ctrl-C.\n"
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=60) as answer:
                assert answer.status == 200
            server.send_signal(signal.SIGTERM)
            assert server.wait(timeout=60) in (0, -signal.SIGTERM)
        finally:
            server.kill()
        assert server.stderr is not None
        assert "Traceback" not in server.stderr.read()

"""`cb-verifier check` as a person or script uses it: exit codes, output, options, what is imported."""

import argparse
import io
import json
import subprocess
import sys
from pathlib import Path

import pytest

from credential_schemas.qr.payload import encode_qr_payload
from tests.verifier.world import AUDIENCE, NONCE, STATUS_URI, World, claims
from verifier.cli.check import WALLET_COMMAND
from verifier.cli.main import main
from verifier.exit_codes import ExitCode, worst

NOW = "2026-11-21T12:00:00+09:00"


class Desk:
    """A folder with a trust list and a status list, and the command."""

    def __init__(self, world: World, capsys: pytest.CaptureFixture[str]) -> None:
        self.world = world
        self._capsys = capsys
        self.folder = world.folder
        self.good = self.put("good.sdjwt", world.token())
        self.refresh()

    def put(self, name: str, content: str | bytes) -> str:
        path = self.folder / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return str(path)

    def refresh(self) -> None:
        self.trust = self.put("trust.json", json.dumps(self.world.trust))
        self.put("list.jwt", self.world.status_token())
        self.map = self.put("map.json", json.dumps({STATUS_URI: "list.jwt"}))

    def run(self, *arguments: str) -> int:
        return main(["check", "--trust", self.trust, "--status-map", self.map, "--offline", "--now", NOW, *arguments])

    def output(self) -> tuple[str, str]:
        captured = self._capsys.readouterr()
        return captured.out, captured.err


@pytest.fixture
def desk(world: World, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Desk:
    for name in ("VERIFIER_TRUST", "VERIFIER_PROFILE", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("VERIFIER_CONFIG", str(world.folder / "config"))
    monkeypatch.setenv("VERIFIER_STATE", str(world.folder / "state"))
    return Desk(world, capsys)


LONG = "a" * 300  # no file can have such a name


@pytest.mark.parametrize(
    "arguments",
    [
        ("check", "a.pdf", "--trust", LONG),
        ("check", "a.pdf", "--trust", "GOOD", "--receipt", f"{LONG}.jws"),
        ("batch", "a.pdf", "--trust", "GOOD", "--out", f"{LONG}.csv"),
        ("batch", "a.pdf", "--trust", "GOOD", "--out", "new.csv", "--receipt", LONG),
        ("score", "--policy", LONG, "--notice", "n.json", "--reports", "r.jsonl"),
        ("score", "--policy", "ts-hiring-criteria", "--notice", "n.json", "--reports", "r.jsonl", "--sheets", LONG),
        ("trust", "list", "--trust", LONG),
        ("trust", "add", LONG),
        ("policy", "check", LONG),
    ],
)
def test_a_name_of_no_file_is_refused_and_no_fault(
    desk: Desk, arguments: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VERIFIER_PASSPHRASE", "correct horse")
    monkeypatch.chdir(desk.folder)
    assert main([desk.trust if each == "GOOD" else each for each in arguments]) == 2
    assert "fault in the program" not in desk.output()[1]


def test_a_path_too_long_in_a_batch_is_one_line(desk: Desk) -> None:
    out = str(desk.folder / "results.jsonl")
    assert main(["batch", LONG, desk.good, "--trust", desk.trust, "--offline", "--out", out, "--jobs", "1"]) == 4
    lines = [json.loads(line) for line in Path(out).read_text("utf-8").splitlines()]
    assert ["error" in line for line in lines] == [True, False]


def test_valid_certificate_exits_0_and_prints_the_verdict(desk: Desk) -> None:
    assert desk.run(desk.good) == 0
    out, err = desk.output()
    assert out.startswith("[v] This certificate is valid.")
    assert err == ""


def test_forged_certificate_exits_1(desk: Desk) -> None:
    forged = desk.world.token() + "WyJzIiwibmFtZSIsIngiXQ~"
    assert desk.run(desk.put("forged.sdjwt", forged)) == 1


def test_revoked_certificate_exits_1(desk: Desk) -> None:
    desk.world.statuses = {7: 1}
    desk.refresh()
    assert desk.run(desk.good) == 1


def test_unknown_issuer_exits_3(desk: Desk) -> None:
    desk.world.issuer["id"] = "https://other.example"
    desk.refresh()
    assert desk.run(desk.good) == 3
    assert "The issuer cannot be confirmed." in desk.output()[0]


def test_status_that_could_not_be_learnt_exits_3(desk: Desk) -> None:
    assert main(["check", "--trust", desk.trust, "--offline", "--now", NOW, desk.good]) == 3


@pytest.mark.parametrize("content", ["", "hello there", b"%PDF-1.7\ntruncated", b"\x89PNG\r\n\x1a\n", b"GIF89a"])
def test_what_is_no_certificate_exits_4_with_one_sentence_and_no_verdict(desk: Desk, content: str | bytes) -> None:
    assert desk.run(desk.put("thing", content)) == 4
    out, err = desk.output()
    assert out == ""
    assert err.startswith("[-]")
    assert "Traceback" not in err


def test_missing_file_exits_4(desk: Desk) -> None:
    assert desk.run(str(desk.folder / "absent.pdf")) == 4


def test_folder_instead_of_a_file_exits_4(desk: Desk) -> None:
    assert desk.run(str(desk.folder)) == 4


def test_file_beyond_the_limit_exits_4_without_being_read_whole(desk: Desk) -> None:
    with (desk.folder / "huge.pdf").open("wb") as file:
        file.truncate(1 << 40)
    assert desk.run(str(desk.folder / "huge.pdf")) == 4
    assert "too large" in " ".join(desk.output()[1].split())


def test_missing_trust_list_exits_2_and_says_how_to_get_one(desk: Desk) -> None:
    assert main(["check", desk.good]) == 2
    assert "trust add" in desk.output()[1]


def test_missing_home_exits_2(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("VERIFIER_CONFIG", "VERIFIER_STATE", "HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME"):
        monkeypatch.delenv(name, raising=False)
    assert main(["check", desk.good]) == 2


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["--aud", AUDIENCE, "x"],
        ["--now", "tomorrow", "x"],
        ["--max-status-age", "-1", "x"],
        ["--profile", "/no/such/file", "x"],
        ["--no-such-option"],
    ],
)
def test_wrong_usage_exits_2(desk: Desk, arguments: list[str]) -> None:
    assert desk.run(*arguments) == 2
    assert desk.output()[1]


def test_broken_trust_list_and_map_exit_2(desk: Desk) -> None:
    broken = desk.put("broken.json", "{")
    assert main(["check", "--trust", broken, desk.good]) == 2
    assert main(["check", "--trust", desk.trust, "--status-map", broken, desk.good]) == 2
    assert main(["check", "--trust", desk.trust, "--status-map", desk.put("m", '{"a":1}'), desk.good]) == 2
    assert main(["check", "--trust", desk.trust, "--status-map", str(desk.folder / "no"), desk.good]) == 2
    assert main(["check", "--trust", str(desk.folder), desk.good]) == 2


def test_several_inputs_end_with_the_worst_code_and_none_stops_the_others(desk: Desk) -> None:
    empty = desk.put("empty", "")
    assert desk.run(empty, desk.good) == 4
    out, _ = desk.output()
    assert "[v]" in out
    forged = desk.put("forged.sdjwt", desk.world.token() + "WyJzIiwibmFtZSIsIngiXQ~")
    assert desk.run(empty, forged, desk.good) == 1


def test_worst_code_follows_the_order_of_the_contract() -> None:
    order = [
        ExitCode.BUG,
        ExitCode.INVALID,
        ExitCode.REFUSED,
        ExitCode.UNREADABLE,
        ExitCode.INDETERMINATE,
        ExitCode.VALID,
    ]
    for position, code in enumerate(order):
        assert worst(order[position:]) is code
    assert worst([]) is ExitCode.USAGE


def test_exit_codes_are_those_of_the_contract() -> None:
    assert {code.name: code.value for code in ExitCode} == {
        "VALID": 0,
        "INVALID": 1,
        "USAGE": 2,
        "INDETERMINATE": 3,
        "UNREADABLE": 4,
        "REFUSED": 5,
        "BUG": 70,
    }


def test_json_prints_one_ascii_document_per_input(desk: Desk) -> None:
    desk.run("--json", desk.good, desk.put("empty", ""))
    out, err = desk.output()
    report, error = (json.loads(line) for line in out.splitlines())
    assert (report["report"], report["verdict"], report["simulated"]) == (1, "valid", True)
    assert (error["error"]["kind"], err) == ("empty", "")
    assert out.isascii()


def test_korean_is_chosen_by_option_or_locale(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.run("--lang", "ko", desk.good)
    assert "유효한 인정서입니다." in desk.output()[0]
    monkeypatch.setenv("LANG", "ko_KR.UTF-8")
    desk.run(desk.good)
    assert "유효한 인정서입니다." in desk.output()[0]


def test_standard_input_is_read(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(desk.world.token().encode())))
    assert desk.run("-") == 0


def test_text_of_a_code_or_a_credential_is_read(desk: Desk) -> None:
    from credential_schemas.qr.payload import encode_qr_payload

    token = desk.world.token()
    assert desk.run("--text", encode_qr_payload(token)) == 0
    assert desk.run("--text", token) == 0


def test_recipient_document_and_age_options_reach_the_check(desk: Desk) -> None:
    assert desk.run("--require-document", desk.good) == 3
    assert desk.run("--max-status-age", "10", desk.good) == 3
    assert desk.run("--recipient", "한국교통안전공단", desk.good) == 0


def test_asked_binding_that_is_missing_exits_1(desk: Desk) -> None:
    assert desk.run("--aud", AUDIENCE, "--nonce", NONCE, desk.good) == 1


def test_profile_option_and_setting_reach_the_report(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    profile = desk.put("rules.json", '{"profile": "offline", "accept_unknown_status": true}')
    monkeypatch.setenv("VERIFIER_PROFILE", profile)
    assert main(["check", "--trust", desk.trust, "--offline", "--now", NOW, "--json", desk.good]) == 0
    assert json.loads(desk.output()[0])["profile"] == "offline"


def test_time_without_zone_is_korean_time(desk: Desk) -> None:
    assert desk.run("--now", "2027-02-18T23:59:00", desk.good) in (0, 3)
    desk.run("--now", "2027-02-18T23:59:00", "--json", desk.good)
    assert '"expired"' not in desk.output()[0]


def test_real_time_uses_the_state_folder(desk: Desk) -> None:
    main(["check", "--trust", desk.trust, "--offline", "--status-map", desk.map, desk.good])
    assert '"simulated":true' not in desk.output()[0]


def test_bug_exits_70_and_says_only_its_kind(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("secret detail")

    monkeypatch.setattr("verifier.cli.checking.examine", broken)
    assert desk.run(desk.good) == 70
    assert "secret" not in desk.output()[1]


def test_lost_reader_of_the_output_exits_5(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(*_: object, **__: object) -> None:
        raise BrokenPipeError

    monkeypatch.setattr("verifier.cli.checking.examine", gone)
    monkeypatch.setattr("credential_schemas.program._discard_output", lambda: None)
    assert desk.run(desk.good) == 5


def test_interrupt_exits_130(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("verifier.cli.checking.examine", interrupted)
    assert desk.run(desk.good) == 130


@pytest.mark.parametrize("command", [["--help"], ["check", "--help"], ["trust", "add", "--help"], ["serve", "--help"]])
def test_help_exits_0_and_has_an_example(desk: Desk, command: list[str]) -> None:
    assert main(command) == 0
    out, _ = desk.output()
    assert "cb-verifier" in out
    assert command == ["--help"] or "example" in out


def test_wallet_offers_the_same_check(desk: Desk) -> None:
    parser = argparse.ArgumentParser()
    WALLET_COMMAND.add_arguments(parser)
    arguments = parser.parse_args(
        [desk.good, "--trust", desk.trust, "--status-map", desk.map, "--offline", "--now", NOW]
    )
    assert (WALLET_COMMAND.name, WALLET_COMMAND.run(arguments)) == ("verify", 0)


HEAVY = {
    "httpx",
    "pypdf",
    "pyhanko",
    "PIL",
    "fastapi",
    "sqlalchemy",
    "jwt",
    "pydantic",
    "yaml",
    "zxingcpp",
    "pypdfium2",
}
COUNT = """
import sys
from verifier.cli.main import main
code = main(sys.argv[1:])
print(code, *sys.modules, file=sys.stderr)
"""


def modules_after(*arguments: str) -> tuple[str, set[str]]:
    command = [sys.executable, "-c", COUNT, *arguments]
    root = Path(__file__).parents[3]
    done = subprocess.run(command, capture_output=True, text=True, cwd=root, check=True)
    code, *modules = done.stderr.split()
    return code, set(modules)


def test_bare_check_imports_nothing_heavy(desk: Desk) -> None:
    code, modules = modules_after(
        "check", desk.good, "--trust", desk.trust, "--status-map", desk.map, "--offline", "--now", NOW
    )
    assert code == "0"
    assert not {module.partition(".")[0] for module in modules} & HEAVY


def test_version_imports_almost_nothing(desk: Desk) -> None:
    code, modules = modules_after("--version")
    tops = {module.partition(".")[0] for module in modules}
    assert code == "0"
    assert not tops & (HEAVY | {"cryptography", "keys"})


def test_sealed_pdf_is_checked_by_the_command(desk: Desk) -> None:
    pdf = desk.put("certificate.pdf", desk.world.sealed(desk.world.token(), claims()))
    assert desk.run(pdf) == 0
    assert "original: the seal is intact" in desk.output()[0]


@pytest.mark.parametrize("now", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00", "1969-12-31T00:00:00Z"])
def test_time_no_credential_can_have_is_a_usage_error(desk: Desk, now: str) -> None:
    assert main(["check", "--trust", desk.trust, "--offline", desk.good, "--now", now]) == 2
    assert "between 1970 and 2242" in desk.output()[1]


@pytest.mark.parametrize("option", [[], ["--json"]])
def test_file_name_that_is_no_text_is_written_out(desk: Desk, option: list[str]) -> None:
    forged = desk.world.token() + "WyJzIiwibmFtZSIsIngiXQ~"
    (desk.folder / "bad\udcff.sdjwt").write_text(forged)
    assert desk.run(*option, str(desk.folder / "bad\udcff.sdjwt")) == 1
    assert "udcff" in "".join(desk.output()[0].split())  # a long name is broken where the line ends


@pytest.mark.parametrize("option", ["--status-map", "--profile"])
def test_endless_file_is_read_no_further_than_its_limit(desk: Desk, option: str) -> None:
    assert desk.run(desk.good, option, "/dev/zero") == 2


def test_endless_status_list_is_no_status(desk: Desk) -> None:
    desk.put("map.json", json.dumps({STATUS_URI: "/dev/zero"}))
    assert desk.run(desk.good) == 3


def test_status_map_with_a_name_no_file_can_have_is_a_usage_error(desk: Desk) -> None:
    desk.put("map.json", json.dumps({STATUS_URI: "a\0b"}))
    assert desk.run(desk.good) == 2


def test_foreign_address_in_a_code_is_named(desk: Desk) -> None:
    text = "https://evil.example/v#" + encode_qr_payload(desk.world.token())
    assert desk.run("--text", text) == 3
    assert "address in the code: https://evil.example/v" in desk.output()[0]

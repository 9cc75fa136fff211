"""The wallet's commands as a holder uses them, in a small real world."""

import json
import re
import subprocess
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from PIL import Image

from credential_schemas.qr.payload import decode_qr_payload
from credential_schemas.sd_jwt.bind import bind_to_verifier
from keys.key_files import FileSigner, create_key
from tests.qr_reading import qr_codes_of
from tests.wallet_cli.conftest import NOW, Wallet, World


def picture_of(printed: str) -> Image.Image:
    """Turn half blocks back into pixels, 4 for each module."""
    halves = {" ": (255, 255), "▀": (0, 255), "▄": (255, 0), "█": (0, 0)}
    rows = [re.sub(r"\x1b\[[0-9;]*m", "", line) for line in printed.splitlines()]
    pixels = [[halves[character][half] for character in row] for row in rows for half in (0, 1)]
    picture = Image.new("L", (len(pixels[0]), len(pixels)))
    picture.putdata([pixel for row in pixels for pixel in row])
    return picture.resize((picture.width * 4, picture.height * 4), Image.Resampling.NEAREST)


def test_an_imported_certificate_is_listed_with_its_number_and_entries(
    world: World, wallet: Wallet, capsys: pytest.CaptureFixture[str]
) -> None:
    assert wallet("import", world.write("a.sdjwt", world.sign(world.claims()))) == 0
    assert "Kept certificate CB-2026-00000001" in capsys.readouterr().out
    assert wallet("list", "--json") == 0
    listed = json.loads(capsys.readouterr().out)
    assert (listed["number"], listed["entries"], listed["valid_until"], listed["problem"]) == (
        "CB-2026-00000001",
        1,
        "2027-02-20",
        None,
    )


def test_list_speaks_korean_and_english(world: World, wallet: Wallet, capsys: pytest.CaptureFixture[str]) -> None:
    wallet("import", world.write("a.sdjwt", world.sign(world.claims())), "--lang", "ko")
    assert "보관했습니다 (항목 1개)" in capsys.readouterr().out
    wallet("list", "--lang", "ko")
    assert "1건, 2027-02-20까지" in capsys.readouterr().out
    wallet("list", "--lang", "en")
    assert "1 entry, until 2027-02-20" in capsys.readouterr().out


def test_import_answers_json_when_asked(world: World, wallet: Wallet, capsys: pytest.CaptureFixture[str]) -> None:
    wallet("import", world.write("a.sdjwt", world.sign(world.claims())), "--json")
    assert json.loads(capsys.readouterr().out)["entries"] == 1


def test_a_second_copy_of_the_same_certificate_takes_the_place_of_the_first(world: World, wallet: Wallet) -> None:
    wallet(
        "import", world.write("a.sdjwt", world.sign(world.claims())), world.write("b.sdjwt", world.sign(world.claims()))
    )
    assert len(list((world.folder / "wallet").glob("*.sdjwt"))) == 1


def test_show_prints_the_words_of_the_page(world: World, wallet: Wallet, capsys: pytest.CaptureFixture[str]) -> None:
    wallet("import", world.write("a.sdjwt", world.sign(world.claims())), "--json")
    item = json.loads(capsys.readouterr().out)["id"]
    assert wallet("show", item[:6], "--lang", "ko") == 0
    shown = capsys.readouterr().out
    assert "정보처리기사" in shown
    assert "김표본" in shown
    assert "check.example" in shown


def test_show_gives_every_line_as_json(world: World, wallet: Wallet, capsys: pytest.CaptureFixture[str]) -> None:
    wallet("import", world.write("a.sdjwt", world.sign(world.claims())), "--json")
    item = json.loads(capsys.readouterr().out)["id"]
    wallet("show", item, "--json")
    document = json.loads(capsys.readouterr().out)
    assert {"where": "number", "text": "CB-2026-00000001"} in document["lines"]
    assert document["pdf"] is None


def test_the_code_on_the_screen_is_read_back_to_the_same_certificate(
    world: World, wallet: Wallet, capsys: pytest.CaptureFixture[str]
) -> None:
    token = world.sign(world.claims())
    wallet("import", world.write("a.sdjwt", token), "--json")
    item = json.loads(capsys.readouterr().out)["id"]
    assert wallet("show", item, "--qr") == 0
    (code,) = qr_codes_of(picture_of(capsys.readouterr().out))
    assert code.text.startswith("HTTPS://CHECK.EXAMPLE/v#")
    assert decode_qr_payload(code.text.rpartition("#")[2]) == token


def test_a_certificate_too_large_for_codes_says_so(
    world: World, wallet: Wallet, capsys: pytest.CaptureFixture[str]
) -> None:
    (entry,) = world.claims().entries
    digest = "{:0200x}"
    many = tuple(replace(entry, title=digest.format(pow(7, 99 + n, 10**200)), idx=100 + n) for n in range(60))
    wallet("import", world.write("a.sdjwt", world.sign(replace(world.claims(), entries=many))), "--json")
    item = json.loads(capsys.readouterr().out)["id"]
    assert wallet("show", item, "--qr") == 2
    assert "Send the PDF file instead" in capsys.readouterr().err


def test_kept_files_are_private(world: World, wallet: Wallet) -> None:
    wallet("import", world.write("a.sdjwt", world.sign(world.claims())))
    (kept,) = (world.folder / "wallet").glob("*.sdjwt")
    assert kept.stat().st_mode & 0o777 == 0o600
    assert kept.parent.stat().st_mode & 0o777 == 0o700


def test_a_changed_certificate_is_refused_and_not_kept(
    world: World, wallet: Wallet, capsys: pytest.CaptureFixture[str]
) -> None:
    token = world.sign(world.claims())
    end = token.index("~")
    changed = token[: end - 2] + ("A" if token[end - 2] != "A" else "B") + token[end - 1 :]
    assert wallet("import", world.write("a.sdjwt", changed)) == 1
    assert "E_SIGNATURE" in capsys.readouterr().err
    assert not (world.folder / "wallet").exists()


def test_a_certificate_past_its_last_day_is_refused(
    world: World, wallet: Wallet, capsys: pytest.CaptureFixture[str]
) -> None:
    old = replace(world.claims(), issued_on=date(2026, 1, 1), valid_until=date(2026, 3, 1))
    assert wallet("import", world.write("a.sdjwt", world.sign(old))) == 1
    assert "E_EXPIRED" in capsys.readouterr().err


def test_a_presentation_is_refused_on_receipt(world: World, wallet: Wallet, capsys: pytest.CaptureFixture[str]) -> None:
    bound = bind_to_verifier(
        world.sign(world.claims()),
        audience="someone",
        nonce="n" * 22,
        issued_at=int(NOW.timestamp()),
        holder=FileSigner(create_key()),
    )
    assert wallet("import", world.write("a.sdjwt", bound)) == 1
    assert "check 24" in capsys.readouterr().err


def test_a_key_the_list_does_not_know_is_indeterminate(
    world: World, wallet: Wallet, capsys: pytest.CaptureFixture[str]
) -> None:
    stranger = World(FileSigner(create_key()), world.folder, world.trust)
    assert wallet("import", world.write("a.sdjwt", stranger.sign(world.claims()))) == 3
    assert "not on the trust list" in capsys.readouterr().err


@pytest.mark.parametrize("content", ["", "no certificate", "%PDF-1.7 nothing else"])
def test_a_file_without_a_certificate_is_unreadable(
    content: str, world: World, wallet: Wallet, capsys: pytest.CaptureFixture[str]
) -> None:
    assert wallet("import", world.write("a", content)) == 4
    assert "Expected a" in capsys.readouterr().err


def test_bytes_that_are_no_text_are_unreadable(world: World, wallet: Wallet) -> None:
    path = world.folder / "a"
    path.write_bytes(b"\xff\xfe~")
    assert wallet("import", path) == 4


def test_a_missing_file_is_unreadable(world: World, wallet: Wallet, capsys: pytest.CaptureFixture[str]) -> None:
    assert wallet("import", world.folder / "nothing") == 4
    assert "could not be opened" in capsys.readouterr().err


def test_a_file_over_ten_mebibytes_is_unreadable(
    world: World, wallet: Wallet, capsys: pytest.CaptureFixture[str]
) -> None:
    path = world.folder / "a"
    path.write_bytes(b"~" * (10 * 2**20 + 1))
    assert wallet("import", path) == 4
    assert "10 MiB" in capsys.readouterr().err


def test_without_a_trust_list_nothing_is_imported(
    world: World, wallet: Wallet, capsys: pytest.CaptureFixture[str]
) -> None:
    token = world.write("a.sdjwt", world.sign(world.claims()))
    assert wallet("import", token, "--trust", world.folder / "none.json") == 2
    assert "does not exist" in capsys.readouterr().err


def test_a_damaged_trust_list_is_named(world: World, wallet: Wallet, capsys: pytest.CaptureFixture[str]) -> None:
    assert wallet("list", "--trust", world.write("broken.json", "{")) == 2
    assert "broken.json" in capsys.readouterr().err


def test_an_id_of_no_certificate_is_a_usage_error(wallet: Wallet, capsys: pytest.CaptureFixture[str]) -> None:
    assert wallet("show", "abc") == 2
    assert "no kept certificate" in capsys.readouterr().err


def test_an_ambiguous_id_is_a_usage_error(world: World, wallet: Wallet, capsys: pytest.CaptureFixture[str]) -> None:
    for number in range(17):
        claims = replace(world.claims(), number=f"CB-2026-{number:08}")
        wallet("import", world.write("a.sdjwt", world.sign(claims)))
    starts = [path.name[0] for path in (world.folder / "wallet").glob("*.sdjwt")]
    shared = next(start for start in starts if starts.count(start) > 1)
    assert wallet("show", shared) == 2
    assert "kept certificates have" in capsys.readouterr().err


def test_a_kept_file_that_is_damaged_is_listed_with_its_problem_in_the_language_of_the_holder(
    world: World, wallet: Wallet, capsys: pytest.CaptureFixture[str]
) -> None:
    wallet("import", world.write("a.sdjwt", world.sign(world.claims())))
    (world.folder / "wallet/0123456789ab.sdjwt").write_bytes(b"\xff\x00\x1b[2J~")
    capsys.readouterr()
    assert wallet("list", "--lang", "ko") == 1
    lines = {line[:12]: line for line in capsys.readouterr().out.splitlines()}
    damaged = lines.pop("0123456789ab")
    assert "인정서" in damaged
    assert "\x1b" not in damaged
    assert "1건" in lines.popitem()[1]


def test_a_kept_file_that_cannot_be_read_is_named(
    world: World, wallet: Wallet, capsys: pytest.CaptureFixture[str]
) -> None:
    wallet("import", world.write("a.sdjwt", world.sign(world.claims())), "--json")
    item = json.loads(capsys.readouterr().out)["id"]
    kept = world.folder / f"wallet/{item}.sdjwt"
    kept.unlink()
    kept.mkdir()
    assert wallet("list", "--lang", "en") == 5
    assert f"{item}.sdjwt cannot be read: Is a directory." in capsys.readouterr().err


def test_a_kept_pdf_that_cannot_be_read_is_named(
    world: World, wallet: Wallet, capsys: pytest.CaptureFixture[str]
) -> None:
    wallet("import", world.write("a.sdjwt", world.sign(world.claims())), "--json")
    item = json.loads(capsys.readouterr().out)["id"]
    (world.folder / f"wallet/{item}.pdf").mkdir()
    assert wallet("show", item, "--pdf", str(world.folder / "copy.pdf"), "--lang", "ko") == 5
    assert "읽을 수 없습니다" in capsys.readouterr().err
    assert not (world.folder / "copy.pdf").exists()


def test_a_kept_certificate_that_was_changed_on_disk_is_listed_with_its_problem(
    world: World, wallet: Wallet, capsys: pytest.CaptureFixture[str]
) -> None:
    wallet("import", world.write("a.sdjwt", world.sign(world.claims())))
    (kept,) = (world.folder / "wallet").glob("*.sdjwt")
    kept.write_text("~", "ascii")
    assert wallet("list") == 1
    assert "failed (E_" in capsys.readouterr().out
    assert wallet("list", "--lang", "ko") == 1
    assert "인정서가 확인을 통과하지 못해" in capsys.readouterr().out


def test_a_disk_that_refuses_leaves_nothing_half_written(
    world: World, wallet: Wallet, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", refuse)
    assert wallet("import", world.write("a.sdjwt", world.sign(world.claims()))) == 5
    assert "No space left" in capsys.readouterr().err
    assert list((world.folder / "wallet").iterdir()) == []


def test_a_fault_of_the_program_is_one_line_and_seventy(
    wallet: Wallet, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fault(*_arguments: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("wallet_cli.cli.list_items.run", fault)
    assert wallet("list") == 70
    assert capsys.readouterr().err.count("\n") == 1


def test_verify_is_offered_by_the_employers_room(
    world: World, wallet: Wallet, capsys: pytest.CaptureFixture[str]
) -> None:
    token = world.write("a.sdjwt", world.sign(world.claims()))
    assert wallet("verify", token, "--trust", world.trust, "--offline", "--now", "2026-11-22T03:00:00Z", "--json") == 3
    assert json.loads(capsys.readouterr().out)["parts"]["credential"] == "valid"


def test_the_installed_program_prints_its_version_and_loads_no_command(tmp_path: Path) -> None:
    program = Path(__file__).resolve().parents[2] / ".venv/bin/cb-wallet"
    answered = subprocess.run([program, "--version"], capture_output=True, text=True, check=True, cwd=tmp_path)
    assert answered.stdout.startswith("cb-wallet ")


@pytest.mark.parametrize("command", [(), ("no-such-command",), ("show",), ("list", "--lang", "fr")])
@pytest.mark.parametrize("locale", ["ko_KR.UTF-8", "C.UTF-8"])
def test_mistake_at_the_keyboard_is_told_in_the_language_of_the_locale(
    wallet: Wallet,
    command: tuple[str, ...],
    locale: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("LC_ALL", locale)
    assert wallet(*command) == 2
    is_korean = locale.startswith("ko") and "fr" not in command
    assert ("쓰는 법" in capsys.readouterr().err) is is_korean

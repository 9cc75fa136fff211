"""What the law asks of the bank as a whole, each test named after the requirement's id (docs/law.md lists them)."""

import json
import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from pypdf import PdfReader

from credential_schemas.entry_types import entry_types
from credential_schemas.sd_jwt.select import unverified_disclosures
from credential_schemas.wording.model import Language
from issuer.certificate.drawing import draw_certificate
from keys.encoding import b64url_decode
from tests.issuer.certificate.samples import make_request, make_wording
from tests.issuer.conftest import DELIVERIES, Document, World

ROOT = Path(__file__).resolve().parents[2]
ARTICLE = re.compile(r"제\s?\d+\s?조(?:의\s?\d+)?")
RESIDENT_NUMBER = re.compile(r"(?<!\d)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])-[1-8]\d{6}(?!\d)")


def printed(file: Path) -> tuple[list[str], str]:
    """The text of each page of a PDF, and everything that its information and its metadata say."""
    reader = PdfReader(file)
    said = reader.xmp_metadata.stream.get_data().decode() if reader.xmp_metadata else ""
    return [page.extract_text() for page in reader.pages], f"{reader.metadata} {said}"


def connecting_information() -> list[str]:
    return [person["ci"] for person in json.loads((DELIVERIES / "persons.json").read_text("utf-8"))["persons"]]


def everything_kept(world: World) -> Iterator[tuple[Path, bytes]]:
    """Every file of a bank and of what lies beside it."""
    for file in sorted(world.files.rglob("*")):
        if file.is_file():
            yield file, file.read_bytes()


def test_lr_01_no_article_of_a_law_is_written_into_the_programs_wording() -> None:
    words = [*ROOT.glob("credential_schemas/wording/**/*.json"), *ROOT.glob("issuer/web/*.json")]
    assert len(words) > 2
    assert {file.name: found for file in words if (found := ARTICLE.findall(file.read_text("utf-8")))} == {}


def test_lr_02_only_the_chosen_entry_is_in_credential_page_answer_and_trail(world: World, account: str) -> None:
    assert "nothing is disclosed by default" in world.run("issue", "--account", account, "--out", "x.pdf").err
    entries, token = world.entries(account), world.files / "c.sdjwt"
    chosen = entries.pop("정보처리기사")
    issued = world.issue(account, "--entry", chosen["id"], "--sd-jwt", token)
    disclosed = str([each.value for each in unverified_disclosures(token.read_text())])
    pages, said = printed(world.files / "certificate.pdf")
    trail = str(world.json("accounts", "history", account)["accesses"][-1])
    kept = "".join((disclosed, *pages, said, str(issued)))
    assert "정보처리기사" in kept
    assert [title for title in entries if title in kept + trail] == []
    assert [each["id"] for each in entries.values() if each["id"] in str(issued)] == []


def test_lr_04_and_lr_10_nothing_that_was_made_holds_a_resident_number_or_connecting_information(
    world: World, issued: Document
) -> None:
    assert issued["number"]
    kept = dict(everything_kept(world))
    assert {file.suffix for file in kept} >= {".pdf", ".sdjwt", ".json", ".db"}
    pages, said = printed(world.files / "certificate.pdf")
    parts = (world.files / "c.sdjwt").read_text().replace("~", ".").split(".")
    decoded = b"".join(b64url_decode(part) for part in parts[:2] + parts[3:] if part)
    texts = [*pages, said, decoded.decode(), *(content.decode("latin-1") for content in kept.values())]
    assert RESIDENT_NUMBER.findall("(980411-1234567)") == ["980411-1234567"]
    assert [found for text in texts for found in RESIDENT_NUMBER.findall(text)] == []
    secrets = connecting_information()
    assert len(secrets) > 3
    assert [secret for secret in secrets for text in texts if secret in text] == []
    assert [secret for secret in secrets for file in kept if secret in file.name] == []


def test_lr_09_two_banks_keep_connecting_information_under_hashes_that_differ(world: World, tmp_path: Path) -> None:
    other = World(tmp_path / "other" / "bank", world.capture)
    other.path.parent.mkdir()
    assert other.run("init", "--dev", "--url", "https://other.example").code == 0
    number, reference = connecting_information()[0], "SYN-P-001"
    banks = [world.open(), other.open(), other.open()]
    first, second, again = [(bank.identity_link(number), bank.person_link(reference)) for bank in banks]
    for bank in banks:
        bank.close()
    assert len({*first, *second}) == 4
    assert second == again


def test_lr_14_a_key_leads_to_every_certificate_and_holder_that_it_touched(
    world: World, issued: Document, holder: str
) -> None:
    (key,) = [each for each in world.json("keys", "list")["keys"] if each["use"] == "credential"]
    out = world.files / "touched.json"
    world.json("keys", "distrust", key["kid"], "--since", "2026-11-22T03:00:00Z", "--dry-run", "--out", out)
    listed = json.loads(out.read_text("utf-8"))
    assert listed["kid"] == key["kid"]
    assert [(each["number"], each["account"]) for each in listed["certificates"]] == [(issued["number"], holder)]


def test_lr_17_a_blind_copy_shows_none_of_what_it_hides(world: World, account: str) -> None:
    token = world.files / "c.sdjwt"
    world.issue(account, "--blind", "--applicant-no", "A-17", "--sd-jwt", token)
    values = [each.value for each in unverified_disclosures(token.read_text())]
    pages, said = printed(world.files / "certificate.pdf")
    shown = "".join((*pages, said, json.dumps(values, ensure_ascii=False)))
    hidden = ["김표본", "1998-04-11", "1998년 4월 11일", "11 April 1998"]
    for entry in world.entries(account).values():
        for field in entry_types()[entry["type"]].own_fields:
            if field.blind == "hide" and isinstance(entry["fields"].get(field.name), str):
                hidden.append(entry["fields"][field.name])
    assert len(hidden) > 6
    assert "A-17" in shown
    assert [value for value in hidden if value in shown] == []


def test_lr_20_every_page_of_a_bank_for_development_says_so_in_both_languages(world: World, account: str) -> None:
    marks: tuple[tuple[Language, str], ...] = (("ko", "견본 · 시험용"), ("en", "SPECIMEN · TEST ONLY"))
    for language, mark in marks:
        world.issue(account, "--lang", language)
        pages, _ = printed(world.files / "certificate.pdf")
        long = PdfReader(BytesIO(draw_certificate(make_request(make_wording(language, entries=40)))))
        pages += [page.extract_text() for page in long.pages]
        assert len(pages) == 3
        assert [page[:40] for page in pages if mark not in page] == []


def test_lr_21_the_only_pictures_are_our_own_line_drawings() -> None:
    rooms = ("keys", "credential_schemas", "issuer", "verifier", "wallet_cli")
    kinds = {".svg", ".png", ".jpg", ".jpeg", ".gif", ".webp", ".ico", ".bmp", ".tif", ".eps", ".ai"}
    pictures = [file for room in rooms for file in (ROOT / room).rglob("*.*") if file.suffix in kinds]
    assert {file.name for file in pictures} <= {"guilloche.svg", "guilloche-paper.svg", "icons.svg"}
    assert pictures
    assert [file.name for file in pictures if re.search(r"<(image|text)\b|data:", file.read_text("utf-8"))] == []

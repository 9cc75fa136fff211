"""The worked example of a printed word in docs/adding.md, followed to the letter in a copy of the repository."""

import re
import sys
from pathlib import Path

import pytest

from tests.copied_project import copy_into, run
from tests.test_house import ROOT

PAGE = (ROOT / "docs/adding.md").read_text("utf-8").partition("## A printed word")[2]
BEFORE, AFTER = (re.findall(rf"^[{sign}] (\"purpose.*)$", PAGE, re.MULTILINE)[0] for sign in "-+")
PRINTED = """
from dataclasses import replace
from credential_schemas.wording.certificate import Imprint, certificate_wording
from credential_schemas.wording.published import load_wording
from tests.sample_certificate import sample_certificate
claims = replace(sample_certificate(), purpose="hr")
imprint = Imprint({"ko": "은행", "en": "Bank"}, "verify.example")
for number in (1, 2):
    words = {"language": "en", "imprint": imprint, "confirmation_code": None, "version": load_wording(number)}
    said = certificate_wording(claims, **words)
    print(number, [line.text for line in said.lines() if "Personnel" in line.text])
"""

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy with the word changed, the version frozen, and the printed hash where the page says."""
    folder = tmp_path_factory.mktemp("copy")
    copy_into(folder)
    phrases, published = (folder / "credential_schemas/wording" / name for name in ("phrases.json", "published.py"))
    assert BEFORE in phrases.read_text("utf-8")
    phrases.write_text(phrases.read_text("utf-8").replace(BEFORE, AFTER), "utf-8")
    number, _, digest = run(folder, sys.executable, "-m", "tests.vectors.wording.freeze", "2").strip().partition(": ")
    code = published.read_text("utf-8").replace("CURRENT: Final = 1", "CURRENT: Final = 2")
    code = re.sub(r"^(SHA256: Final = \{1: .*)\}$", rf'\1, {number}: "{digest}"}}', code, flags=re.MULTILINE)
    published.write_text(code, "utf-8")
    return folder


def test_the_new_word_is_printed_and_older_certificates_keep_theirs(copy: Path) -> None:
    said = run(copy, sys.executable, "-c", PRINTED)
    assert said == "1 ['Personnel record']\n2 ['Personnel file']\n"


def test_the_tests_of_the_wording_and_of_printed_pages_pass(copy: Path) -> None:
    places = ("tests/credential_schemas/wording", "tests/verifier/checks/test_print_match.py", "tests/golden")
    told = run(copy, sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *places)
    assert re.search(r"\d{2,} passed", told)

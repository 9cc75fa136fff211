"""Every edition of both kinds, unsigned and sealed, keeps PDF/A-3a and PDF/UA-1 as far as we and veraPDF can tell."""

import shutil
import subprocess
from itertools import product
from pathlib import Path

import pytest

from credential_schemas.certificate_claims import Edition
from credential_schemas.wording.model import Language
from keys.pdf_seal import Sealer, apply_seal
from tests.issuer.certificate.claims import draw_words, make_claims, put_into_words
from tests.issuer.certificate.pdf_structure import RULES, broken_rules
from tests.issuer.certificate.samples import CREATED
from tests.keys.pdf_seal.sealing import Authority

LANGUAGES: tuple[Language, ...] = ("ko", "en")
EDITIONS: tuple[Edition, ...] = ("standard", "blind")
CASES = list(product(LANGUAGES, EDITIONS, ("competency", "education")))
# What a seal adds: an update of its own, and the signature field of the first page, which shows nothing.
CHANGED_BY_THE_SEAL = {
    "one_revision": ["expected exactly one end marker, at the end"],
    "nothing_active": ["found /Annots"],
}


@pytest.fixture(scope="module")
def sealer() -> Sealer:
    return Authority("Root of the conformance tests").sealer()


def test_the_checker_has_at_least_thirty_rules() -> None:
    assert len(RULES) >= 30


@pytest.mark.parametrize(("language", "edition", "kind"), CASES)
def test_every_edition_of_both_kinds_keeps_every_rule(language: Language, edition: Edition, kind: str) -> None:
    assert broken_rules(draw_words(put_into_words(make_claims(kind, edition), language))) == {}


@pytest.mark.parametrize(("language", "edition", "kind"), CASES)
def test_the_seal_adds_its_field_and_its_update_and_breaks_no_other_rule(
    sealer: Sealer, language: Language, edition: Edition, kind: str
) -> None:
    drawn = draw_words(put_into_words(make_claims(kind, edition), language))
    sealed = apply_seal(drawn, sealer=sealer, signed_at=CREATED)
    assert broken_rules(sealed) == CHANGED_BY_THE_SEAL
    assert sealed.startswith(drawn)


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("verapdf") is None, reason="the program verapdf is not installed")
@pytest.mark.parametrize("profile", ["3a", "ua1"])
@pytest.mark.parametrize("sealed", [False, True], ids=["unsigned", "sealed"])
def test_verapdf_finds_every_edition_of_both_kinds_conforming(
    sealer: Sealer, tmp_path: Path, profile: str, sealed: bool
) -> None:
    for case in CASES:
        language, edition, kind = case
        pdf = draw_words(put_into_words(make_claims(kind, edition), language))
        pdf = apply_seal(pdf, sealer=sealer, signed_at=CREATED) if sealed else pdf
        (tmp_path / f"{'-'.join(case)}.pdf").write_bytes(pdf)
    command = ["verapdf", "--format", "text", "--flavour", profile, *sorted(map(str, tmp_path.glob("*.pdf")))]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    verdicts = [line.split()[0] for line in done.stdout.splitlines() if line.strip()]
    assert (done.returncode, verdicts) == (0, ["PASS"] * len(CASES)), done.stdout + done.stderr

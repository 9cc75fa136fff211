"""A time-stamped and a long-term seal leave a certificate the PDF/A-3a and PDF/UA-1 file that it was."""

from dataclasses import replace
from pathlib import Path

import pytest

from keys.pdf_seal import LongTerm, TimeStamping, apply_seal
from tests.issuer.certificate.claims import draw_words, make_claims, put_into_words
from tests.issuer.certificate.pdf_structure import broken_rules
from tests.issuer.certificate.samples import CREATED
from tests.issuer.certificate.test_conformance import CHANGED_BY_THE_SEAL, written
from tests.issuer.certificate.verapdf import ask_verapdf, missing
from tests.keys.pdf_seal.revoking import Desk, list_of
from tests.keys.pdf_seal.sealing import Authority
from tests.keys.pdf_seal.stamping import StampAuthority

ROOT, TSA_ROOT = Authority("Root"), Authority("Time root")
KINDS = ("competency", "education")


@pytest.fixture(scope="module", params=["B-T", "B-LT"])
def files(request: pytest.FixtureRequest) -> dict[str, bytes]:
    """Both kinds of certificate, drawn and sealed."""
    lists = tuple(list_of(each, begin=CREATED, end=CREATED.replace(year=CREATED.year + 1)) for each in (ROOT, TSA_ROOT))
    stamping = TimeStamping(StampAuthority(TSA_ROOT, made_at=CREATED), (TSA_ROOT.pem(),))
    long_term = LongTerm(Desk(lists), (ROOT.pem(),)) if request.param == "B-LT" else None
    sealer = replace(ROOT.sealer(), time_stamping=stamping, long_term=long_term)
    drawn = {kind: draw_words(put_into_words(make_claims(kind))) for kind in KINDS}
    return {
        f"{kind}-{request.param}": apply_seal(page, sealer=sealer, signed_at=CREATED) for kind, page in drawn.items()
    }


def test_the_structure_keeps_every_rule_that_a_plain_seal_keeps(files: dict[str, bytes]) -> None:
    assert [broken_rules(sealed) for sealed in files.values()] == [CHANGED_BY_THE_SEAL] * len(KINDS)


@pytest.mark.slow
@pytest.mark.skipif(missing() is not None, reason=missing() or "")
def test_verapdf_finds_them_conforming(files: dict[str, bytes], tmp_path: Path) -> None:
    verdicts = ask_verapdf(written(tmp_path, files))
    assert [(each.file, each.profile, each.failures) for each in verdicts if not each.compliant] == []
    assert {(each.file, each.profile) for each in verdicts if each.checks > 1000} == {
        (name, profile) for name in files for profile in ("3a", "ua1")
    }

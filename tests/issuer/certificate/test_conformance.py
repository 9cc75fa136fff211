"""Every edition of both kinds, unsigned and sealed, keeps PDF/A-3a and PDF/UA-1 as far as we and veraPDF can tell."""

from collections.abc import Mapping
from itertools import product
from pathlib import Path

import pytest

from credential_schemas.certificate_claims import Edition
from credential_schemas.wording.model import Language
from issuer.certificate.statement import StatementBlock
from keys.pdf_seal import Sealer, apply_seal
from tests.issuer.certificate.claims import draw_words, make_claims, put_into_words
from tests.issuer.certificate.editions import CASES, every_edition
from tests.issuer.certificate.pdf_structure import RULES, broken_rules
from tests.issuer.certificate.samples import CREATED
from tests.issuer.certificate.test_statement import drawn
from tests.issuer.certificate.verapdf import ask_verapdf, missing
from tests.keys.pdf_seal.sealing import Authority

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


def written(folder: Path, files: Mapping[str, bytes]) -> list[Path]:
    for name, data in files.items():
        (folder / f"{name}.pdf").write_bytes(data)
    return [folder / f"{name}.pdf" for name in files]


@pytest.mark.slow
@pytest.mark.skipif(missing() is not None, reason=missing() or "")
def test_verapdf_finds_every_edition_conforming_unsigned_and_sealed(sealer: Sealer, tmp_path: Path) -> None:
    unsigned = every_edition()
    sealed = {
        f"{name}-sealed": apply_seal(drawn, sealer=sealer, signed_at=CREATED)
        for name, drawn in unsigned.items()
        if not name.endswith("preview")
    }
    statement = {"statement": drawn(StatementBlock("정보처리기사", [("번호", "23900000001A")] * 80), mark="견본")}
    verdicts = ask_verapdf(written(tmp_path, unsigned | sealed | statement))
    assert [(verdict.file, verdict.profile, verdict.failures) for verdict in verdicts if not verdict.compliant] == []
    assert {(verdict.file, verdict.profile) for verdict in verdicts if verdict.checks > 1000} == set(
        product([*unsigned, *sealed, *statement], ("3a", "ua1"))
    )


@pytest.mark.slow
@pytest.mark.skipif(missing() is not None, reason=missing() or "")
def test_verapdf_sees_what_is_broken_and_names_the_rule(tmp_path: Path) -> None:
    drawn = draw_words(put_into_words(make_claims()))
    broken = {
        "figure-without-words": drawn.replace(b"/Alt <", b"/Bad <"),
        "wrong-level": drawn.replace(b"<pdfaid:conformance>A<", b"<pdfaid:conformance>X<"),
        "wrong-widths": drawn.replace(b"/W [1 [", b"/W [2 ["),
    }
    verdicts = ask_verapdf(written(tmp_path, broken))
    named = {f"{said.file} {said.profile}": {failure.split()[0] for failure in said.failures} for said in verdicts}
    assert {key: rules for key, rules in named.items() if rules} == {
        "figure-without-words ua1": {"7.3-1"},
        "wrong-level 3a": {"6.6.4-3"},
        "wrong-widths 3a": {"6.2.11.5-1"},
        "wrong-widths ua1": {"7.21.5-1"},
    }

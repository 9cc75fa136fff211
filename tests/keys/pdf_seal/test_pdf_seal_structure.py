"""Files that a trusted sealer did sign, but not as the rule demands."""

import hashlib
import io

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter
from pypdf import PdfWriter
from pypdf.generic import ArrayObject, NumberObject
from reportlab.pdfgen import canvas

from keys._pdf_seal import structure
from keys._pdf_seal.layout import find_seal
from keys.pdf_seal import SealReason, apply_seal
from tests.keys.pdf_seal.sealing import (
    SIGNED_AT,
    SealWorld,
    SoftwareSigner,
    change,
    draw,
    reseal,
    sign_with_pyhanko,
)

BROKEN, NOT_CERTIFYING = SealReason.BROKEN, SealReason.NOT_CERTIFYING
MORE_THAN_ONE, UNREADABLE = SealReason.MORE_THAN_ONE, SealReason.UNREADABLE


def test_a_certification_by_other_software_is_intact(seal_world: SealWorld) -> None:
    signed = sign_with_pyhanko(seal_world.drawn, seal_world.sealer, certify=True, docmdp_permissions=MDPPerm.NO_CHANGES)
    assert seal_world.check(signed).outcome == "intact"


@pytest.mark.parametrize("permission", [MDPPerm.FILL_FORMS, MDPPerm.ANNOTATE])
def test_a_certification_that_permits_changes_is_refused(seal_world: SealWorld, permission: MDPPerm) -> None:
    signed = sign_with_pyhanko(seal_world.drawn, seal_world.sealer, certify=True, docmdp_permissions=permission)
    check = seal_world.check(signed)
    assert (check.outcome, check.reason) == ("broken", SealReason.NOT_CERTIFYING)
    assert check.detail == "expected DocMDP with P = 1, no change permitted"


def test_an_approval_signature_is_not_a_seal(seal_world: SealWorld) -> None:
    check = seal_world.check(sign_with_pyhanko(seal_world.drawn, seal_world.sealer))
    assert (check.outcome, check.reason) == ("broken", SealReason.NOT_CERTIFYING)
    assert check.detail == "expected the catalogue to name a certifying signature"


def test_a_refused_structure_still_names_its_trusted_sealer(seal_world: SealWorld) -> None:
    assert seal_world.check(sign_with_pyhanko(seal_world.drawn, seal_world.sealer)).signer_subject == "CN=Test seal"


def test_a_seal_over_a_file_of_two_revisions_is_refused(seal_world: SealWorld) -> None:
    signed = sign_with_pyhanko(change(seal_world.drawn, Note="hidden before"), seal_world.sealer, certify=True)
    check = seal_world.check(signed)
    assert (check.reason, check.detail) == (BROKEN, "expected the file as drawn and one update that sealed it")


def test_a_seal_of_another_signature_format_is_refused(seal_world: SealWorld) -> None:
    signed = sign_with_pyhanko(
        seal_world.drawn,
        seal_world.sealer,
        certify=True,
        docmdp_permissions=MDPPerm.NO_CHANGES,
        subfilter=SigSeedSubFilter.ADOBE_PKCS7_DETACHED,
    )
    assert seal_world.check(signed).outcome == "broken"


def test_a_file_with_another_form_field_is_refused(seal_world: SealWorld) -> None:
    buffer = io.BytesIO()
    drawing = canvas.Canvas(buffer, invariant=True)
    drawing.drawString(10, 40, "form")
    drawing.acroForm.textfield(name="field", x=10, y=10)
    drawing.showPage()
    drawing.save()
    signed = sign_with_pyhanko(
        buffer.getvalue(), seal_world.sealer, certify=True, docmdp_permissions=MDPPerm.NO_CHANGES
    )
    check = seal_world.check(signed)
    assert (check.reason, check.detail) == (SealReason.MORE_THAN_ONE, "expected one form field, with one signature")


CASES = [
    (b"/ETSI.CAdES.detached", b"/ETSI.CAdES.detachee", BROKEN, "expected a signature of the form /ETSI.CAdES.detached"),
    (b"/DocMDP 13 0 R", b"/DocMDP 12 0 R", NOT_CERTIFYING, "expected the certifying signature to be the seal"),
    (b"/DocMDP 13 0 R", b"/DocMDX 13 0 R", NOT_CERTIFYING, "expected the catalogue to name the seal as certifying"),
    (
        b"/TransformMethod /DocMDP",
        b"/TransformMethod /DocMDX",
        NOT_CERTIFYING,
        "expected DocMDP with P = 1, no change permitted",
    ),
    (b"/P 1\n", b"/Q 1\n", NOT_CERTIFYING, "expected DocMDP with P = 1, no change permitted"),
    (b"/Reference [", b"/Reverence [", NOT_CERTIFYING, "expected one reference in the seal"),
    (b"/FT /Sig", b"/FT /Btn", MORE_THAN_ONE, "expected one form field, with one signature"),
    (b"/Fields [ 12 0 R ]", b"/Fields [ 12 0 X ]", UNREADABLE, "expected a well-formed PDF behind the seal"),
    (b"/Fields [ 12 0 R ]", b"/Fields [        ]", MORE_THAN_ONE, "expected one form field, with one signature"),
    (b"/Type /Annot\n", b"/Kids [    ]\n", BROKEN, "expected one signature field"),
    (b"/Size 14\n/Prev", b"/Size 14\n/Prex", BROKEN, "expected the file as drawn and one update that sealed it"),
    (b"endobj\n13 0", b"endobx\n13 0", UNREADABLE, "expected a well-formed PDF behind the seal"),
    (b"/V 13 0 R\n", b"/V 13 0 R%", UNREADABLE, "expected a well-formed PDF behind the seal"),
]


@pytest.mark.parametrize(("old", "new", "reason", "detail"), CASES)
def test_a_structure_that_differs_in_one_place_is_refused(
    seal_world: SealWorld,
    old: bytes,
    new: bytes,
    reason: SealReason,
    detail: str,
) -> None:
    check = seal_world.check(reseal(seal_world.sealed, seal_world.sealer, old=old, new=new))
    assert (check.reason, check.detail) == (reason, detail)


def test_a_file_may_have_as_many_objects_as_the_limit_and_no_more(
    seal_world: SealWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    revisions = PdfFileReader(io.BytesIO(seal_world.sealed)).xrefs
    objects = {each for number in range(2) for each in revisions.explicit_refs_in_revision(number)}
    monkeypatch.setattr("keys._pdf_seal.structure.MAX_OBJECTS", len(objects))
    assert seal_world.check(seal_world.sealed).outcome == "intact"
    monkeypatch.setattr("keys._pdf_seal.structure.MAX_OBJECTS", len(objects) - 1)
    assert seal_world.check(seal_world.sealed).detail == f"expected at most {len(objects) - 1} objects"


def test_the_parser_is_given_the_file_with_a_mark_in_the_gap_that_nothing_in_the_file_can_hold(
    seal_world: SealWorld,
) -> None:
    found = find_seal(seal_world.sealed)
    mark = structure._mark_of(seal_world.sealed, found)
    given = structure._marked(seal_world.sealed, found, mark)
    assert mark == b"\x00" + hashlib.sha256(seal_world.sealed).digest()
    assert mark.hex().encode() not in seal_world.sealed
    assert (given[: found.start], given[found.end :]) == (
        seal_world.sealed[: found.start],
        seal_world.sealed[found.end :],
    )
    gap = given[found.start : found.end]
    assert (len(gap), gap[:69], gap[-1:]) == (found.end - found.start, b"<" + mark.hex().encode() + b">%", b"\n")
    assert gap[69:-1] == seal_world.sealed[found.start + 69 : found.end - 1]


def test_a_parser_that_reads_the_contents_from_elsewhere_is_not_believed(
    seal_world: SealWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(structure, "_marked", lambda pdf, _found, _mark: pdf)
    check = seal_world.check(seal_world.sealed)
    assert (check.reason, check.detail) == (BROKEN, "expected the contents to be those that were checked")


def test_a_seal_says_when_it_claims_to_have_been_made(seal_world: SealWorld) -> None:
    assert seal_world.check(seal_world.sealed).signed_at == SIGNED_AT


def test_a_seal_without_claimed_time_is_intact_and_says_so(seal_world: SealWorld) -> None:
    check = seal_world.check(reseal(seal_world.sealed, seal_world.sealer, old=b"/M (", new=b"/N ("))
    assert (check.outcome, check.signed_at) == ("intact", None)


def test_a_key_on_another_curve_is_refused(seal_world: SealWorld) -> None:
    sealer = seal_world.root.sealer(SoftwareSigner(ec.generate_private_key(ec.SECP384R1())))
    signed = sign_with_pyhanko(draw(), sealer, certify=True, docmdp_permissions=MDPPerm.NO_CHANGES)
    check = seal_world.check(signed)
    assert (check.reason, check.detail) == (BROKEN, "expected a sealing key on P-256")


def test_objects_that_are_no_dictionaries_do_not_matter(seal_world: SealWorld) -> None:
    writer = PdfWriter(clone_from=io.BytesIO(seal_world.drawn))
    writer._add_object(ArrayObject([NumberObject(1)]))
    output = io.BytesIO()
    writer.write(output)
    sealed = apply_seal(output.getvalue(), sealer=seal_world.sealer, signed_at=SIGNED_AT)
    assert seal_world.check(sealed).outcome == "intact"

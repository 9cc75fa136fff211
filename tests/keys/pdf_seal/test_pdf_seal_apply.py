"""Sealing: what is written, and what is refused before anything is signed."""

import hashlib
import io
import re
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from pypdf import PdfReader, PdfWriter
from pypdf.generic import ArrayObject, DecodedStreamObject, DictionaryObject, RectangleObject

from keys._pdf_seal.layout import MAX_CONTENTS_BYTES, MAX_PDF_BYTES
from keys._pdf_seal.sealing_update import placeholder
from keys.errors import SealError
from keys.pdf_seal import Sealer, apply_seal
from tests.keys.pdf_seal.sealing import (
    SIGNED_AT,
    Authority,
    SealWorld,
    SoftwareSigner,
    Usage,
    change,
    draw,
    gap_of,
    seal_again,
)


def test_a_freshly_sealed_file_is_intact_and_names_sealer_and_time(seal_world: SealWorld) -> None:
    check = seal_world.check(seal_world.sealed)
    assert (check.outcome, check.reason) == ("intact", None)
    assert (check.signer_subject, check.signed_at) == ("CN=Test seal", SIGNED_AT)


def test_sealing_appends_and_leaves_the_drawn_bytes_alone(seal_world: SealWorld) -> None:
    assert seal_world.sealed.startswith(seal_world.drawn)


def test_two_runs_differ_only_in_the_signature(seal_world: SealWorld) -> None:
    again = apply_seal(seal_world.drawn, sealer=seal_world.sealer, signed_at=SIGNED_AT)
    start, end = gap_of(again)
    assert again[:start] + again[end:] == seal_world.sealed[:start] + seal_world.sealed[end:]


def test_the_update_changes_neither_document_information_nor_metadata(seal_world: SealWorld) -> None:
    before, after = (PdfReader(io.BytesIO(pdf)).metadata for pdf in (seal_world.drawn, seal_world.sealed))
    assert before == after


def identifiers(pdf: bytes) -> list[bytes]:
    array = PdfReader(io.BytesIO(pdf)).trailer["/ID"]
    assert isinstance(array, ArrayObject)
    return [each.original_bytes for each in array]


def test_the_first_identifier_stays_and_the_second_changes(seal_world: SealWorld) -> None:
    before, after = identifiers(seal_world.drawn), identifiers(seal_world.sealed)
    assert before[0] == after[0]
    assert before[1] != after[1]


@pytest.mark.parametrize("first", [b"\xff" * 16, b"ABCDEFGHIJKLMNOP"], ids=["bytes", "letters"])
def test_the_first_identifier_stays_whatever_it_looks_like(seal_world: SealWorld, first: bytes) -> None:
    both = f"/ID [<{first.hex()}><{b'another sixteen!'.hex()}>]".encode()
    drawn = re.sub(rb"/ID\s*\[.*?\]", both, seal_world.drawn, flags=re.DOTALL)
    sealed = apply_seal(drawn, sealer=seal_world.sealer, signed_at=SIGNED_AT)
    assert identifiers(sealed) == [first, hashlib.sha256(drawn).digest()[:16]]


def test_a_file_without_identifier_is_given_one(seal_world: SealWorld) -> None:
    without = re.sub(rb"/ID\s*\[.*?\]", b"", seal_world.drawn, flags=re.DOTALL)
    sealed = apply_seal(without, sealer=seal_world.sealer, signed_at=SIGNED_AT)
    assert identifiers(sealed) == [hashlib.sha256(without).digest()[:16]] * 2


@pytest.mark.parametrize(
    ("certificates", "stamped", "room"),
    [
        ([128], False, 768),  # 512 and 128 twice: nothing to round
        ([129], False, 1024),
        ([128, 100], False, 1024),
        ([128, 256], True, 1024 + 8192),
        ([16_128], False, MAX_CONTENTS_BYTES),
    ],
)
def test_the_gap_has_room_for_certificates_and_stamp_and_little_more(
    certificates: list[int], stamped: bool, room: int
) -> None:
    value = placeholder([bytes(size) for size in certificates], reason=None, signed_at=SIGNED_AT, stamped=stamped)
    written = io.BytesIO()
    value.raw_get("/Contents").write_to_stream(written)
    assert written.getvalue() == b"<" + b"00" * room + b">"


def test_certificates_that_need_more_room_than_a_check_would_read_are_refused() -> None:
    with pytest.raises(SealError, match="fit into"):
        placeholder([bytes(16_129)], reason=None, signed_at=SIGNED_AT)


def test_the_field_has_the_name_that_was_asked_for(seal_world: SealWorld) -> None:
    sealed = apply_seal(seal_world.drawn, sealer=seal_world.sealer, signed_at=SIGNED_AT, field_name="Stamp")
    assert list(PdfReader(io.BytesIO(sealed)).get_fields() or ()) == ["Stamp"]
    assert list(PdfReader(io.BytesIO(seal_world.sealed)).get_fields() or ()) == ["Seal"]


def test_a_file_that_only_a_lenient_reader_understands_is_not_sealed(seal_world: SealWorld) -> None:
    head, _, tail = seal_world.drawn.rpartition(b"startxref\n")
    moved = str(int(tail.split(b"\n")[0]) + 1).encode()
    spoilt = head + b"startxref\n" + moved + b"\n%%EOF\n"
    assert "cannot be read strictly" in refusal(spoilt, seal_world.sealer)


def test_the_widget_is_outside_the_page_printable_and_described(seal_world: SealWorld) -> None:
    page = PdfReader(io.BytesIO(seal_world.sealed)).pages[0]
    widget = page.annotations[0].get_object() if page.annotations else None
    assert isinstance(widget, DictionaryObject)
    left, bottom, right, top = RectangleObject(widget["/Rect"])  # type: ignore[arg-type] # the array it is
    assert left == right < 0
    assert bottom == top < 0
    assert str(page["/Tabs"]) == "/S"
    assert str(widget["/F"]) == "132"
    assert str(widget["/TU"]).startswith("Seal of the issuer")


def test_a_reason_stands_in_the_signature_dictionary(seal_world: SealWorld) -> None:
    sealed = apply_seal(seal_world.drawn, sealer=seal_world.sealer, signed_at=SIGNED_AT, reason="Issued")
    assert b"/Reason (Issued)" in sealed
    assert seal_world.check(sealed).outcome == "intact"


def test_a_seal_with_an_intermediate_authority_is_intact() -> None:
    root = Authority("Root")
    below = Authority("Below", parent=root)
    leaf = below.sealer()
    sealer = Sealer(leaf.signer, leaf.certificate_pem, (below.pem(),))
    sealed = apply_seal(draw(), sealer=sealer, signed_at=SIGNED_AT)
    assert SealWorld(root, sealer, draw(), sealed).check(sealed).outcome == "intact"


def refusal(pdf: bytes, sealer: Sealer, signed_at: datetime = SIGNED_AT) -> str:
    with pytest.raises(SealError) as error:
        apply_seal(pdf, sealer=sealer, signed_at=signed_at)
    return error.value.message


def test_a_sealed_file_is_not_sealed_again(seal_world: SealWorld) -> None:
    assert refusal(seal_world.sealed, seal_world.sealer) == "expected a PDF without a seal, found a sealed one"


def test_a_file_signed_by_others_is_not_sealed(seal_world: SealWorld) -> None:
    twice = seal_again(seal_world.sealed, seal_world.sealer)
    assert "found 2" in refusal(twice, seal_world.sealer)


def test_a_file_of_two_revisions_is_not_sealed(seal_world: SealWorld) -> None:
    assert "one revision" in refusal(change(seal_world.drawn, Note="x"), seal_world.sealer)


def test_an_encrypted_file_is_not_sealed(seal_world: SealWorld) -> None:
    writer = PdfWriter(clone_from=io.BytesIO(seal_world.drawn))
    writer.encrypt("", "owner", algorithm="RC4-128")
    output = io.BytesIO()
    writer.write(output)
    assert "without encryption" in refusal(output.getvalue(), seal_world.sealer)


def test_a_file_with_a_form_is_not_sealed(seal_world: SealWorld) -> None:
    with_form = seal_world.drawn.replace(b"/PageMode /UseNone", b"/AcroForm <<>>    ")
    assert "without form" in refusal(with_form, seal_world.sealer)


def test_a_file_that_is_not_well_formed_is_not_sealed(seal_world: SealWorld) -> None:
    assert "well-formed" in refusal(b"%PDF-1.7\nnothing", seal_world.sealer)


def test_something_that_is_no_pdf_is_not_sealed(seal_world: SealWorld) -> None:
    assert "begins with %PDF-" in refusal(b"GIF89a", seal_world.sealer)


def test_a_file_that_would_be_too_large_when_sealed_is_refused(seal_world: SealWorld) -> None:
    writer = PdfWriter(clone_from=io.BytesIO(seal_world.drawn))
    stream = DecodedStreamObject()
    stream.set_data(bytes(MAX_PDF_BYTES - len(seal_world.drawn) - 1000))
    writer._add_object(stream)
    output = io.BytesIO()
    writer.write(output)
    assert len(output.getvalue()) < MAX_PDF_BYTES
    assert "sealed file of at most" in refusal(output.getvalue(), seal_world.sealer)


def test_a_certificate_of_another_key_is_refused(seal_world: SealWorld) -> None:
    stolen = Sealer(SoftwareSigner(), seal_world.sealer.certificate_pem)
    assert "found that of another key" in refusal(seal_world.drawn, stolen)


def test_a_certificate_on_another_curve_is_refused(seal_world: SealWorld) -> None:
    other = seal_world.root.sealer(SoftwareSigner(ec.generate_private_key(ec.SECP384R1())))
    sealer = Sealer(seal_world.sealer.signer, other.certificate_pem)
    assert "found that of another key" in refusal(seal_world.drawn, sealer)


def test_a_certificate_without_sealing_usage_is_refused(seal_world: SealWorld) -> None:
    sealer = seal_world.root.sealer(usage=Usage(content_commitment=False))
    assert "non-repudiation" in refusal(seal_world.drawn, sealer)


@pytest.mark.parametrize("year", [2025, 2029])
def test_sealing_outside_the_certificates_validity_is_refused(seal_world: SealWorld, year: int) -> None:
    assert "valid at the time" in refusal(seal_world.drawn, seal_world.sealer, datetime(year, 1, 1, tzinfo=UTC))


@pytest.mark.parametrize("days", [0, 730])
def test_sealing_is_possible_from_the_first_to_the_last_moment_of_the_certificate(
    seal_world: SealWorld, days: int
) -> None:
    signed_at = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=days)
    sealed = apply_seal(seal_world.drawn, sealer=seal_world.sealer, signed_at=signed_at)
    assert seal_world.check(sealed).signed_at == signed_at


def test_a_time_without_zone_is_refused(seal_world: SealWorld) -> None:
    assert "time zone" in refusal(seal_world.drawn, seal_world.sealer, datetime(2026, 11, 1))  # noqa: DTZ001 - the point


def test_certificates_that_are_not_pem_are_refused(seal_world: SealWorld) -> None:
    assert "PEM" in refusal(seal_world.drawn, Sealer(seal_world.sealer.signer, "none"))


def test_a_chain_that_does_not_fit_is_refused(seal_world: SealWorld) -> None:
    long = Sealer(seal_world.sealer.signer, seal_world.sealer.certificate_pem, (seal_world.root.pem(),) * 100)
    assert "fit into" in refusal(seal_world.drawn, long)


def test_a_faulty_key_device_is_noticed_before_the_file_is_handed_out(seal_world: SealWorld) -> None:
    class Faulty(SoftwareSigner):
        def sign(self, message: bytes) -> bytes:
            return super().sign(message + b"!")

    signer = Faulty()
    assert "valid signature" in refusal(seal_world.drawn, seal_world.root.sealer(signer))

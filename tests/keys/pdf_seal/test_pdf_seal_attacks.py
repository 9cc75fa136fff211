"""Attacks on a sealed file by somebody who has no sealing key: none of them may leave it intact."""

import random

import pytest

from keys._pdf_seal.layout import MAX_CONTENTS_BYTES, MAX_PDF_BYTES
from keys.pdf_seal import SealReason, apply_seal, check_seal
from tests.keys.pdf_seal.sealing import (
    NOW,
    SIGNED_AT,
    Authority,
    SealWorld,
    change,
    contents_of,
    draw,
    gap_of,
    replace_xmp,
    seal_again,
    with_contents,
)


def test_a_file_without_seal_is_missing_one(seal_world: SealWorld) -> None:
    check = seal_world.check(seal_world.drawn)
    assert (check.outcome, check.reason) == ("missing", SealReason.MISSING)


def test_one_byte_behind_the_file_is_noticed(seal_world: SealWorld) -> None:
    check = seal_world.check(seal_world.sealed + b"\n")
    assert (check.outcome, check.reason) == ("broken", SealReason.NOT_WHOLE_FILE)


def test_an_incremental_update_is_noticed(seal_world: SealWorld) -> None:
    assert seal_world.check(change(seal_world.sealed, Note="added")).reason is SealReason.NOT_WHOLE_FILE


def test_replaced_metadata_are_noticed(seal_world: SealWorld) -> None:
    assert seal_world.check(replace_xmp(seal_world.sealed, b"<xmp/>")).reason is SealReason.NOT_WHOLE_FILE


def test_a_truncated_file_is_noticed(seal_world: SealWorld) -> None:
    assert seal_world.check(seal_world.sealed[:-1]).reason is SealReason.NOT_WHOLE_FILE


def test_the_file_before_the_seal_with_the_seal_cut_off_is_missing_one(seal_world: SealWorld) -> None:
    assert seal_world.check(seal_world.sealed[: len(seal_world.drawn)]).reason is SealReason.MISSING


def test_a_second_signature_is_noticed(seal_world: SealWorld) -> None:
    check = seal_world.check(seal_again(seal_world.sealed, seal_world.sealer))
    assert (check.outcome, check.reason) == ("broken", SealReason.MORE_THAN_ONE)


def test_a_seal_copied_from_another_document_is_noticed(seal_world: SealWorld) -> None:
    other = apply_seal(draw("Another"), sealer=seal_world.sealer, signed_at=SIGNED_AT)
    check = seal_world.check(with_contents(other, contents_of(seal_world.sealed)))
    assert (check.reason, check.detail) == (SealReason.BROKEN, "the file is not the one that was sealed")


def test_a_seal_by_another_authority_is_untrusted(seal_world: SealWorld) -> None:
    forged = apply_seal(seal_world.drawn, sealer=Authority("Test root").sealer(), signed_at=SIGNED_AT)
    check = seal_world.check(forged)
    assert (check.outcome, check.reason, check.signer_subject) == ("untrusted", SealReason.UNTRUSTED, None)


def test_no_listed_root_means_no_trust(seal_world: SealWorld) -> None:
    assert check_seal(seal_world.sealed, roots=[], now=NOW).reason is SealReason.UNTRUSTED


def test_bytes_in_the_padding_are_noticed(seal_world: SealWorld) -> None:
    _, end = gap_of(seal_world.sealed)
    padded = seal_world.sealed[: end - 2] + b"1" + seal_world.sealed[end - 1 :]
    assert seal_world.check(padded).detail == "expected one DER structure, then zero bytes"


def test_a_letter_of_other_case_in_the_contents_is_noticed(seal_world: SealWorld) -> None:
    start, end = gap_of(seal_world.sealed)
    digits = seal_world.sealed[start:end].replace(b"A", b"a", 1)
    changed = seal_world.sealed[:start] + digits + seal_world.sealed[end:]
    assert seal_world.check(changed).detail == "expected hexadecimal digits of one letter case, in pairs"


def test_a_gap_made_wider_than_the_contents_is_noticed(seal_world: SealWorld) -> None:
    """A shadow: the attacker's bytes stand between the contents and a range that begins later."""
    _, end = gap_of(seal_world.sealed)
    shadow = b"/Shadow (x)"
    wider = seal_world.sealed[:end] + shadow + seal_world.sealed[end:]
    wider = wider.replace(b" %d " % end, b" %d " % (end + len(shadow)), 1)
    assert seal_world.check(wider).detail == "expected the gap to be one hexadecimal string"


def test_a_range_that_begins_later_in_the_file_is_noticed(seal_world: SealWorld) -> None:
    assert seal_world.check(seal_world.sealed.replace(b"[0 ", b"[9 ", 1)).reason is SealReason.NOT_WHOLE_FILE


def test_a_range_that_is_no_array_of_four_numbers_is_noticed(seal_world: SealWorld) -> None:
    check = seal_world.check(seal_world.sealed.replace(b"/ByteRange [0", b"/ByteRange (0"))
    assert check.reason is SealReason.BROKEN
    assert check.detail == "expected /ByteRange to be an array of four direct integers"


def test_a_seal_whose_range_was_renamed_is_broken_and_not_missing(seal_world: SealWorld) -> None:
    check = seal_world.check(seal_world.sealed.replace(b"/ByteRange", b"/BiteRange"))
    assert (check.outcome, check.reason) == ("broken", SealReason.BROKEN)
    assert check.detail == "traces of a seal, but no /ByteRange"


def synthetic(gap: bytes, *, key: bytes = b"/Contents ", before: bytes = b"") -> bytes:
    """A file of the least shape that the byte rules look at."""
    head, tail = b"%%PDF-1.7\n" + before + b"<< /ByteRange [0 %09d %09d %09d] " + key, b" >>\n"
    start = len(head % (0, 0, 0))
    return head % (start, start + len(gap), len(tail)) + gap + tail


@pytest.mark.parametrize(
    ("pdf", "detail"),
    [
        (synthetic(b"<00)"), "expected the gap to be one hexadecimal string"),
        (synthetic(b"<0>"), "expected hexadecimal digits of one letter case, in pairs"),
        (synthetic(b"<0 0 >"), "expected hexadecimal digits of one letter case, in pairs"),
        (synthetic(b"<>"), f"expected a gap of at most {2 * MAX_CONTENTS_BYTES} digits"),
        (
            synthetic(b"<" + b"00" * (MAX_CONTENTS_BYTES + 1) + b">"),
            f"expected a gap of at most {2 * MAX_CONTENTS_BYTES} digits",
        ),
        (synthetic(b"<00>", key=b"/Cert "), "expected /Contents before the gap"),
        (synthetic(b"<00>"), "the seal is not a CMS structure"),
        (synthetic(b"<" + b"00" * MAX_CONTENTS_BYTES + b">"), "the seal is not a CMS structure"),
        (synthetic(b"<00>", before=b" " * (2 * MAX_CONTENTS_BYTES)), "the seal is not a CMS structure"),
    ],
)
def test_a_gap_of_any_other_form_is_refused(seal_world: SealWorld, pdf: bytes, detail: str) -> None:
    check = seal_world.check(pdf)
    assert (check.outcome, check.reason, check.detail) == ("broken", SealReason.BROKEN, detail)


@pytest.mark.parametrize("pdf", [b"", b"GIF89a", b"%PDF-" + bytes(MAX_PDF_BYTES)])
def test_something_that_is_no_file_of_ours_is_unreadable(seal_world: SealWorld, pdf: bytes) -> None:
    check = seal_world.check(pdf)
    assert (check.outcome, check.reason) == ("broken", SealReason.UNREADABLE)


def test_a_file_of_the_largest_size_is_still_looked_at(seal_world: SealWorld) -> None:
    assert seal_world.check(b"%PDF-".ljust(MAX_PDF_BYTES)).reason is SealReason.MISSING


def test_no_flipped_bit_anywhere_leaves_the_file_intact(seal_world: SealWorld) -> None:
    chosen = random.Random(20261101)
    intact = []
    for position in chosen.sample(range(len(seal_world.sealed)), 300):
        flipped = bytearray(seal_world.sealed)
        flipped[position] ^= 1 << chosen.randrange(8)
        if seal_world.check(bytes(flipped)).outcome == "intact":
            intact.append(position)
    assert intact == []


def test_no_changed_byte_of_the_signature_structure_leaves_the_file_intact(seal_world: SealWorld) -> None:
    contents = contents_of(seal_world.sealed)
    intact = []
    for position in range(0, len(contents), 5):
        changed = bytearray(contents)
        changed[position] ^= 0x01
        if seal_world.check(with_contents(seal_world.sealed, bytes(changed))).outcome == "intact":
            intact.append(position)
    assert intact == []

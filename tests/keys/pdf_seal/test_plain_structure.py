"""A plain file's seal is known without a parser, and is what the parser says; what is not plain is left to it."""

import sys
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keys._pdf_seal.layout import SealBytes, find_seal
from keys._pdf_seal.plain_structure import plainly_sealed_at
from keys._pdf_seal.reasons import SealReason, SealRefused
from keys._pdf_seal.structure import examine_structure
from keys.pdf_seal import apply_seal, check_plain_seal, check_seal, load_parser
from tests.keys.pdf_seal.sealing import NOW, SIGNED_AT, SealWorld
from tests.plain_files import Objects, drawn_file, outside_streams, rewritten, sealed_file
from tests.strategies import spoiled


def of_both(pdf: bytes) -> bool:
    """Return whether the plain way has an answer, which must be the parser's."""
    try:
        found = find_seal(pdf)
    except SealRefused:
        return False
    plainly = plainly_sealed_at(pdf, found)
    if plainly is not None:
        assert plainly == examine_structure(pdf, found)
    return plainly is not None


def test_sealed_certificate_needs_no_parser(seal_world: SealWorld) -> None:
    pdf = apply_seal(drawn_file(), sealer=seal_world.sealer, signed_at=SIGNED_AT)
    plainly = check_plain_seal(pdf, roots=seal_world.roots, now=NOW)
    assert plainly == check_seal(pdf, roots=seal_world.roots, now=NOW)
    assert plainly is not None
    assert (plainly.outcome, plainly.signed_at) == ("intact", SIGNED_AT)


def test_sealed_file_of_another_writer_needs_the_parser(seal_world: SealWorld) -> None:
    assert check_plain_seal(seal_world.sealed, roots=seal_world.roots, now=NOW) is None
    assert seal_world.check(seal_world.sealed).outcome == "intact"


def test_what_is_refused_before_the_structure_needs_no_parser(seal_world: SealWorld) -> None:
    damaged = seal_world.sealed[:100] + b"#" + seal_world.sealed[101:]
    check = check_plain_seal(damaged, roots=seal_world.roots, now=NOW)
    assert check is not None
    assert (check.outcome, check.reason) == ("broken", SealReason.BROKEN)
    unsealed = check_plain_seal(drawn_file(), roots=seal_world.roots, now=NOW)
    assert unsealed is not None
    assert unsealed.reason is SealReason.MISSING


def test_parser_is_loaded_when_it_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "keys._pdf_seal.structure", raising=False)
    load_parser()
    assert "keys._pdf_seal.structure" in sys.modules


def test_seal_that_is_not_the_one_of_the_update_is_left_to_the_parser() -> None:
    found = find_seal(sealed_file())
    assert plainly_sealed_at(sealed_file(), found) == SIGNED_AT
    for other in (
        SealBytes(found.start - 1, found.end, found.contents),
        SealBytes(found.start, found.end + 1, found.contents),
    ):
        assert plainly_sealed_at(sealed_file(), other) is None


def test_file_without_a_seal_is_left_to_the_parser() -> None:
    assert plainly_sealed_at(drawn_file(), SealBytes(1, 2, b"")) is None


def test_time_that_does_not_exist_is_left_to_the_parser() -> None:
    pdf = sealed_file().replace(b"/M (D\\07220261101093000Z)", b"/M (D\\07220261301093000Z)")
    assert pdf != sealed_file()
    assert plainly_sealed_at(pdf, find_seal(pdf)) is None


@pytest.mark.parametrize(
    "add",
    [
        pytest.param(lambda objects: objects.add(b"<< /FT /Sig /T (Hidden) >>"), id="another signature field"),
        pytest.param(lambda objects: objects.add(b"<< /Perms << /UR3 1 0 R >> >>"), id="other rights"),
        pytest.param(lambda objects: objects.add(b"<< /#46T /#53ig >>"), id="a field with escapes"),
        pytest.param(lambda objects: objects.add(b"<< /Fields [1 0 R] >>"), id="another form"),
    ],
)
def test_drawn_file_with_a_part_of_a_signature_is_left_to_the_parser(
    add: Callable[[Objects], object], seal_world: SealWorld
) -> None:
    pdf = apply_seal(rewritten(drawn_file(), add), sealer=seal_world.sealer, signed_at=SIGNED_AT)
    assert check_plain_seal(pdf, roots=seal_world.roots, now=NOW) is None


def test_second_signature_field_is_refused_by_the_parser(seal_world: SealWorld) -> None:
    hidden = rewritten(drawn_file(), lambda objects: objects.add(b"<< /FT /Sig /T (Hidden) >>"))
    check = seal_world.check(apply_seal(hidden, sealer=seal_world.sealer, signed_at=SIGNED_AT))
    assert (check.outcome, check.reason) == ("broken", SealReason.MORE_THAN_ONE)


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_spoilt_update_is_said_to_be_what_the_parser_says(data: st.DataObject) -> None:
    start = len(drawn_file("en", 1))
    of_both(sealed_file("en", 1)[:start] + data.draw(spoiled(sealed_file("en", 1)[start:])))


def test_digit_changed_anywhere_is_said_to_be_what_the_parser_says() -> None:
    """Save inside of an object that is no part of a seal: whether it can be read, whoever reads the pages finds out."""
    pdf = sealed_file("en", 1)
    places = [at for start, end in outside_streams(pdf) for at in range(start, end, max(1, (end - start) // 12))]
    plainly, refusals = 0, set()
    for at in places:
        changed = pdf[:at] + (b"7" if pdf[at] != ord("7") else b"8") + pdf[at + 1 :]
        try:
            plainly += of_both(changed)
        except SealRefused as refusal:
            refusals.add(refusal.reason)
    assert refusals <= {SealReason.UNREADABLE}
    assert 0 < plainly < len(places)


def test_number_that_is_none_is_no_fault_of_ours(seal_world: SealWorld) -> None:
    hidden = rewritten(drawn_file(), lambda objects: objects.add(b"[1.2.3] /Fields"))
    check = seal_world.check(apply_seal(hidden, sealer=seal_world.sealer, signed_at=SIGNED_AT))
    assert (check.outcome, check.reason) == ("broken", SealReason.UNREADABLE)

"""Which sealers are trusted: the path to a root, what each certificate may be used for, and when."""

from datetime import UTC, datetime

import pytest
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

from keys._pdf_seal.sealer_certificate import DOCUMENT_SIGNING, may_seal
from keys.pdf_seal import Sealer, SealReason, apply_seal, check_seal
from tests.keys.pdf_seal.sealing import (
    NOW,
    SIGNED_AT,
    Authority,
    SealWorld,
    SoftwareSigner,
    Usage,
    draw,
    reseal,
)


def resign(world: SealWorld, sealer: Sealer) -> bytes:
    """Let somebody else sign the sealed file as it is, whatever the certificate says."""
    return reseal(world.sealed, sealer, old=b"/ByteRange", new=b"/ByteRange")


@pytest.mark.parametrize(
    "usage",
    [
        Usage(content_commitment=False),
        Usage(purposes=(ExtendedKeyUsageOID.CLIENT_AUTH,)),
        Usage(ca=True),
        Usage(critical_unknown=True),
        Usage(with_key_usage=False),
    ],
    ids=["signature only", "other purpose", "authority", "unknown critical extension", "no key usage"],
)
def test_a_certificate_of_the_same_root_that_is_not_for_sealing_is_untrusted(
    seal_world: SealWorld, usage: Usage
) -> None:
    check = seal_world.check(resign(seal_world, seal_world.root.sealer(usage=usage)))
    assert (check.outcome, check.reason) == ("untrusted", SealReason.UNTRUSTED)
    assert check.detail == "expected a certificate for sealing documents"


def test_a_file_without_a_seal_names_nobody(seal_world: SealWorld) -> None:
    found = seal_world.check(seal_world.drawn)
    assert (found.outcome, found.signer_subject, found.signed_at, found.stamped_at) == ("missing", None, None, None)


def test_a_sealing_certificate_without_extended_usage_is_trusted(seal_world: SealWorld) -> None:
    check = seal_world.check(resign(seal_world, seal_world.root.sealer(usage=Usage(purposes=()))))
    assert check.outcome == "intact"


def test_a_sealing_certificate_with_further_purposes_is_one_for_sealing() -> None:
    usage = Usage(purposes=(ExtendedKeyUsageOID.EMAIL_PROTECTION, DOCUMENT_SIGNING))
    pem = Authority("Root").sealer(usage=usage).certificate_pem
    assert may_seal(x509.load_pem_x509_certificate(pem.encode()))


@pytest.mark.parametrize("year", [2025, 2029])
def test_a_certificate_outside_its_validity_is_reported_as_expired(seal_world: SealWorld, year: int) -> None:
    check = check_seal(seal_world.sealed, roots=seal_world.roots, now=datetime(year, 1, 1, tzinfo=UTC))
    assert (check.outcome, check.reason) == ("untrusted", SealReason.EXPIRED)


def test_an_expired_certificate_of_a_foreign_root_is_untrusted_first(seal_world: SealWorld) -> None:
    check = check_seal(seal_world.sealed, roots=[Authority("Test root").pem()], now=datetime(2029, 1, 1, tzinfo=UTC))
    assert check.reason is SealReason.UNTRUSTED


def test_several_roots_in_one_text_are_all_tried(seal_world: SealWorld) -> None:
    roots = [Authority("Other").pem() + seal_world.root.pem()]
    assert check_seal(seal_world.sealed, roots=roots, now=NOW).outcome == "intact"


def chained(authority: Authority) -> Sealer:
    leaf = authority.sealer()
    return Sealer(leaf.signer, leaf.certificate_pem, (authority.pem(),))


@pytest.mark.parametrize("usage", [Usage(), Usage(cert_sign=True)])
def test_a_certificate_issued_by_a_sealer_is_untrusted(seal_world: SealWorld, usage: Usage) -> None:
    """Somebody with a sealing certificate must not become an authority."""
    not_an_authority = Authority("Sealer", parent=seal_world.root, usage=usage)
    sealed = apply_seal(draw(), sealer=chained(not_an_authority), signed_at=SIGNED_AT)
    check = seal_world.check(sealed)
    assert (check.reason, check.detail) == (SealReason.UNTRUSTED, "expected a sealer that leads to a listed root")


def test_an_authority_that_may_not_sign_certificates_is_untrusted(seal_world: SealWorld) -> None:
    without_usage = Authority("Half", parent=seal_world.root, usage=Usage(ca=True, cert_sign=False))
    sealed = apply_seal(draw(), sealer=chained(without_usage), signed_at=SIGNED_AT)
    assert seal_world.check(sealed).reason is SealReason.UNTRUSTED


def test_an_authority_without_key_usage_is_accepted(seal_world: SealWorld) -> None:
    usage = Usage(ca=True, with_key_usage=False, purposes=())
    sealed = apply_seal(
        draw(), sealer=chained(Authority("Old", parent=seal_world.root, usage=usage)), signed_at=SIGNED_AT
    )
    assert seal_world.check(sealed).outcome == "intact"


def test_a_certificate_that_nobody_needs_is_refused(seal_world: SealWorld) -> None:
    stuffed = Sealer(seal_world.sealer.signer, seal_world.sealer.certificate_pem, (Authority("Stranger").pem(),))
    sealed = apply_seal(draw(), sealer=stuffed, signed_at=SIGNED_AT)
    check = seal_world.check(sealed)
    assert (check.reason, check.detail) == (SealReason.UNTRUSTED, "expected only certificates that lead to the root")


def test_a_root_that_came_along_is_part_of_the_path(seal_world: SealWorld) -> None:
    sealer = Sealer(seal_world.sealer.signer, seal_world.sealer.certificate_pem, (seal_world.root.pem(),))
    assert seal_world.check(apply_seal(draw(), sealer=sealer, signed_at=SIGNED_AT)).outcome == "intact"


def test_a_self_signed_certificate_is_no_authority_for_itself(seal_world: SealWorld) -> None:
    own = Authority("Self", usage=Usage())
    sealer = own.sealer(SoftwareSigner(own.key))
    own_pem = own.pem()
    sealed = apply_seal(draw(), sealer=Sealer(sealer.signer, own_pem), signed_at=SIGNED_AT)
    assert check_seal(sealed, roots=[own_pem], now=NOW).outcome == "untrusted"

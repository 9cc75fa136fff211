"""Seals of level B-T: the time stamp of another authority, and every way in which it is not one of this seal."""

import hashlib
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from asn1crypto import cms
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID

from keys._pdf_seal.cms_parts import content_info, oid, sequence, set_of, tagged
from keys._pdf_seal.signed_data import read_signed_data
from keys.errors import SealError
from keys.pdf_seal import SealCheck, SealReason, TimeStamping, apply_seal, check_seal
from tests.keys.pdf_seal.sealing import NOW, SIGNED_AT, Authority, SealWorld, Usage, contents_of, with_contents
from tests.keys.pdf_seal.stamping import STAMPED_AT, StampAuthority, StampUsage

TSA_ROOT = Authority("Time root")
RSA_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)


def seal(world: SealWorld, authority: StampAuthority, *, roots: tuple[str, ...] | None = None) -> bytes:
    stamping = TimeStamping(authority, (TSA_ROOT.pem(),) if roots is None else roots)
    return apply_seal(world.drawn, sealer=replace(world.sealer, time_stamping=stamping), signed_at=SIGNED_AT)


def check(world: SealWorld, pdf: bytes, *, now: datetime = NOW) -> SealCheck:
    return check_seal(pdf, roots=world.roots, now=now, tsa_roots=[TSA_ROOT.pem()])


def refusal(world: SealWorld, authority: StampAuthority) -> str:
    """What sealing says of a time stamp that no check would accept."""
    with pytest.raises(SealError) as error:
        seal(world, authority)
    return error.value.message.removeprefix("the time stamp cannot be used: ")


@pytest.fixture(scope="module")
def stamped(seal_world: SealWorld) -> bytes:
    return seal(seal_world, StampAuthority(TSA_ROOT))


def test_a_stamped_seal_is_intact_and_says_when_it_was_stamped(seal_world: SealWorld, stamped: bytes) -> None:
    found = check(seal_world, stamped)
    assert (found.outcome, found.reason, found.signed_at, found.stamped_at) == ("intact", None, SIGNED_AT, STAMPED_AT)


def test_the_authority_sees_only_the_digest_of_the_signature_value(seal_world: SealWorld) -> None:
    authority = StampAuthority(TSA_ROOT)
    sealed = seal(seal_world, authority)
    assert authority.calls == [hashlib.sha256(read_signed_data(contents_of(sealed)).signature).digest()]


def test_a_seal_without_time_stamp_is_none_the_worse(seal_world: SealWorld) -> None:
    found = check(seal_world, seal_world.sealed)
    assert (found.outcome, found.stamped_at, found.time_stamp) == ("intact", None, "none")


@pytest.mark.parametrize("digest", ["sha256", "sha384", "sha512"])
@pytest.mark.parametrize("key", [RSA_KEY, ec.generate_private_key(ec.SECP384R1())], ids=["RSA", "P-384"])
def test_stamps_with_the_usual_keys_and_digests_are_accepted(
    seal_world: SealWorld, key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey, digest: str
) -> None:
    sealed = seal(seal_world, StampAuthority(TSA_ROOT, key=key, digest=digest))
    assert check(seal_world, sealed).stamped_at == STAMPED_AT


def test_the_plain_name_of_rsa_is_accepted(seal_world: SealWorld) -> None:
    sealed = seal(seal_world, StampAuthority(TSA_ROOT, key=RSA_KEY, algorithm="rsassa_pkcs1v15"))
    assert check(seal_world, sealed).outcome == "intact"


def test_a_stamp_with_an_intermediate_authority_is_accepted(seal_world: SealWorld) -> None:
    below = Authority("Below", parent=TSA_ROOT)
    sealed = seal(seal_world, StampAuthority(below, chain=(below,)))
    assert check(seal_world, sealed).outcome == "intact"


def test_a_stamp_outlives_the_certificate_of_its_authority(seal_world: SealWorld) -> None:
    usage = StampUsage(not_after=STAMPED_AT + timedelta(hours=1))
    sealed = seal(seal_world, StampAuthority(TSA_ROOT, usage=usage))
    assert check(seal_world, sealed).outcome == "intact"


def test_an_authority_certificate_without_key_usage_is_accepted(seal_world: SealWorld) -> None:
    sealed = seal(seal_world, StampAuthority(TSA_ROOT, usage=StampUsage(signs=None)))
    assert check(seal_world, sealed).outcome == "intact"


def test_an_extension_that_need_not_be_understood_is_accepted(seal_world: SealWorld) -> None:
    extension = {"extn_id": "1.3.6.1.5.5.7.1.3", "extn_value": b"\x30\x00"}
    sealed = seal(seal_world, StampAuthority(TSA_ROOT, info={"extensions": [extension]}))
    assert check(seal_world, sealed).outcome == "intact"


def test_fractions_of_a_second_are_reported(seal_world: SealWorld) -> None:
    made_at = STAMPED_AT + timedelta(milliseconds=250)
    sealed = seal(seal_world, StampAuthority(TSA_ROOT, made_at=made_at))
    assert check(seal_world, sealed).stamped_at == made_at


@pytest.mark.parametrize("roots", [[], [Authority("Time root").pem()]], ids=["no root", "another of the same name"])
def test_a_stamp_by_an_authority_that_the_checker_does_not_trust_proves_no_time_and_breaks_no_seal(
    seal_world: SealWorld, stamped: bytes, roots: list[str]
) -> None:
    found = check_seal(stamped, roots=seal_world.roots, now=NOW, tsa_roots=roots)
    assert (found.outcome, found.reason, found.time_stamp, found.stamped_at) == ("intact", None, "untrusted", None)
    assert found.detail == f"one intact certifying seal over the whole file; {NOT_TRUSTED}"
    assert (found.signer_subject, found.signed_at) == ("CN=Test seal", SIGNED_AT)


def test_the_root_of_the_sealer_is_not_one_for_time_stamps(seal_world: SealWorld) -> None:
    sealed = seal(seal_world, StampAuthority(seal_world.root), roots=(seal_world.root.pem(),))
    assert check(seal_world, sealed).time_stamp == "untrusted"


LATER = datetime(2028, 6, 1, tzinfo=UTC)  # the sealer's certificate ended with 2027


def test_a_trusted_stamp_keeps_a_seal_good_after_the_sealers_certificate_has_ended(
    seal_world: SealWorld, stamped: bytes
) -> None:
    found = check(seal_world, stamped, now=LATER)
    assert (found.outcome, found.time_stamp, found.stamped_at) == ("intact", "trusted", STAMPED_AT)


def test_without_a_trusted_stamp_a_seal_ends_with_the_sealers_certificate(
    seal_world: SealWorld, stamped: bytes
) -> None:
    untrusted = check_seal(stamped, roots=seal_world.roots, now=LATER, tsa_roots=[])
    unstamped = check(seal_world, seal_world.sealed, now=LATER)
    assert (untrusted.outcome, untrusted.reason) == ("untrusted", SealReason.EXPIRED)
    assert (unstamped.outcome, unstamped.reason) == ("untrusted", SealReason.EXPIRED)


def test_a_stamp_put_on_after_the_sealers_certificate_has_ended_saves_nothing(
    seal_world: SealWorld, stamped: bytes
) -> None:
    """Anybody can have an old signature stamped today; that shows only that it was there today."""
    signature = read_signed_data(contents_of(stamped)).signature
    late = StampAuthority(TSA_ROOT, made_at=LATER).time_stamp(hashlib.sha256(signature).digest())
    found = check(seal_world, with_unsigned(stamped, [attribute(late)]), now=LATER)
    assert (found.outcome, found.reason) == ("untrusted", SealReason.EXPIRED)


def test_a_certificate_beside_those_that_lead_to_the_root_costs_a_stamp_its_trust(
    seal_world: SealWorld, stamped: bytes
) -> None:
    signature = read_signed_data(contents_of(stamped)).signature
    stuffed = StampAuthority(TSA_ROOT, chain=(Authority("Nobody"),)).time_stamp(hashlib.sha256(signature).digest())
    found = check(seal_world, with_unsigned(stamped, [attribute(stuffed)]))
    assert (found.outcome, found.time_stamp) == ("intact", "untrusted")
    assert found.detail.endswith("; expected a time stamp with only certificates that lead to the root")


def test_a_stamp_of_the_future_breaks_the_seal(seal_world: SealWorld, stamped: bytes) -> None:
    found = check(seal_world, stamped, now=STAMPED_AT - timedelta(minutes=5, seconds=1))
    assert (found.outcome, found.reason) == ("broken", SealReason.BROKEN)
    assert found.detail == "expected a time stamp that is not of the future"


def test_clocks_may_differ_by_five_minutes(seal_world: SealWorld, stamped: bytes) -> None:
    assert check(seal_world, stamped, now=STAMPED_AT - timedelta(minutes=5)).outcome == "intact"


def test_the_stamp_of_another_seal_is_noticed(seal_world: SealWorld, stamped: bytes) -> None:
    token = read_signed_data(contents_of(seal(seal_world, StampAuthority(TSA_ROOT)))).time_stamp
    assert token is not None
    moved = with_unsigned(stamped, [attribute(token)])
    assert check(seal_world, moved).detail == "expected a time stamp of this seal, found one of another"


def attribute(*tokens: bytes) -> bytes:
    return sequence(oid("1.2.840.113549.1.9.16.2.14"), set_of(*tokens))


def with_unsigned(pdf: bytes, attributes: list[bytes]) -> bytes:
    """Put other unsigned attributes into a seal, as anybody can."""
    signed_data = cms.ContentInfo.load(contents_of(pdf))["content"]
    signer = signed_data["signer_infos"][0]
    names = ("version", "sid", "digest_algorithm", "signed_attrs", "signature_algorithm", "signature")
    signed = [bytes(signer[name].dump()) for name in names]
    outer = [bytes(signed_data[name].dump()) for name in SIGNED_DATA_FIELDS]
    return with_contents(
        pdf, content_info(sequence(*outer, set_of(sequence(*signed, tagged(1, b"".join(attributes))))))
    )


def token_of(pdf: bytes) -> bytes:
    token = read_signed_data(contents_of(pdf)).time_stamp
    assert token is not None
    return token


OTHER = sequence(oid("1.2.840.113549.1.9.3"), set_of(oid("1.2.840.113549.1.7.1")))
SIGNED_DATA_FIELDS = ("version", "digest_algorithms", "encap_content_info", "certificates")


@pytest.mark.parametrize(
    "attributes",
    [
        lambda token: [attribute(token, token)],
        lambda token: [attribute(token), attribute(token)],
        lambda token: [attribute(token), OTHER],
        lambda token: [OTHER, attribute(token)],
        lambda _token: [OTHER],
        lambda _token: [attribute()],
        lambda _token: [],
    ],
    ids=["two tokens", "two attributes", "another behind", "another before", "only another", "no token", "empty"],
)
def test_anything_but_one_token_in_one_attribute_is_refused(
    seal_world: SealWorld, stamped: bytes, attributes: Callable[[bytes], list[bytes]]
) -> None:
    found = check(seal_world, with_unsigned(stamped, attributes(token_of(stamped))))
    expected = "expected a baseline B-B or B-T signature in DER, and nothing beside it"
    assert (found.outcome, found.detail) == ("broken", expected)


@pytest.mark.slow
def test_no_changed_byte_of_a_stamped_signature_leaves_the_file_intact(seal_world: SealWorld, stamped: bytes) -> None:
    contents = contents_of(stamped)
    intact = []
    for position in range(0, len(contents.rstrip(b"\0")) + 8, 7):
        changed = bytearray(contents)
        changed[position] ^= 0x01
        if check(seal_world, with_contents(stamped, bytes(changed))).outcome == "intact":
            intact.append(position)
    assert intact == []


NOT_FOR_STAMPS = "expected a time stamp by a certificate for time stamping and nothing else"
NOT_TRUSTED = "expected a time stamp by an authority that led to a listed root when it was made"


@pytest.mark.parametrize(
    ("usage", "detail"),
    [
        (StampUsage(purposes=()), NOT_FOR_STAMPS),
        (StampUsage(purposes=(ExtendedKeyUsageOID.CODE_SIGNING,)), NOT_FOR_STAMPS),
        (
            StampUsage(purposes=(ExtendedKeyUsageOID.TIME_STAMPING, ExtendedKeyUsageOID.CODE_SIGNING)),
            NOT_FOR_STAMPS,
        ),
        (StampUsage(critical=False), NOT_FOR_STAMPS),
        (StampUsage(ca=True), NOT_FOR_STAMPS),
        (StampUsage(signs=False), NOT_FOR_STAMPS),
        (StampUsage(critical_unknown=True), NOT_FOR_STAMPS),
        (StampUsage(not_after=STAMPED_AT - timedelta(days=1)), NOT_TRUSTED),
        (StampUsage(not_before=STAMPED_AT + timedelta(days=1)), NOT_TRUSTED),
    ],
    ids=["no purpose", "other", "two", "not critical", "CA", "cannot sign", "unknown", "expired", "not yet valid"],
)
def test_a_stamp_by_a_certificate_that_may_not_make_it_is_refused(
    seal_world: SealWorld, usage: StampUsage, detail: str
) -> None:
    assert refusal(seal_world, StampAuthority(TSA_ROOT, usage=usage)) == detail


@pytest.mark.parametrize("days", [0, 730])
def test_a_stamp_may_be_of_the_first_or_last_moment_of_the_sealers_certificate(
    seal_world: SealWorld, days: int
) -> None:
    made_at = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=days)
    assert (
        check(seal_world, seal(seal_world, StampAuthority(TSA_ROOT, made_at=made_at)), now=LATER).stamped_at == made_at
    )


@pytest.mark.parametrize("year", [2025, 2029])
def test_a_stamp_outside_the_validity_of_the_sealers_certificate_is_refused(seal_world: SealWorld, year: int) -> None:
    always = StampUsage(not_before=datetime(2024, 1, 1, tzinfo=UTC), not_after=datetime(2034, 1, 1, tzinfo=UTC))
    old_root = Authority("Old time root")
    old_root.certificate = old_root.certify(
        old_root.key.public_key(),
        old_root.name,
        usage=Usage(ca=True, cert_sign=True, purposes=(), content_commitment=False),
        not_before=datetime(2024, 1, 1, tzinfo=UTC),
        days=3653,
    )
    authority = StampAuthority(old_root, usage=always, made_at=datetime(year, 1, 2, tzinfo=UTC))
    with pytest.raises(SealError, match="a time stamp made while the sealer's certificate was valid"):
        seal(seal_world, authority, roots=(old_root.pem(),))

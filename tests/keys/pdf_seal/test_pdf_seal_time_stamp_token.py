"""Time-stamp tokens that are not of the one form we accept, and those of another program."""

import hashlib
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from asn1crypto import cms, core, tsp
from asn1crypto import keys as asn1_keys
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID

from keys._pdf_seal.cms_parts import sequence
from keys._pdf_seal.reasons import SealReason, SealRefused
from keys._pdf_seal.time_stamp import MAX_TIME_STAMP_BYTES, _read_info, may_stamp, read_time_stamp
from keys._pdf_seal.time_stamping import ask_for_stamp
from keys.errors import SealError
from keys.pdf_seal import TimeStamping, apply_seal
from tests.keys.pdf_seal.sealing import SIGNED_AT, Authority, SealWorld
from tests.keys.pdf_seal.stamping import STAMPED_AT, StampAuthority, StampUsage

ROOT = Authority("Time root")
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
STRANGER = Authority("Stranger")
BELOW = Authority("Time stamps below", parent=ROOT)
TIME_STAMPING = ExtendedKeyUsageOID.TIME_STAMPING
IMPRINT = hashlib.sha256(b"signature").digest()
ONLY_A_TOKEN = "expected a time stamp in DER, with its certificates, and nothing beside them"


def refused(token: bytes) -> str:
    with pytest.raises(SealRefused) as refusal:
        read_time_stamp(token)
    assert refusal.value.reason is SealReason.BROKEN
    return refusal.value.detail


def signer_of(signed_data: cms.SignedData) -> cms.SignerInfo:
    return signed_data["signer_infos"][0]


def set_version_1(signed_data: cms.SignedData) -> None:
    signed_data["version"] = "v1"


def add_unsigned_attribute(signed_data: cms.SignedData) -> None:
    attributes = [{"type": "content_type", "values": ["data"]}]
    signer_of(signed_data)["unsigned_attrs"] = cms.CMSAttributes(attributes)


def add_revocation_list(signed_data: cms.SignedData) -> None:
    other = cms.OtherRevocationInfoFormat({"other_rev_info_format": "1.2.3", "other_rev_info": core.Null()})
    signed_data["crls"] = cms.RevocationInfoChoices([cms.RevocationInfoChoice("other", other)])


def name_other_content(signed_data: cms.SignedData) -> None:
    signed_data["encap_content_info"]["content_type"] = "data"


def double_signer(signed_data: cms.SignedData) -> None:
    signed_data["signer_infos"] = [signer_of(signed_data).copy(), signer_of(signed_data).copy()]


def name_other_digest_outside(signed_data: cms.SignedData) -> None:
    signed_data["digest_algorithms"] = [{"algorithm": "sha512"}]


def name_other_signature(signed_data: cms.SignedData) -> None:
    signer_of(signed_data)["signature_algorithm"] = {"algorithm": "sha512_ecdsa"}


def name_nobody(signed_data: cms.SignedData) -> None:
    signer_of(signed_data)["sid"] = cms.SignerIdentifier({"subject_key_identifier": core.OctetString(b"key")})


def leave_certificates_out(signed_data: cms.SignedData) -> None:
    signed_data["certificates"] = cms.CertificateSet([])


def change_content(signed_data: cms.SignedData) -> None:
    info = tsp.TSTInfo.load(signed_data["encap_content_info"]["content"].contents)
    info["gen_time"] = datetime(2020, 1, 1, tzinfo=UTC)
    signed_data["encap_content_info"]["content"] = core.ParsableOctetString(info.dump(force=True))


@pytest.mark.parametrize(
    ("change", "detail"),
    [
        (set_version_1, ONLY_A_TOKEN),
        (add_unsigned_attribute, ONLY_A_TOKEN),
        (add_revocation_list, ONLY_A_TOKEN),
        (name_other_content, ONLY_A_TOKEN),
        (name_nobody, ONLY_A_TOKEN),
        (double_signer, "expected one signer of the time stamp"),
        (name_other_digest_outside, "expected one digest in the time stamp"),
        (name_other_signature, "expected a time stamp signed by RSA (PKCS#1 v1.5) or ECDSA over the digest it names"),
        (leave_certificates_out, "expected exactly one certificate that signing-certificate-v2 names"),
        (change_content, "expected the time stamp's digest to be that of its content"),
    ],
)
def test_a_token_that_differs_in_one_place_is_refused(change: Callable[[cms.SignedData], None], detail: str) -> None:
    assert refused(StampAuthority(ROOT, change=change).time_stamp(IMPRINT)) == detail


@pytest.mark.parametrize(
    ("info", "detail"),
    [
        ({"version": "v3"}, "expected a TSTInfo of version 1"),
        (
            {"message_imprint": {"hash_algorithm": {"algorithm": "sha512"}, "hashed_message": IMPRINT}},
            "expected a time stamp over a SHA-256 imprint",
        ),
        (
            {"extensions": [{"extn_id": "1.2.3.4", "critical": True, "extn_value": b"\x05\x00"}]},
            "expected no critical extension in the time stamp",
        ),
    ],
)
def test_a_statement_of_another_kind_is_refused(info: dict[str, object], detail: str) -> None:
    assert refused(StampAuthority(ROOT, info=info).time_stamp(IMPRINT)) == detail


@pytest.mark.parametrize("text", [b"20261101093000", b"20261101093000+0900"], ids=["without zone", "other zone"])
def test_a_time_that_is_not_utc_is_refused(text: bytes) -> None:
    info = StampAuthority(ROOT)._info(IMPRINT).dump()
    old = b"\x18\x0f20261101093002Z"
    assert info.count(old) == 1
    inner = tsp.TSTInfo.load(info).contents.replace(old, b"\x18" + bytes([len(text)]) + text)
    with pytest.raises(SealRefused, match="expected a time stamp in UTC"):
        _read_info(sequence(inner))


def test_a_signed_content_type_other_than_a_time_stamp_is_refused() -> None:
    authority = StampAuthority(ROOT, attributes={"content_type": "data"})
    assert refused(authority.time_stamp(IMPRINT)) == "expected the signed content type TSTInfo in the time stamp"


def test_a_token_with_sha_1_is_refused() -> None:
    authority = StampAuthority(ROOT, attributes={"message_digest": bytes(20)}, digest="sha512")

    def name_sha_1(signed_data: cms.SignedData) -> None:
        signer_of(signed_data)["digest_algorithm"] = {"algorithm": "sha1"}

    authority.change = name_sha_1
    assert refused(authority.time_stamp(IMPRINT)) == "expected a time stamp with SHA-256, SHA-384 or SHA-512"


@pytest.mark.parametrize("token", [b"", b"garbage", b"\x30\x03\x02\x01\x01", b"\x30\x80\x00\x00"])
def test_what_is_no_token_is_refused(token: bytes) -> None:
    assert refused(token) == "the time stamp is not a CMS structure"


def test_a_token_that_is_too_large_is_refused_unread() -> None:
    assert refused(bytes(MAX_TIME_STAMP_BYTES + 1)) == "expected a time stamp of at most 8192 bytes"
    assert refused(bytes(MAX_TIME_STAMP_BYTES)) == "the time stamp is not a CMS structure"


def seal(world: SealWorld, stamping: TimeStamping) -> bytes:
    return apply_seal(world.drawn, sealer=replace(world.sealer, time_stamping=stamping), signed_at=SIGNED_AT)


def refusal(world: SealWorld, authority: StampAuthority) -> str:
    with pytest.raises(SealError) as error:
        seal(world, TimeStamping(authority, (ROOT.pem(),)))
    return error.value.message.removeprefix("the time stamp cannot be used: ")


def test_a_token_of_the_wrong_form_is_refused_before_it_enters_a_seal(seal_world: SealWorld) -> None:
    assert refusal(seal_world, StampAuthority(ROOT, change=set_version_1)) == ONLY_A_TOKEN


def test_a_wrong_imprint_is_refused(seal_world: SealWorld) -> None:
    authority = StampAuthority(ROOT, imprint=IMPRINT)
    assert refusal(seal_world, authority) == "expected a time stamp of this seal, found one of another"


def test_a_certificate_that_nobody_needs_is_refused(seal_world: SealWorld) -> None:
    authority = StampAuthority(ROOT, chain=(STRANGER,))
    assert refusal(seal_world, authority) == "expected a time stamp with only certificates that lead to the root"


def spoil_signature(signed_data: cms.SignedData) -> None:
    signer_of(signed_data)["signature"] = bytes(256)


def spoil_key(signed_data: cms.SignedData) -> None:
    """Leave a key that is no point, and let signing-certificate-v2 name the certificate all the same."""
    certificate = signed_data["certificates"][0].chosen
    public_key = certificate["tbs_certificate"]["subject_public_key_info"]
    public_key["public_key"] = asn1_keys.ECPointBitString(b"\x04" + bytes(64))
    name_again(certificate, signed_data)


def name_unknown_curve(signed_data: cms.SignedData) -> None:
    certificate = signed_data["certificates"][0].chosen
    public_key = certificate["tbs_certificate"]["subject_public_key_info"]
    public_key["algorithm"]["parameters"] = asn1_keys.ECDomainParameters("named", "1.3.132.0.4")
    name_again(certificate, signed_data)


def name_again(certificate: asn1_x509.Certificate, signed_data: cms.SignedData) -> None:
    """Let signing-certificate-v2 name a certificate that was changed."""
    named = tsp.SigningCertificateV2({"certs": [{"cert_hash": hashlib.sha256(certificate.dump(force=True)).digest()}]})
    attributes = signer_of(signed_data)["signed_attrs"]
    kinds = {"content_type": 0, "message_digest": 0}
    kept = [each for each in attributes if each["type"].native in kinds]
    attribute = cms.CMSAttribute({"type": "signing_certificate_v2", "values": [named]})
    signer_of(signed_data)["signed_attrs"] = cms.CMSAttributes([*kept, attribute])


@pytest.mark.parametrize(
    "authority",
    [
        StampAuthority(ROOT, change=spoil_signature),
        StampAuthority(ROOT, key=KEY, change=spoil_signature),
        StampAuthority(ROOT, change=spoil_key),
        StampAuthority(ROOT, key=ed25519.Ed25519PrivateKey.generate(), algorithm="sha256_ecdsa"),
    ],
    ids=["ECDSA", "RSA", "no point", "Ed25519"],
)
def test_a_signature_that_does_not_verify_is_refused(seal_world: SealWorld, authority: StampAuthority) -> None:
    assert refusal(seal_world, authority) == "expected a time stamp whose signature verifies, RSA or ECDSA"


@pytest.mark.parametrize(
    "change", [spoil_signature, spoil_key, name_unknown_curve], ids=["signature", "no point", "curve"]
)
def test_a_stamp_is_of_its_authority_only_where_the_signature_says_so(
    change: Callable[[cms.SignedData], None],
) -> None:
    stamp = read_time_stamp(StampAuthority(ROOT, change=change).time_stamp(IMPRINT))
    with pytest.raises(SealRefused, match="expected a time stamp whose signature verifies, RSA or ECDSA"):
        stamp.check_origin(b"signature")


def test_a_stamp_is_of_the_seal_whose_signature_it_saw() -> None:
    stamp = read_time_stamp(StampAuthority(ROOT).time_stamp(IMPRINT))
    stamp.check_origin(b"signature")
    with pytest.raises(SealRefused, match="found one of another"):
        stamp.check_origin(b"another signature")


def test_a_certificate_for_time_stamps_may_stamp() -> None:
    assert may_stamp(StampAuthority(ROOT).certificate)
    assert may_stamp(StampAuthority(ROOT, usage=StampUsage(signs=None)).certificate)


@pytest.mark.parametrize(
    "usage",
    [
        StampUsage(purposes=()),
        StampUsage(purposes=(TIME_STAMPING, ExtendedKeyUsageOID.CODE_SIGNING)),
        StampUsage(purposes=(ExtendedKeyUsageOID.CODE_SIGNING,)),
        StampUsage(critical=False),
        StampUsage(ca=True),
        StampUsage(signs=False),
        StampUsage(critical_unknown=True),
    ],
    ids=["no purpose", "two purposes", "another purpose", "not critical", "an authority", "no signatures", "unknown"],
)
def test_a_certificate_for_anything_else_may_not(usage: StampUsage) -> None:
    assert not may_stamp(StampAuthority(ROOT, usage=usage).certificate)


@pytest.mark.parametrize(
    ("parent", "chain"),
    [(ROOT, ()), (ROOT, (ROOT,)), (BELOW, (BELOW,)), (BELOW, (BELOW, ROOT))],
    ids=["directly", "with the root", "by one between", "by one between, with the root"],
)
def test_a_stamp_is_believed_with_whatever_leads_to_the_root(parent: Authority, chain: tuple[Authority, ...]) -> None:
    authority = StampAuthority(parent, chain=chain)
    stamp = read_time_stamp(authority.time_stamp(IMPRINT))
    assert set(stamp.certificates) == {authority.certificate, *(each.certificate for each in chain)}
    assert stamp.distrust([ROOT.pem()]) is None
    assert stamp.distrust([]) == "expected a time stamp by an authority that led to a listed root when it was made"


@pytest.mark.parametrize("outside", [core.Null(), None], ids=["with parameters", "without"])
def test_a_digest_may_be_named_in_either_form(outside: core.Null | None) -> None:
    def name_outside(signed_data: cms.SignedData) -> None:
        signed_data["digest_algorithms"] = [{"algorithm": "sha256", "parameters": outside}]

    assert read_time_stamp(StampAuthority(ROOT, change=name_outside).time_stamp(IMPRINT)).imprint == IMPRINT


def test_a_statement_with_something_behind_it_is_none() -> None:
    info = StampAuthority(ROOT)._info(IMPRINT).dump()
    assert _read_info(info) == (IMPRINT, STAMPED_AT)
    with pytest.raises(ValueError, match="trailing"):
        _read_info(info + b"\x00")


def test_to_learn_who_stamps_an_imprint_is_stamped() -> None:
    authority = StampAuthority(ROOT)
    assert ask_for_stamp(TimeStamping(authority, ()), IMPRINT).authority == authority.certificate
    assert authority.calls == [IMPRINT]


def test_a_certificate_that_names_an_extension_twice_is_none_for_time_stamps() -> None:
    certificate = asn1_x509.Certificate.load(StampAuthority(ROOT).certificate.public_bytes(Encoding.DER))
    extensions = certificate["tbs_certificate"]["extensions"]
    extensions.append(extensions[0].copy())
    assert not may_stamp(x509.load_der_x509_certificate(certificate.dump(force=True)))


class OfflineAuthority:
    """A client whose network is down."""

    def time_stamp(self, imprint: bytes) -> bytes:
        raise ConnectionError(f"no answer for {len(imprint)} bytes")


def test_without_an_answer_nothing_is_sealed(seal_world: SealWorld) -> None:
    with pytest.raises(ConnectionError, match="no answer for 32 bytes"):
        seal(seal_world, TimeStamping(OfflineAuthority(), (ROOT.pem(),)))


OPENSSL_TSA = """
[tsa]
serial = {folder}/serial
signer_cert = {folder}/tsa.pem
signer_key = {folder}/tsa.key
signer_digest = sha256
default_policy = 1.2.3.4
digests = sha256
accuracy = secs:1
ess_cert_id_alg = sha256
"""


class OpensslAuthority:
    """A time-stamping authority that another program plays; its time is the clock's."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        stamps = StampAuthority(ROOT, key=KEY)
        encoding = (Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        (folder / "tsa.key").write_bytes(KEY.private_bytes(*encoding))
        (folder / "tsa.pem").write_bytes(stamps.certificate.public_bytes(Encoding.PEM))
        (folder / "tsa.cnf").write_text(OPENSSL_TSA.format(folder=folder))

    def time_stamp(self, imprint: bytes) -> bytes:
        query = tsp.TimeStampReq(
            {
                "version": "v1",
                "message_imprint": {"hash_algorithm": {"algorithm": "sha256"}, "hashed_message": imprint},
                "cert_req": True,
            }
        )
        (self.folder / "query").write_bytes(query.dump())
        names = ["-config", "tsa.cnf", "-section", "tsa", "-queryfile", "query", "-token_out", "-out", "token"]
        subprocess.run(["openssl", "ts", "-reply", *names], cwd=self.folder, check=True, capture_output=True)
        return (self.folder / "token").read_bytes()


@pytest.mark.skipif(shutil.which("openssl") is None, reason="needs the openssl program")
def test_a_token_made_by_openssl_is_read_and_verifies(tmp_path: Path) -> None:
    token = read_time_stamp(OpensslAuthority(tmp_path).time_stamp(IMPRINT))
    assert token.imprint == IMPRINT
    token.check_origin(b"signature")
    assert token.distrust([ROOT.pem()]) is None

"""Seals of level B-LT: what other validators need stands in the sealed revision, and nothing follows the seal."""

import hashlib
import io
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko.sign.validation.errors import NoDSSFoundError
from pyhanko_certvalidator import ValidationContext
from pypdf import PdfReader, PdfWriter
from pypdf.generic import DictionaryObject, NameObject

from keys._pdf_seal.layout import find_seal
from keys._pdf_seal.sealing_update import open_for_sealing, write_security_store
from keys._pdf_seal.security_store import SecurityStore, sealer_path, security_store
from keys.errors import SealError
from keys.pdf_seal import LongTerm, SealCheck, Sealer, TimeStamping, apply_seal, check_seal
from tests.keys.pdf_seal.revoking import Desk, answer_for, list_of, responder
from tests.keys.pdf_seal.sealing import NOW, SIGNED_AT, Authority, SealWorld, der_of, draw
from tests.keys.pdf_seal.stamping import STAMPED_AT, StampAuthority

TSA_ROOT = Authority("Time root")
BELOW = Authority("Time stamps below", parent=TSA_ROOT)


@dataclass
class Rotation:
    """An authority with several keys; each answer is by the next one."""

    stamps: Sequence[StampAuthority]
    calls: list[bytes] = field(default_factory=list)

    def time_stamp(self, imprint: bytes) -> bytes:
        self.calls.append(imprint)
        return self.stamps[min(len(self.calls), len(self.stamps)) - 1].time_stamp(imprint)


def pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(Encoding.PEM).decode()


def desk(world: SealWorld, *more: bytes) -> Desk:
    return Desk(crls=(list_of(world.root), list_of(TSA_ROOT), *more))


def sealer_for(
    world: SealWorld,
    client: StampAuthority | Rotation,
    *,
    source: Desk | None = None,
    authorities: tuple[str, ...] = (),
    tsa_root: Authority = TSA_ROOT,
) -> Sealer:
    long_term = LongTerm(source or desk(world), tuple(world.roots), authorities)
    return replace(world.sealer, time_stamping=TimeStamping(client, (tsa_root.pem(),)), long_term=long_term)


def seal(world: SealWorld, sealer: Sealer) -> bytes:
    return apply_seal(world.drawn, sealer=sealer, signed_at=SIGNED_AT)


def refusal(world: SealWorld, sealer: Sealer) -> str:
    with pytest.raises(SealError) as error:
        seal(world, sealer)
    return error.value.message


def check(world: SealWorld, pdf: bytes) -> SealCheck:
    return check_seal(pdf, roots=world.roots, now=NOW, tsa_roots=[TSA_ROOT.pem()])


def store_of(pdf: bytes) -> dict[str, list[bytes]]:
    """The security store, read by another library."""
    found = PdfReader(io.BytesIO(pdf)).root_object["/DSS"]
    assert isinstance(found, DictionaryObject)
    keys = [key for key in found if key != "/Type"]
    return {key: [each.get_object().get_data() for each in found[key]] for key in keys}  # type: ignore[attr-defined] # pypdf's arrays


@pytest.fixture(scope="module")
def stamps() -> StampAuthority:
    return StampAuthority(TSA_ROOT)


@pytest.fixture(scope="module")
def lasting(seal_world: SealWorld, stamps: StampAuthority) -> bytes:
    return seal(seal_world, sealer_for(seal_world, stamps))


def test_a_long_term_seal_is_intact_by_the_same_rule_as_any_other(seal_world: SealWorld, lasting: bytes) -> None:
    found = check(seal_world, lasting)
    assert (found.outcome, found.time_stamp, found.stamped_at) == ("intact", "trusted", STAMPED_AT)
    assert lasting.count(b"/ByteRange") == 1
    assert PdfFileReader(io.BytesIO(lasting), strict=True).total_revisions == 2


def test_the_store_has_every_certificate_and_list_and_nothing_else(
    seal_world: SealWorld, stamps: StampAuthority, lasting: bytes
) -> None:
    certificates = (seal_world.root.certificate, stamps.certificate, TSA_ROOT.certificate)
    expected = {der_of(seal_world.sealer), *(each.public_bytes(Encoding.DER) for each in certificates)}
    store = store_of(lasting)
    assert set(store) == {"/Certs", "/CRLs"}
    assert (len(store["/Certs"]), set(store["/Certs"])) == (4, expected)
    issuers = {x509.load_der_x509_crl(each).issuer for each in store["/CRLs"]}
    assert issuers == {seal_world.root.name, TSA_ROOT.name}


def test_a_store_is_written_under_the_names_of_the_standard() -> None:
    writer, written = open_for_sealing(draw()), io.BytesIO()
    write_security_store(writer, SecurityStore((b"certificate",), (b"list",), (b"answer", b"second")))
    writer.write(written)  # type: ignore[no-untyped-call] # pyHanko is partly typed
    pdf = written.getvalue()
    assert store_of(pdf) == {"/Certs": [b"certificate"], "/CRLs": [b"list"], "/OCSPs": [b"answer", b"second"]}
    catalogue = PdfReader(io.BytesIO(pdf)).root_object
    assert catalogue["/DSS"]["/Type"] == "/DSS"  # type: ignore[index] # it is a dictionary
    assert catalogue["/Extensions"]["/ESIC"]["/ExtensionLevel"] == 1  # type: ignore[index] # the same


def test_answers_are_stored_where_they_are_what_is_known(seal_world: SealWorld, stamps: StampAuthority) -> None:
    answer = answer_for(stamps.certificate, responder(TSA_ROOT))
    source = Desk(crls=(list_of(seal_world.root),), ocsp_responses=(answer,))
    store = store_of(seal(seal_world, sealer_for(seal_world, stamps, source=source)))
    assert (len(store["/CRLs"]), store["/OCSPs"]) == (1, [answer])


@pytest.mark.slow
def test_another_validator_needs_nothing_but_the_file_and_the_roots(seal_world: SealWorld, lasting: bytes) -> None:
    """pyHanko, without network and strict about revocation: certificates and lists must come from the file."""
    both = (seal_world.root, TSA_ROOT)
    roots = [asn1_x509.Certificate.load(each.certificate.public_bytes(Encoding.DER)) for each in both]
    settings: dict[str, Any] = {
        "trust_roots": roots,
        "allow_fetching": False,
        "revocation_mode": "require",
        "moment": NOW,
    }

    def judged(pdf: bytes) -> tuple[bool, bool]:
        reader = PdfFileReader(io.BytesIO(pdf))
        try:
            context = DocumentSecurityStore.read_dss(reader).as_validation_context(dict(settings))
        except NoDSSFoundError:
            context = ValidationContext(**settings, crls=[], ocsps=[])
        status = validate_pdf_signature(reader.embedded_signatures[0], context, ts_validation_context=context)
        stamp = status.timestamp_validity
        return status.bottom_line, stamp is not None and stamp.trusted and stamp.timestamp == STAMPED_AT

    stamped_only = replace(sealer_for(seal_world, StampAuthority(TSA_ROOT)), long_term=None)
    assert judged(lasting) == (True, True)
    assert judged(seal(seal_world, stamped_only)) == (False, False)


def test_without_known_certificates_one_more_stamp_is_asked_for_to_learn_them(seal_world: SealWorld) -> None:
    authority = StampAuthority(TSA_ROOT)
    seal(seal_world, sealer_for(seal_world, authority))
    assert len(authority.calls) == 2
    assert authority.calls[0] == hashlib.sha256(seal_world.drawn).digest()


def test_with_known_certificates_one_stamp_is_enough(seal_world: SealWorld) -> None:
    authority = StampAuthority(BELOW, chain=(BELOW,))
    known = (pem(authority.certificate), BELOW.pem())
    sealer = sealer_for(seal_world, authority, authorities=known, source=desk(seal_world, list_of(BELOW)))
    store = store_of(seal(seal_world, sealer))
    assert len(authority.calls) == 1
    assert (len(store["/Certs"]), len(store["/CRLs"])) == (5, 3)


def test_a_known_certificate_that_leads_nowhere_is_replaced_by_a_learnt_one(seal_world: SealWorld) -> None:
    old, new = StampAuthority(Authority("Time root")), StampAuthority(TSA_ROOT)
    sealed = seal(seal_world, sealer_for(seal_world, new, authorities=(pem(old.certificate),)))
    assert new.certificate.public_bytes(Encoding.DER) in store_of(sealed)["/Certs"]
    assert old.certificate.public_bytes(Encoding.DER) not in store_of(sealed)["/Certs"]


def test_an_authority_that_changes_its_key_in_between_is_asked_once_more(seal_world: SealWorld) -> None:
    first, second = StampAuthority(TSA_ROOT), StampAuthority(TSA_ROOT)
    rotation = Rotation([first, second])
    sealed = seal(seal_world, sealer_for(seal_world, rotation))
    assert len(rotation.calls) == 3
    assert {each.certificate.public_bytes(Encoding.DER) for each in (first, second)} <= set(store_of(sealed)["/Certs"])
    assert check(seal_world, sealed).outcome == "intact"


def test_an_authority_with_another_key_each_time_is_refused(seal_world: SealWorld) -> None:
    rotation = Rotation([StampAuthority(TSA_ROOT) for _ in range(4)])
    found = refusal(seal_world, sealer_for(seal_world, rotation))
    assert found == "expected a time stamp by an authority that was known before, found another each time"


def test_a_long_life_without_time_stamps_is_refused(seal_world: SealWorld, stamps: StampAuthority) -> None:
    sealer = replace(sealer_for(seal_world, stamps), time_stamping=None)
    assert refusal(seal_world, sealer) == "expected time stamping for a seal of level B-LT"


def test_roots_that_the_sealer_does_not_lead_to_are_refused(seal_world: SealWorld, stamps: StampAuthority) -> None:
    long_term = LongTerm(desk(seal_world), (TSA_ROOT.pem(),))
    sealer = replace(sealer_for(seal_world, stamps), long_term=long_term)
    assert refusal(seal_world, sealer) == "expected a sealing certificate that leads to one of the named roots"


def test_roots_that_are_no_certificates_are_refused(seal_world: SealWorld, stamps: StampAuthority) -> None:
    sealer = replace(sealer_for(seal_world, stamps), long_term=LongTerm(desk(seal_world), ("no certificate",)))
    assert refusal(seal_world, sealer) == "expected certificates in PEM form"


@pytest.mark.parametrize("missing", [0, 1], ids=["of the sealer", "of the authority"])
def test_without_a_list_for_each_certificate_nothing_is_sealed(
    seal_world: SealWorld, stamps: StampAuthority, missing: int
) -> None:
    lists = list(desk(seal_world).crls)
    lists.pop(missing)
    found = refusal(seal_world, sealer_for(seal_world, stamps, source=Desk(tuple(lists))))
    name = ("CN=Test seal", "CN=Test time stamps")[missing]
    assert found == f"expected a revocation list or an OCSP answer in force for {name}, found none"


def test_a_revoked_sealer_does_not_seal(seal_world: SealWorld, stamps: StampAuthority) -> None:
    leaf = x509.load_pem_x509_certificate(seal_world.sealer.certificate_pem.encode())
    source = Desk((list_of(seal_world.root, leaf), list_of(TSA_ROOT)))
    found = refusal(seal_world, sealer_for(seal_world, stamps, source=source))
    assert found == "expected a certificate in force, but CN=Test seal is revoked"


def test_a_revoked_authority_is_not_used(seal_world: SealWorld, stamps: StampAuthority) -> None:
    source = Desk((list_of(seal_world.root), list_of(TSA_ROOT, stamps.certificate)))
    found = refusal(seal_world, sealer_for(seal_world, stamps, source=source))
    assert found == "expected a certificate in force, but CN=Test time stamps is revoked"


def test_the_answers_about_all_certificates_are_stored() -> None:
    leaf = StampAuthority(BELOW).certificate
    path = [leaf, BELOW.certificate, TSA_ROOT.certificate]
    answers = (answer_for(leaf, responder(BELOW)), answer_for(BELOW.certificate, responder(TSA_ROOT)))
    store = security_store([path], source=Desk(ocsp_responses=answers), at=SIGNED_AT)
    assert store == SecurityStore(tuple(each.public_bytes(Encoding.DER) for each in path), (), answers)


def test_a_sealer_may_lead_to_its_root_by_way_of_others() -> None:
    path = [StampAuthority(BELOW).certificate, BELOW.certificate, TSA_ROOT.certificate]
    ders = [each.public_bytes(Encoding.DER) for each in path[:2]]
    assert sealer_path(ders, roots=[TSA_ROOT.pem()], at=SIGNED_AT) == path


def test_more_data_than_a_file_should_carry_is_refused(seal_world: SealWorld, stamps: StampAuthority) -> None:
    padding = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), b"\x04\x83\x10\x00\x00" + bytes(1024 * 1024))
    source = Desk((list_of(seal_world.root, extensions=[(padding, False)]), list_of(TSA_ROOT)))
    found = refusal(seal_world, sealer_for(seal_world, stamps, source=source))
    assert found.startswith("expected at most 1048576 bytes of certificates and revocation data, found 10")


def test_a_file_that_has_a_store_already_is_not_sealed(seal_world: SealWorld) -> None:
    writer = PdfWriter(io.BytesIO(draw()))
    writer.root_object[NameObject("/DSS")] = DictionaryObject()
    output = io.BytesIO()
    writer.write(output)
    with pytest.raises(SealError, match=r"^expected a PDF without form, permissions and security store$"):
        apply_seal(output.getvalue(), sealer=seal_world.sealer, signed_at=SIGNED_AT)


def test_a_swapped_list_in_the_store_breaks_the_seal(seal_world: SealWorld, lasting: bytes) -> None:
    old = store_of(lasting)["/CRLs"][0]
    assert lasting.count(old) == 1
    changed = lasting.replace(old, list_of(seal_world.root)[: len(old)].ljust(len(old), b"\0"))
    assert changed != lasting
    found = check(seal_world, changed)
    assert (found.outcome, found.detail) == ("broken", "the file is not the one that was sealed")


def test_a_store_in_an_update_behind_the_seal_is_refused(seal_world: SealWorld) -> None:
    """How others add it: standards permit it, our one rule does not."""
    writer = IncrementalPdfFileWriter(io.BytesIO(seal_world.sealed))
    certificate = asn1_x509.Certificate.load(TSA_ROOT.certificate.public_bytes(Encoding.DER))
    DocumentSecurityStore.supply_dss_in_writer(writer, None, certs=[certificate])
    output = io.BytesIO()
    writer.write(output)  # type: ignore[no-untyped-call] # pyHanko is partly typed
    found = check(seal_world, output.getvalue())
    assert (found.outcome, str(found.reason)) == ("broken", "seal_not_whole_file")


@pytest.mark.parametrize("tail", [b"\n", b"\0", b"%%EOF\n"], ids=["line", "zero", "end"])
def test_one_byte_behind_a_long_term_seal_is_refused(seal_world: SealWorld, lasting: bytes, tail: bytes) -> None:
    assert str(check(seal_world, lasting + tail).reason) == "seal_not_whole_file"


def test_the_gap_holds_only_the_signature(lasting: bytes) -> None:
    """The store costs no room in the gap: it stands in objects of its own."""
    found = find_seal(lasting)
    assert found.end - found.start < 2 * 16 * 1024

"""Fuzz targets: hostile bytes go in, and an AssertionError comes out when a decoder breaks one of its promises.

A target answers whether the bytes were accepted. Any exception other than the documented ones is a finding, and so is
an accepted input that is not what it must be: signed by a key of the corpus, the same bytes when written again, within
the limits. The private keys of the corpus were thrown away when it was made (`make_corpus`), so whatever carries a good
signature must be one of the texts that were signed then.

`fuzz.py` calls a target from atheris; `test_corpus.py` calls every target without it.
"""

import hashlib
import json
import struct
import zlib
from collections.abc import Callable, Mapping
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader

from credential_schemas.errors import (
    PdfContainerError,
    QrPayloadError,
    QrPayloadTooLarge,
    SdJwtRefused,
    StatusListError,
)
from credential_schemas.limits import MAX_SD_JWT_BYTES, MAX_STATUS_LIST_BYTES
from credential_schemas.pdf_bounds import MAX_PAGES
from credential_schemas.pdf_container import PdfContainer, inspect_container, read_container
from credential_schemas.qr import payload as qr_payload
from credential_schemas.qr.dictionary import CURRENT
from credential_schemas.qr.digits import bytes_from_digits, digits_from_bytes
from credential_schemas.qr.framing import join_codes
from credential_schemas.qr.limits import MAX_CREDENTIAL_CHARACTERS, MAX_PACKED_BYTES, MAX_TEXT_CHARACTERS
from credential_schemas.sd_jwt.disclosures import CONTROL_CLAIMS, RESERVED_NAMES
from credential_schemas.sd_jwt.issuer_keys import trust_list_key_finder
from credential_schemas.sd_jwt.policy import KeyBindingPolicy, KeyFinder, VerificationPolicy
from credential_schemas.sd_jwt.verify import VerifiedSdJwt, examine_sd_jwt_vc, verify_sd_jwt_vc
from credential_schemas.status_list import StatusList, decode_status_list, verify_status_token
from credential_schemas.status_list_issue import encode_status_list
from keys.encoding import b64url_decode, b64url_encode, decode_json, decode_json_object, encode_json
from keys.errors import AlgorithmNotAllowed, DecodingError, JwsFormatError, SignatureInvalid, TrustListError
from keys.jwk import PublicKey
from keys.jws import parse_compact, verify
from keys.key_files import FileSigner, create_key
from keys.trust_list import TrustList, trust_list_document

CORPUS = Path(__file__).parent / "corpus"
WORLD_FILE = CORPUS / "world.json"
AUDIENCE, NONCE = "x509_hash:abc", "n-0S6_WzA2Mj-4kk"
Target = Callable[[bytes], bool]
# What pyHanko, asked here for a second opinion only, may answer to a file it cannot make sense of.
_PYHANKO_FAILURES = (
    *(PdfError, ValueError, TypeError, LookupError, AttributeError, ArithmeticError, AssertionError, RecursionError),
    *(NotImplementedError, OSError, struct.error, zlib.error),
)


class Corpus:
    """What is known of the texts of the corpus: the keys that signed them, and the digests of all that was signed."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self.trust = TrustList.parse(json.dumps(document["trust"]).encode())
        self.now = int(document["now"])
        self.signed = frozenset(document["signed"])
        (self.issuer,) = self.trust.issuers.values()
        self.status_uri = str(document["status_uri"])

    def expect_signed(self, signing_input: bytes) -> None:
        """Only what was signed when the corpus was made can carry a signature."""
        assert signed_digest(signing_input) in self.signed, "accepted what was never signed"


@cache
def corpus() -> Corpus:
    """Return what is known of the committed corpus."""
    return Corpus(json.loads(WORLD_FILE.read_bytes()))


@cache
def signer() -> FileSigner:
    """Return a key of this process, for targets that sign what the fuzzer writes."""
    return FileSigner(create_key())


def signed_digest(signing_input: bytes) -> str:
    """Return the name of a signed text in the corpus."""
    return hashlib.sha256(signing_input).hexdigest()


def fuzz_json(data: bytes) -> bool:
    """Strict JSON: what is accepted means the same to the standard library, and comes back when written."""
    try:
        value = decode_json(data, max_bytes=MAX_SD_JWT_BYTES)
    except DecodingError:
        return False
    assert json.loads(data) == value
    assert decode_json(encode_json(value), max_bytes=16 * MAX_SD_JWT_BYTES) == value
    return True


def fuzz_jws(data: bytes) -> bool:
    """Compact JWS: one text for one value, and no signature but those of the corpus."""
    text = data.decode("latin-1")
    try:
        jws = parse_compact(text, max_bytes=MAX_SD_JWT_BYTES)
    except JwsFormatError:
        return False
    header, payload, signature = text.split(".")
    assert b64url_encode(jws.payload) == payload
    assert decode_json_object(b64url_decode(header), max_bytes=MAX_SD_JWT_BYTES) == jws.header
    assert jws.signing_input == f"{header}.{payload}".encode()
    assert jws.signature in (b"", *([] if not jws.signature else [b64url_decode(signature)]))
    accepted = False
    for key in (*corpus().issuer.keys.values(), *corpus().issuer.status_keys.values()):
        for typ in ("dc+sd-jwt", "statuslist+jwt"):
            try:
                proved = verify(jws, key, typ=typ)
            except (JwsFormatError, AlgorithmNotAllowed, SignatureInvalid):
                continue
            assert proved == jws.payload
            corpus().expect_signed(jws.signing_input)
            accepted = True
    return accepted


def fuzz_sd_jwt(data: bytes) -> bool:
    """SD-JWT VC, the whole verification; data that begins with `{` is a payload and disclosures, signed here first."""
    known = corpus()
    policy = VerificationPolicy(
        expected_types=frozenset(trusted.vct for trusted in known.issuer.types),
        key_binding=KeyBindingPolicy(AUDIENCE, NONCE, required=False),
    )
    if not data.startswith(b"{"):
        text = data.decode("latin-1")
        accepted = _examine(text, policy, keys=trust_list_key_finder(known.trust))
        if accepted:
            issuer_jwt, *_, binding = text.split("~")
            known.expect_signed(issuer_jwt.rpartition(".")[0].encode())
            if binding:
                known.expect_signed(binding.rpartition(".")[0].encode())
        return accepted
    token = signed_sd_jwt(data)
    return token is not None and _examine(token, policy, keys=lambda _header, _payload: signer().public_key)


def signed_sd_jwt(data: bytes) -> str | None:
    """Sign a payload (first line) with disclosures (other lines); the text `@n` becomes the digest of the n-th."""
    payload, *lines = data.split(b"\n")[:20]
    texts: dict[int, str] = {}
    for number in range(len(lines), 0, -1):  # a disclosure may name those after it
        texts[number] = b64url_encode(_with_digests(lines[number - 1], texts))
    header = encode_json({"typ": "dc+sd-jwt", "alg": "ES256", "kid": signer().key_id})
    signing_input = f"{b64url_encode(header)}.{b64url_encode(_with_digests(payload, texts))}"
    jwt = f"{signing_input}.{b64url_encode(signer().sign(signing_input.encode()))}"
    token = "~".join([jwt, *(texts[number] for number in sorted(texts)), ""])
    return token if len(token) <= MAX_SD_JWT_BYTES else None


def _with_digests(text: bytes, texts: Mapping[int, str]) -> bytes:
    for number, disclosure in texts.items():
        text = text.replace(b'"@%d"' % number, b'"' + digest_of(disclosure).encode() + b'"')
    return text


def digest_of(disclosure: str) -> str:
    """Return the SHA-256 digest of a disclosure as base64url text."""
    return b64url_encode(hashlib.sha256(disclosure.encode()).digest())


def _examine(token: str, policy: VerificationPolicy, *, keys: KeyFinder) -> bool:
    now = corpus().now
    examination = examine_sd_jwt_vc(token, policy=policy, keys=keys, now=now)
    steps = [refusal.step for refusal in examination.refusals]
    assert steps == sorted(steps)
    assert examination.verified is not None or steps
    if examination.verified is not None:
        _expect_processed(examination.verified)
    try:
        verified = verify_sd_jwt_vc(token, policy=policy, keys=keys, now=now)
    except SdJwtRefused as refusal:
        found = refusal
    else:
        _expect_accepted(verified, policy, now=now)
        assert not steps
        return True
    assert (found.code, found.step) == (examination.refusals[0].code, steps[0])
    return False


def _expect_accepted(verified: VerifiedSdJwt, policy: VerificationPolicy, *, now: int) -> None:
    """What a caller relies on: the key binding is the one sent, and the control claims are the signed ones."""
    assert verified.key_bound is not verified.token.endswith("~")
    for name in CONTROL_CLAIMS:
        assert verified.payload.get(name) == verified.issuer_payload.get(name)
    payload: dict[str, Any] = {**verified.payload}
    assert payload["vct"] in policy.expected_types or policy.expected_types & {*payload["aka_vcts"]}
    assert payload["exp"] > now - policy.leeway_s


def _expect_processed(verified: VerifiedSdJwt) -> None:
    """Put the disclosures in place once more, in the plainest way, and compare."""
    decoded = {digest_of(each.text): json.loads(b64url_decode(each.text)) for each in verified.disclosures}
    assert len(decoded) == len(verified.disclosures) == verified.token.rpartition("~")[0].count("~")
    used: list[str] = []
    assert _revealed(verified.issuer_payload, decoded, used) == verified.payload
    assert sorted(used) == sorted(decoded)
    assert {*_names(verified.payload)}.isdisjoint(RESERVED_NAMES)


def _revealed(value: Any, decoded: Mapping[str, Any], used: list[str]) -> Any:  # noqa: ANN401 - any JSON value
    if isinstance(value, list):
        elements = []
        for element in value:
            if isinstance(element, dict) and "..." in element:
                if element["..."] in decoded:
                    used.append(element["..."])
                    elements.append(_revealed(decoded[element["..."]][1], decoded, used))
            else:
                elements.append(_revealed(element, decoded, used))
        return elements
    if isinstance(value, Mapping):
        members = {name: _revealed(each, decoded, used) for name, each in value.items() if name not in RESERVED_NAMES}
        for digest in value.get("_sd", []):
            if digest in decoded:
                used.append(digest)
                _, name, disclosed = decoded[digest]
                assert name not in members
                members[name] = _revealed(disclosed, decoded, used)
        return members
    return value


def _names(value: Any) -> list[str]:  # noqa: ANN401 - any JSON value
    if isinstance(value, Mapping):
        return [*value, *(name for each in value.values() for name in _names(each))]
    return [name for each in value for name in _names(each)] if isinstance(value, list) else []


def fuzz_status_list(data: bytes) -> bool:
    """The list inside of a status token: inflated within its limit, exactly one stream, the same when written again."""
    bits, compressed = data[:1], data[1:]
    width = bits[0] if bits else 0
    try:
        status_list = decode_status_list(width, b64url_encode(compressed))
    except StatusListError:
        return False
    assert len(status_list.data) <= MAX_STATUS_LIST_BYTES
    assert zlib.decompress(compressed) == status_list.data
    assert decode_status_list(width, encode_status_list(status_list)) == status_list
    _expect_values(status_list)
    return True


def _expect_values(status_list: StatusList) -> None:
    assert status_list.size * status_list.bits == len(status_list.data) * 8
    for index in (*range(min(status_list.size, 16)), *range(max(0, status_list.size - 16), status_list.size)):
        byte, place = divmod(index, 8 // status_list.bits)
        digits = f"{status_list.data[byte]:08b}"[::-1][place * status_list.bits : (place + 1) * status_list.bits]
        assert status_list.value(index) == int(digits[::-1], 2)
    for outside in (-1, status_list.size):
        try:
            status_list.value(outside)
        except StatusListError:
            continue
        raise AssertionError("a value outside of the list")


def fuzz_status_token(data: bytes) -> bool:
    """A status list token; data that begins with `{` is a payload, signed here first."""
    known = corpus()
    if data.startswith(b"{"):
        header = encode_json({"typ": "statuslist+jwt", "alg": "ES256", "kid": signer().key_id})
        signing_input = f"{b64url_encode(header)}.{b64url_encode(data)}"
        text = f"{signing_input}.{b64url_encode(signer().sign(signing_input.encode()))}"
        keys: Mapping[str, PublicKey] = {signer().key_id: signer().public_key}
    else:
        text, keys = data.decode("latin-1"), known.issuer.status_keys
    try:
        token = verify_status_token(text, uri=known.status_uri, keys=keys, now=known.now)
    except StatusListError:
        return False
    if not data.startswith(b"{"):
        known.expect_signed(text.rpartition(".")[0].encode())
    assert token.uri == known.status_uri
    assert token.issued_at <= known.now + 60
    assert token.expires_at is None or token.expires_at > known.now - 60
    assert len(token.status_list.data) <= MAX_STATUS_LIST_BYTES
    return True


def fuzz_qr_payload(data: bytes) -> bool:
    """The number of a dictionary and a body: what unpacks is a token that packs and comes back the same."""
    number, body = data[:1], data[1:]
    if not number or number[0] > CURRENT:
        return False
    try:
        credential = qr_payload._unpack_structured(body, number[0]) if number[0] else qr_payload._unpack_plain(body)
    except QrPayloadError:
        return False
    assert qr_payload._TOKEN.fullmatch(credential)
    digits = digits_from_bytes(number + hashlib.sha256(credential.encode()).digest()[:4] + body)
    if len(digits) <= 4 * MAX_TEXT_CHARACTERS:
        assert qr_payload.decode_qr_payload(digits) == credential
    assert len(credential) <= 2 * MAX_CREDENTIAL_CHARACTERS
    return _packs_again(credential)


def _packs_again(credential: str) -> bool:
    try:
        again = qr_payload.encode_qr_payload(credential)
    except QrPayloadTooLarge:
        return True
    assert qr_payload.decode_qr_payload(again) == credential
    assert len(bytes_from_digits(again)) <= MAX_PACKED_BYTES
    return True


def fuzz_qr_text(data: bytes) -> bool:
    """The texts of one or more codes, a line each: joined, they are one payload or refused."""
    try:
        payload = join_codes(data.decode("latin-1").split("\n"))
        packed = bytes_from_digits(payload)
        assert digits_from_bytes(packed) == payload
        credential = qr_payload.decode_qr_payload(payload)
    except QrPayloadError:
        return False
    assert packed[1:5] == hashlib.sha256(credential.encode()).digest()[:4]
    return _packs_again(credential)


def fuzz_pdf_container(data: bytes) -> bool:
    """A PDF: never an exception, and what is accepted says the same to another parser (pyHanko)."""
    inspection = inspect_container(data)
    assert len(inspection.findings) == len(inspection.details) == len({*inspection.findings})
    assert inspection.credential is None or len(inspection.credential) <= MAX_SD_JWT_BYTES
    try:
        container = read_container(data)
    except PdfContainerError as error:
        kind = error.kind
    else:
        assert not inspection.findings
        _expect_container(container, data)
        return True
    assert kind in inspection.findings
    return False


def _expect_container(container: PdfContainer, data: bytes) -> None:
    assert 1 <= container.pages <= MAX_PAGES
    assert container.credential.isascii()
    attached = _attached_by_pyhanko(data)
    assert attached is None or attached.get("credential.sdjwt") == container.credential.encode()
    assert attached is None or {*attached} <= {"credential.sdjwt", "credential.tlog-proof"}


def _attached_by_pyhanko(data: bytes) -> dict[str, bytes] | None:
    """Read the attachments with another parser; None when it cannot make sense of the file."""
    try:
        reader = PdfFileReader(BytesIO(data), strict=False)
        pairs = reader.root["/Names"]["/EmbeddedFiles"]["/Names"]
        return {str(pairs[at]): pairs[at + 1]["/EF"]["/F"].data for at in range(0, len(pairs), 2)}
    except _PYHANKO_FAILURES:
        return None


def fuzz_trust_list(data: bytes) -> bool:
    """A trust list: what is accepted is the same when written and read again."""
    try:
        trust = TrustList.parse(data)
    except TrustListError:
        return False
    again = encode_json(trust_list_document(trust.version, trust.issuers.values()))
    assert TrustList.parse(again) == trust
    for issuer in trust.issuers.values():
        for keys in (issuer.keys, issuer.status_keys, issuer.bundle_keys):
            assert all(kid == key.kid for kid, key in keys.items())
        assert issuer.development or all(url.lower().startswith("https://") for url in (issuer.id, *issuer.verify_urls))
    return True


TARGETS: Mapping[str, Target] = {
    "json": fuzz_json,
    "jws": fuzz_jws,
    "sd_jwt": fuzz_sd_jwt,
    "status_list": fuzz_status_list,
    "status_token": fuzz_status_token,
    "qr_payload": fuzz_qr_payload,
    "qr_text": fuzz_qr_text,
    "pdf_container": fuzz_pdf_container,
    "trust_list": fuzz_trust_list,
}

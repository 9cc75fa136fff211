"""Writes `payload-v1.json` anew: `python -m tests.vectors.qr.make` in the repository, after a change of the format.

The certificates come from the seeded generator of the tests; the damage is described beside each case.
"""

import hashlib
import json
import zlib
from pathlib import Path
from typing import Any

from benchmarks.qr.samples import CertificateMaker
from credential_schemas.qr.dictionary import SHA256, load_dictionary
from credential_schemas.qr.digits import bytes_from_digits, digits_from_bytes
from credential_schemas.qr.framing import split_into_codes
from credential_schemas.qr.limits import MAX_INFLATED_BYTES
from credential_schemas.qr.payload import encode_qr_payload, qr_text
from keys.encoding import b64url_encode, encode_json

TARGET = Path(__file__).with_name("payload-v1.json")
ABOUT = (
    "Our own vectors of docs/formats/qr-payload.md. Synthetic persons; the signatures are random bytes. "
    '"damaged" names the refusal.'
)
QUALIFICATION = "national_technical_qualification"
FIVE = (
    *(QUALIFICATION, "vocational_training", "university_ncs_course", "employment_insurance_career"),
    "military_duty",
)
ADDRESS = "https://verify.example.kr/v"
HEAD = b"\x01\x00\x00\x00\x00"  # dictionary 1, a check value that no refusal comes to look at
SIGNATURE = bytes(64)
ISSUER_MARK = "\x16"
CODE = load_dictionary(1).code


def whole() -> dict[str, str]:
    """Return credentials by the name of their case."""
    long_kid = encode_json({"typ": "dc+sd-jwt", "alg": "ES256", "kid": b64url_encode(bytes(range(32)))})
    issuer = encode_json({"iss": "https://a.example", "vct": "https://a.example/1", "x": ["https://a.example"] * 20})
    return {
        "one qualification": CertificateMaker(101).certificate([QUALIFICATION]),
        "five entries of five types": CertificateMaker(102).certificate(FIVE),
        "ten qualifications": CertificateMaker(103).certificate([QUALIFICATION] * 10),
        "a blind copy: withheld digests are stored": CertificateMaker(104).certificate(
            [QUALIFICATION, "polytechnic_record"], edition="blind"
        ),
        "names no dictionary knows": CertificateMaker(105, known_names=False).certificate(
            ["vocational_training", "course_based_qualification"]
        ),
        "foreign: a kid of 32 bytes, the issuer repeated more often than it may be marked": ".".join(
            (b64url_encode(long_kid), b64url_encode(issuer), f"{b64url_encode(SIGNATURE)}~")
        ),
        "foreign: a disclosure with spaces, no signature of 64 bytes": (
            "eyJhbGciOiJFUzI1NiJ9.eyJ2Y3QiOiJ4In0.AAAA~WyJhIiwgImIiLCAiYyJd~"
        ),
        "foreign: a disclosure with another salt is kept whole": (
            f"e30.e30.{b64url_encode(SIGNATURE)}~WyJzaG9ydCIsImEiLDFd~"
        ),
    }


def damaged(payloads: list[str]) -> list[dict[str, str]]:
    """Return payloads that must be refused, and how."""
    payload = payloads[0]
    packed = bytes_from_digits(payload)
    bomb = zlib.compress(bytes(MAX_INFLATED_BYTES + 1), 9, wbits=-15)
    short = zlib.compress(b"a~", wbits=-15)
    too_often = f'{{}}\x00{{"iss":"a"}}{ISSUER_MARK * 17}'
    in_the_header = f'{ISSUER_MARK}\x00{{"iss":"a"}}'
    cases = [
        ("not digits", payload + "x", "digits"),
        ("a block out of range", "9" * 41 + payload[41:], "digits"),
        ("an impossible number of digits", payload[:41] + "1", "digits"),
        ("a changed check value", _packed(packed[:1] + bytes((packed[1] ^ 1,)) + packed[2:]), "check"),
        ("a changed salt", _packed(_flip(packed, _salts_at(packed))), "check"),
        ("an unknown dictionary", _packed(b"\x09" + packed[1:]), "dictionary_unknown"),
        ("an unknown format", _packed(b"\x47" + packed[1:]), "format_unknown"),
        ("a value too few", _packed(packed[:-1]), "structure"),
        ("a value too many", _packed(packed + b"x"), "structure"),
        ("a truncated stream", _packed(b"\x00" + packed[1:5] + short[:-1]), "compression"),
        ("a bomb", _packed(b"\x00" + packed[1:5] + bomb), "too_large"),
        ("bytes behind the stream", _packed(b"\x00" + packed[1:5] + short + b"x"), "compression"),
        ("a stream without its end", _packed(HEAD + CODE.encode("{}\x00{}")[:-2]), "stream"),
        ("a bit behind the end of the stream", _packed(_with_a_last_bit(CODE.encode("{}\x00{}"))), "stream"),
        ("an issuer that no place names", _structured(f"{{}}\x00{ISSUER_MARK}"), "structure"),
        ("an issuer marked seventeen times", _structured(too_often), "structure"),
        ("an issuer in the header", _structured(in_the_header), "structure"),
        ("a digest numbered beyond 94", _structured("{}\x00\x02\x7f" + "\x001" * 96, salts=96), "structure"),
        ("one code of two", split_into_codes(payload, codes=2)[0], "code_of_several"),
    ]
    return [{"name": name, "payload": text, "kind": kind} for name, text, kind in cases]


def several_codes(payloads: list[str]) -> list[dict[str, Any]]:
    """Return codes that belong together, and some that do not."""
    one, five = payloads[:2]
    first, second = split_into_codes(five, codes=2)
    thirds = [qr_text(ADDRESS, part) for part in split_into_codes(five, codes=3)]
    fourths = split_into_codes(five, codes=4)
    return [
        {"name": "two codes, the second first", "texts": [second, first], "payload": five},
        {
            "name": "three codes with addresses, one read twice",
            "texts": [thirds[2], thirds[0], thirds[2], thirds[1]],
            "payload": five,
        },
        {
            "name": "the second and third of four missing",
            "texts": [fourths[3], fourths[0]],
            "kind": "codes_missing",
            "missing": [2, 3],
        },
        {
            "name": "codes of two certificates",
            "texts": [first, split_into_codes(one, codes=2)[1]],
            "kind": "codes_mixed",
        },
    ]


def document() -> str:
    """Return the text of the file."""
    credentials = whole()
    payloads = {name: encode_qr_payload(credential) for name, credential in credentials.items()}
    listed = list(payloads.values())
    vectors = {
        "about": ABOUT,
        "dictionary": {"1": SHA256[1]},
        "whole": [
            {"name": name, "credential": credential, "payload": payloads[name]}
            for name, credential in credentials.items()
        ],
        "damaged": damaged(listed),
        "several_codes": several_codes(listed),
    }
    return json.dumps(vectors, ensure_ascii=False, indent=1) + "\n"


def _structured(marked: str, *, salts: int = 0) -> str:
    return _packed(HEAD + CODE.encode(marked) + SIGNATURE + bytes(16 * salts))


def _with_a_last_bit(stream: bytes) -> bytes:
    """Set the last bit of a stream, which fills its last byte."""
    if CODE.decode(stream)[1] != len(stream) or stream[-1] & 1:
        raise ValueError("expected a stream that ends before its last bit")
    return HEAD + stream[:-1] + bytes((stream[-1] | 1,)) + SIGNATURE


def _salts_at(packed: bytes) -> int:
    """Return where the salts begin, behind the stream and the signature."""
    return len(HEAD) + CODE.decode(packed[len(HEAD) :])[1] + len(SIGNATURE)


def _flip(data: bytes, at: int) -> bytes:
    return data[:at] + bytes((data[at] ^ 1,)) + data[at + 1 :]


def _packed(data: bytes) -> str:
    return digits_from_bytes(data)


if __name__ == "__main__":
    TARGET.write_text(document(), encoding="utf-8")
    print(f"{TARGET.name}: {hashlib.sha256(TARGET.read_bytes()).hexdigest()}")

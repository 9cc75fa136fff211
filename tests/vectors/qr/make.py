"""Writes `payload-v1.json` anew: `python -m tests.vectors.qr.make` in the repository, after a change of the format.

The certificates come from the seeded generator of the tests; the damage is described beside each case.
"""

import hashlib
import json
import zlib
from pathlib import Path
from typing import Any

from credential_schemas.qr.dictionary import SHA256
from credential_schemas.qr.digits import bytes_from_digits, digits_from_bytes
from credential_schemas.qr.framing import split_into_codes
from credential_schemas.qr.limits import MAX_INFLATED_BYTES
from credential_schemas.qr.payload import encode_qr_payload, qr_text
from credential_schemas.qr.stream import encode_stream
from keys.encoding import b64url_encode, encode_json
from tests.credential_schemas.qr.conftest import CertificateMaker

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
HEAD = b"\x01\x01\x00\x00\x00\x00"  # structured, dictionary 1, a check value that no refusal comes to look at
SIGNATURE = bytes(64)
ISSUER_MARK = "\x16"


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
        ("a changed check value", _packed(packed[:2] + bytes((packed[2] ^ 1,)) + packed[3:]), "check"),
        ("a changed salt", _packed(_flip(packed, _salts_at(packed))), "check"),
        ("an unknown dictionary", _packed(b"\x01\x09" + packed[2:]), "dictionary_unknown"),
        ("an unknown format", _packed(b"\x07" + packed[1:]), "format_unknown"),
        ("a value too few", _packed(packed[:-1]), "structure"),
        ("a value too many", _packed(packed + b"x"), "structure"),
        ("a truncated stream", _packed(b"\x02\x00" + packed[2:6] + short[:-1]), "compression"),
        ("a bomb", _packed(b"\x02\x00" + packed[2:6] + bomb), "too_large"),
        ("bytes behind the stream", _packed(b"\x02\x00" + packed[2:6] + short + b"x"), "compression"),
        ("a stream shorter than its length", _packed(HEAD + b"\x60\x00ab"), "structure"),
        ("half a syllable", _packed(_structured(b"{}\x00{}\xa0")), "stream"),
        ("an issuer that no place names", _packed(_structured(encode_stream(f"{{}}\x00{ISSUER_MARK}"))), "structure"),
        ("an issuer marked seventeen times", _packed(_structured(encode_stream(too_often))), "structure"),
        (
            "an issuer in the header",
            _packed(_structured(encode_stream(in_the_header))),
            "structure",
        ),
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


def _structured(stream: bytes) -> bytes:
    return HEAD + bytes((len(stream),)) + stream + SIGNATURE


def _salts_at(packed: bytes) -> int:
    """Return where the salts begin, behind a stream shorter than 96 bytes and the signature."""
    return len(HEAD) + 1 + (packed[len(HEAD)] & 0x7F) + len(SIGNATURE)


def _flip(data: bytes, at: int) -> bytes:
    return data[:at] + bytes((data[at] ^ 1,)) + data[at + 1 :]


def _packed(data: bytes) -> str:
    return digits_from_bytes(data)


if __name__ == "__main__":
    TARGET.write_text(document(), encoding="utf-8")
    print(f"{TARGET.name}: {hashlib.sha256(TARGET.read_bytes()).hexdigest()}")

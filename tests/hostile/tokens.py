"""Forged, confused and mangled tokens: algorithm, header, key, signature, encoding, claims, times."""

import hashlib
import hmac
import json
from collections.abc import Callable
from datetime import timedelta

from keys.encoding import b64url_decode, b64url_encode, encode_json
from tests.hostile.cases import (
    Case,
    Make,
    any_of,
    good,
    header_of,
    named,
    payload_of,
    raw,
    with_claims,
    with_header,
    without_claim,
)
from tests.verifier.world import ISSUER, NOW, VCT, World

_N = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


def _hmac_with_the_public_key(world: World) -> str:
    header = header_of(world) | {"alg": "HS256"}
    signing_input = f"{b64url_encode(encode_json(header))}.{b64url_encode(encode_json(payload_of()))}"
    secret = encode_json({**world.keys.credential.public_jwk()})
    return f"{signing_input}.{b64url_encode(hmac.digest(secret, signing_input.encode(), hashlib.sha256))}~"


def _with_signature(change: Callable[[bytes], bytes]) -> Make:
    def make(world: World) -> str:
        jwt, tilde, rest = good(world).partition("~")
        head, _, signature = jwt.rpartition(".")
        return f"{head}.{b64url_encode(change(b64url_decode(signature)))}{tilde}{rest}"

    return make


def mirrored(world: World) -> bytes | str:
    """Return the genuine credential with the other signature that the same signer could have made (S14)."""
    return _with_signature(lambda s: s[:32] + (_N - int.from_bytes(s[32:])).to_bytes(32))(world)


def _edited(change: Callable[[str], str]) -> Make:
    return lambda world: change(good(world))


def _payload_bytes(change: Callable[[bytes], bytes]) -> Make:
    return lambda world: raw(world, encode_json(header_of(world)), change(encode_json(payload_of())))


def _header_bytes(change: Callable[[bytes], bytes]) -> Make:
    return lambda world: raw(world, change(encode_json(header_of(world))), encode_json(payload_of()))


def _claim_text(name: str, text: str) -> Make:
    """A claim with a value written as no encoder of ours would write it."""
    marker = "\u0001here"

    def make(world: World) -> str:
        payload = json.dumps(payload_of() | {name: marker}).replace(json.dumps(marker), text)
        return raw(world, encode_json(header_of(world)), payload.encode("utf-8", "surrogatepass"))

    return make


def _signed_by(name: str) -> Make:
    return lambda world: raw(
        world, encode_json(header_of(world)), encode_json(payload_of()), signer=getattr(world.keys, name)
    )


def _stray_bits(part: int) -> Make:
    def make(world: World) -> str:
        jwt, tilde, rest = good(world).partition("~")
        parts = jwt.split(".")
        alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
        parts[part] = parts[part][:-1] + alphabet[alphabet.index(parts[part][-1]) ^ 1]
        return ".".join(parts) + tilde + rest

    return make


_ALGORITHMS: list[object] = [
    *("none", "None", "NONE", "nOnE", "", "HS256", "HS384", "HS512", "RS256", "RS512", "PS256", "ES384", "ES512"),
    *("ES256K", "EdDSA", "Ed25519", "es256", "ES256 ", " ES256", "ES256\u0000", "ESP256", "dir", "A128KW"),
    *(0, 256, True, ["ES256"], {"alg": "ES256"}),
]
_TYPES: list[object] = [
    *("JWT", "", "kb+jwt", "statuslist+jwt", "vc+sd-jwt", "dc+sd-jwt+json", "sd-jwt", "dc+sd-jwt ", "dc-sd-jwt"),
    *("application/json", "application/application/dc+sd-jwt", "dc+sd\u2010jwt", 1, ["dc+sd-jwt"]),
]
_KEY_IDS: list[object] = [
    *("", "0", "../../../../etc/passwd", "' OR '1'='1", "https://evil.example/key", "file:///dev/null", "*", "\u0000"),
    *("a" * 1000, 0, True, [], {}),
]
_ISSUERS: list[object] = [
    *(
        f"{ISSUER}/",
        f"{ISSUER}.evil.example",
        f"{ISSUER}:443",
        f"{ISSUER}#",
        f"{ISSUER}?",
        f"{ISSUER}/..",
        f" {ISSUER}",
    ),
    *(f"{ISSUER}@evil.example", f"{ISSUER}\u0000", f"{ISSUER}\u200b", ISSUER.upper(), ISSUER.replace("https", "http")),
    *(
        "https://bank.exampl",
        "ttps://bank.example",
        "https://b\u0430nk.example",
        "https://ｂank.example",
        "bank.example",
    ),
    *("https://xn--bnk-7cd.example", "https://bank。example", "", "https://", 0, True, [ISSUER], {"id": ISSUER}),
]
_BAD_TIMES = {
    "text": '"1795186800"',
    "true": "true",
    "an array": "[1795186800]",
    "an object": "{}",
    "zero": "0",
    "negative": "-1",
    "2^33": "8589934592",
    "null": "null",
}
_BAD_NUMBERS = {"NaN": "NaN", "Infinity": "Infinity", "minus Infinity": "-Infinity"}
_BEYOND_NUMBERS = {"10^400": "1e400", "2^53": "9007199254740992", "minus zero": "-0", "5000 digits": "9" * 5000}

ALGORITHM = [
    *named("alg", {repr(value): with_header(alg=value) for value in _ALGORITHMS}, "algorithm_not_allowed"),
    Case("alg: absent", with_header(alg=None), "algorithm_not_allowed"),
    Case("alg: HMAC keyed with the public key", _hmac_with_the_public_key, "algorithm_not_allowed"),
]
HEADER = [
    *named("typ", {repr(value): with_header(typ=value) for value in _TYPES}, "token_type_invalid"),
    Case("typ: absent", with_header(typ=None), "token_type_invalid"),
    *named(
        "crit", {str(v): with_header(crit=v) for v in any_of([], ["exp"], ["b64"], "exp", 0, {})}, "critical_header"
    ),
    *named("b64", {str(v): with_header(b64=v) for v in (True, False)}, "critical_header"),
    *named("zip", {str(v): with_header(zip=v) for v in ("DEF", "", "none")}, "critical_header"),
    Case("jwk: a key of its own", lambda w: with_header(jwk={**w.keys.stranger.public_jwk()})(w), "key_in_header"),
    Case("jwk: the right key", lambda w: with_header(jwk={**w.keys.credential.public_jwk()})(w), "key_in_header"),
    *named("jku", {v: with_header(jku=v) for v in ("https://evil.example/jwks", ISSUER, "")}, "key_in_header"),
    *named("x5u", {v: with_header(x5u=v) for v in ("https://evil.example/c", "file:///etc/passwd")}, "key_in_header"),
    *named("x5c", {str(v): with_header(x5c=v) for v in ([], ["AAAA"], "AAAA", [""])}, "key_unknown"),
    Case("header above 4 KiB", with_header(pad="a" * 5000), "limit_exceeded"),
]
KEY = [
    *named("kid", {repr(value)[:40]: with_header(kid=value) for value in _KEY_IDS}, "key_unknown"),
    Case("kid: absent", with_header(kid=None), "key_unknown"),
    Case("kid: that of the status key", lambda w: with_header(kid=w.keys.status.key_id)(w), "key_unknown"),
    *named("iss", {ascii(value): with_claims(iss=value) for value in _ISSUERS}, "issuer_not_trusted"),
    Case("iss: absent", without_claim("iss"), "issuer_not_trusted"),
    *named(
        "vct",
        {v: with_claims(vct=v) for v in (f"{VCT}/", VCT.upper(), f"{ISSUER}/vct/other/1", "urn:x")},
        "type_not_trusted",
    ),
    *named("vct", {str(v): with_claims(vct=v) for v in any_of(0, True, [VCT], {})}, "type_not_accepted"),
    Case("vct: absent", without_claim("vct"), "type_not_accepted"),
]
SIGNATURE = named(
    "signature",
    {
        "empty": _with_signature(lambda _: b""),
        "64 zero bytes": _with_signature(lambda _: bytes(64)),
        "63 bytes": _with_signature(lambda s: s[:63]),
        "65 bytes": _with_signature(lambda s: s + b"\0"),
        "r is zero": _with_signature(lambda s: bytes(32) + s[32:]),
        "s is zero": _with_signature(lambda s: s[:32] + bytes(32)),
        "r and s are the order": _with_signature(lambda _: _N.to_bytes(32) * 2),
        "r is 1, s is 1": _with_signature(lambda _: (1).to_bytes(32) * 2),
        "all ones": _with_signature(lambda _: b"\xff" * 64),
        "r and s exchanged": _with_signature(lambda s: s[32:] + s[:32]),
        "one bit": _with_signature(lambda s: s[:-1] + bytes([s[-1] ^ 1])),
        "DER in place of r and s": _with_signature(lambda s: b"\x30\x44\x02\x20" + s[:32] + b"\x02\x20" + s[32:]),
        "by a stranger's key": _signed_by("stranger"),
        "by the holder's key": _signed_by("holder"),
        "by the status key": _signed_by("status"),
        "stray bits": _stray_bits(2),
        "of another header": lambda w: (
            with_header(pad=1)(w).rpartition(".")[0] + "." + good(w).split("~")[0].split(".")[2] + "~"
        ),
    },
    "signature_invalid",
)
ENCODING = [
    *named(
        "encoding",
        {
            "header is no JSON": _header_bytes(lambda h: h[:-1]),
            "header is an array": _header_bytes(lambda h: b"[" + h + b"]"),
            "header with a byte order mark": _header_bytes(lambda h: b"\xef\xbb\xbf" + h),
            "payload is no JSON": _payload_bytes(lambda p: p[:-1]),
            "payload is an array": _payload_bytes(lambda p: b"[" + p + b"]"),
            "payload is a text": _payload_bytes(lambda _: b'"iss"'),
            "payload is empty": _payload_bytes(lambda _: b""),
            "payload with a byte order mark": _payload_bytes(lambda p: b"\xef\xbb\xbf" + p),
            "payload in UTF-16": _payload_bytes(lambda p: p.decode().encode("utf-16")),
            "payload with a broken UTF-8 byte": _payload_bytes(lambda p: p[:-1] + b',"x":"\xff"}'),
            "payload with an overlong zero": _payload_bytes(lambda p: p[:-1] + b',"x":"\xc0\x80"}'),
            "payload with a comment": _payload_bytes(lambda p: b"/* */" + p),
            "two payloads": _payload_bytes(lambda p: p + p),
            "lone surrogate": _claim_text("sub", '"\\ud800"'),
            **{name: _claim_text("exp", text) for name, text in _BAD_NUMBERS.items()},
            **{name: _claim_text("exp", text) for name, text in _BEYOND_NUMBERS.items()},
        },
        "format_invalid",
    ),
    *named(
        "encoding",
        {
            "claim twice": _payload_bytes(lambda p: p[:-1] + b',"exp":9}'),
            "claim twice, one escaped": _payload_bytes(lambda p: p[:-1] + b',"e\\u0078p":9}'),
            "header member twice": _header_bytes(lambda h: h[:-1] + b',"alg":"none"}'),
        },
        "duplicate_member",
    ),
    *named(
        "encoding",
        {
            "21 levels": _claim_text("sub", "[" * 21 + "]" * 21),
            "10,000 levels": _claim_text("sub", "[" * 10_000 + "]" * 10_000),
            "1,001 members": _claim_text("sub", json.dumps({str(n): n for n in range(1001)})),
            "257 disclosures": _edited(lambda t: t + "WyJzIiwxXQ~" * 257),
            "disclosure above 16 KiB": _edited(lambda t: t + "A" * 20_000 + "~"),
            "above 256 KiB": _edited(lambda t: t + "A" * 270_000 + "~"),
        },
        "limit_exceeded",
    ),
]
STRUCTURE = [
    *named(
        "structure",
        {
            "two tildes": _edited(lambda t: t.replace("~", "~~", 1)),
            "no tilde": _edited(lambda t: t.split("~")[0]),
            "text behind the last tilde": _edited(lambda t: t + "x"),
            "last tilde missing": _edited(lambda t: t[:-1]),
            "four parts": _edited(lambda t: t.replace("~", ".AAAA~", 1)),
        },
        "format_invalid",
    ),
    *named(
        "structure",
        {
            "JSON serialisation": lambda w: json.dumps({"payload": "e30", "signatures": [], "disclosures": []}),
            "padding": _edited(lambda t: t.replace(".", "=.", 1)),
            "standard alphabet": _edited(lambda t: t[:20] + "+/" + t[22:]),
            "two parts": _edited(lambda t: t.split(".")[0] + ".e30~"),
            "letters that are no ASCII": _edited(lambda t: t.replace("e", "\u0435", 1)),
            "byte order mark before it": _edited(lambda t: "\ufeff" + t),
            "two credentials": _edited(lambda t: t.replace("~", " ~") + "\n"),
        },
        "not_a_certificate",
    ),
]
STRUCTURE += named(
    "structure",
    {
        "white space inside": _edited(lambda t: t.replace("~", "~\n", 1)),
        "zero byte inside": _edited(lambda t: t.replace("~", "~\0", 1)),
    },
    "digests_invalid",
)
CLAIMS = [
    *[
        Case(f"{c}: {n}", _claim_text(c, t), "claims_invalid")
        for c in ("exp", "iat", "nbf")
        for n, t in _BAD_TIMES.items()
    ],
    Case("exp: absent", without_claim("exp"), "claims_missing"),
    Case("exp: not the end of a day", with_claims(exp=int(NOW.timestamp()) + 999), "claims_invalid"),
    Case("exp: before iat", with_claims(iat=1_795_186_800 + 10 * 86400), "not_yet_valid"),
    *named(
        "claims without",
        {name: without_claim(name) for name in ("iat", "status", "certificate")},
        "claims_invalid",
    ),
    *named(
        "claims",
        {
            name: with_claims(**{name: value})
            for name, value in {
                "sub": "x",
                "jti": "1",
                "aka_vcts": ["urn:x"],
                "admin": True,
                "qualifications": {},
                "trainings": "x",
                "holder": [],
                "certificate": 1,
                "status": {},
                "educations": [1],
                "careers": [None],
                "score": 100,
            }.items()
        },
        "claims_invalid",
    ),
]


def _later(**how: float) -> Callable[[World], None]:
    def prepare(world: World) -> None:
        world.now = NOW + timedelta(**how)

    return prepare


TIME = [
    Case("time: a day after the last", good, "expired", _later(days=91)),
    Case("time: ten years later", good, "expired", _later(days=3650)),
    Case("time: a day before issue", good, "not_yet_valid", _later(days=-2)),
    Case("time: nbf tomorrow", with_claims(nbf=int(NOW.timestamp()) + 86400), "not_yet_valid"),
    Case("time: nbf 61 s ahead", with_claims(nbf=int(NOW.timestamp()) + 61), "not_yet_valid"),
]
CASES = [*ALGORITHM, *HEADER, *KEY, *SIGNATURE, *ENCODING, *STRUCTURE, *CLAIMS, *TIME]

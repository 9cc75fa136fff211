"""Make the seed corpus again: `python tests/fuzz/make_corpus.py`. Its keys are forgotten at the end.

Seeds named `finding-…` were found by a fuzzer and stay. The corpus holds public keys only; that nobody can sign for it
any more is what the targets rely on.
"""

import json
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))


from credential_schemas.qr.digits import bytes_from_digits  # noqa: E402
from credential_schemas.qr.framing import split_into_codes  # noqa: E402
from credential_schemas.qr.payload import encode_qr_payload, qr_text  # noqa: E402
from credential_schemas.sd_jwt.bind import bind_to_verifier  # noqa: E402
from credential_schemas.status_list_issue import StatusBitmap, encode_status_list  # noqa: E402
from keys.encoding import JsonValue, b64url_decode, encode_json  # noqa: E402
from keys.note_keys import create_note_key  # noqa: E402
from tests.credential_schemas.pdf_container.drawing import PROOF, Attachment, Drawing, dictionary, pdf_with  # noqa: E402
from tests.fuzz.targets import AUDIENCE, CORPUS, NONCE, WORLD_FILE, signed_digest  # noqa: E402
from tests.verifier.world import NOW, STATUS_URI, VCT, VERIFY_URL, Keys, World, claims  # noqa: E402
from verifier.evidence.reader import EvidenceReader  # noqa: E402


def main() -> None:
    """Write every seed and what is known of them."""
    with EvidenceReader() as reader:
        world = World(Keys(), reader, CORPUS)
        seeds = {
            "json": json_seeds(),
            "jws": jws_seeds(world),
            "sd_jwt": {**tokens(world), **templates()},
            "status_list": status_lists(),
            "status_token": status_tokens(world),
            "qr_payload": qr_bodies(world),
            "qr_text": qr_texts(world),
            "pdf_container": pdfs(),
            "trust_list": trust_lists(world),
        }
        for target, made in seeds.items():
            write(CORPUS / target, made)
        signed = {part for texts in seeds.values() for text in texts.values() for part in signing_inputs(text)}
        known = {"now": int(NOW.timestamp()), "status_uri": STATUS_URI, "trust": world.trust, "signed": sorted(signed)}
        WORLD_FILE.write_text(json.dumps(known, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def write(folder: Path, seeds: dict[str, bytes]) -> None:
    """Replace the seeds of one target, but keep what fuzzing found."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.iterdir():
        if not old.name.startswith("finding-"):
            old.unlink()
    for name, data in seeds.items():
        (folder / name).write_bytes(data)


def signing_inputs(text: bytes) -> list[str]:
    """Return the digests of the signed parts of a seed."""
    parts = text.split(b"~") if text.startswith(b"eyJ") else []
    return [signed_digest(part.rpartition(b".")[0]) for part in parts if part.count(b".") == 2]


def tokens(world: World) -> dict[str, bytes]:
    """Return signed credentials: whole, with fewer disclosures, blind, and bound to a verifier."""
    whole = world.token()
    parts = whole.split("~")
    holder = world.keys.holder
    jwk: JsonValue = dict(holder.public_jwk())
    bound = bind_to_verifier(
        world.token(cnf={"jwk": jwk}),
        audience=AUDIENCE,
        nonce=NONCE,
        issued_at=int(NOW.timestamp()) - 5,
        holder=holder,
    )
    made = {
        "whole": whole,
        "fewer": "~".join([parts[0], *parts[3:]]),
        "none": f"{parts[0]}~",
        "blind": world.token(claims(edition="blind")),
        "bound": bound,
        "expired": world.token(replace(claims(), issued_on=date(2026, 11, 1), valid_until=date(2026, 11, 10))),
    }
    return {name: text.encode() for name, text in made.items()}


def templates() -> dict[str, bytes]:
    """Return payloads with disclosures, for the target to sign."""
    base = f'"iss":"https://bank.example","vct":"{VCT}","exp":{int(NOW.timestamp()) + 86400}'
    salt = '"c2FsdHNhbHRzYWx0c2FsdA"'
    made = {
        "plain": "{" + base + "}",
        "member": "{" + base + ',"_sd":["@1"]}\n[' + salt + ',"name","Hong"]',
        "element": "{" + base + ',"a":[{"...":"@1"},{"...":"decoy"}]}\n[' + salt + ",1]",
        "nested": "{"
        + base
        + ',"a":[{"...":"@1"}]}\n['
        + salt
        + ',{"_sd":["@2"]}]\n['
        + salt
        + ',"b",[{"...":"@3"}]]\n['
        + salt
        + ",null]",
        "alg": "{" + base + ',"_sd_alg":"sha-256","h":{"_sd":["@1","x"],"k":null}}\n[' + salt + ',"n",{}]',
        "times": "{" + base + ',"iat":1795000000,"nbf":1795000000,"aka_vcts":["urn:x"],"status":{}}',
        "control": "{" + base + ',"status":{"_sd":["@1"]}}\n[' + salt + ',"status_list",{}]',
        "twice": "{" + base + ',"_sd":["@1","@1"]}\n[' + salt + ',"name","Hong"]',
        "collision": "{" + base + ',"name":1,"_sd":["@1"]}\n[' + salt + ',"name","Hong"]',
        "reserved": "{" + base + ',"_sd":["@1"]}\n[' + salt + ',"_sd","Hong"]',
        "confirmation": "{" + base + ',"cnf":{"jwk":{"kty":"EC","crv":"P-256"}}}',
    }
    return {f"signed-{name}": text.encode() for name, text in made.items()}


def json_seeds() -> dict[str, bytes]:
    """Return JSON documents, right ones and others."""
    made = (
        b'{"a":[1,-2.5,1e3,true,null,"\\u00e9\\ud83d\\ude00"]}',
        b'{"a":1,"a":2}',
        b"[[[[[]]]]]",
        b"9007199254740991",
    )
    return {f"{number}": data for number, data in enumerate((*made, b"-0", b'"\\ud800"', b"NaN", b" \t[]\r\n"))}


def jws_seeds(world: World) -> dict[str, bytes]:
    """Return compact JWS of both kinds."""
    return {
        "credential": world.token().partition("~")[0].encode(),
        "status": world.status_token(size=64).encode(),
        "none": b"eyJhbGciOiJub25lIn0.e30.",
        "header": b"eyJ0eXAiOiJkYytzZC1qd3QiLCJhbGciOiJFUzI1NiIsImNyaXQiOltdfQ.e30.AAAA",
    }


def status_lists() -> dict[str, bytes]:
    """Return the width of an entry in one byte, then the compressed list."""
    made = {}
    for bits in (1, 2, 4, 8):
        bitmap = StatusBitmap(bits=bits, size=64)
        bitmap.set(5, 1)
        made[f"bits-{bits}"] = bytes((bits,)) + b64url_decode(encode_status_list(bitmap.freeze()))
    return made | {"large": bytes((2,)) + b64url_decode(encode_status_list(StatusBitmap().freeze()))}


def status_tokens(world: World) -> dict[str, bytes]:
    """Return signed tokens, and payloads for the target to sign."""
    lst = encode_status_list(StatusBitmap(size=64).freeze())
    issued = int(NOW.timestamp()) - 60
    payload = {"sub": STATUS_URI, "iat": issued, "exp": issued + 86400, "ttl": 3600}
    return {
        "token": world.status_token(size=64).encode(),
        "elsewhere": world.status_token(size=64, uri=f"{STATUS_URI}0").encode(),
        "signed": json.dumps({**payload, "status_list": {"bits": 2, "lst": lst}}).encode(),
        "signed-no-list": json.dumps(payload).encode(),
    }


def qr_bodies(world: World) -> dict[str, bytes]:
    """Return payloads without their check value: dictionary, body."""
    made = {}
    for name, token in tokens(world).items():
        packed = bytes_from_digits(encode_qr_payload(token.decode()))
        made[name] = packed[:1] + packed[5:]
    packed = bytes_from_digits(encode_qr_payload("any~text"))
    return made | {"plain": packed[:1] + packed[5:]}


def qr_texts(world: World) -> dict[str, bytes]:
    """Return the texts of codes, a line each."""
    payload = encode_qr_payload(world.token())
    made = {f"codes-{count}": split_into_codes(payload, codes=count) for count in (1, 2, 4)}
    small = encode_qr_payload("a~")
    texts = {name: [qr_text(VERIFY_URL, part) for part in parts] for name, parts in made.items()}
    texts |= {"mixed": [made["codes-2"][0], made["codes-4"][0]], "small": [small]}
    return {name: "\n".join(lines).encode() for name, lines in texts.items()}


def pdfs() -> dict[str, bytes]:
    """Return small PDF files with and without attachments, sound and not."""
    script = Drawing().attach(Attachment())
    script.catalogue[next(iter(dictionary(OpenAction=1)))] = dictionary(S="JavaScript")
    return {
        "certificate": pdf_with(Attachment()),
        "with-proof": pdf_with(Attachment(), PROOF),
        "plain-stream": pdf_with(Attachment(compressed=False)),
        "no-attachment": Drawing().bytes(),
        "twice": pdf_with(Attachment(), Attachment()),
        "script": script.bytes(),
        "wrong-relationship": pdf_with(Attachment(relationship="Data")),
    }


def trust_lists(world: World) -> dict[str, bytes]:
    """Return trust lists: small, with everything, and for development."""
    issuer = world.issuer
    jwks = issuer["jwks"]
    everything: dict[str, JsonValue] = {
        **issuer,
        "types": [{"vct": VCT, "entry_types": ["vocational_training"]}, {"vct": f"{VCT}0"}],
        "x509_roots": issuer["seal_roots"],
        "legal_lines": ["법적 근거"],
        "confirmation_url": "https://bank.example/api/v1/confirmations",
        "bundle_jwks": jwks,
        "log_key": {**create_note_key().public_key().jwk()},
        "distrusted": [{"kid": world.keys.credential.key_id, "since": "2026-11-22T00:00:00Z"}],
    }
    local: dict[str, JsonValue] = {
        **issuer,
        "id": "http://127.0.0.1:8000",
        "dev": True,
        "origins": [],
        "verify_urls": [],
    }
    made = {"small": [issuer], "everything": [everything], "development": [local], "two": [issuer, local], "none": []}
    return {name: encode_json({"trust": 1, "version": 3, "issuers": [*issuers]}) for name, issuers in made.items()}


if __name__ == "__main__":
    main()

"""Properties of the codecs of floor 1: what is written is read back; what is spoiled is refused or means the same."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keys.confirmation_code import generate_code, normalise_code
from keys.encoding import JsonValue, b64url_decode, b64url_encode, decode_json, encode_json
from keys.errors import (
    AlgorithmNotAllowed,
    ConfirmationCodeError,
    DecodingError,
    JwkError,
    JwsFormatError,
    SignatureInvalid,
    TrustListError,
)
from keys.jwk import PublicKey
from keys.jws import parse_compact, verify
from keys.jws_sign import sign_compact
from keys.key_files import FileSigner
from keys.note_keys import create_note_key
from keys.trust_list import TrustedIssuer, TrustedType, TrustList, trust_list_document
from tests.strategies import JSON, NAMES, OBJECTS, spoiled

BASE64URL = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
URL_PARTS = st.text("abcdefghijklmnopqrstuvwxyz0123456789", min_size=1, max_size=8)


LOG_KEY = create_note_key().public_key()


@given(st.data(), st.binary(max_size=40))
def test_spoiled_base64url_is_refused_or_stands_for_other_bytes(data: st.DataObject, value: bytes) -> None:
    text = data.draw(spoiled(b64url_encode(value) + "A", alphabet=BASE64URL + "=+/ \n"))
    try:
        decoded = b64url_decode(text)
    except DecodingError:
        return
    assert b64url_encode(decoded) == text


@given(st.data(), JSON)
def test_spoiled_json_is_refused_or_read_like_everybody_reads_it(data: st.DataObject, value: JsonValue) -> None:
    spoilt = data.draw(spoiled(encode_json([value])))
    try:
        read = decode_json(spoilt, max_bytes=100_000)
    except DecodingError:
        return
    assert read == json.loads(spoilt)
    assert decode_json(encode_json(read), max_bytes=100_000) == read


@given(OBJECTS, st.binary(max_size=60), NAMES)
def test_signed_token_is_read_back(signer: FileSigner, header: dict[str, JsonValue], payload: bytes, typ: str) -> None:
    token = sign_compact({**header, "typ": typ}, payload, signer=signer)
    jws = parse_compact(token, max_bytes=100_000)
    assert verify(jws, signer.public_key, typ=typ) == payload
    assert jws.header == {"alg": "ES256", **header, "typ": typ}


@given(st.data(), st.binary(min_size=1, max_size=40))
def test_spoiled_token_is_refused(signer: FileSigner, data: st.DataObject, payload: bytes) -> None:
    token = sign_compact({"typ": "JWT"}, payload, signer=signer)
    with pytest.raises((JwsFormatError, AlgorithmNotAllowed, SignatureInvalid)):
        verify(parse_compact(data.draw(spoiled(token)), max_bytes=100_000), signer.public_key, typ="JWT")


@given(st.data())
def test_spoiled_key_is_refused_or_another_key(signer: FileSigner, data: st.DataObject) -> None:
    jwk: dict[str, JsonValue] = dict(signer.public_jwk())
    name = data.draw(st.sampled_from(sorted(jwk)))
    jwk[name] = data.draw(spoiled(str(jwk[name]), alphabet=BASE64URL) | JSON)
    try:
        key = PublicKey.from_jwk(jwk)
    except JwkError:
        return
    assert name == "kid"
    assert key.jwk() == jwk


@st.composite
def issuers(draw: st.DrawFn, key: PublicKey) -> TrustedIssuer:
    """Draw a trusted issuer with any of its optional members."""
    host = f"https://{draw(URL_PARTS)}x.example"
    keys = {key.kid or "": key}
    entry_types = draw(st.none() | st.frozensets(NAMES, max_size=3))
    return TrustedIssuer(
        id=f"{host}/{draw(URL_PARTS)}",
        name={"ko": draw(NAMES), "en": draw(NAMES)},
        types=tuple(TrustedType(vct, entry_types) for vct in draw(st.lists(NAMES, max_size=3, unique=True))),
        keys=keys,
        status_keys=draw(st.sampled_from([{}, keys])),
        distrusted=draw(st.dictionaries(NAMES, st.integers(1, 2**33), max_size=2)),
        origins=draw(st.sampled_from([(), (host,)])),
        legal_lines=tuple(draw(st.lists(NAMES, max_size=2))),
        confirmation_url=draw(st.sampled_from([None, f"{host}/c"])),
        log_key=draw(st.sampled_from([None, LOG_KEY])),
    )


@given(st.data(), st.integers(1, 2**40))
def test_written_trust_list_is_read_back(signer: FileSigner, data: st.DataObject, version: int) -> None:
    listed = data.draw(st.lists(issuers(signer.public_key), max_size=3, unique_by=lambda issuer: issuer.id))
    trust = TrustList(version, {issuer.id: issuer for issuer in listed})
    assert TrustList.parse(encode_json(trust_list_document(version, listed))) == trust


@given(st.data())
def test_spoiled_trust_list_is_refused_or_written_again_the_same(signer: FileSigner, data: st.DataObject) -> None:
    written = encode_json(trust_list_document(3, [data.draw(issuers(signer.public_key))]))
    try:
        trust = TrustList.parse(data.draw(spoiled(written)))
    except TrustListError:
        return
    assert TrustList.parse(encode_json(trust_list_document(trust.version, trust.issuers.values()))) == trust


@given(
    st.binary(min_size=12, max_size=12), st.sampled_from([str.lower, lambda code: code.replace("-", " "), str.strip])
)
def test_code_is_read_however_it_is_typed(random: bytes, typed: object) -> None:
    code = generate_code(lambda _count: random)
    assert callable(typed)
    assert normalise_code(typed(code)) == code


@given(st.data(), st.binary(min_size=12, max_size=12))
def test_spoiled_code_is_refused_or_means_the_same(data: st.DataObject, random: bytes) -> None:
    code = generate_code(lambda _count: random)
    place = data.draw(st.integers(0, len(code) - 1))
    typed = code[:place] + data.draw(st.characters(codec="utf-8")) + code[place + 1 :]
    try:
        read = normalise_code(typed)
    except ConfirmationCodeError:
        return
    assert read == code
